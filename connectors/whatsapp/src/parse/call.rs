//! Calls through WhatsApp: one leg each, told by its beginning, its ringing and its end.

use connector_api::{
    CallOutcome, CallPhase, CallUpdate, Direction, Event, EventKind, ExternalId, LegSide, Parsed, Part,
};
use serde_json::Value;

use super::person::Person;
use super::scope::Scope;
use super::short;
use crate::wire::{self, Loose};

/// The beginning or the end of a call.
pub(super) fn read(scope: &Scope<'_>, path: &str, element: &Value, parsed: &mut Parsed) {
    let call: wire::Call = wire::read(element).unwrap_or_default();
    let (Some(id), Some(event)) = (call.id.text(), call.event.text()) else {
        return parsed.unknown.push(Part::new(path, "a call without an id or an event"));
    };
    let Some(direction) = direction(scope, &call) else {
        return parsed.unknown.push(Part::new(path, "a call of unknown direction"));
    };
    let phase = match event {
        "connect" => CallPhase::Started,
        "terminate" => ended(&call, direction),
        event => {
            let reason = format!("unknown call event {:?}", short(event));
            return parsed.unknown.push(Part::new(path, reason));
        }
    };
    let (phone, user_id) = match direction {
        Direction::Inbound => (&call.from, &call.from_user_id),
        Direction::Outbound => (&call.to, &call.to_user_id),
    };
    let fact = Fact { id, word: event, direction, phase, timestamp: &call.timestamp };
    let person = Person::new(phone, user_id).with_contact(scope);
    parsed.events.push(fact.event(scope, &person, &call.biz_opaque_callback_data));
}

/// How a call of ours rings at the other side.
pub(super) fn ring(scope: &Scope<'_>, path: &str, status: &wire::Status, parsed: &mut Parsed) {
    let (Some(id), Some(word)) = (status.id.text(), status.status.text()) else {
        return parsed.unknown.push(Part::new(path, "a status of no call or without a state"));
    };
    let phase = match word.to_ascii_uppercase().as_str() {
        "RINGING" => CallPhase::Started,
        "ACCEPTED" => CallPhase::Answered,
        "REJECTED" => CallPhase::Ended {
            outcome: CallOutcome::Busy,
            status: word.to_owned(),
            talk_us: None,
            recording: None,
        },
        _ => {
            let reason = format!("unknown call status {:?}", short(word));
            return parsed.unknown.push(Part::new(path, reason));
        }
    };
    let fact = Fact { id, word, direction: Direction::Outbound, phase, timestamp: &status.timestamp };
    let person = Person::new(&status.recipient_id, &status.recipient_user_id).with_contact(scope);
    parsed.events.push(fact.event(scope, &person, &status.biz_opaque_callback_data));
}

struct Fact<'a> {
    id: &'a str,
    word: &'a str,
    direction: Direction,
    phase: CallPhase,
    timestamp: &'a Loose,
}

impl Fact<'_> {
    fn event(self, scope: &Scope<'_>, person: &Person, reference: &Loose) -> Event {
        let call = ExternalId::new(self.id);
        let requested = reference.owned().filter(|_| self.direction == Direction::Outbound);
        let update = CallUpdate {
            leg: call.clone(),
            call,
            side: LegSide::Person,
            direction: self.direction,
            forwarded: false,
            internal: false,
            party: person.key().map(|_| person.party(scope.config)),
            party_text: person.phone.clone(),
            line: scope.display.clone(),
            extension: None,
            from_history: false,
            phase: self.phase,
            control: None,
            requested: requested.map(ExternalId::new),
        };
        Event {
            external_id: ExternalId::new(format!("{}:{}", self.id, self.word)),
            occurred_at: scope.time_of(self.timestamp),
            kind: EventKind::Call(update),
        }
    }
}

fn direction(scope: &Scope<'_>, call: &wire::Call) -> Option<Direction> {
    match call.direction.text() {
        Some("USER_INITIATED") => Some(Direction::Inbound),
        Some("BUSINESS_INITIATED") => Some(Direction::Outbound),
        Some(_) => None,
        None => {
            let ours = scope.display.as_ref()?;
            let from_us = call.from.digits().as_ref() == Some(ours);
            Some(if from_us { Direction::Outbound } else { Direction::Inbound })
        }
    }
}

/// The times are there only when the call was picked up; a call from the client without them was missed.
fn ended(call: &wire::Call, direction: Direction) -> CallPhase {
    let span = || call.end_time.integer()?.checked_sub(call.start_time.integer()?);
    let talk_s = call.duration.integer().or_else(span).filter(|seconds| *seconds >= 0);
    let status = call.status.owned().unwrap_or_else(|| "terminate".into());
    let outcome = match (talk_s, direction, status.as_str()) {
        (Some(_), ..) => CallOutcome::Answered,
        (None, Direction::Outbound, "FAILED") => CallOutcome::Failed,
        (None, ..) => CallOutcome::NotAnswered,
    };
    CallPhase::Ended {
        outcome,
        status,
        talk_us: talk_s.and_then(|seconds| seconds.checked_mul(1_000_000)),
        recording: None,
    }
}
