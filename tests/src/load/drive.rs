//! Closed loops: each connection sends the next request when the answer to its last one has come.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::wire::Connection;

/// Requests, written beforehand, one behind the other.
#[derive(Default)]
pub(super) struct Requests {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Requests {
    pub fn push(&mut self, request: &[u8]) {
        self.bytes.extend_from_slice(request);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, number: usize) -> &[u8] {
        let begin = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[begin..self.ends[number]]
    }
}

/// What to drive.
#[derive(Clone)]
pub(super) struct Drive {
    pub address: SocketAddr,
    pub connections: usize,
    pub requests: Arc<Requests>,
    pub time: Duration,
    /// From the first again when the last was sent; otherwise each is sent once at most.
    pub around: bool,
    /// So many requests behind each other are one action with one latency.
    pub in_action: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Driven {
    pub elapsed: Duration,
    /// Of every answer, in microseconds, sorted.
    pub latencies: Vec<u32>,
    pub failed: usize,
    /// Bytes of all bodies.
    pub bytes: usize,
    /// In words, the first of them.
    pub failure: Option<String>,
}

impl Driven {
    #[expect(clippy::cast_precision_loss, reason = "far below what a float holds exactly")]
    pub fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// In milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        let place = (self.latencies.len() * percent / 100).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(place).map_or(0.0, |us| f64::from(*us) / 1000.0)
    }

    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.failed += other.failed;
        self.bytes += other.bytes;
        self.failure = self.failure.take().or(other.failure);
    }
}

/// Drives until the time or the requests run out. Requests are taken in their order.
pub(super) async fn drive(what: &Drive) -> anyhow::Result<Driven> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut connections = Vec::new();
    for _ in 0..what.connections {
        connections.push(Connection::open(what.address).await?);
    }
    let begun = Instant::now();
    let tasks: Vec<_> = connections
        .into_iter()
        .map(|connection| tokio::spawn(one(connection, what.clone(), next.clone(), begun)))
        .collect();
    let mut all = Driven::default();
    for task in tasks {
        all.add(task.await??);
    }
    all.elapsed = begun.elapsed();
    all.latencies.sort_unstable();
    Ok(all)
}

async fn one(
    mut connection: Connection,
    what: Drive,
    next: Arc<AtomicUsize>,
    begun: Instant,
) -> anyhow::Result<Driven> {
    let mut driven = Driven::default();
    while begun.elapsed() < what.time {
        let mut first = next.fetch_add(what.in_action, Ordering::Relaxed);
        if first + what.in_action > what.requests.len() {
            if !what.around {
                break;
            }
            first %= what.requests.len();
        }
        let sent = Instant::now();
        for number in first..first + what.in_action {
            let answer = connection.exchange(what.requests.get(number)).await?;
            driven.bytes += answer.body.len();
            if answer.status != 200 {
                driven.failed += 1;
                let text = String::from_utf8_lossy(answer.body).into_owned();
                driven.failure.get_or_insert_with(|| format!("{} {text}", answer.status));
            }
        }
        driven.latencies.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(driven)
}
