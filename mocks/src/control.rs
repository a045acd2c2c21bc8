//! A small JSON API by which a person or a test makes the fakes act: «a client writes» by `curl`.

mod max;
mod sms;
mod telegram;
mod telphin;
mod whatsapp;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::fakes::{Clock, Stand};
use crate::outgoing::Outgoing;

/// How long an answer waits for the hub before it says «still repeating».
const PATIENCE: Duration = Duration::from_secs(5);

/// What every route shares.
#[derive(Clone)]
struct Control {
    stand: Arc<Stand>,
    clock: Clock,
    counter: Arc<AtomicU64>,
    first: u64,
}

type Answer = (StatusCode, Json<Value>);

pub(crate) fn router(stand: Arc<Stand>, clock: Clock) -> Router {
    // From the clock, so that ids do not repeat after a restart.
    let first = clock().timestamp_micros().unsigned_abs();
    let shared = stand.faults.routes().merge(stand.phone.routes());
    let control = Control { stand, clock, counter: Arc::new(AtomicU64::new(first)), first };
    Router::new()
        .route("/", get(async || include_str!("control/help.txt")))
        .route("/log", get(log))
        .route("/whatsapp/messages", post(whatsapp::message))
        .route("/whatsapp/echoes", post(whatsapp::echo))
        .route("/whatsapp/statuses", post(whatsapp::status))
        .route("/whatsapp/number-changes", post(whatsapp::number_change))
        .route("/whatsapp/windows", post(whatsapp::window))
        .route("/whatsapp/templates", post(whatsapp::template).delete(whatsapp::forget_template))
        .route("/whatsapp/number", post(whatsapp::number))
        .route("/telphin/calls", post(telphin::call))
        .route("/telphin/recordings", post(telphin::recording))
        .route("/telphin/questions", post(telphin::question))
        .route("/telegram/messages", post(telegram::message))
        .route("/telegram/edits", post(telegram::edit))
        .route("/telegram/blocks", post(telegram::block))
        .route("/telegram/presses", post(telegram::press))
        .route("/telegram/connections", post(telegram::connection_change))
        .route("/telegram/deletions", post(telegram::deletion))
        .route("/max/messages", post(max::message))
        .route("/max/starts", post(max::start))
        .route("/max/stops", post(max::stop))
        .route("/max/removals", post(max::removal))
        .route("/max/presses", post(max::press))
        .route("/max/subscriptions", get(max::subscriptions).delete(max::forget))
        .route("/smsc/messages", post(sms::message))
        .route("/smsc/reports", post(sms::report))
        .route("/smsru/reports", post(sms::smsru_report))
        .with_state(control)
        .merge(shared)
}

async fn log(State(control): State<Control>) -> Json<Value> {
    Json(json!({
        "received": control.stand.log.entries(),
        "posted": control.stand.poster.tally(),
        "telegram_waiting": control.stand.telegram.pending(),
    }))
}

impl Control {
    fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// A number for ids that have 31 bits in life.
    fn small_number(&self) -> u64 {
        self.first / 1_000_000 % 1_000_000_000 + (self.next() - self.first)
    }

    /// Delivers, waits a little, and goes on in the background if the hub is not there. 200: acknowledged or queued for
    /// `getUpdates`; 202: still repeating; 502: given up.
    async fn deliver(&self, outgoing: Outgoing) -> Answer {
        let facts = outgoing.facts.clone();
        let stand = Arc::clone(&self.stand);
        let delivery = tokio::spawn(async move { stand.deliver(&outgoing).await });
        match tokio::time::timeout(PATIENCE, delivery).await {
            Ok(Ok(posted)) => {
                let fine = posted.acknowledged || posted.attempts == 0;
                let status = if fine { StatusCode::OK } else { StatusCode::BAD_GATEWAY };
                (status, Json(json!(posted)))
            }
            Ok(Err(_)) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "facts": facts }))),
            Err(_) => (StatusCode::ACCEPTED, Json(json!({ "facts": facts, "acknowledged": false }))),
        }
    }
}

fn bad(words: &str) -> Answer {
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "error": words })))
}

/// `+7 900 …` as digits.
fn digits(phone: &str) -> String {
    phone.chars().filter(char::is_ascii_digit).collect()
}

/// What is said, in short: exactly one of them, the first counts.
#[derive(Debug, Default, Deserialize)]
struct Said {
    text: Option<String>,
    /// A photo with this caption.
    photo: Option<String>,
    /// «Голосовое».
    #[serde(default)]
    voice: bool,
    /// A document of this name.
    document: Option<String>,
    /// Latitude and longitude.
    location: Option<(f64, f64)>,
}
