//! Rows for tests: people, cards and timelines as the ingest would leave them.

mod feed;
mod store;

pub use feed::feed_for;
pub use store::{
    Said, account, call, client, contact, conversation, delivery, dump, fact, file, give, link, message,
    note, phone, proposal, user,
};

use chrono::{DateTime, TimeZone, Utc};

/// The given minute of an ordinary day.
pub fn minute(minute: i64) -> DateTime<Utc> {
    let start = Utc.with_ymd_and_hms(2026, 11, 2, 6, 0, 0).single().expect("the day exists");
    start + chrono::TimeDelta::minutes(minute)
}
