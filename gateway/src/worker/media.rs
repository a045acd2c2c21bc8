//! Copies files from providers into the store: a few at a time for each account, so that a sick provider keeps nobody
//! else's files waiting. Several copies of the program share the work.

mod verdict;

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{MediaError, MediaKind};
use crm_core::media::download::{self, Due, Outcome};
use crm_core::media::pause;
use media_store::{Expected, ReceiveError};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::{Account, Accounts};
use crate::clock::Clock;
use crate::vault::{KeepError, Vault};
use verdict::{Failure, Verdict, verdict};

/// How often every account is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// So many downloads of one account begin in one look of one copy.
const AT_A_LOOK: i64 = 4;
/// So many downloads of one account run at once, in all copies together.
const AT_ONCE: i64 = 4;
/// A worker that was killed gives its files up after this time.
const LEASE: TimeDelta = TimeDelta::seconds(30);
/// How often a worker says that it is still at it.
const RENEW: Duration = Duration::from_secs(10);
/// A download that has not ended by then is begun anew.
const LONGEST: Duration = Duration::from_secs(3600);

/// What downloading needs.
#[derive(Clone)]
pub struct Downloads {
    /// The database.
    pub pool: PgPool,
    /// Whose files.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// Where files go.
    pub vault: Vault,
    /// How long a recording that was announced is asked for.
    pub recordings_wait: TimeDelta,
}

/// Looks for files that are due until `stop`. What is on its way then goes on at the next start.
pub async fn run(downloads: Downloads, tasks: TaskTracker, stop: CancellationToken) {
    loop {
        for account in downloads.accounts.all() {
            match downloads.claim(&account).await {
                Ok(due) => {
                    for due in due {
                        tasks.spawn(downloads.clone().fetch(account.clone(), due, stop.clone()));
                    }
                }
                Err(error) => {
                    tracing::warn!(account.id = %account.id, %error, "due files cannot be looked up");
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl Downloads {
    /// Takes files of an account that are due.
    async fn claim(&self, account: &Account) -> sqlx::Result<Vec<Due>> {
        if !account.enabled || account.connector.media().is_none() {
            return Ok(Vec::new());
        }
        let now = (self.clock)();
        let mut conn = self.pool.acquire().await?;
        download::claim_unscoped(&mut conn, account.id, AT_A_LOOK, AT_ONCE, now + LEASE, now).await
    }

    /// One try at one file, written down.
    async fn fetch(self, account: Arc<Account>, due: Due, stop: CancellationToken) {
        let verdict = tokio::select! {
            tried = self.try_once(&account, &due) => match tried {
                Ok(outcome) => Verdict { outcome, pause: None },
                Err(failure) => {
                    note(&due, &failure);
                    verdict(&due, failure, self.recordings_wait, (self.clock)(), rand::random())
                }
            },
            () = self.keep_lease(&due) => {
                tracing::warn!(media.id = %due.id, "somebody else took a file over; this try is given up");
                return;
            }
            () = stop.cancelled() => {
                Verdict { outcome: Outcome::Later { at: (self.clock)(), counted: false, cause: None }, pause: None }
            }
        };
        if let Err(error) = self.write(&due, &verdict).await {
            tracing::warn!(media.id = %due.id, %error, "what became of a file is not written; its lease ends soon");
        }
    }

    async fn try_once(&self, account: &Account, due: &Due) -> Result<Outcome, Failure> {
        let whole = tokio::time::timeout(LONGEST, self.copy(account, due)).await;
        whole.unwrap_or(Err(Failure::Temporary("the download took too long".into())))
    }

    async fn copy(&self, account: &Account, due: &Due) -> Result<Outcome, Failure> {
        let source = account.connector.media().ok_or(MediaError::NotYet)?;
        let stream = source.fetch_media(&due.media).await?;
        let told = |size: Option<i64>| size.and_then(|size| u64::try_from(size).ok());
        let expected = Expected {
            max_bytes: self.vault.limits.of(due.media.kind),
            size_bytes: stream.size_bytes,
            at_least: told(due.media.size_bytes),
            sha256: due.media.sha256.clone(),
        };
        let incoming = self.vault.store.receive(stream.bytes, &expected).await?;
        if incoming.size_bytes == 0 && due.media.size_bytes != Some(0) {
            let _ = self.vault.store.discard(incoming).await;
            return Err(match due.media.kind {
                // Telphin gives an empty body while it still writes the file.
                MediaKind::Recording => Failure::NotYet,
                _ => Failure::Temporary("an empty body".into()),
            });
        }
        let bytes = self.vault.name(&self.pool, self.clock, incoming).await?;
        Ok(Outcome::Stored { bytes, file_name: stream.file_name })
    }

    /// Returns only when the lease is lost.
    async fn keep_lease(&self, due: &Due) {
        loop {
            tokio::time::sleep(RENEW).await;
            let until = (self.clock)() + LEASE;
            let kept = async { download::keep_unscoped(&mut *self.pool.acquire().await?, due, until).await };
            match kept.await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(media.id = %due.id, %error, "a lease could not be renewed"),
            }
        }
    }

    async fn write(&self, due: &Due, verdict: &Verdict) -> sqlx::Result<()> {
        let now: DateTime<Utc> = (self.clock)();
        let mut tx = self.pool.begin().await?;
        if let Some((until, reason)) = &verdict.pause {
            pause::pause_unscoped(&mut tx, due.account_id, *until, reason).await?;
        }
        download::finish_unscoped(&mut tx, due, &verdict.outcome, now).await?;
        tx.commit().await?;
        let outcome = match verdict.outcome {
            Outcome::Stored { .. } => "stored",
            Outcome::Later { .. } => "later",
            Outcome::Lost(_) => "lost",
        };
        metrics::counter!("uzel_media_tries_total", "outcome" => outcome).increment(1);
        if outcome == "lost" {
            tracing::warn!(media.id = %due.id, account.id = %due.account_id, "a file is lost");
        }
        Ok(())
    }
}

fn note(due: &Due, failure: &Failure) {
    let (id, account) = (due.id, due.account_id);
    match failure {
        Failure::Store(error) => tracing::error!(error = error.as_ref(), "the media store failed"),
        Failure::Temporary(error) => {
            tracing::info!(media.id = %id, account.id = %account, error = error.as_ref(), "a file did not come");
        }
        other => tracing::info!(media.id = %id, account.id = %account, "a file did not come: {other}"),
    }
}

impl From<MediaError> for Failure {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::NotYet => Self::NotYet,
            MediaError::Gone(cause) => Self::Gone(cause),
            MediaError::RateLimited { retry_after } => Self::RateLimited(retry_after),
            MediaError::Refused(_) => Self::Refused,
            MediaError::Temporary(error) => Self::Temporary(error),
        }
    }
}

impl From<ReceiveError> for Failure {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::TooLarge(limit) => Self::TooLarge(limit),
            ReceiveError::WrongSize { .. } | ReceiveError::WrongHash => Self::Damaged,
            ReceiveError::Broken(error) => Self::Temporary(error),
            ReceiveError::Store(error) => Self::Store(error.into()),
        }
    }
}

impl From<KeepError> for Failure {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Receive(error) => error.into(),
            KeepError::Database(error) => Self::Store(error.into()),
        }
    }
}

#[cfg(test)]
mod tests;
