//! Lists of tasks, paged by key, and how many ask for attention.

mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::task::{Task, TaskKind};
use crate::{
    ClientId, TaskId, UserId,
    access::{Right, Viewer},
    clients::{ClientError, error::Result, reach},
};

/// Whether a task is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// To be done.
    Open,
    /// Done, or not needed any more.
    Closed,
}

/// Which tasks are wanted.
#[derive(Clone, Debug, Default)]
pub struct TaskFilter {
    /// Open or closed.
    pub state: Option<TaskState>,
    /// Who is to do it.
    pub responsible: Option<UserId>,
    /// Who set it.
    pub author: Option<UserId>,
    /// Those alone that somebody set to somebody else.
    pub given: bool,
    /// What kind of work.
    pub kind: Option<TaskKind>,
    /// Of this client and of those joined into it.
    pub client: Option<ClientId>,
    /// Set not before.
    pub from: Option<DateTime<Utc>>,
    /// Set before.
    pub until: Option<DateTime<Utc>>,
}

/// The orders of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum TaskSort {
    /// Set last first.
    #[default]
    #[serde(rename = "-created_at")]
    CreatedNewest,
    /// Set first first.
    #[serde(rename = "created_at")]
    Created,
    /// Due first first; those without a term last.
    #[serde(rename = "due_at")]
    Due,
    /// Closed last first; open ones last.
    #[serde(rename = "-closed_at")]
    ClosedNewest,
}

/// The task behind which the next page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskCursor {
    /// The moment by which the list is ordered.
    pub at: Option<DateTime<Utc>>,
    /// Its id.
    pub id: TaskId,
}

impl TaskCursor {
    /// Where a list of this order goes on behind a task.
    pub fn behind(task: &Task, sort: TaskSort) -> Self {
        let at = match sort {
            TaskSort::Created | TaskSort::CreatedNewest => Some(task.created_at),
            TaskSort::Due => task.due_at,
            TaskSort::ClosedNewest => task.closed_at,
        };
        Self { at, id: task.id }
    }
}

/// Open tasks of the viewer that ask for attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TaskCounts {
    /// Late.
    pub overdue: i64,
    /// Due until the end of the day.
    pub today: i64,
}

/// At most `rows` of the tasks that the viewer sees. A foreign client is refused with its stub.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &TaskFilter,
    sort: TaskSort,
    after: Option<TaskCursor>,
    rows: i64,
) -> Result<Vec<Task>> {
    viewer.require(Right::TasksUse)?;
    let family = match filter.client {
        Some(client) => {
            let root = reach::readable_client(conn, viewer, client).await?;
            Some(reach::store::client_family(conn, root.id).await?)
        }
        None => None,
    };
    Ok(store::list(conn, viewer, filter, family.as_deref(), sort, after, rows).await?)
}

/// One task; one that the viewer does not see is as if it did not exist.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer, id: TaskId) -> Result<Task> {
    viewer.require(Right::TasksUse)?;
    store::one(conn, viewer, id).await?.ok_or(ClientError::NotFound)
}

/// How many of the viewer's own open tasks are late at `now`, and how many are due by `day_ends` beside them. Nothing for
/// whoever has no tasks.
pub async fn counts(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    day_ends: DateTime<Utc>,
) -> Result<TaskCounts> {
    if viewer.scope(Right::TasksUse).is_none() {
        return Ok(TaskCounts::default());
    }
    Ok(store::counts(conn, viewer.user_id, now, day_ends).await?)
}
