//! From an update to canonical events. One module per family of updates; this one looks only at the kind.

mod author;
mod bridge;
mod content;
mod context;
mod letter;
mod links;
mod press;
mod state;

#[cfg(test)]
mod checks;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod shapes;

use chrono::{DateTime, Utc};
use connector_api::{
    Event, EventKind, ExternalId, Facts, ParseError, Parsed, Part, RawEvent, Region, ignored, read_json,
    unknown,
};
use serde_json::{Map, Value};

use crate::Purpose;

pub(crate) use author::name_of;

/// What an account tells the parser.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    /// Our own bot, by whom echoes are recognised.
    pub(crate) bot_id: i64,
    /// For phones on visiting cards.
    pub(crate) region: Region,
    /// Whom the bot serves.
    pub(crate) purpose: Purpose,
}

/// The update around the part that is read.
#[derive(Clone, Copy)]
struct Update<'a> {
    reading: &'a Reading,
    id: i64,
    received_at: DateTime<Utc>,
}

/// Kinds that exist and that we do not ask for.
const UNWANTED: [&str; 18] = [
    "channel_post",
    "edited_channel_post",
    "guest_message",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
    "subscription",
    "stopped_message_generation",
];

/// Reads one update.
pub(crate) fn parse(reading: &Reading, raw: &RawEvent) -> Result<Parsed, ParseError> {
    let body = read_json(&raw.body)?;
    let mut parsed = Parsed::default();
    let Some((id, fields)) = update(&body) else {
        parsed.unknown.push(Part::new("$", "not an update: no update_id"));
        return Ok(parsed);
    };
    let update = Update { reading, id, received_at: raw.received_at };
    for (kind, value) in fields.iter().filter(|(key, _)| *key != "update_id") {
        parsed.take(kind, update.facts(kind, value));
    }
    if fields.len() == 1 {
        parsed.unknown.push(Part::new("$", "an update without a kind"));
    }
    Ok(parsed)
}

fn update(body: &Value) -> Option<(i64, &Map<String, Value>)> {
    let fields = body.as_object()?;
    Some((fields.get("update_id")?.as_i64()?, fields))
}

impl Update<'_> {
    fn facts(&self, kind: &str, value: &Value) -> Facts {
        if self.reading.purpose == Purpose::Bridge {
            return bridge::facts(self, kind, value);
        }
        match kind {
            "message" => letter::message(self, value, letter::Side::Bot),
            "edited_message" => letter::edit(self, value, letter::Side::Bot),
            "business_message" => letter::message(self, value, letter::Side::Business),
            "edited_business_message" => letter::edit(self, value, letter::Side::Business),
            "deleted_business_messages" => state::deletions(self, value),
            "business_connection" => state::connection(self, value),
            "my_chat_member" => state::membership(self, value),
            "message_reaction" => press::reaction(self, value),
            "callback_query" => press::button(self, value),
            kind if UNWANTED.contains(&kind) => ignored("a kind of update that is not used"),
            kind => unknown(format!("unknown kind of update {kind:?}")),
        }
    }

    /// Telegram's whole seconds, put in order below the second by a number that grows: of the message where there is
    /// one, otherwise of the update. Without seconds it is our time of receipt.
    fn time(&self, seconds: Option<i64>, number: i64) -> DateTime<Utc> {
        let micros = u32::try_from(number.rem_euclid(1_000_000)).unwrap_or(0);
        seconds
            .filter(|seconds| *seconds > 0)
            .and_then(|seconds| DateTime::from_timestamp(seconds, micros * 1000))
            .unwrap_or(self.received_at)
    }

    /// For facts whose time is not told: our second of receipt, in the order of the updates, because all updates of one
    /// answer of polling are received at once.
    fn received(&self) -> DateTime<Utc> {
        self.time(Some(self.received_at.timestamp()), self.id)
    }
}

fn event(id: impl Into<String>, occurred_at: DateTime<Utc>, kind: EventKind) -> Event {
    Event { external_id: ExternalId::new(id), occurred_at, kind }
}
