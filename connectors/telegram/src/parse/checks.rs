//! What a receiver of updates must hold to, part by part.

mod business;
mod changes;
mod contents;
mod groups;
mod identity;
mod updates;

use chrono::{DateTime, Utc};
use connector_api::{
    Address, Content, Edit, Event, EventKind, ExternalId, Message, Parsed, Party, RawEvent, Region,
};
use serde_json::value::RawValue;

use super::{Reading, parse};

pub(super) const READING: Reading =
    Reading { bot_id: 7_000_000_001, region: Region::Russia, purpose: crate::Purpose::Clients };

/// The bytes of a fixture.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/", $name, ".json")).as_slice()
    };
}
pub(super) use fixture;

pub(super) fn received_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_260_000, 250_000_000).unwrap()
}

pub(super) fn raw(body: &[u8]) -> RawEvent {
    RawEvent {
        source: "webhook".into(),
        received_at: received_at(),
        content_type: Some("application/json".into()),
        query: String::new(),
        body: body.to_vec().into(),
    }
}

/// One fixture holds one update, or a list of those that belong together.
pub(super) fn all(fixture: &[u8]) -> Vec<Parsed> {
    let updates: Vec<&RawValue> = serde_json::from_slice(fixture)
        .unwrap_or_else(|_| vec![serde_json::from_slice(fixture).expect("a fixture is JSON")]);
    updates.iter().map(|update| parse(&READING, &raw(update.get().as_bytes())).unwrap()).collect()
}

/// The events of a fixture in which everything is a fact.
fn events(fixture: &[u8]) -> Vec<Event> {
    let parsed = all(fixture);
    assert!(
        parsed.iter().all(|parsed| parsed.ignored.is_empty() && parsed.unknown.is_empty()),
        "{parsed:#?}"
    );
    parsed.into_iter().flat_map(|parsed| parsed.events).collect()
}

fn messages(fixture: &[u8]) -> Vec<(String, Message)> {
    let message = |event: Event| match event.kind {
        EventKind::Message(message) => Some((event.external_id.to_string(), message)),
        _ => None,
    };
    all(fixture).into_iter().flat_map(|parsed| parsed.events).filter_map(message).collect()
}

fn message(fixture: &[u8]) -> (String, Message) {
    let mut messages = messages(fixture);
    assert_eq!(messages.len(), 1);
    messages.remove(0)
}

fn edits(fixture: &[u8]) -> Vec<(String, Edit)> {
    let edit = |event: Event| match event.kind {
        EventKind::Edit(edit) => (event.external_id.to_string(), edit),
        other => panic!("{other:?}"),
    };
    events(fixture).into_iter().map(edit).collect()
}

/// The reasons of a fixture in which nothing is a fact.
fn ignored(fixture: &[u8]) -> Vec<String> {
    let parsed = all(fixture);
    assert!(parsed.iter().all(|parsed| parsed.events.is_empty() && parsed.unknown.is_empty()), "{parsed:#?}");
    parsed.into_iter().flat_map(|parsed| parsed.ignored).map(|part| part.reason).collect()
}

fn unknown(fixture: &[u8]) -> Vec<(String, String)> {
    let parsed = all(fixture);
    assert!(parsed.iter().all(|parsed| parsed.events.is_empty() && parsed.ignored.is_empty()), "{parsed:#?}");
    parsed.into_iter().flat_map(|parsed| parsed.unknown).map(|part| (part.path, part.reason)).collect()
}

fn text(text: &str) -> Content {
    Content::Text { text: text.into() }
}

fn id(id: &str) -> ExternalId {
    ExternalId::new(id)
}

const OLEG: &str = "6100000001";

fn is_oleg(party: &Party) -> bool {
    party.addresses == [Address::opaque("telegram", OLEG)]
}
