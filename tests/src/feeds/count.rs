//! What the feeds told, compared with what their people may see.

use std::collections::HashMap;

use serde::Serialize;
use uuid::Uuid;

use super::browser::{Browser, Told};
use super::stage::{Letter, Stage};

/// What became of the messages, over all feeds together.
#[derive(Debug, Default, Serialize)]
pub struct Count {
    /// How many messages were to be told.
    expected: usize,
    /// Of these, not told.
    missing: usize,
    /// Told more than once by one feed.
    doubled: usize,
    /// Told to somebody who may not see them.
    leaked: usize,
    /// How often a feed gave up and let everything be read anew.
    resyncs: usize,
    /// How often a connection broke.
    disconnects: usize,
    /// How often coming back was refused or the hub itself ended a stream.
    refused: usize,
    /// From the post of a message to its event in a feed that was open then, in milliseconds.
    delay_p50_ms: f64,
    delay_p95_ms: f64,
}

impl Count {
    /// Every feed was complete.
    pub fn holds(&self) -> bool {
        self.expected > 0 && self.missing + self.doubled + self.leaked + self.resyncs + self.refused == 0
    }
}

/// Whether nothing is missing any more.
pub(super) fn is_complete(stage: &Stage, letters: &[Letter], browsers: &[Browser]) -> bool {
    browsers.iter().all(|browser| {
        let told = browser.told();
        let reader = &stage.readers[browser.reader];
        letters
            .iter()
            .filter(|letter| reader.sees(letter.responsible))
            .all(|letter| told.rows.contains_key(&letter.id))
    })
}

/// Counts all feeds.
pub(super) fn count(stage: &Stage, letters: &[Letter], browsers: &[Browser]) -> Count {
    let mut count = Count::default();
    let mut delays = Vec::new();
    let by_id: HashMap<Uuid, &Letter> = letters.iter().map(|letter| (letter.id, letter)).collect();
    for browser in browsers {
        let reader = &stage.readers[browser.reader];
        let told = browser.told();
        let (seen, foreign): (Vec<&Letter>, Vec<&Letter>) =
            by_id.values().partition(|letter| reader.sees(letter.responsible));
        count.expected += seen.len();
        count.missing += seen.iter().filter(|letter| !told.rows.contains_key(&letter.id)).count();
        count.leaked += foreign.iter().filter(|letter| told.rows.contains_key(&letter.id)).count();
        count.doubled += told.rows.values().filter(|times| times.len() > 1).count();
        count.resyncs += told.resyncs;
        count.disconnects += told.breaks;
        count.refused += told.refused;
        delays.extend(seen.iter().filter_map(|letter| delay_ms(letter, &told)));
    }
    delays.sort_by(f64::total_cmp);
    let at = |percent: usize| delays.get(delays.len() * percent / 100).map_or(0.0, |delay| delay.round());
    count.delay_p50_ms = at(50);
    count.delay_p95_ms = at(95);
    count
}

fn delay_ms(letter: &Letter, told: &Told) -> Option<f64> {
    let first = told.rows.get(&letter.id)?.first()?;
    let was_open = first.open_since < letter.posted;
    was_open.then(|| first.at.saturating_duration_since(letter.posted).as_secs_f64() * 1000.0)
}
