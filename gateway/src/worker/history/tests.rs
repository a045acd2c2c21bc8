use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use connector_api::{Channel, Connector, History, ParseError, Parsed, Verified, VerifyError, WebhookRequest};
use crm_core::schedule;

use super::*;
use crate::accounts::double;
use crate::http::testing::{now, wait};
use crate::sealed::SealKey;
use crate::worker::schedule::Scheduler;

/// A provider with one call in its history, for as long as it is up.
struct Provider(Arc<AtomicBool>);

impl Connector for Provider {
    fn channel(&self) -> Channel {
        Channel::Telephony
    }

    fn verify(&self, _: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        Err(VerifyError::Refused)
    }

    fn parse(&self, _: &RawEvent) -> Result<Parsed, ParseError> {
        Ok(Parsed::default())
    }

    fn history(&self) -> Option<&dyn History> {
        Some(self)
    }
}

#[async_trait]
impl History for Provider {
    async fn fetch_since(
        &self,
        _: DateTime<Utc>,
        _: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError> {
        if !self.0.load(Ordering::Relaxed) {
            return Err(FetchError::Temporary("no route".into()));
        }
        Ok(vec![RawEvent {
            source: "history".to_owned(),
            received_at: now,
            content_type: None,
            query: String::new(),
            body: Bytes::from_static(b"a call"),
        }])
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_channel_that_does_not_answer_is_named_and_asked_again_soon(pool: PgPool) {
    let is_up = Arc::new(AtomicBool::new(false));
    let second = Arc::clone(&is_up);
    let build = Arc::new(move |connector: &str, _| {
        let up = if connector == "second" { Arc::clone(&second) } else { Arc::new(AtomicBool::new(true)) };
        Ok(Box::new(Provider(up)) as Box<dyn Connector>)
    });
    let accounts = Accounts::with_build(pool.clone(), SealKey::random(), build);
    for (connector, name) in [("first", "Первая линия"), ("second", "Вторая линия")] {
        double::store(&pool, accounts.seal_key(), connector, name, "s", now()).await;
    }
    accounts.reload().await.unwrap();
    let mut tasks = Tasks::default();
    add(&mut tasks, accounts, ApplyQueue::elsewhere());
    let scheduler = Scheduler::new(pool.clone(), now, tasks);
    scheduler.register().await.unwrap();
    let root = crm_core::fixture::user(&mut pool.acquire().await.unwrap(), "root", "administrator").await;
    let told = async || {
        scheduler.run_due().await.unwrap();
        let list = schedule::list(&mut pool.acquire().await.unwrap(), &root, now()).await.unwrap();
        list[0].report.clone().unwrap_or_default()
    };
    assert_eq!(told().await, "Не ответили: Вторая линия. Сверено каналов: 1, новых событий: 1.");
    is_up.store(true, Ordering::Relaxed);
    wait(TimeDelta::minutes(1));
    assert_eq!(told().await, "Сверено каналов: 1, новых событий: 1.", "the other one is not due yet");
    wait(TimeDelta::minutes(10));
    assert_eq!(told().await, "Сверено каналов: 2, новых событий: 0.", "the same answers are no news");
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().expect("a moment")
}

#[test]
fn the_history_is_asked_for_in_time_with_an_overlap_and_a_whole_day_at_night() {
    let now = at("2026-03-17T12:00:00Z");
    assert_eq!(since(None, now), Some(at("2026-03-17T10:00:00Z")), "the first time");
    assert_eq!(since(Some(at("2026-03-17T11:55:00Z")), now), None, "not due");
    assert_eq!(since(Some(at("2026-03-17T11:50:00Z")), now), Some(at("2026-03-17T09:50:00Z")));
    let night = at("2026-03-18T00:05:00Z");
    assert_eq!(since(Some(at("2026-03-17T23:55:00Z")), night), Some(at("2026-03-17T00:00:00Z")), "at night");
    let stood = Some(at("2026-03-14T08:00:00Z"));
    assert_eq!(since(stood, now), Some(at("2026-03-14T06:00:00Z")), "after a longer stop");
    let long_ago = Some(at("2025-03-14T08:00:00Z"));
    assert_eq!(since(long_ago, now), Some(now - AT_MOST), "after a very long one");
}
