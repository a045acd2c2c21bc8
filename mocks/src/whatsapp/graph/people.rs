//! Who wrote when: the 24-hour window, and which messages can be answered.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::whatsapp::Sender;

const WINDOW: TimeDelta = TimeDelta::hours(24);

/// The clients, by phone or by user id where they hide it.
#[derive(Debug, Default)]
pub(super) struct People {
    last: HashMap<String, DateTime<Utc>>,
    phones: HashMap<String, String>,
    users: HashMap<String, String>,
    messages: HashMap<String, DateTime<Utc>>,
}

/// Kinds that do not open the window: nobody said them, or they are no messages.
const SILENT: [&str; 4] = ["system", "reaction", "edit", "revoke"];

impl People {
    /// From a notification.
    pub(super) fn learn(&mut self, message: &Value) {
        let text = |key: &str| message[key].as_str().map(str::to_owned);
        let Some(seconds) = text("timestamp").and_then(|seconds| seconds.parse().ok()) else { return };
        let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
        let from = Sender { phone: text("from"), user_id: text("from_user_id"), ..Sender::default() };
        if !SILENT.contains(&message["type"].as_str().unwrap_or_default()) {
            self.heard(&from, at);
        }
        if let Some(id) = text("id") {
            self.messages.insert(id, at);
        }
    }

    /// A person wrote.
    pub(super) fn heard(&mut self, from: &Sender, at: DateTime<Utc>) {
        if let (Some(phone), Some(user)) = (&from.phone, &from.user_id) {
            self.phones.insert(user.clone(), phone.clone());
            self.users.insert(phone.clone(), user.clone());
        }
        for key in [&from.phone, &from.user_id].into_iter().flatten() {
            let last = self.last.entry(key.clone()).or_insert(at);
            *last = at.max(*last);
        }
    }

    /// Whether anything may be said to this phone or user id.
    pub(super) fn is_open(&self, key: &str, now: DateTime<Utc>) -> bool {
        let last =
            [Some(key), self.phones.get(key).map(String::as_str), self.users.get(key).map(String::as_str)];
        last.into_iter().flatten().filter_map(|key| self.last.get(key)).any(|last| now - *last <= WINDOW)
    }

    /// When a message of a client's was written.
    pub(super) fn message(&self, id: &str) -> Option<DateTime<Utc>> {
        self.messages.get(id).copied()
    }

    /// The person as states name them.
    pub(super) fn recipient(&self, phone: Option<&str>, user: Option<&str>) -> Sender {
        let phone = phone.map(str::to_owned);
        let user_id = user.map(str::to_owned).or_else(|| self.users.get(phone.as_deref()?).cloned());
        Sender { phone, user_id, ..Sender::default() }
    }
}
