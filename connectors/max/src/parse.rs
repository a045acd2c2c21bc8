//! From an update to canonical events. One module per family of updates; this one looks only at the kind.

mod content;
mod letter;
mod person;
mod place;
mod press;
mod state;
mod vcard;

#[cfg(test)]
mod checks;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod shapes;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Event, EventKind, ExternalId, Facts, ParseError, Parsed, Part, RawEvent, Region, ignored, read_json,
    unknown,
};
use secrecy::SecretString;
use serde_json::Value;

use crate::wire;

/// What an account tells the parser.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    /// Proves visiting cards: the provider signs with it.
    pub(crate) token: SecretString,
    /// For phones on visiting cards.
    pub(crate) region: Region,
}

/// What is read, with what every part of it needs.
struct Told<'a> {
    reading: &'a Reading,
    update: wire::Update,
    received_at: DateTime<Utc>,
}

/// Kinds that exist and that tell a trading company nothing.
const UNWANTED: [&str; 8] = [
    "dialog_cleared",
    "dialog_muted",
    "dialog_unmuted",
    "bot_added",
    "bot_removed",
    "user_added",
    "user_removed",
    "chat_title_changed",
];

/// Reads one update, or one message as the history gives it, which has no frame.
pub(crate) fn parse(reading: &Reading, raw: &RawEvent) -> Result<Parsed, ParseError> {
    let body = read_json(&raw.body)?;
    let mut parsed = Parsed::default();
    let Some((kind, update)) = framed(&body) else {
        parsed.unknown.push(Part::new("$", "not an update: no update_type"));
        return Ok(parsed);
    };
    let told = Told { reading, update, received_at: raw.received_at };
    parsed.take("$", told.facts(&kind));
    Ok(parsed)
}

fn framed(body: &Value) -> Option<(String, wire::Update)> {
    let update: wire::Update = wire::read(body).filter(|_| body.is_object())?;
    if let Some(kind) = update.update_type.clone() {
        return Some((kind, update));
    }
    body.get("body").filter(|body| body.is_object())?;
    let message = wire::read(body);
    Some(("message_created".into(), wire::Update { message, ..wire::Update::default() }))
}

impl Told<'_> {
    fn facts(&self, kind: &str) -> Facts {
        match kind {
            "message_created" => letter::message(self),
            "message_edited" => letter::edit(self),
            "message_removed" => state::removal(self),
            "message_callback" => press::button(self),
            "bot_started" => state::started(self),
            "bot_stopped" | "dialog_removed" => state::stopped(self, kind),
            kind if UNWANTED.contains(&kind) => ignored(format!("{kind} is not used")),
            kind => unknown(format!("unknown kind of update {kind:?}")),
        }
    }

    /// The provider's milliseconds; our time of receipt where there are none.
    fn time(&self, milliseconds: Option<i64>) -> DateTime<Utc> {
        milliseconds
            .filter(|milliseconds| *milliseconds > 0)
            .and_then(DateTime::from_timestamp_millis)
            .unwrap_or(self.received_at)
    }

    /// A message's time, put in order below the millisecond by its place in the chat: several messages of one chat bear
    /// the same millisecond when they were forwarded together.
    fn time_in_chat(&self, milliseconds: Option<i64>, seq: Option<i64>) -> DateTime<Utc> {
        self.time(milliseconds) + TimeDelta::microseconds(seq.unwrap_or(0).rem_euclid(1000))
    }
}

fn event(id: impl Into<String>, occurred_at: DateTime<Utc>, kind: EventKind) -> Event {
    Event { external_id: ExternalId::new(id), occurred_at, kind }
}
