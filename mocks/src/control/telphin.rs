//! `/telphin/calls`: a call in real time.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::{Answer, Control, bad};
use crate::dice::Dice;
use crate::scenario::Step;
use crate::telphin::{Extension, Incoming, Outgoer, Talk};

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
    let poster = Arc::clone(&control.stand.poster);
    tokio::spawn(async move { poster.play(steps, 1.0, |_| {}).await });
    (StatusCode::ACCEPTED, Json(answer))
}
