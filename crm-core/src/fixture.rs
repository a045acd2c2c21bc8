//! Rows for tests: people, cards and timelines as the ingest would leave them.

mod feed;
mod store;

pub use feed::feed_for;
pub use store::{
    Said, account, call, client, contact, conversation, delivery, dump, fact, file, give, link, message,
    note, phone, proposal, user,
};

use chrono::{DateTime, TimeZone, Utc};

use crate::timeline::conversation::rest::LayAside;

/// The given minute of an ordinary day.
pub fn minute(minute: i64) -> DateTime<Utc> {
    let start = Utc.with_ymd_and_hms(2026, 11, 2, 6, 0, 0).single().expect("the day exists");
    start + chrono::TimeDelta::minutes(minute)
}

/// How a conversation is laid aside by whoever saw a message of that minute, until that other one or for good.
pub fn aside(seen: Option<i64>, until: Option<i64>) -> LayAside {
    LayAside { seen_inbound_at: seen.map(minute), until: until.map(minute) }
}
