//! A believable day of a trading company.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Scenario;
use super::beat::Beat;
use super::stage::Stage;
use super::texts::{FULL, SHORT};
use crate::people::Person;
use crate::providers::Providers;

/// How long the day is.
pub const DAY: Duration = Duration::from_hours(9);
/// Calls and reports that begin late still end before the day does.
const LAST_BEAT: Duration = Duration::from_mins(520);
/// Room for the longest call and its ringing.
const A_CALL: Duration = Duration::from_mins(8);

/// A day that ends at `now`. The first eight clients come by WhatsApp, phone, Telegram (sharing their contact) and SMS;
/// the others by one or two channels. Clients have the indexes from 1.
pub fn company_day(providers: &Providers, now: DateTime<Utc>, seed: u64, clients: u32) -> Scenario {
    let starts_at = now - DAY;
    let mut stage = Stage::new("company_day", providers, starts_at, seed);
    stage.connect_anna(Duration::ZERO);
    let people: Vec<Person> = (1..=clients).map(Person::new).collect();
    for (place, person) in people.iter().enumerate() {
        let story = match FULL.get(place) {
            Some(story) => story,
            None => SHORT[(place - FULL.len()) % SHORT.len()],
        };
        tell(&mut stage, person, story);
    }
    Scenario { starts_at, people, steps: stage.leave() }
}

fn tell(stage: &mut Stage, person: &Person, story: &[Beat]) {
    let pauses: Vec<Duration> = story
        .iter()
        .map(|beat| match beat {
            Beat::Later => stage.dice.seconds(2400, 7200),
            _ => stage.dice.seconds(25, 420),
        })
        .collect();
    let calls = story
        .iter()
        .filter(|beat| {
            use Beat::{Call, CallHidden, CallMissed, CallOut, CallPassed};
            matches!(beat, Call(_) | CallHidden(_) | CallMissed | CallOut(_) | CallPassed(_))
        })
        .count();
    let others = Duration::from_secs(10) * u32::try_from(story.len()).unwrap_or(0);
    let talking = A_CALL * u32::try_from(calls).unwrap_or(0) + others;
    let room = LAST_BEAT.saturating_sub(talking);
    let waiting: Duration = pauses.iter().sum();
    let squeeze = if waiting > room { room.as_secs_f64() / waiting.as_secs_f64() } else { 1.0 };
    let spare = room.saturating_sub(waiting.mul_f64(squeeze));
    let mut at = Duration::from_mins(1) + stage.dice.seconds(0, spare.as_secs());
    for (&beat, pause) in story.iter().zip(pauses) {
        at += pause.mul_f64(squeeze);
        at += stage.perform(at, person, beat);
    }
}
