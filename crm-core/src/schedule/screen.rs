//! «Что и когда выполняется»: the tasks as an administrator sees and starts them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::store;
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Forbidden, Right, Viewer};

/// How the last run went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskOutcome {
    /// It did what it should.
    Done,
    /// Something has to be looked at; it runs again.
    Failed,
    /// The program stopped in the middle; it runs again.
    Interrupted,
}

/// A task with its last and its next run.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ScheduledTask {
    /// By which it is started.
    pub name: String,
    /// What it does, in Russian.
    pub title: String,
    /// When it runs, in Russian.
    pub plan: String,
    /// Not before this moment. A moment in the past: it is due and waits for a copy.
    pub next_run_at: DateTime<Utc>,
    /// Whether a copy is at it now.
    pub is_running: bool,
    /// When the last run began; null before the first.
    #[schema(required = true)]
    pub started_at: Option<DateTime<Utc>>,
    /// When the last finished run ended.
    #[schema(required = true)]
    pub finished_at: Option<DateTime<Utc>>,
    /// How long it took.
    #[schema(required = true)]
    pub duration_ms: Option<i64>,
    /// How it went.
    #[schema(required = true)]
    pub outcome: Option<TaskOutcome>,
    /// The same in words.
    #[schema(required = true)]
    pub report: Option<String>,
    /// Failed runs in a row.
    pub failures: i32,
}

/// Why the schedule is not shown, or a task not started.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such task.
    #[error("there is no such task")]
    Missing,
    /// A copy is at it already.
    #[error("the task is running")]
    Running,
    /// The database failed.
    #[error("the schedule could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// All tasks, by name.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<Vec<ScheduledTask>, ScheduleError> {
    viewer.require(Right::ScheduleManage)?;
    Ok(store::list(conn, now).await?)
}

/// «Запустить сейчас»: makes a task due. A copy begins it within seconds. To be called in a transaction.
pub async fn run_now(
    conn: &mut PgConnection,
    viewer: &Viewer,
    name: &str,
    now: DateTime<Utc>,
) -> Result<ScheduledTask, ScheduleError> {
    viewer.require(Right::ScheduleManage)?;
    if !store::make_due(conn, name, now).await? {
        let known = store::list(conn, now).await?.into_iter().any(|task| task.name == name);
        return Err(if known { ScheduleError::Running } else { ScheduleError::Missing });
    }
    let (actor, subject) = (Actor::User(viewer), Subject::new("scheduled_task", name));
    audit::record(conn, &actor, "schedule.run_now", subject, None, Some(json!({ "name": name })), now)
        .await?;
    let task = store::list(conn, now).await?.into_iter().find(|task| task.name == name);
    task.ok_or(ScheduleError::Missing)
}
