//! Hands the hub's letters to the mail server, one after the other; several copies of the program share the work.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use connector_api::SendError;
use crm_core::mail::Outcome;
use crm_core::mail::queue::{self, Due, Tried};
use email::{Letter, Mailer};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// How often it is looked whether a letter is due.
const LOOK: Duration = Duration::from_secs(2);
/// Well before the lease ends.
const LONGEST: Duration = Duration::from_secs(300);

/// What letters need.
#[derive(Clone)]
pub struct Letters {
    /// The database.
    pub pool: PgPool,
    /// The time.
    pub clock: Clock,
    /// The way out; `None` where none is configured.
    pub mailer: Option<Arc<Mailer>>,
}

/// Until `stop`. A letter that is on its way then is sent again by whoever comes next, under the same id.
pub async fn run(letters: Letters, stop: CancellationToken) {
    loop {
        let turn = tokio::select! {
            turn = letters.turn() => turn,
            () = stop.cancelled() => return,
        };
        let pause = match turn {
            Ok(true) => Duration::ZERO,
            Ok(false) => LOOK,
            Err(error) => {
                tracing::warn!(%error, "letters wait for the database");
                LOOK
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl Letters {
    /// One letter that is due; `false` when there is none.
    pub async fn turn(&self) -> sqlx::Result<bool> {
        let started_at = (self.clock)();
        let Some(mailer) = &self.mailer else {
            let reason = "Почта узла не настроена: заполните раздел [mail] в uzel.toml и перезапустите узел.";
            queue::give_up_all_unscoped(&mut *self.pool.acquire().await?, reason, started_at).await?;
            return Ok(false);
        };
        let claimed = queue::claim_unscoped(&mut *self.pool.acquire().await?, started_at).await?;
        let Some(due) = claimed else { return Ok(false) };
        // No connection to the database is held while the server takes its time.
        let sent = tokio::time::timeout(LONGEST, mailer.send(&letter(&due))).await;
        let tried = tried(sent.unwrap_or_else(|_| Err(SendError::Unknown("no answer in time".into()))));
        self.write(&due, &tried, started_at).await?;
        Ok(true)
    }

    async fn write(&self, due: &Due, tried: &Tried, started_at: DateTime<Utc>) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        let held = queue::finish_unscoped(&mut tx, due, tried, started_at, (self.clock)()).await?;
        tx.commit().await?;
        let outcome = tried.outcome.as_str();
        metrics::counter!("uzel_mail_tries_total", "outcome" => outcome).increment(1);
        if tried.outcome != Outcome::Sent {
            let code = tried.code.as_deref().unwrap_or_default();
            tracing::warn!(mail.id = %due.id, code, "letter {} did not go out: {outcome}", due.id);
        }
        if !held {
            tracing::warn!(mail.id = %due.id, "another copy took letter {} over", due.id);
        }
        Ok(())
    }
}

fn letter(due: &Due) -> Letter {
    Letter {
        id: due.id.to_string(),
        to: due.address.clone(),
        subject: due.subject.clone(),
        text: due.text.clone(),
        written_at: due.written_at,
        attachments: Vec::new(),
    }
}

/// What an attempt came to, in words for the administrator.
pub(crate) fn tried(sent: Result<(), SendError>) -> Tried {
    let (outcome, code, reason) = match sent {
        Ok(()) => return Tried { outcome: Outcome::Sent, code: None, reason: None },
        Err(SendError::Rejected { code, reason, .. }) => (Outcome::Rejected, Some(code), reason),
        Err(SendError::AccountStopped { code, reason }) => (Outcome::Stopped, Some(code), reason),
        Err(SendError::Unknown(error)) => (
            Outcome::Unknown,
            None,
            format!(
                "Связь оборвалась, когда письмо было уже передано: оно могло дойти. Повтор узнаётся по номеру. ({error})"
            ),
        ),
        Err(SendError::Temporary(error)) => {
            (Outcome::Temporary, None, format!("Почтовый сервер пока не принял письмо: {error}"))
        }
        Err(other) => (Outcome::Temporary, None, format!("Почтовый сервер пока не принял письмо: {other}")),
    };
    Tried { outcome, code, reason: Some(reason) }
}

#[cfg(test)]
mod tests;
