//! What may go from the store: recordings whose term is over, uploads that nobody sent, bytes that no file has, leftovers
//! of killed downloads. Harmless on several copies.

use std::time::Duration;

use chrono::TimeDelta;
use crm_core::media::{blob, term, upload};
use media_store::{Store, StoreError};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// Drafts with files live so long.
const KEEP_UPLOADS: TimeDelta = TimeDelta::days(7);
/// A download takes an hour at most.
const KEEP_LEFTOVERS: TimeDelta = TimeDelta::days(1);
/// So many in one transaction.
const AT_ONCE: i64 = 200;

/// What it needs.
#[derive(Clone)]
pub struct Terms {
    /// The database.
    pub pool: PgPool,
    /// The time.
    pub clock: Clock,
    /// The bytes.
    pub store: Store,
    /// The term of recordings.
    pub keep_recordings: TimeDelta,
}

#[derive(Debug, thiserror::Error)]
enum TermsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Runs once an hour until `stop`. A part that fails does not keep the others from their work.
pub async fn run(terms: Terms, stop: CancellationToken) {
    loop {
        terms.once().await;
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(3600)) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl Terms {
    pub(super) async fn once(&self) {
        noted("recordings beyond their term", self.expire().await);
        noted("uploads that nobody sent", self.forget_uploads().await);
        noted("bytes that no file has", self.drop_unused().await);
        noted("leftovers of downloads", self.sweep().await);
    }

    async fn expire(&self) -> Result<u64, TermsError> {
        let mut gone = 0;
        loop {
            let now = (self.clock)();
            let mut tx = self.pool.begin().await?;
            let batch = term::expire_unscoped(&mut tx, now - self.keep_recordings, AT_ONCE, now).await?.len();
            tx.commit().await?;
            gone += batch as u64;
            if batch == 0 {
                return Ok(gone);
            }
        }
    }

    async fn forget_uploads(&self) -> Result<u64, TermsError> {
        let mut conn = self.pool.acquire().await?;
        Ok(upload::forget_uploads_unscoped(&mut conn, (self.clock)() - KEEP_UPLOADS).await?)
    }

    async fn drop_unused(&self) -> Result<u64, TermsError> {
        let mut gone = 0;
        loop {
            let now = (self.clock)();
            let unused = blob::unused_unscoped(&mut *self.pool.acquire().await?, now, AT_ONCE).await?;
            if unused.is_empty() {
                return Ok(gone);
            }
            for sha256 in &unused {
                let mut tx = self.pool.begin().await?;
                if blob::let_go_unscoped(&mut tx, sha256, now).await? {
                    self.store.remove(sha256).await?;
                    tx.commit().await?;
                    gone += 1;
                }
            }
        }
    }

    async fn sweep(&self) -> Result<u64, TermsError> {
        Ok(self.store.sweep((self.clock)() - KEEP_LEFTOVERS).await?)
    }
}

fn noted(what: &str, done: Result<u64, TermsError>) {
    match done {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "{what} were dropped"),
        Err(error) => tracing::warn!(%error, "{what} could not be dropped; they are tried again in an hour"),
    }
}

#[cfg(test)]
mod tests;
