//! `/smsc/…` and `/smsru/…`

use axum::Json;
use axum::extract::State;
use serde::Deserialize;

use super::{Answer, Control, digits};
use crate::{smsc, smsru};

#[derive(Debug, Deserialize)]
pub(super) struct Writes {
    from: String,
    text: String,
}

pub(super) async fn message(State(control): State<Control>, Json(asked): Json<Writes>) -> Answer {
    let sms = smsc::Action::Inbound {
        id: Some(control.small_number()),
        phone: digits(&asked.from),
        text: asked.text,
        at: control.now(),
    };
    control.deliver(control.stand.providers.smsc.request(&sms)).await
}

#[derive(Debug, Deserialize)]
pub(super) struct Reports {
    id: u64,
    to: String,
    status: i32,
}

pub(super) async fn report(State(control): State<Control>, Json(asked): Json<Reports>) -> Answer {
    let report = smsc::Action::Report {
        id: asked.id,
        phone: digits(&asked.to),
        status: asked.status,
        at: control.now(),
    };
    control.deliver(control.stand.providers.smsc.request(&report)).await
}

#[derive(Debug, Deserialize)]
pub(super) struct SmsRuReports {
    id: String,
    code: u32,
}

pub(super) async fn smsru_report(State(control): State<Control>, Json(asked): Json<SmsRuReports>) -> Answer {
    let entry = smsru::Entry::Report { id: asked.id, code: asked.code, at: control.now() };
    control.deliver(control.stand.providers.smsru.request(&[entry])).await
}
