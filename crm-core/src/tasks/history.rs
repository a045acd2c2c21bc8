//! What happened to a task: who changed its term or its responsible, and when. The audit log keeps it.

mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

use super::{list::get, task::Due};
use crate::{TaskId, access::Viewer, clients::error::Result};

/// What somebody did to a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStep {
    /// Set it.
    Created,
    /// Changed it.
    Edited,
    /// Closed it.
    Closed,
    /// Opened it again.
    Reopened,
    /// It went with its client.
    HandedOver,
}

/// One step of a task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TaskChanged {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub actor: String,
    /// What.
    pub step: TaskStep,
    /// The term that was, where it changed.
    #[schema(required = true)]
    pub due_before: Option<Due>,
    /// The term that is since then.
    #[schema(required = true)]
    pub due: Option<Due>,
    /// Whose it was, where that changed.
    #[schema(required = true)]
    pub responsible_before: Option<String>,
    /// Whose it is since then.
    #[schema(required = true)]
    pub responsible: Option<String>,
}

/// The steps of a task that the viewer sees, the oldest first; of more than 200 the newest. None of a client that he does not
/// read.
pub async fn history(conn: &mut PgConnection, viewer: &Viewer, id: TaskId) -> Result<Vec<TaskChanged>> {
    if get(conn, viewer, id).await?.client_hidden {
        return Ok(Vec::new());
    }
    Ok(store::of_task(conn, id).await?.into_iter().filter_map(read).collect())
}

/// Nothing for what a newer version wrote.
fn read(row: store::Step) -> Option<TaskChanged> {
    let step = match row.action.as_str() {
        "task.create" => TaskStep::Created,
        "task.edit" => TaskStep::Edited,
        "task.close" => TaskStep::Closed,
        "task.reopen" => TaskStep::Reopened,
        "task.hand_over" => TaskStep::HandedOver,
        _ => return None,
    };
    Some(TaskChanged {
        at: row.at,
        actor: row.actor,
        step,
        due_before: due(row.before.as_ref()),
        due: due(row.after.as_ref()),
        responsible_before: responsible(row.before.as_ref()),
        responsible: responsible(row.after.as_ref()),
    })
}

fn due(values: Option<&Value>) -> Option<Due> {
    serde_json::from_value(values?.get("due")?.clone()).ok()
}

fn responsible(values: Option<&Value>) -> Option<String> {
    values?.get("responsible")?.as_str().map(str::to_owned)
}
