//! `/telphin/…`: a call in real time, the fate of its recording, and the menu's question.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::{Answer, Control, bad};
use crate::dice::Dice;
use crate::scenario::Step;
use crate::telphin::{Extension, Fate, Incoming, Outgoer, Talk};

#[derive(Debug, Deserialize)]
pub(super) struct Calls {
    /// As the caller's number comes; absent for a hidden one.
    from: Option<String>,
    /// We call this number, as dialled.
    to: Option<String>,
    /// Who of us dials.
    by: Option<String>,
    /// Whose phones ring; everybody's if empty.
    #[serde(default)]
    ring: Vec<String>,
    /// Who answers, and to whom the call is passed on.
    #[serde(default)]
    answered_by: Vec<String>,
    /// How long it rings.
    #[serde(default = "five")]
    ring_seconds: u64,
    /// How long each talk lasts; 0 for a call of ours that nobody answers.
    #[serde(default = "twenty")]
    seconds: u64,
}

fn five() -> u64 {
    5
}

fn twenty() -> u64 {
    20
}

pub(super) async fn call(State(control): State<Control>, Json(asked): Json<Calls>) -> Answer {
    let telphin = &control.stand.providers.telphin;
    let staff = &telphin.config().staff;
    let find = |number: &String| staff.iter().find(|extension| extension.number == *number).cloned();
    let all = |numbers: &[String]| numbers.iter().map(find).collect::<Option<Vec<Extension>>>();
    let (Some(ringing), Some(answering)) = (all(&asked.ring), all(&asked.answered_by)) else {
        return bad("such an extension is not in the configuration");
    };
    let at = control.now();
    let mut dice = Dice::new(control.next());
    let (rang, talked) = (Duration::from_secs(asked.ring_seconds), Duration::from_secs(asked.seconds));
    let events = if let Some(number) = asked.to {
        let Some(from) = asked.by.as_ref().map_or_else(|| staff.first().cloned(), find) else {
            return bad("such an extension is not in the configuration");
        };
        let talked = (asked.seconds > 0).then_some(talked);
        telphin.outgoing(&mut dice, &Outgoer { at, from, number, rang, talked })
    } else {
        let ringing = if ringing.is_empty() { staff.clone() } else { ringing };
        let talks = answering.into_iter().map(|with| Talk { with, rang, talked }).collect();
        telphin.incoming(&mut dice, &Incoming { at, caller: asked.from, ringing, talks, patience: rang })
    };
    let call_id = events.first().map(|event| event.call.id.clone());
    let steps: Vec<Step> = events
        .iter()
        .enumerate()
        .map(|(number, event)| Step {
            number,
            at: (event.at - at).to_std().unwrap_or_default(),
            outgoing: telphin.request(event),
        })
        .collect();
    let answer = json!({ "call_id": call_id, "events": steps.len() });
    let stand = Arc::clone(&control.stand);
    tokio::spawn(async move {
        let poster = Arc::clone(&stand.poster);
        poster.play_routed(steps, 1.0, move |outgoing| stand.route(&outgoing), |_| {}).await;
    });
    (StatusCode::ACCEPTED, Json(answer))
}

/// What becomes of the next recording.
pub(super) async fn recording(State(control): State<Control>, Json(fate): Json<Fate>) -> StatusCode {
    control.stand.telphin.arrange(fate);
    StatusCode::NO_CONTENT
}

#[derive(Debug, Deserialize)]
pub(super) struct Question {
    /// Who waits; absent for a hidden number.
    from: Option<String>,
}

/// The menu asks the hub where the call should go, and waits.
pub(super) async fn question(State(control): State<Control>, Json(asked): Json<Question>) -> Answer {
    let call_id = Dice::new(control.next()).hex32();
    let outgoing = control.stand.providers.telphin.question(&call_id, asked.from.as_deref());
    let started = Instant::now();
    match control.stand.poster.once(&outgoing).await {
        Some((status, body)) => {
            let took_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            (StatusCode::OK, Json(json!({ "status": status, "body": body, "took_ms": took_ms })))
        }
        None => (StatusCode::BAD_GATEWAY, Json(json!({ "error": "no answer" }))),
    }
}
