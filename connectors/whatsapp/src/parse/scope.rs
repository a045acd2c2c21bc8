//! One `value` of a body together with all that stands around it.

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, Parsed, Part};
use serde_json::Value;

use super::json;
use crate::wire::{self, Contact, Loose, Many, Metadata};
use crate::{Config, address};

/// A change as found in the body.
pub(super) struct Change<'a> {
    pub entry: Option<&'a Value>,
    pub field: Loose,
    /// Of the value.
    pub path: String,
    pub value: Option<&'a Value>,
}

/// One `value`: which account, which number, which people.
pub(super) struct Scope<'a> {
    pub config: &'a Config,
    pub received_at: DateTime<Utc>,
    /// The WABA.
    pub entry: Option<String>,
    entry_time: Loose,
    pub field: String,
    pub path: String,
    pub value: &'a Value,
    /// The phone number id.
    pub number: Option<String>,
    /// The display number, digits.
    pub display: Option<String>,
    pub contacts: Vec<Contact>,
}

/// 31 December 9999: what lies behind it is no time of a message.
const LAST_SECOND: i64 = 253_402_300_799;

impl<'a> Scope<'a> {
    pub fn new(config: &'a Config, received_at: DateTime<Utc>, change: Change<'a>, value: &'a Value) -> Self {
        let metadata: Metadata = value.get("metadata").and_then(wire::read).unwrap_or_default();
        Self {
            config,
            received_at,
            entry: change.entry.and_then(|entry| Loose::of(entry.get("id")).owned()),
            entry_time: Loose::of(change.entry.and_then(|entry| entry.get("time"))),
            field: change.field.owned().unwrap_or_default(),
            path: change.path,
            value,
            number: metadata.phone_number_id.owned(),
            display: metadata.display_phone_number.digits(),
            contacts: Many::of(value.get("contacts")).0,
        }
    }

    /// The phone number id when this account is bound to another one.
    pub fn foreign_number(&self) -> Option<&str> {
        let own = self.config.phone_number_id.as_deref().filter(|own| !own.is_empty())?;
        self.number.as_deref().filter(|number| *number != own)
    }

    /// The elements of a list with their paths. What is neither a list nor an object is quarantined.
    pub fn list(&self, name: &str, parsed: &mut Parsed) -> Vec<(String, &'a Value)> {
        match self.value.get(name) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(elements)) => {
                let path = |index| format!("{}.{name}[{index}]", self.path);
                elements.iter().enumerate().map(|(index, element)| (path(index), element)).collect()
            }
            Some(single @ Value::Object(_)) => vec![(format!("{}.{name}", self.path), single)],
            Some(_) => {
                parsed.unknown.push(Part::new(format!("{}.{name}", self.path), "not a list"));
                Vec::new()
            }
        }
    }

    /// The key of a conversation: our number and the other side. The other side is the group, else the phone, else
    /// the user id (README, Decisions).
    pub fn conversation(&self, other_side: &str) -> ExternalId {
        let number = self.number.as_deref().or(self.config.phone_number_id.as_deref());
        let number = number.or(self.display.as_deref()).unwrap_or("unknown");
        address::conversation(number, other_side)
    }

    /// The time of the entry, else of receipt.
    pub fn time(&self) -> DateTime<Utc> {
        self.time_of(&self.entry_time)
    }

    /// A time of the wire (seconds, text or number), else of receipt.
    pub fn time_of(&self, timestamp: &Loose) -> DateTime<Utc> {
        let seconds = timestamp.integer().filter(|seconds| (1..=LAST_SECOND).contains(seconds));
        seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or(self.received_at)
    }

    /// The id of a fact to which the provider gives none. Where the provider gives no time either, the day of receipt
    /// stands for it: the same trouble tomorrow is another notice.
    pub fn fingerprint(&self, fact: &Value) -> ExternalId {
        let time = match self.entry_time.text() {
            Some(time) => time.to_owned(),
            None => self.received_at.date_naive().to_string(),
        };
        self.hash(&time, fact)
    }

    /// The id of a fact that holds its own time.
    pub fn fingerprint_of_timed(&self, fact: &Value, timestamp: &Loose) -> ExternalId {
        match timestamp.text() {
            Some(time) => self.hash(time, fact),
            None => self.fingerprint(fact),
        }
    }

    fn hash(&self, time: &str, fact: &Value) -> ExternalId {
        let entry = Value::from(self.entry.as_deref().unwrap_or_default());
        let field = Value::from(self.field.as_str());
        ExternalId::new(json::fingerprint(&[&entry, &Value::from(time), &field, fact]))
    }
}
