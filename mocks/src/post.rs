//! Sending requests as the providers do: repeated until acknowledged, in order where they keep an order.

mod misbehaviour;
mod policy;

pub use misbehaviour::Misbehaviour;
pub use policy::{acknowledged, pause_after};

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::dice::Dice;
use crate::outgoing::{Method, Outgoing, Provider};
use crate::scenario::Step;

/// How patient, fast and clumsy the providers are.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Pauses between repeats are multiplied by it: 0.001 makes a second a millisecond.
    pub repeat_scale: f64,
    /// Stop after so many attempts, even if the provider would go on.
    pub attempts_at_most: Option<u32>,
    /// Telphin's and SMSC's repeats are documented nowhere, so they are a setting.
    pub unknown_repeats: u32,
    /// How long an answer may take.
    pub answer_timeout: Duration,
    /// Requests under way at once.
    pub parallel: usize,
    /// One of so many acknowledgements is lost on its way, and the provider repeats; 0 for none.
    pub lose_answer_every: u32,
    /// Chooses what is lost.
    pub seed: u64,
}

impl Default for Settings {
    /// In real time, as the providers would, losing nothing.
    fn default() -> Self {
        Self {
            repeat_scale: 1.0,
            attempts_at_most: None,
            unknown_repeats: 3,
            answer_timeout: Duration::from_secs(30),
            parallel: 64,
            lose_answer_every: 0,
            seed: 1,
        }
    }
}

impl Settings {
    /// For tests: a second between repeats is a millisecond.
    pub fn fast() -> Self {
        Self { repeat_scale: 0.001, ..Self::default() }
    }
}

/// What came of one request.
#[derive(Debug, Clone, Serialize)]
pub struct Posted {
    /// The number of the step; 0 for a single post.
    pub index: usize,
    /// Who sent it.
    pub provider: Provider,
    /// The ids of the facts inside.
    pub facts: Vec<String>,
    /// Whether the provider may forget it.
    pub acknowledged: bool,
    /// How many times it was sent.
    pub attempts: u32,
    /// The last status, if there was an answer at all.
    pub status: Option<u16>,
    /// How long the last answer took.
    pub answer_time: Duration,
}

impl Posted {
    /// The outcome of an update that was not posted but waits for `getUpdates`.
    pub(crate) fn queued(outgoing: &Outgoing) -> Self {
        Self {
            index: 0,
            provider: outgoing.provider,
            facts: outgoing.facts.clone(),
            acknowledged: false,
            attempts: 0,
            status: None,
            answer_time: Duration::ZERO,
        }
    }
}

/// Sums over everything a poster did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Attempts: requests that were written, or tried to be.
    pub sent: u64,
    /// Requests that the hub took over.
    pub acknowledged: u64,
    /// Attempts after the first of their request.
    pub repeated: u64,
    /// Attempts with an answer that does not acknowledge.
    pub refused: u64,
    /// Attempts without an answer.
    pub unanswered: u64,
    /// Requests that were given up.
    pub abandoned: u64,
}

#[derive(Debug, Default)]
struct Counters {
    sent: AtomicU64,
    acknowledged: AtomicU64,
    repeated: AtomicU64,
    refused: AtomicU64,
    unanswered: AtomicU64,
    abandoned: AtomicU64,
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Sends requests of all providers. Share one, so that lanes and sums are kept in one place.
#[derive(Debug)]
pub struct Poster {
    http: reqwest::Client,
    settings: Settings,
    counters: Counters,
    permits: Semaphore,
    lanes: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl Poster {
    /// A poster with an HTTP client of its own.
    pub fn new(settings: Settings) -> Result<Self, reqwest::Error> {
        let http = http_client(settings.answer_timeout)?;
        Ok(Self::with_client(http, settings))
    }

    /// A poster over this HTTP client.
    pub fn with_client(http: reqwest::Client, settings: Settings) -> Self {
        let permits = Semaphore::new(settings.parallel.max(1));
        Self { http, settings, counters: Counters::default(), permits, lanes: Mutex::default() }
    }

    /// The sums so far.
    pub fn tally(&self) -> Tally {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let counters = &self.counters;
        Tally {
            sent: read(&counters.sent),
            acknowledged: read(&counters.acknowledged),
            repeated: read(&counters.repeated),
            refused: read(&counters.refused),
            unanswered: read(&counters.unanswered),
            abandoned: read(&counters.abandoned),
        }
    }

    /// Sends one request until it is acknowledged or the provider gives up. Calls of one lane wait for each other.
    pub async fn post(&self, outgoing: &Outgoing) -> Posted {
        let lane = outgoing.lane.as_ref().map(|lane| self.lane(lane));
        let _turn = match &lane {
            Some(lane) => Some(lane.lock().await),
            None => None,
        };
        self.until_acknowledged(outgoing).await
    }

    /// Sends the steps at their times, `pace` seconds per second of theirs (0: all at once), lanes in order and everything else in parallel; `tell` hears of each outcome at
    /// once. Returns when all are acknowledged or given up, so with an endless iterator it never returns: spawn it.
    pub async fn play<I, F>(self: &Arc<Self>, steps: I, pace: f64, tell: F)
    where
        I: IntoIterator<Item = Step>,
        F: Fn(Posted) + Send + Sync + 'static,
    {
        self.play_routed(steps, pace, Some, tell).await;
    }

    /// The same, but each request goes through `route` at its time: `None` means that it was delivered otherwise.
    pub(crate) async fn play_routed<I, R, F>(self: &Arc<Self>, steps: I, pace: f64, route: R, tell: F)
    where
        I: IntoIterator<Item = Step>,
        R: Fn(Outgoing) -> Option<Outgoing>,
        F: Fn(Posted) + Send + Sync + 'static,
    {
        let tell = Arc::new(tell);
        let started = Instant::now();
        let mut lanes: HashMap<String, mpsc::UnboundedSender<(usize, Outgoing)>> = HashMap::new();
        let mut tasks = JoinSet::new();
        for (index, Step { at, outgoing, .. }) in steps.into_iter().enumerate() {
            tokio::time::sleep_until(started + at.mul_f64(pace.max(0.0))).await;
            while tasks.try_join_next().is_some() {}
            let queued = Posted { index, ..Posted::queued(&outgoing) };
            let Some(outgoing) = route(outgoing) else {
                tell(queued);
                continue;
            };
            let (poster, tell) = (Arc::clone(self), Arc::clone(&tell));
            let Some(lane) = outgoing.lane.clone() else {
                tasks.spawn(async move { tell(Posted { index, ..poster.post(&outgoing).await }) });
                continue;
            };
            let queue = lanes.entry(lane).or_insert_with(|| {
                let (sender, mut waiting) = mpsc::unbounded_channel::<(usize, Outgoing)>();
                tasks.spawn(async move {
                    while let Some((index, outgoing)) = waiting.recv().await {
                        tell(Posted { index, ..poster.post(&outgoing).await });
                    }
                });
                sender
            });
            // The receiver lives until its sender is dropped below.
            let _ = queue.send((index, outgoing));
        }
        drop(lanes);
        while tasks.join_next().await.is_some() {}
    }

    /// Plays a finite list and returns the outcomes in the order of the steps.
    pub async fn play_all(self: &Arc<Self>, steps: Vec<Step>, pace: f64) -> Vec<Posted> {
        let (sender, mut outcomes) = mpsc::unbounded_channel();
        self.play(steps, pace, move |posted| {
            let _ = sender.send(posted);
        })
        .await;
        let mut all = Vec::new();
        while let Some(posted) = outcomes.recv().await {
            all.push(posted);
        }
        all.sort_by_key(|posted: &Posted| posted.index);
        all
    }

    fn lane(&self, name: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut lanes = self.lanes.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(lanes.entry(name.to_owned()).or_default())
    }

    async fn until_acknowledged(&self, outgoing: &Outgoing) -> Posted {
        let mut posted = Posted::queued(outgoing);
        let mut dice = self.dice_for(outgoing);
        let loses_answer = match self.settings.lose_answer_every {
            0 => false,
            every => dice.between(1, u64::from(every)) == 1,
        };
        let mut waited = Duration::ZERO;
        loop {
            posted.attempts += 1;
            count(&self.counters.sent);
            if posted.attempts > 1 {
                count(&self.counters.repeated);
            }
            let answer = self.attempt(outgoing).await;
            let mut asked_pause = None;
            if let Some(answer) = answer {
                posted.status = Some(answer.status);
                posted.answer_time = answer.took;
                asked_pause = answer.retry_after;
                if acknowledged(outgoing.provider, answer.status, &answer.body) {
                    if !(loses_answer && posted.attempts == 1) {
                        posted.acknowledged = true;
                        count(&self.counters.acknowledged);
                        return posted;
                    }
                } else {
                    count(&self.counters.refused);
                }
            } else {
                posted.status = None;
                count(&self.counters.unanswered);
            }
            let worn_out = self.settings.attempts_at_most.is_some_and(|most| posted.attempts >= most);
            let unknown = self.settings.unknown_repeats;
            let pause = pause_after(outgoing.provider, posted.attempts, waited, unknown, &mut dice);
            let Some(pause) = pause.filter(|_| !worn_out) else {
                count(&self.counters.abandoned);
                tracing::debug!(provider = outgoing.provider.name(), "a webhook was given up");
                return posted;
            };
            let pause = asked_pause.filter(|_| outgoing.provider == Provider::Telegram).unwrap_or(pause);
            waited += pause;
            if !pause.is_zero() {
                // At least a millisecond: a scale of nothing must not become a busy loop.
                let scaled = pause.mul_f64(self.settings.repeat_scale.max(0.0));
                tokio::time::sleep(scaled.max(Duration::from_millis(1))).await;
            }
        }
    }

    /// Sends once and hands the answer back: status and body. `None`: no answer.
    pub async fn once(&self, outgoing: &Outgoing) -> Option<(u16, String)> {
        let answer = self.attempt(outgoing).await?;
        Some((answer.status, String::from_utf8_lossy(&answer.body).into_owned()))
    }

    /// `None`: no answer, or a broken one.
    async fn attempt(&self, outgoing: &Outgoing) -> Option<Answer> {
        let _permit = self.permits.acquire().await.ok()?;
        let url = outgoing.full_url();
        let mut request = match outgoing.method {
            Method::Get => self.http.get(url),
            Method::Post => self.http.post(url).body(outgoing.body.clone()),
        };
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        let started = Instant::now();
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.parse().ok())
            .map(|seconds: u64| Duration::from_secs(seconds.min(3600)));
        let body = response.bytes().await.ok()?;
        Some(Answer { status, body: body.to_vec(), retry_after, took: started.elapsed() })
    }

    /// Chance that depends on the request and the seed only, not on which request happened to be first.
    fn dice_for(&self, outgoing: &Outgoing) -> Dice {
        let digest = Sha256::new()
            .chain_update(self.settings.seed.to_be_bytes())
            .chain_update(outgoing.query.as_bytes())
            .chain_update(&outgoing.body)
            .finalize();
        Dice::new(digest.iter().take(8).fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }
}

struct Answer {
    status: u16,
    body: Vec<u8>,
    retry_after: Option<Duration>,
    took: Duration,
}

/// An HTTP client that follows no redirects. The TLS provider is installed once for the process, if nobody did.
pub fn http_client(answer_timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    static TLS: OnceLock<()> = OnceLock::new();
    TLS.get_or_init(|| {
        // An error says that the process has a provider already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    reqwest::Client::builder().timeout(answer_timeout).redirect(reqwest::redirect::Policy::none()).build()
}
