//! Everything that happens by time: a table of tasks that copies of the hub claim, and people see.
//!
//! The program names its tasks (gateway, `worker/schedule.rs`); this is their memory. A task may run twice: a copy that
//! dies in the middle leaves it to another one, so every task has to bear repetition.

mod plan;
mod screen;
mod store;

pub use plan::{Plan, moment};
pub use screen::{ScheduleError, ScheduledTask, TaskOutcome, list, run_now};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::id::uuid_at;
use crate::mail::Words;
use crate::mail::alarm::{self, Standing};

/// Nobody else gets a claimed task for so long; who runs it renews the lease meanwhile.
pub const LEASE: TimeDelta = TimeDelta::minutes(2);

/// After so many failures in a row the pause grows no longer.
const MAX_DOUBLINGS: u32 = 6;

/// After so many failures in a row administrators are told.
const ALARMING_FAILURES: i32 = 3;

/// A task in our hands.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Which task.
    pub name: String,
    /// When it was claimed: the time of this run.
    pub at: DateTime<Utc>,
    lease_id: Uuid,
    failures: i32,
}

/// How a run went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Whether it has to be looked at.
    pub failed: bool,
    /// One Russian sentence for the screen. No personal data.
    pub words: String,
    /// When the task wants to run again, where it knows better than its plan.
    pub next_run_at: Option<DateTime<Utc>>,
}

impl Report {
    /// It is done.
    pub fn done(words: impl Into<String>) -> Self {
        Self { failed: false, words: words.into(), next_run_at: None }
    }

    /// It is not.
    pub fn failed(words: impl Into<String>) -> Self {
        Self { failed: true, words: words.into(), next_run_at: None }
    }

    /// Runs again at this moment instead of the planned one.
    #[must_use]
    pub fn next_at(mut self, at: DateTime<Utc>) -> Self {
        self.next_run_at = Some(at);
        self
    }
}

/// Makes a task known, or brings its words up to date. A new one is due at once. A changed plan may bring it forward.
pub async fn register(
    conn: &mut PgConnection,
    name: &str,
    title: &str,
    plan: Plan,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::register(conn, name, title, &plan.to_string(), now, plan.next(now)).await
}

/// Claims the task that is due for the longest time, of those that this copy knows. `None` when nothing is due, or others
/// are at it.
pub async fn claim(
    conn: &mut PgConnection,
    known: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Claim>> {
    let lease_id = uuid_at(now);
    let claimed = store::claim(conn, known, lease_id, now, now + LEASE).await?;
    Ok(claimed.map(|row| Claim { name: row.name, at: now, lease_id, failures: row.failures }))
}

/// Holds a claimed task for another term; `false` when it was lost to another copy.
pub async fn renew(conn: &mut PgConnection, claim: &Claim, now: DateTime<Utc>) -> sqlx::Result<bool> {
    store::renew(conn, &claim.name, claim.lease_id, now + LEASE).await
}

/// Writes down how a run went, and plans the next one; changes nothing when the lease was lost. After a failure it runs
/// again in a minute, two, four …, an hour at most, where the plan does not come first; administrators are told of a task
/// that fails again and again. Wants a transaction.
pub async fn finish(
    conn: &mut PgConnection,
    claim: &Claim,
    plan: Plan,
    report: &Report,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let planned = plan.next(now);
    let next_run_at = match report.next_run_at {
        Some(wanted) => wanted,
        None if report.failed => planned.min(now + pause_after(claim.failures)),
        None => planned,
    };
    let outcome = if report.failed { "failed" } else { "done" };
    let duration_ms = (now - claim.at).num_milliseconds();
    let finished = store::finish(
        conn,
        &claim.name,
        claim.lease_id,
        outcome,
        &report.words,
        duration_ms,
        next_run_at,
        now,
    )
    .await?;
    let Some(finished) = finished else { return Ok(false) };
    if let Some(standing) = standing(&finished, report) {
        alarm::note(conn, &format!("task:{}", claim.name), &standing, now).await?;
    }
    Ok(true)
}

/// `None` while it is too early to tell: one failure passes by itself.
fn standing(finished: &store::Finished, report: &Report) -> Option<Standing> {
    let title = &finished.title;
    if finished.failures == 0 {
        return Some(Standing::Well(Words {
            subject: format!("Снова выполняется: {title}"),
            text: format!("Задача «{title}» выполнена. {}", report.words),
        }));
    }
    (finished.failures >= ALARMING_FAILURES).then(|| {
        Standing::Wrong(Words {
            subject: format!("Не выполняется: {title}"),
            text: format!(
                "Задача «{title}» не удалась {} раз подряд. Последний ответ: {}\n\nПодробности в разделе «Что и когда \
                 выполняется».",
                finished.failures, report.words
            ),
        })
    })
}

/// Gives back what could not be finished, because the program stops: the next copy begins it anew at once.
pub async fn give_back(conn: &mut PgConnection, claim: &Claim, now: DateTime<Utc>) -> sqlx::Result<bool> {
    store::give_back(conn, &claim.name, claim.lease_id, now).await
}

/// Makes a task due at the given moment, if it is not due earlier. One that runs just now runs once more.
pub async fn bring_forward(conn: &mut PgConnection, name: &str, at: DateTime<Utc>) -> sqlx::Result<()> {
    store::bring_forward(conn, name, at).await
}

/// When the next of the known tasks is due.
pub async fn next_due(conn: &mut PgConnection, known: &[String]) -> sqlx::Result<Option<DateTime<Utc>>> {
    store::next_due(conn, known).await
}

fn pause_after(failures: i32) -> TimeDelta {
    let doublings = u32::try_from(failures).unwrap_or(0).min(MAX_DOUBLINGS);
    TimeDelta::minutes(1_i64 << doublings).min(TimeDelta::hours(1))
}

#[cfg(test)]
mod tests;
