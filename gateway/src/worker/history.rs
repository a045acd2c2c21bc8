//! The history of providers that keep one: asked regularly for what a lost webhook would have told. Its answers take the
//! road of webhooks and repeat safely.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use connector_api::{FetchError, RawEvent};
use crm_core::AccountId;
use crm_core::schedule::{Plan, Report};
use crm_core::timeline::raw_event::{StoredRaw, insert_polled, poll_cursor};
use futures::future::join_all;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::apply::ApplyQueue;
use super::catch_up;
use super::schedule::Tasks;
use crate::accounts::{Account, Accounts};

/// How often an account's history is asked for.
const EVERY: TimeDelta = TimeDelta::minutes(10);
/// Calls, and above all recordings, enter the history late.
const OVERLAP: TimeDelta = TimeDelta::hours(2);
/// How often it is looked whether an account is due: a new one does not wait for the round of the others.
const LOOK: TimeDelta = TimeDelta::seconds(30);
/// After a longer silence the rest stays with the provider.
const AT_MOST: TimeDelta = TimeDelta::days(31);

/// What sweeping needs.
struct Histories {
    /// Whose history.
    accounts: Accounts,
    /// Where stored events go.
    apply: ApplyQueue,
    /// What this copy stored already: most answers of one sweep are those of the one before.
    known: Known,
}

/// Hashes of the bodies of each account's last answer.
#[derive(Default)]
struct Known(Mutex<HashMap<AccountId, HashSet<[u8; 32]>>>);

/// Adds the task.
pub fn add(tasks: &mut Tasks, accounts: Accounts, apply: ApplyQueue) {
    let histories = Arc::new(Histories { accounts, apply, known: Known::default() });
    tasks.add(
        "channels.history",
        "Сверка с историей каналов",
        Plan::Every(LOOK),
        move |pool, now| {
            let histories = Arc::clone(&histories);
            async move { Ok(histories.sweep(&pool, now).await) }
        },
    );
}

/// What became of one account.
enum Swept {
    /// It was not its time, or it keeps no history.
    Left,
    /// Its history was read; so many events were stored.
    Read(usize),
    /// It could not be read.
    Failed,
}

impl Histories {
    /// Asks every account that is due. Accounts do not wait for each other; those that failed are due again at once.
    async fn sweep(&self, pool: &PgPool, now: DateTime<Utc>) -> Report {
        let accounts: Vec<Arc<Account>> = self.accounts.all();
        let asked = accounts.iter().filter(|account| account.enabled && account.connector.poller().is_none());
        let swept =
            join_all(asked.map(async |account| (account, self.sweep_account(pool, account, now).await)));
        let (mut read, mut stored, mut failed) = (0, 0, Vec::new());
        for (account, swept) in swept.await {
            match swept {
                Swept::Left => {}
                Swept::Read(events) => {
                    read += 1;
                    stored += events;
                }
                Swept::Failed => failed.push(account.name.as_str()),
            }
        }
        let words = format!("Сверено каналов: {read}, новых событий: {stored}.");
        if failed.is_empty() {
            Report::done(words)
        } else {
            Report::failed(format!("Не ответили: {}. {words}", failed.join(", ")))
        }
    }

    async fn sweep_account(&self, pool: &PgPool, account: &Account, now: DateTime<Utc>) -> Swept {
        match self.ask(pool, account, now).await {
            Ok(swept) => swept,
            Err(error) => {
                let error = &*error;
                tracing::warn!(account.id = %account.id, error, "the history was not asked for; it is tried again");
                Swept::Failed
            }
        }
    }

    /// The cursor is the moment up to which the history was read. It moves with what was stored, so that of two copies one
    /// stores and a crash repeats.
    async fn ask(
        &self,
        pool: &PgPool,
        account: &Account,
        now: DateTime<Utc>,
    ) -> Result<Swept, Box<dyn std::error::Error + Send + Sync>> {
        let Some(history) = account.connector.history() else {
            let Some(history) = account.connector.conversation_history() else { return Ok(Swept::Left) };
            return Ok(match catch_up::ask(pool, &self.apply, account.id, history, now).await? {
                Some(events) => Swept::Read(events),
                None => Swept::Left,
            });
        };
        let Some(cursor) = poll_cursor(&mut *pool.acquire().await?, account.id).await? else {
            return Ok(Swept::Left);
        };
        let read_until = cursor.as_deref().and_then(|text| text.parse::<DateTime<Utc>>().ok());
        let Some(since) = since(read_until, now) else { return Ok(Swept::Left) };
        let raw = match history.fetch_since(since, now, now).await {
            Ok(raw) => raw,
            Err(FetchError::RateLimited { .. }) => return Ok(Swept::Left),
            Err(error) => return Err(error.into()),
        };
        let hashes: HashSet<[u8; 32]> = raw.iter().map(hash).collect();
        let group: Vec<StoredRaw> = raw
            .into_iter()
            .filter(|raw| !self.known.has(account.id, raw))
            .map(|raw| StoredRaw::new(account.id, raw))
            .collect();
        let moved = insert_polled(
            &mut *pool.acquire().await?,
            account.id,
            &group,
            cursor.as_deref(),
            Some(&now.to_rfc3339()),
            !self.apply.is_here(),
        )
        .await?;
        if !moved {
            return Ok(Swept::Left);
        }
        self.known.remember(account.id, hashes);
        let stored = group.len();
        self.apply.offer(group);
        Ok(Swept::Read(stored))
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
mod tests;
