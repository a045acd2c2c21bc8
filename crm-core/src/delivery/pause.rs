//! Why an account as a whole does not send now: for all copies of the program, and over restarts.

mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::AccountId;

pub use store::{accepted, clear, of_account, stuck, waiting};

/// `account_sending.pause`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum PauseKind {
    /// The provider asked for a pause.
    Limited,
    /// Too many failures in a row: one attempt at a time tells when it is over.
    Failing,
    /// The provider refuses the account: a person must act.
    Stopped,
}

/// How an account's sending is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sending {
    /// Nothing is sent before this moment.
    pub paused_until: Option<DateTime<Utc>>,
    /// Why.
    pub pause: Option<PauseKind>,
    /// The provider's code.
    pub code: Option<String>,
    /// In words.
    pub reason: Option<String>,
    /// Failures in a row.
    pub failures: i32,
    /// Since when.
    pub failing_since: Option<DateTime<Utc>>,
    /// The newest accepted message, to within ten seconds.
    pub last_accepted_at: Option<DateTime<Utc>>,
}

/// A reason to send nothing for a while.
#[derive(Clone, Debug)]
pub struct Pause {
    /// Why.
    pub kind: PauseKind,
    /// How long; a longer pause that is in force stays.
    pub until: DateTime<Utc>,
    /// The provider's code.
    pub code: Option<String>,
    /// In words.
    pub reason: Option<String>,
}

/// Sends nothing of an account for a while. A limit is no failure; the others count as one.
pub async fn pause(
    conn: &mut PgConnection,
    account: AccountId,
    pause: &Pause,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::pause(conn, account, pause, now).await
}

/// Counts a failure that did not pause the account (yet).
pub async fn failed(
    conn: &mut PgConnection,
    account: AccountId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::failed(conn, account, reason, now).await
}
