//! Replay: raw events are read again, as the connectors read them now. Changes nothing where they read as before, and
//! heals what they have learnt since.

use std::time::Duration;

use chrono::{DateTime, Utc};
use crm_core::RawEventId;
use crm_core::timeline::ingest::{self, ApplyError, ReadRaw};
use crm_core::timeline::raw_event::{RawState, StoredRaw};
use crm_core::timeline::raw_log::{self, ReplayFilter};
use serde::Serialize;
use sqlx::{PgConnection, PgPool};

use crate::accounts::Accounts;
use crate::reading;

const BATCH: u64 = 200;
/// How often a batch is tried while others are in its way.
const TRIES: u32 = 5;

/// What a replay did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Replayed {
    /// Raw events read again.
    pub replayed: u64,
    /// Those that were in quarantine and are not any more.
    pub healed: u64,
    /// Those that are in quarantine now.
    pub quarantined: u64,
    /// Those left as they are, because their account cannot work now.
    pub skipped: u64,
    /// Go on behind this one; absent when nothing is left.
    #[serde(skip)]
    pub next: Option<RawEventId>,
}

/// Why a replay stopped. What was done until then stays done; the same replay again repeats safely.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The database failed.
    #[error("the replay could not go on")]
    Database(#[from] sqlx::Error),
}

/// Reads up to `limit` raw events of the filter again, in the order of receipt, batch by batch. Whether it is allowed, and
/// the line in the audit log, is the caller's business: [`raw_log::begin_replay`].
pub async fn replay(
    pool: &PgPool,
    accounts: &Accounts,
    filter: &ReplayFilter,
    limit: u64,
    now: DateTime<Utc>,
) -> Result<Replayed, ReplayError> {
    let mut done = Replayed::default();
    let mut filter = *filter;
    let mut unsettled = false;
    let mut conn = pool.acquire().await?;
    loop {
        let left = limit.saturating_sub(done.replayed + done.skipped);
        // A row more than wanted tells whether there is something to go on with.
        let rows = i64::try_from(left.min(BATCH) + 1).unwrap_or(i64::MAX);
        let mut batch = raw_log::to_replay_unscoped(&mut conn, &filter, rows).await?;
        if batch.is_empty() {
            break;
        }
        if left == 0 {
            done.next = filter.after;
            break;
        }
        batch.truncate(usize::try_from(left.min(BATCH)).unwrap_or(usize::MAX));
        filter.after = batch.last().map(|(stored, _)| stored.id);
        unsettled |= replay_batch(&mut conn, accounts, &batch, &mut done, now).await?;
    }
    if unsettled {
        ingest::settle(&mut conn, now).await?;
    }
    Ok(done)
}

async fn replay_batch(
    conn: &mut PgConnection,
    accounts: &Accounts,
    batch: &[(StoredRaw, Option<RawState>)],
    done: &mut Replayed,
    now: DateTime<Utc>,
) -> Result<bool, ReplayError> {
    let mut reads = Vec::with_capacity(batch.len());
    let mut were_quarantined = Vec::with_capacity(batch.len());
    for (stored, state) in batch {
        match accounts.by_id(stored.account_id) {
            Some(account) => {
                reads.push(reading::read(stored, &account));
                were_quarantined.push(*state == Some(RawState::Quarantined));
            }
            None => done.skipped += 1,
        }
    }
    let (unsettled, poisoned) = apply(conn, &reads, now).await?;
    for ((read, poisoned), was_quarantined) in reads.iter().zip(poisoned).zip(were_quarantined) {
        let quarantined = poisoned || !read.parsed.as_ref().is_ok_and(|parsed| parsed.unknown.is_empty());
        done.replayed += 1;
        done.quarantined += u64::from(quarantined);
        done.healed += u64::from(was_quarantined && !quarantined);
    }
    Ok(unsettled)
}

/// Applies all at once, or one by one where one of them cannot be stored. Tells whether there is something to settle, and
/// which could not be stored.
async fn apply(
    conn: &mut PgConnection,
    reads: &[ReadRaw],
    now: DateTime<Utc>,
) -> sqlx::Result<(bool, Vec<bool>)> {
    let mut poisoned = vec![false; reads.len()];
    if reads.is_empty() {
        return Ok((false, poisoned));
    }
    if let Ok(unsettled) = try_apply(conn, reads, now).await? {
        return Ok((unsettled, poisoned));
    }
    let mut any_unsettled = false;
    for (read, poisoned) in reads.iter().zip(&mut poisoned) {
        match try_apply(conn, std::slice::from_ref(read), now).await? {
            Ok(unsettled) => any_unsettled |= unsettled,
            Err(reason) => {
                tracing::error!(raw.id = %read.raw_id, "a raw event cannot be applied and goes to quarantine");
                ingest::quarantine(conn, read, &reason, now).await?;
                *poisoned = true;
            }
        }
    }
    Ok((any_unsettled, poisoned))
}

/// The inner error tells why an event among them cannot be stored.
async fn try_apply(
    conn: &mut PgConnection,
    reads: &[ReadRaw],
    now: DateTime<Utc>,
) -> sqlx::Result<Result<bool, String>> {
    let mut tries = 0;
    loop {
        tries += 1;
        match ingest::apply(conn, reads, now).await {
            Ok(unsettled) => return Ok(Ok(unsettled)),
            Err(ApplyError::Again(sqlx::Error::Database(_)) | ApplyError::Earlier) if tries < TRIES => {
                tokio::time::sleep(Duration::from_millis(50) * tries).await;
            }
            Err(ApplyError::Again(error)) => return Err(error),
            Err(ApplyError::Earlier) => return Ok(Err("ждёт более раннего события".to_owned())),
            Err(ApplyError::Poison(error)) => {
                let cause =
                    error.as_database_error().map_or_else(|| error.to_string(), |e| e.message().into());
                return Ok(Err(format!("не сохраняется: {cause}")));
            }
        }
    }
}
