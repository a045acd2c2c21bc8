//! SQL of the schedule.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as, query_scalar};
use uuid::Uuid;

use super::{ScheduledTask, TaskOutcome};

pub(super) struct Claimed {
    pub(super) name: String,
    pub(super) failures: i32,
}

/// A task behind its run.
pub(super) struct Finished {
    pub(super) title: String,
    /// In a row, by now.
    pub(super) failures: i32,
}

/// A new task is due at once; a known one at the next time of a changed plan, if that is earlier.
pub(super) async fn register(
    conn: &mut PgConnection,
    name: &str,
    title: &str,
    plan: &str,
    now: DateTime<Utc>,
    planned: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "insert into scheduled_tasks as known (name, title, plan, next_run_at) values ($1, $2, $3, $4)
         on conflict (name) do update
         set title = $2, plan = $3,
             next_run_at = case when known.plan = $3 then known.next_run_at
                                else least(known.next_run_at, $5) end
         where (known.title, known.plan) is distinct from ($2, $3)",
        name,
        title,
        plan,
        now,
        planned,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn claim(
    conn: &mut PgConnection,
    known: &[String],
    lease_id: Uuid,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<Option<Claimed>> {
    query_as!(
        Claimed,
        "update scheduled_tasks set lease_id = $2, leased_until = $4, started_at = $3
         where name = (select name from scheduled_tasks
                       where name = any($1) and next_run_at <= $3
                         and (leased_until is null or leased_until <= $3)
                       order by next_run_at, name
                       limit 1
                       for update skip locked)
         returning name, failures",
        known,
        lease_id,
        now,
        until,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn renew(
    conn: &mut PgConnection,
    name: &str,
    lease_id: Uuid,
    until: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let held = query!(
        "update scheduled_tasks set leased_until = $3 where name = $1 and lease_id = $2",
        name,
        lease_id,
        until,
    )
    .execute(conn)
    .await?;
    Ok(held.rows_affected() > 0)
}

/// A wish that came while it ran (`bring_forward`) is later than the start, and is kept. `None`: the lease was lost.
#[expect(clippy::too_many_arguments, reason = "the columns of one row")]
pub(super) async fn finish(
    conn: &mut PgConnection,
    name: &str,
    lease_id: Uuid,
    outcome: &str,
    report: &str,
    duration_ms: i64,
    next_run_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Finished>> {
    query_as!(
        Finished,
        "update scheduled_tasks
         set lease_id = null, leased_until = null, finished_at = $7, duration_ms = $5, outcome = $3, report = $4,
             failures = case when $3 = 'failed' then failures + 1 else 0 end,
             next_run_at = case when next_run_at > started_at then least(next_run_at, $6) else $6 end
         where name = $1 and lease_id = $2
         returning title, failures",
        name,
        lease_id,
        outcome,
        report,
        duration_ms,
        next_run_at,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn give_back(
    conn: &mut PgConnection,
    name: &str,
    lease_id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let given = query!(
        "update scheduled_tasks
         set lease_id = null, leased_until = null, finished_at = $3, outcome = 'interrupted', report = null,
             duration_ms = (extract(epoch from ($3 - started_at)) * 1000)::bigint
         where name = $1 and lease_id = $2",
        name,
        lease_id,
        now,
    )
    .execute(conn)
    .await?;
    Ok(given.rows_affected() > 0)
}

pub(super) async fn bring_forward(
    conn: &mut PgConnection,
    name: &str,
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "update scheduled_tasks
         set next_run_at = case when lease_id is null then least(next_run_at, $2)
                                else greatest($2, started_at + interval '1 millisecond') end
         where name = $1",
        name,
        at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// `false` when there is no such task or somebody is at it.
pub(super) async fn make_due(conn: &mut PgConnection, name: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let made = query!(
        "update scheduled_tasks set next_run_at = least(next_run_at, $2)
         where name = $1 and (leased_until is null or leased_until <= $2)",
        name,
        now,
    )
    .execute(conn)
    .await?;
    Ok(made.rows_affected() > 0)
}

pub(super) async fn next_due(
    conn: &mut PgConnection,
    known: &[String],
) -> sqlx::Result<Option<DateTime<Utc>>> {
    query_scalar!(
        "select min(greatest(next_run_at, leased_until)) from scheduled_tasks where name = any($1)",
        known
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn list(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<ScheduledTask>> {
    let rows = query!(
        r#"select name, title, plan, next_run_at, coalesce(leased_until > $1, false) as "is_running!",
                  started_at, finished_at, duration_ms, outcome, report, failures
           from scheduled_tasks order by name"#,
        now,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ScheduledTask {
            name: row.name,
            title: row.title,
            plan: row.plan,
            next_run_at: row.next_run_at,
            is_running: row.is_running,
            started_at: row.started_at,
            finished_at: row.finished_at,
            duration_ms: row.duration_ms,
            outcome: row.outcome.as_deref().and_then(outcome),
            report: row.report,
            failures: row.failures,
        })
        .collect())
}

fn outcome(word: &str) -> Option<TaskOutcome> {
    match word {
        "done" => Some(TaskOutcome::Done),
        "failed" => Some(TaskOutcome::Failed),
        "interrupted" => Some(TaskOutcome::Interrupted),
        _ => None,
    }
}
