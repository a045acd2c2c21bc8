//! Long polling: the other intake. What it brings is stored like a webhook, together with the cursor.

use std::collections::HashMap;
use std::time::Duration;

use connector_api::FetchError;
use crm_core::AccountId;
use crm_core::timeline::raw_event::{StoredRaw, insert_polled, poll_cursor};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::apply::ApplyQueue;
use crate::accounts::Accounts;
use crate::clock::Clock;

/// How often the list of polled accounts is compared with the directory.
const REVIEW: Duration = Duration::from_secs(2);

/// What polling needs.
#[derive(Clone)]
pub struct Polling {
    /// The database.
    pub pool: PgPool,
    /// Which accounts are polled.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// Where stored updates go.
    pub apply: ApplyQueue,
}

/// Keeps one reader per polled account in this copy. Where two copies read, the cursor moves for one of them only, and the
/// provider tells the other that somebody reads.
pub async fn run(polling: Polling, tasks: TaskTracker, stop: CancellationToken) {
    let mut readers: HashMap<AccountId, CancellationToken> = HashMap::new();
    loop {
        let wanted: Vec<AccountId> = polling
            .accounts
            .all()
            .iter()
            .filter(|account| account.enabled && account.connector.poller().is_some())
            .map(|account| account.id)
            .collect();
        readers.retain(|id, reader| {
            let keep = wanted.contains(id) && !reader.is_cancelled();
            if !keep {
                reader.cancel();
            }
            keep
        });
        for id in wanted {
            readers.entry(id).or_insert_with(|| {
                let reader = stop.child_token();
                tasks.spawn(read_account(polling.clone(), id, reader.clone()));
                reader
            });
        }
        tokio::select! {
            () = tokio::time::sleep(REVIEW) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn read_account(polling: Polling, id: AccountId, stop: CancellationToken) {
    let mut pause = Duration::ZERO;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
        let turn = tokio::select! {
            turn = polling.turn(id) => turn,
            () = stop.cancelled() => return,
        };
        pause = match turn {
            Ok(true) => Duration::ZERO,
            // Somebody else reads, or nothing came: never spin.
            Ok(false) => Duration::from_millis(500),
            Err(Trouble::Fetch(error)) => wait_after(id, &error, pause),
            Err(Trouble::Database(error)) => {
                tracing::warn!(account.id = %id, %error, "polling waits for the database");
                Duration::from_secs(1)
            }
            Err(Trouble::Gone) => return,
        };
    }
}

enum Trouble {
    Fetch(FetchError),
    Database(sqlx::Error),
    Gone,
}

impl From<sqlx::Error> for Trouble {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl Polling {
    /// One call. The cursor moves in the transaction that stores the updates, so that a crash between the two repeats
    /// the same updates, which are recognised.
    async fn turn(&self, id: AccountId) -> Result<bool, Trouble> {
        let account = self.accounts.by_id(id).ok_or(Trouble::Gone)?;
        let poller = account.connector.poller().ok_or(Trouble::Gone)?;
        let cursor = poll_cursor(&mut *self.pool.acquire().await?, id).await?.ok_or(Trouble::Gone)?;
        // No connection is held while the provider lets us wait.
        let polled = poller.poll(cursor.as_deref(), self.clock).await.map_err(Trouble::Fetch)?;
        if polled.raw.is_empty() && polled.cursor == cursor {
            return Ok(false);
        }
        let group: Vec<StoredRaw> = polled.raw.into_iter().map(|raw| StoredRaw::new(id, raw)).collect();
        let moved = insert_polled(
            &mut *self.pool.acquire().await?,
            id,
            &group,
            cursor.as_deref(),
            polled.cursor.as_deref(),
            !self.apply.is_here(),
        )
        .await?;
        if moved {
            self.apply.offer(group);
        }
        Ok(moved)
    }
}

fn wait_after(id: AccountId, error: &FetchError, last: Duration) -> Duration {
    let growing = (last * 2).clamp(Duration::from_secs(1), Duration::from_secs(60));
    tracing::warn!(account.id = %id, %error, "polling failed; it is tried again");
    match error {
        FetchError::RateLimited { retry_after } => retry_after.unwrap_or(growing),
        FetchError::Conflict(_) => Duration::from_secs(5),
        FetchError::Refused(_) => Duration::from_secs(60),
        FetchError::Temporary(_) => growing,
    }
}
