//! How long it takes until the director's words can be read in the product, while people talk on both sides.

use std::fmt;
use std::sync::Arc;
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
use super::words::text;

/// Wanted of nineteen in twenty.
const WANTED: Duration = Duration::from_secs(1);

/// Longer ones count as lost.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(30);

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
    let (mut heard, mut posted) = (JoinSet::new(), JoinSet::new());
    let bridged: Vec<usize> = (0..stage.chats.len()).filter(|place| stage.chats[*place].bridged).collect();
    for number in 1..=usize::try_from(seconds * u64::from(rate))? {
        ticks.tick().await;
        let words = text(number, 0, 1, &mut dice);
        let stage = Arc::clone(stage);
        if number.is_multiple_of(2) {
            let place = *dice.pick(&bridged);
            heard.spawn(async move { hear(&stage, place, number, words).await });
        } else {
            let place = dice.below(stage.chats.len());
            posted.spawn(async move {
                let body = json!({ "id": Uuid::now_v7(), "text": words });
                stage.colleague.request(Method::POST, &stage.chats[place].messages(), Some(&body)).await
            });
        }
    }
    let mut taken = heard.join_all().await.into_iter().collect::<anyhow::Result<Vec<Duration>>>()?;
    for answer in posted.join_all().await {
        let (status, answer) = answer?;
        if !status.is_success() {
            bail!("a message is refused: {status} {answer}");
        }
    }
    taken.sort_unstable();
    let at = |percent: usize| taken.get((taken.len() * percent / 100).min(taken.len().saturating_sub(1)));
    let millis = |percent| at(percent).map_or(0, Duration::as_millis);
    let (p50_ms, p95_ms, max_ms) = (millis(50), millis(95), millis(100));
    Ok(Latency { rate, measured: taken.len(), p50_ms, p95_ms, max_ms })
}

async fn hear(stage: &Stage, place: usize, number: usize, words: String) -> anyhow::Result<Duration> {
    let chat = &stage.chats[place];
    let topic = stage.topic(chat).context("a bridged chat has a topic")?;
    let message = in_group(stage.director.number(), BOSS, Some(topic), json!({ "text": words }));
    let began = stage.director.tell("message", message).await?;
    let path = format!("{}?limit=20", chat.messages());
    while began.elapsed() < GIVEN_UP_AFTER {
        let page = stage.colleague.get(&path).await?;
        if page["items"].as_array().is_some_and(|rows| rows.iter().any(|row| row["text"] == words.as_str())) {
            return Ok(Instant::now() - began);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    bail!("#{number:06} does not stand in its chat after {GIVEN_UP_AFTER:?}")
}
