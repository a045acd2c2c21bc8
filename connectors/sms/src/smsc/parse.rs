//! Reports and inbound messages of SMSC.ru as facts.

use chrono::{DateTime, Utc};
use connector_api::{
    Address, Content, DeliveryState, DeliveryUpdate, Direction, Event, EventKind, ExternalId, Message,
    Origin, ParseError, Parsed, Part, Party, PhoneNumber, RawEvent, Reason, Region,
};
use sha2::{Digest, Sha256};

use super::wire::{Kind, Status, StatusAnswer};
use crate::form::Form;
use crate::outgoing::TOLD;
use crate::{number_key, time};

pub(super) fn parse(raw: &RawEvent, region: Region) -> Result<Parsed, ParseError> {
    let form = if raw.source == TOLD { of_answer(raw)? } else { Form::read(&raw.query, &raw.body) };
    if form.is_empty() {
        return Err(ParseError("the request holds no fields".into()));
    }
    let occurred_at = occurred_at(&form, raw.received_at);
    let mut parsed = Parsed::default();
    match Kind::of(&form) {
        Kind::Call => parsed.ignored.push(Part::new("$", "a verification call")),
        Kind::Inbound => match inbound(&form, region) {
            Some((external_id, message)) => {
                parsed.events.push(Event { external_id, occurred_at, kind: EventKind::Message(message) });
            }
            None => parsed.unknown.push(Part::new("$", "an inbound message without phone")),
        },
        Kind::Status => report(&form, region, occurred_at, &mut parsed),
    }
    Ok(parsed)
}

/// An answer that was asked for, with what was asked, as the report that it would have been.
fn of_answer(raw: &RawEvent) -> Result<Form, ParseError> {
    let answer =
        StatusAnswer::read(&raw.body).ok_or_else(|| ParseError("no answer about a message".into()))?;
    let StatusAnswer { status, last_timestamp, err } = answer;
    let report = format!("status={status}&ts={last_timestamp}&err={err}");
    Ok(Form::read(&raw.query, report.as_bytes()))
}

/// Reports have `ts`, inbound messages only `time`.
fn occurred_at(form: &Form, received_at: DateTime<Utc>) -> DateTime<Utc> {
    time::of_unix(&form.text("ts"), received_at)
        .or_else(|| time::of_moscow(&form.text("time"), received_at))
        .unwrap_or(received_at)
}

fn report(form: &Form, region: Region, occurred_at: DateTime<Utc>, parsed: &mut Parsed) {
    let (id, code) = (form.text("id"), form.text("status"));
    if id.is_empty() || code.is_empty() {
        parsed.unknown.push(Part::new("$", "neither a report, nor a message, nor a call"));
        return;
    }
    let (state, reason) = match Status::of(&code) {
        Some(Status::Reached(state)) => (state, None),
        Some(Status::Failed(text)) => (DeliveryState::Failed, Some(reason(&code, text, &form.text("err")))),
        Some(Status::NotFound) => {
            parsed
                .ignored
                .push(Part::new("status", format!("message {id:?} is not known to the provider yet")));
            return;
        }
        None => {
            parsed.unknown.push(Part::new("status", format!("unknown status {code:?} of message {id:?}")));
            return;
        }
    };
    let message = super::message_id(&id, &number_key(&form.text("phone"), region));
    let update = DeliveryUpdate { message: ExternalId::new(&*message), state, reason, reference: None };
    parsed.events.push(Event {
        external_id: ExternalId::new(format!("{message}:{code}")),
        occurred_at,
        kind: EventKind::Delivery(update),
    });
}

fn reason(code: &str, text: &str, operator_code: &str) -> Reason {
    let text = match operator_code {
        "" | "0" => text.to_owned(),
        operator_code => format!("{text} (код оператора {operator_code})"),
    };
    Reason { code: code.to_owned(), text, remedy: None }
}

/// A message to a number of ours; `None` when nobody is said to have sent it.
fn inbound(form: &Form, region: Region) -> Option<(ExternalId, Message)> {
    let (phone, ours) = (form.text("phone"), form.text("to"));
    if phone.is_empty() {
        return None;
    }
    let message = Message {
        conversation: ExternalId::new(format!(
            "{}:{}",
            number_key(&ours, region),
            number_key(&phone, region)
        )),
        party: party(&phone, region),
        direction: Direction::Inbound,
        origin: Origin::Live,
        author_name: None,
        content: Content::Text { text: exact_text(form.bytes("mes")) },
        quote: None,
        forward: None,
        referral: None,
        album: None,
        delivery: None,
        placeholder: false,
    };
    Some((inbound_id(form), message))
}

/// The provider's id of the message, or one made of all that tells messages apart.
fn inbound_id(form: &Form) -> ExternalId {
    match form.text("id").as_str() {
        "" | "0" => {
            let mut hash = Sha256::new();
            for name in ["phone", "to", "time", "mes"] {
                hash.update(form.bytes(name));
                hash.update(b"\0");
            }
            ExternalId::new(format!("in:{}", hex::encode(hash.finalize())))
        }
        id => ExternalId::new(format!("in:{id}")),
    }
}

/// Short numbers and senders' names are addresses that compare only among short messages.
fn party(phone: &str, region: Region) -> Party {
    let address = PhoneNumber::parse(phone, region)
        .map_or_else(|| Address::opaque("sms", phone.to_lowercase()), Address::Phone);
    let name = phone.contains(char::is_alphabetic).then(|| phone.to_owned());
    Party { addresses: vec![address], name, username: None }
}

/// UTF-8, or else windows-1251, in which the provider sends to accounts of old.
fn exact_text(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1251.decode_without_bom_handling(bytes).0.into_owned(),
    };
    text.replace('\0', "\u{fffd}")
}
