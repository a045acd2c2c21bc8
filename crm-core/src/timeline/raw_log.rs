//! «Журнал событий канала»: raw events as people look at them and have them read again.

mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::raw_event::{self, Balance, Outcome, RawFilter, RawState, RawSummary, StoredRaw};
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Forbidden, Right, Viewer};
use crate::{AccountId, RawEventId};

/// Why the log was not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum RawLogError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such raw event, or its day was dropped.
    #[error("there is no such raw event")]
    Missing,
    /// The database failed.
    #[error("the log of raw events could not be read")]
    Database(#[from] sqlx::Error),
}

/// A page of the log, newest first. Shows no bodies.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &RawFilter,
) -> Result<Vec<RawSummary>, RawLogError> {
    viewer.require(Right::RawLogRead)?;
    Ok(raw_event::list(conn, filter).await?)
}

/// One raw event with its body and what became of it. A body may hold what a client wrote, so the look is audited.
/// To be called in a transaction.
pub async fn open(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RawEventId,
    now: DateTime<Utc>,
) -> Result<(StoredRaw, Option<Outcome>), RawLogError> {
    viewer.require(Right::RawLogRead)?;
    let stored = raw_event::get(conn, id).await?.ok_or(RawLogError::Missing)?;
    let outcome = raw_event::outcome_of(conn, id).await?;
    let seen = json!({"account_id": stored.account_id, "received_at": stored.raw.received_at});
    record(conn, viewer, "raw_event.read", Subject::new("raw_event", &id), seen, now).await?;
    Ok((stored, outcome))
}

/// The balance of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AccountBalance {
    /// Whose.
    pub account_id: AccountId,
    /// Raw = applied + ignored + quarantined + pending.
    #[serde(flatten)]
    pub balance: Balance,
}

/// The balance of every account that has raw events or is known, all of one moment.
pub async fn balance(conn: &mut PgConnection, viewer: &Viewer) -> Result<Vec<AccountBalance>, RawLogError> {
    viewer.require(Right::RawLogRead)?;
    Ok(store::balance(conn).await?)
}

/// All of them together.
pub fn total(accounts: &[AccountBalance]) -> Balance {
    accounts.iter().fold(Balance::default(), |total, AccountBalance { balance, .. }| Balance {
        raw: total.raw + balance.raw,
        applied: total.applied + balance.applied,
        ignored: total.ignored + balance.ignored,
        quarantined: total.quarantined + balance.quarantined,
        pending: total.pending + balance.pending,
    })
}

/// Which raw events to read again, in the order of receipt.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReplayFilter {
    /// This one only.
    pub only: Option<RawEventId>,
    /// Of one account.
    pub account_id: Option<AccountId>,
    /// In one state; `None` for all, those not looked at yet included.
    pub state: Option<RawState>,
    /// Received at or after.
    pub from: Option<DateTime<Utc>>,
    /// Received before.
    pub until: Option<DateTime<Utc>>,
    /// Behind this one.
    pub after: Option<RawEventId>,
}

/// Allows a replay and audits it, before it begins: no replay without its line in the log.
pub async fn begin_replay(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &ReplayFilter,
    now: DateTime<Utc>,
) -> Result<(), RawLogError> {
    viewer.require(Right::RawLogReplay)?;
    let subject = match (filter.only, filter.account_id) {
        (Some(raw), _) => {
            raw_event::get(conn, raw).await?.ok_or(RawLogError::Missing)?;
            Subject::new("raw_event", &raw)
        }
        (None, Some(account)) => Subject::new("account", &account),
        (None, None) => Subject::new("raw_log", "all"),
    };
    let asked = json!({
        "state": filter.state,
        "from": filter.from,
        "until": filter.until,
        "after": filter.after,
    });
    Ok(record(conn, viewer, "raw_event.replay", subject, asked, now).await?)
}

/// The next raw events to read again, with the state that each has now: at most `limit`, and no more than fit into some
/// megabytes, but always one.
pub async fn to_replay_unscoped(
    conn: &mut PgConnection,
    filter: &ReplayFilter,
    limit: i64,
) -> sqlx::Result<Vec<(StoredRaw, Option<RawState>)>> {
    store::to_replay(conn, filter, limit).await
}

async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    action: &str,
    subject: Subject,
    after: Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    audit::record(conn, &Actor::User(viewer), action, subject, None, Some(after), now).await
}
