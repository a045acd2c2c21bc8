//! Raw events: what providers posted, what became of it, and the balance of the two.

mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, SubsecRound, Utc};
use connector_api::RawEvent;
use serde::{Deserialize, Serialize};

use crate::{AccountId, RawEventId};

pub use store::{
    balance, count_refused, forget_older_than, get, insert_group, insert_polled, is_any_before, list,
    make_partitions, move_watermark, outcome_of, pending, pending_left, poll_cursor, record_outcomes,
    refused, taken,
};

/// A raw event with its place in the store.
#[derive(Clone, Debug)]
pub struct StoredRaw {
    /// Sorts by the time of receipt.
    pub id: RawEventId,
    /// Whose.
    pub account_id: AccountId,
    /// The event; `received_at` in whole milliseconds, as in the id.
    pub raw: RawEvent,
}

impl StoredRaw {
    /// Gives a raw event its id.
    pub fn new(account_id: AccountId, mut raw: RawEvent) -> Self {
        raw.received_at = raw.received_at.trunc_subsecs(3);
        Self { id: RawEventId::at(raw.received_at), account_id, raw }
    }
}

/// What became of a raw event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RawState {
    /// All of it was understood, some of it concerns a timeline.
    Applied,
    /// All of it was understood, nothing concerns us.
    Ignored,
    /// Some of it was not understood or could not be applied; the rest was.
    Quarantined,
}

impl RawState {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Ignored => "ignored",
            Self::Quarantined => "quarantined",
        }
    }
}

/// The outcome of one raw event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Which.
    pub raw_id: RawEventId,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Whose.
    pub account_id: AccountId,
    /// The state.
    pub state: RawState,
    /// Facts applied.
    pub events: i32,
    /// Parts that carry nothing for us.
    pub ignored: i32,
    /// Parts not understood.
    pub unknown: i32,
    /// Why it is quarantined or ignored, in a few words without message text.
    pub reason: Option<String>,
}

/// Raw = applied + ignored + quarantined + pending, of one moment; pending ones are stored and not looked at yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Balance {
    /// All that was acknowledged and is still kept.
    pub raw: i64,
    /// See [`RawState::Applied`].
    pub applied: i64,
    /// See [`RawState::Ignored`].
    pub ignored: i64,
    /// See [`RawState::Quarantined`].
    pub quarantined: i64,
    /// Stored, not looked at yet; zero when the hub is at rest.
    pub pending: i64,
}

/// Which raw events to list; newest first.
#[derive(Clone, Debug, Default)]
pub struct RawFilter {
    /// Of one account.
    pub account_id: Option<AccountId>,
    /// In one state; `None` for all, those not looked at yet included.
    pub state: Option<RawState>,
    /// Received at or after.
    pub from: Option<DateTime<Utc>>,
    /// Received before.
    pub until: Option<DateTime<Utc>>,
    /// Behind this one in the list.
    pub after: Option<RawEventId>,
    /// At most so many.
    pub limit: i64,
}

/// A line of the list.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct RawSummary {
    /// Which.
    pub id: RawEventId,
    /// Whose.
    pub account_id: AccountId,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// `webhook`, `poll` or `history`.
    pub source: String,
    /// Length of the body.
    pub size_bytes: i64,
    /// Absent while it was not looked at.
    #[schema(required = true)]
    pub state: Option<RawState>,
    /// Facts applied.
    pub events: i32,
    /// Parts that carry nothing for us.
    pub ignored: i32,
    /// Parts not understood.
    pub unknown: i32,
    /// Why.
    #[schema(required = true)]
    pub reason: Option<String>,
}
