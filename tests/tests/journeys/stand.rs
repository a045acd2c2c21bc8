//! A real hub with its five accounts, and what journeys ask of it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use gateway::clock;
use mocks::post::{Poster, Settings};
use mocks::scenario::{self, Step};
use mocks::{Method, Outgoing};
use reqwest::StatusCode;
use serde_json::Value;
use sqlx::PgPool;
use tests::hub::{Api, Cast, Folder, Hub, connect};

pub struct Stand {
    pub hub: Hub,
    pub api: Api,
    pub cast: Cast,
    pub pool: PgPool,
}

/// The hub looks askance at times to come.
pub fn an_hour_ago() -> DateTime<Utc> {
    clock::now().trunc_subsecs(0) - TimeDelta::hours(2)
}

/// Waits for a condition, not for a duration.
pub async fn until(condition: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !condition().await {
        assert!(started.elapsed() < Duration::from_mins(2), "it does not come about");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

impl Stand {
    pub async fn new(role: &'static str) -> Self {
        Self::of(Self::hub().in_role(role)).await
    }

    /// A hub that is not started yet.
    pub fn hub() -> Hub {
        let program = env!("CARGO_BIN_EXE_crash").into();
        Hub::new(program, Folder::temporary().expect("a folder")).expect("a hub")
    }

    /// Starts a hub and connects its accounts.
    pub async fn of(mut hub: Hub) -> Self {
        hub.start().await.expect("the hub starts");
        let api = hub.administrator().await.expect("an administrator");
        let cast = connect(&api).await.expect("accounts");
        let pool = hub.postgres().pool().expect("the database runs");
        Self { hub, api, cast, pool }
    }

    /// Requests of all providers.
    pub fn storm(&self, seed: u64, posts: usize) -> Vec<Outgoing> {
        let storm = scenario::storm(&self.cast.providers(), an_hour_ago(), seed, posts);
        storm.steps.into_iter().map(|step| step.outgoing).collect()
    }

    /// One attempt.
    pub async fn post(&self, outgoing: &Outgoing) -> (StatusCode, String) {
        let http = self.hub.http();
        let mut request = match outgoing.method {
            Method::Get => http.get(outgoing.full_url()),
            Method::Post => http.post(outgoing.full_url()).body(outgoing.body.clone()),
        };
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        let answer = request.send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a body"))
    }

    /// As the providers do: until all are acknowledged.
    pub async fn post_all(&self, requests: &[Outgoing]) {
        Self::post_in_background(requests).await.expect("posted");
    }

    /// The same beside other work.
    pub fn post_in_background(requests: &[Outgoing]) -> tokio::task::JoinHandle<()> {
        let settings =
            Settings { repeat_scale: 0.01, unknown_repeats: 12, parallel: 16, ..Settings::default() };
        let poster = Arc::new(Poster::new(settings).expect("a poster"));
        let step = |(number, outgoing): (usize, &Outgoing)| Step {
            number,
            at: Duration::ZERO,
            outgoing: outgoing.clone(),
        };
        let steps: Vec<Step> = requests.iter().enumerate().map(step).collect();
        tokio::spawn(async move {
            for posted in poster.play_all(steps, 0.0).await {
                assert!(posted.acknowledged, "{posted:?}");
            }
        })
    }

    /// Raw, applied, ignored, quarantined, pending.
    pub async fn balance(&self) -> Value {
        self.api.get("/api/raw-events/balance").await.expect("the balance")["total"].take()
    }

    /// Waits until everything is on the timelines.
    pub async fn at_rest(&self) {
        until(async || {
            if self.hub.folder().spooled_bytes() > 0 {
                return false;
            }
            let Ok(balance) = self.api.get("/api/raw-events/balance").await else { return false };
            let links = "select count(*) from identity_links where state = 'new'";
            let open: sqlx::Result<i64> = sqlx::query_scalar(links).fetch_one(&self.pool).await;
            balance["total"]["pending"] == 0 && open.is_ok_and(|open| open == 0)
        })
        .await;
    }

    /// Every request is in the log, byte for byte, and accounted for.
    pub async fn assert_stored(&self, requests: &[Outgoing]) {
        let bodies: Vec<(String, Vec<u8>)> = sqlx::query_as("select account_id::text, body from raw_events")
            .fetch_all(&self.pool)
            .await
            .expect("the log");
        let stored: BTreeSet<(String, Vec<u8>)> = bodies.into_iter().collect();
        for request in requests {
            let account = self.cast.accounts[&request.provider].clone();
            assert!(stored.contains(&(account, request.body.to_vec())), "lost: {:?}", request.facts);
        }
        let balance = self.balance().await;
        let count = |name: &str| balance[name].as_i64().expect("a count");
        assert_eq!(count("raw"), count("applied") + count("ignored") + count("quarantined"), "{balance}");
        assert_eq!(count("pending"), 0);
    }
}
