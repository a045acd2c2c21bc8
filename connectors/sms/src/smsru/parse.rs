//! Entries of a callback as reports on our messages.

use connector_api::{
    DeliveryState, DeliveryUpdate, Event, EventKind, ExternalId, ParseError, Parsed, Part, RawEvent, Reason,
};

use super::wire::{Code, SentAnswer, entries};
use crate::form::Form;
use crate::outgoing::TOLD;
use crate::time;

/// Reads the body only: it is what the signature covers.
pub(super) fn parse(raw: &RawEvent) -> Result<Parsed, ParseError> {
    if raw.source == TOLD {
        return of_answer(raw);
    }
    let form = Form::read("", &raw.body);
    let entries = entries(&form);
    if entries.is_empty() {
        return Err(ParseError("the request holds no entries".into()));
    }
    let mut parsed = Parsed::default();
    for (path, entry) in entries {
        let text = String::from_utf8_lossy(entry).replace('\0', "\u{fffd}");
        read_entry(path, &text, raw, &mut parsed);
    }
    Ok(parsed)
}

/// An answer that was asked for. It names no times: that of the answer stands for them.
fn of_answer(raw: &RawEvent) -> Result<Parsed, ParseError> {
    let answer = SentAnswer::read(&raw.body).ok_or_else(|| ParseError("no answer about messages".into()))?;
    let mut parsed = Parsed::default();
    for (id, code) in answer.states() {
        read_code(&format!("sms.{id}"), id, &code.to_string(), "", raw, &mut parsed);
    }
    Ok(parsed)
}

/// Kind, id, code and time on lines of their own; further lines are left alone.
fn read_entry(path: &str, entry: &str, raw: &RawEvent, parsed: &mut Parsed) {
    let mut lines = entry.lines().map(str::trim);
    let mut line = || lines.next().unwrap_or_default();
    let (kind, id, code, time) = (line(), line(), line(), line());
    match kind {
        "sms_status" if id.is_empty() || code.is_empty() => {
            parsed.unknown.push(Part::new(path, "sms_status without id or code"));
        }
        "sms_status" => read_code(path, id, code, time, raw, parsed),
        "callcheck_status" => parsed.ignored.push(Part::new(path, "a verification by call")),
        _ => {
            let kind: String = kind.chars().take(40).collect();
            parsed.unknown.push(Part::new(path, format!("unknown kind of entry {kind:?}")));
        }
    }
}

fn read_code(path: &str, id: &str, code: &str, time: &str, raw: &RawEvent, parsed: &mut Parsed) {
    match Code::of(code) {
        Some(Code::NotFound) => {
            let reason = format!("message {id:?} is not known to the provider yet");
            parsed.ignored.push(Part::new(path, reason));
        }
        Some(Code::Reached(state)) => parsed.events.push(report(raw, id, code, time, state, None)),
        Some(Code::Failed(text)) => {
            parsed.events.push(report(raw, id, code, time, DeliveryState::Failed, Some(text)));
        }
        None => parsed.unknown.push(Part::new(path, format!("unknown code {code:?} of message {id:?}"))),
    }
}

fn report(
    raw: &RawEvent,
    id: &str,
    code: &str,
    time: &str,
    state: DeliveryState,
    text: Option<&str>,
) -> Event {
    let reason = text.map(|text| Reason { code: code.to_owned(), text: text.to_owned(), remedy: None });
    Event {
        external_id: ExternalId::new(format!("{id}:{code}")),
        occurred_at: time::of_unix(time, raw.received_at).unwrap_or(raw.received_at),
        kind: EventKind::Delivery(DeliveryUpdate {
            message: ExternalId::new(id),
            state,
            reason,
            reference: None,
        }),
    }
}
