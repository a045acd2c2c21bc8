//! The history of providers that keep one: asked regularly for what a lost webhook would have told. Its answers take the
//! road of webhooks and repeat safely.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use connector_api::{FetchError, RawEvent};
use crm_core::AccountId;
use crm_core::timeline::raw_event::{StoredRaw, insert_polled, poll_cursor};
use futures::future::join_all;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use super::apply::ApplyQueue;
use crate::accounts::{Account, Accounts};
use crate::clock::Clock;

/// How often an account's history is asked for.
const EVERY: TimeDelta = TimeDelta::minutes(10);
/// Calls, and above all recordings, enter the history late.
const OVERLAP: TimeDelta = TimeDelta::hours(2);
/// After a longer silence the rest stays with the provider.
const AT_MOST: TimeDelta = TimeDelta::days(31);
/// How often it is looked whether an account is due.
const LOOK: Duration = Duration::from_secs(30);

/// What sweeping needs.
#[derive(Clone)]
pub struct Histories {
    /// The database.
    pub pool: PgPool,
    /// Whose history.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// Where stored events go.
    pub apply: ApplyQueue,
    /// What this copy stored already: most answers of one sweep are those of the one before.
    pub known: Known,
}

/// Hashes of the bodies of each account's last answer.
#[derive(Clone, Default)]
pub struct Known(Arc<Mutex<HashMap<AccountId, HashSet<[u8; 32]>>>>);

/// Sweeps until `stop`.
pub async fn run(histories: Histories, stop: CancellationToken) {
    loop {
        histories.sweep((histories.clock)()).await;
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl Histories {
    /// Asks every account that is due; returns how many events were stored. Accounts do not wait for each other.
    pub async fn sweep(&self, now: DateTime<Utc>) -> usize {
        let accounts: Vec<Arc<Account>> = self.accounts.all();
        let due = accounts.iter().filter(|account| account.enabled && account.connector.poller().is_none());
        join_all(due.map(|account| self.sweep_account(account, now))).await.into_iter().sum()
    }

    async fn sweep_account(&self, account: &Account, now: DateTime<Utc>) -> usize {
        match self.ask(account, now).await {
            Ok(stored) => stored,
            Err(error) => {
                let error = &*error;
                tracing::warn!(account.id = %account.id, error, "the history was not asked for; it is tried again");
                0
            }
        }
    }

    /// The cursor is the moment up to which the history was read. It moves with what was stored, so that of two copies one
    /// stores and a crash repeats.
    async fn ask(
        &self,
        account: &Account,
        now: DateTime<Utc>,
    ) -> Result<usize, Box<dyn std::error::Error + Send + Sync>> {
        let Some(history) = account.connector.history() else { return Ok(0) };
        let Some(cursor) = poll_cursor(&mut *self.pool.acquire().await?, account.id).await? else {
            return Ok(0);
        };
        let read_until = cursor.as_deref().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        let Some(since) = since(read_until, now) else { return Ok(0) };
        let raw = match history.fetch_since(since, now, now).await {
            Ok(raw) => raw,
            Err(FetchError::RateLimited { .. }) => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        let hashes: HashSet<[u8; 32]> = raw.iter().map(hash).collect();
        let group: Vec<StoredRaw> = raw
            .into_iter()
            .filter(|raw| !self.known.has(account.id, raw))
            .map(|raw| StoredRaw::new(account.id, raw))
            .collect();
        let moved = insert_polled(
            &mut *self.pool.acquire().await?,
            account.id,
            &group,
            cursor.as_deref(),
            Some(&now.to_rfc3339()),
            !self.apply.is_here(),
        )
        .await?;
        if !moved {
            return Ok(0);
        }
        self.known.remember(account.id, hashes);
        let stored = group.len();
        self.apply.offer(group);
        Ok(stored)
    }
}

/// From where to ask; `None` while the account is not due. The first sweep behind midnight asks for the whole day before.
fn since(read_until: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let Some(read_until) = read_until else { return Some(now - OVERLAP) };
    if now - read_until < EVERY {
        return None;
    }
    let overlapping = read_until - OVERLAP;
    let since = if read_until.date_naive() < now.date_naive() {
        let day_before = now.date_naive().checked_sub_days(Days::new(1)).unwrap_or(now.date_naive());
        overlapping.min(day_before.and_time(NaiveTime::MIN).and_utc())
    } else {
        overlapping
    };
    Some(since.max(now - AT_MOST))
}

fn hash(raw: &RawEvent) -> [u8; 32] {
    Sha256::digest(&raw.body).into()
}

impl Known {
    fn has(&self, account: AccountId, raw: &RawEvent) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&account).is_some_and(|hashes| hashes.contains(&hash(raw)))
    }

    fn remember(&self, account: AccountId, hashes: HashSet<[u8; 32]>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account, hashes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn the_history_is_asked_for_in_time_with_an_overlap_and_a_whole_day_at_night() {
        let now = at("2026-03-17T12:00:00Z");
        assert_eq!(since(None, now), Some(at("2026-03-17T10:00:00Z")), "the first time");
        assert_eq!(since(Some(at("2026-03-17T11:55:00Z")), now), None, "not due");
        assert_eq!(since(Some(at("2026-03-17T11:50:00Z")), now), Some(at("2026-03-17T09:50:00Z")));
        let night = at("2026-03-18T00:05:00Z");
        assert_eq!(
            since(Some(at("2026-03-17T23:55:00Z")), night),
            Some(at("2026-03-17T00:00:00Z")),
            "at night"
        );
        let stood = Some(at("2026-03-14T08:00:00Z"));
        assert_eq!(since(stood, now), Some(at("2026-03-14T06:00:00Z")), "after a longer stop");
        let long_ago = Some(at("2025-03-14T08:00:00Z"));
        assert_eq!(since(long_ago, now), Some(now - AT_MOST), "after a very long one");
    }
}
