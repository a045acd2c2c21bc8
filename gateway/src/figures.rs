//! Figures about the program itself, for Prometheus: descriptions, buckets, and those that are looked up at a scrape.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crm_core::timeline::raw_event::{self, Balance};
use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sqlx::PgPool;
use tokio::sync::Mutex;
use tokio::time::{Instant, interval, timeout};
use tokio_util::sync::CancellationToken;

/// Raw events are counted at most this often: a count reads the whole log.
const COUNT_EVERY: Duration = Duration::from_secs(15);

/// A count that takes longer is given up; the last one stays.
const COUNT_PATIENCE: Duration = Duration::from_secs(3);

/// Histograms are drained this often, so that they do not grow while nobody scrapes.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

const SECONDS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
const SIZES: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// Where all figures of this process go. Cheap to clone; there is one per process.
#[derive(Clone)]
pub struct Figures {
    handle: PrometheusHandle,
    counted: Arc<Mutex<Counted>>,
}

#[derive(Default)]
struct Counted {
    at: Option<Instant>,
    balance: Option<Balance>,
}

impl Figures {
    /// The figures of this process; the first call begins to gather them.
    pub fn of_this_process() -> Self {
        static FIGURES: OnceLock<Figures> = OnceLock::new();
        FIGURES
            .get_or_init(|| {
                let recorder = PrometheusBuilder::new()
                    .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
                    .and_then(|builder| {
                        builder.set_buckets_for_metric(Matcher::Suffix("_batch_events".to_owned()), &SIZES)
                    })
                    .expect("there are buckets")
                    .build_recorder();
                let handle = recorder.handle();
                if metrics::set_global_recorder(recorder).is_err() {
                    tracing::warn!("figures are gathered by somebody else; /metrics stays empty");
                }
                describe();
                Self { handle, counted: Arc::default() }
            })
            .clone()
    }

    /// Keeps histograms small until `stop`.
    pub async fn keep(self, stop: CancellationToken) {
        let mut tick = interval(UPKEEP_EVERY);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            self.handle.run_upkeep();
        }
    }

    /// The page for Prometheus.
    pub fn page(&self) -> String {
        self.handle.render()
    }

    /// Counts raw events anew, when the last count is old enough and nobody else counts.
    pub async fn count_raw(&self, pool: &PgPool) -> Option<Balance> {
        let Ok(mut counted) = self.counted.try_lock() else { return None };
        if counted.at.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
            counted.at = Some(Instant::now());
            if let Some(balance) = count(pool).await {
                counted.balance = Some(balance);
                let states = [
                    ("raw", balance.raw),
                    ("applied", balance.applied),
                    ("ignored", balance.ignored),
                    ("quarantined", balance.quarantined),
                    ("pending", balance.pending),
                ];
                for (state, number) in states {
                    gauge!("uzel_raw_events", "state" => state).set(float(number));
                }
            }
        }
        counted.balance
    }
}

async fn count(pool: &PgPool) -> Option<Balance> {
    let mut conn = timeout(COUNT_PATIENCE, pool.acquire()).await.ok()?.ok()?;
    let counted = timeout(COUNT_PATIENCE, raw_event::balance(&mut conn, None)).await;
    match counted {
        Ok(balance) => balance.ok(),
        Err(_) => {
            // The statement still runs in it.
            conn.close_on_drop();
            None
        }
    }
}

/// Numbers of rows and bytes as Prometheus takes them.
#[expect(clippy::cast_precision_loss, reason = "nobody reads the last digits of a gauge")]
pub fn float(number: i64) -> f64 {
    number as f64
}

fn describe() {
    describe_counter!("uzel_http_requests_total", "Answers by method, route and status");
    describe_histogram!("uzel_http_request_seconds", "Time until the answer began, by method and route");
    describe_counter!(
        "uzel_intake_accepted_total",
        "Requests of providers that became durable, by connector"
    );
    describe_counter!(
        "uzel_intake_refused_total",
        "Requests of providers that were refused, by connector and reason"
    );
    describe_counter!("uzel_intake_unknown_total", "Requests to webhook addresses that do not exist");
    describe_counter!("uzel_media_tries_total", "Tries to copy a file from a provider, by what came of them");
    describe_gauge!("uzel_raw_events", "Raw events kept, by state; raw is the sum of the others");
    describe_gauge!("uzel_spool_bytes", "What waits in the spool for the database");
    describe_gauge!("uzel_apply_backlog", "Accepted requests in memory that are not on the timeline yet");
    describe_histogram!("uzel_apply_batch_events", "Raw events applied in one transaction");
    describe_gauge!("uzel_database_connections", "Connections of this copy, by state");
    describe_gauge!("uzel_live_streams", "Open streams of the live feed");
    describe_counter!(
        "uzel_live_listener_lost_total",
        "How often the live feed lost its connection for notifications"
    );
}
