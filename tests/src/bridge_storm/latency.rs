//! How long it takes until the director's words can be read in the product, while people talk on both sides.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use mocks::dice::Dice;
use reqwest::Method;
use serde::Serialize;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

use super::director::{BOSS, in_group};
use super::stage::Stage;
use super::words::{named, text};

/// Wanted of nineteen in twenty.
const WANTED: Duration = Duration::from_secs(1);

/// How long after the last one a missing one counts as lost.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(60);

/// Pause between two looks at a chat; every figure may be longer by as much than the hub took.
const LOOK: Duration = Duration::from_millis(100);

/// When each message was first seen in the product.
type Seen = Arc<Mutex<BTreeMap<usize, Instant>>>;

/// From the first attempt of Telegram to tell it until the API shows it.
#[derive(Debug, Serialize)]
pub struct Latency {
    /// Messages of both sides in a second.
    rate: u32,
    /// Of the director's.
    measured: usize,
    p50_ms: u128,
    p95_ms: u128,
    max_ms: u128,
}

impl fmt::Display for Latency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rate, measured, p50_ms, p95_ms, max_ms } = self;
        write!(out, "{measured} messages at {rate}/s: p50 {p50_ms} ms, p95 {p95_ms} ms, longest {max_ms} ms")
    }
}

impl Latency {
    /// Nineteen in twenty stand there within a second.
    pub fn holds(&self) -> bool {
        self.p95_ms < WANTED.as_millis()
    }
}

/// Every other message is the director's; the others are written in the product.
pub(super) async fn measure(stage: &Arc<Stage>, seconds: u64, rate: u32) -> anyhow::Result<Latency> {
    let mut dice = Dice::new(u64::from(rate));
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate.max(1));
    let (mut said, mut posted) = (JoinSet::new(), JoinSet::new());
    let bridged: Vec<usize> = (0..stage.chats.len()).filter(|place| stage.chats[*place].bridged).collect();
    let seen: Seen = Arc::default();
    let mut readers = JoinSet::new();
    for place in &bridged {
        readers.spawn(read(Arc::clone(stage), *place, Arc::clone(&seen)));
    }
    for number in 1..=usize::try_from(seconds * u64::from(rate))? {
        ticks.tick().await;
        let words = text(number, 0, 1, &mut dice);
        let stage = Arc::clone(stage);
        if number.is_multiple_of(2) {
            let place = *dice.pick(&bridged);
            said.spawn(async move { Ok((number, say(&stage, place, words).await?)) });
        } else {
            let place = dice.below(stage.chats.len());
            posted.spawn(async move {
                let body = json!({ "id": Uuid::now_v7(), "text": words });
                stage.colleague.request(Method::POST, &stage.chats[place].messages(), Some(&body)).await
            });
        }
    }
    let said = said.join_all().await.into_iter().collect::<anyhow::Result<Vec<(usize, Instant)>>>()?;
    for answer in posted.join_all().await {
        let (status, answer) = answer?;
        if !status.is_success() {
            bail!("a message is refused: {status} {answer}");
        }
    }
    let given_up = Instant::now() + GIVEN_UP_AFTER;
    while Instant::now() < given_up && said.iter().any(|(number, _)| !locked(&seen).contains_key(number)) {
        tokio::time::sleep(LOOK).await;
    }
    readers.abort_all();
    let seen = locked(&seen);
    let missing = said.iter().filter(|(number, _)| !seen.contains_key(number)).count();
    if missing > 0 {
        bail!("{missing} messages do not stand in their chats {GIVEN_UP_AFTER:?} after the last");
    }
    let mut taken: Vec<Duration> = said.iter().map(|(number, began)| seen[number] - *began).collect();
    taken.sort_unstable();
    let at = |percent: usize| taken.get((taken.len() * percent / 100).min(taken.len().saturating_sub(1)));
    let millis = |percent| at(percent).map_or(0, Duration::as_millis);
    let (p50_ms, p95_ms, max_ms) = (millis(50), millis(95), millis(100));
    Ok(Latency { rate, measured: taken.len(), p50_ms, p95_ms, max_ms })
}

async fn say(stage: &Stage, place: usize, words: String) -> anyhow::Result<Instant> {
    let topic = stage.topic(&stage.chats[place]).context("a bridged chat has a topic")?;
    let message = in_group(stage.director.number(), BOSS, Some(topic), json!({ "text": words }));
    stage.director.tell("message", message).await
}

/// Looks at a chat again and again, as a screen does that is open there.
async fn read(stage: Arc<Stage>, place: usize, seen: Seen) -> anyhow::Result<()> {
    let mut behind = 0;
    loop {
        let path = format!("{}?limit=100&after={behind}", stage.chats[place].messages());
        let page = stage.colleague.get(&path).await?;
        let now = Instant::now();
        for row in page["items"].as_array().context("a page")? {
            behind = row["position"].as_i64().context("a message has a place")?;
            let names = row["text"].as_str().map(named).unwrap_or_default();
            if let Some((number, _)) = names.first() {
                locked(&seen).entry(*number).or_insert(now);
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn locked(seen: &Seen) -> MutexGuard<'_, BTreeMap<usize, Instant>> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}
