//! SQL of the steps of a task.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

use crate::TaskId;

/// A line of the audit log.
pub(super) struct Step {
    pub at: DateTime<Utc>,
    pub actor: String,
    pub action: String,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

pub(super) async fn of_task(conn: &mut PgConnection, id: TaskId) -> sqlx::Result<Vec<Step>> {
    sqlx::query_as!(
        Step,
        "select at, actor, action, before, after
         from (select id, at, actor, action, before, after from audit_log
               where subject_kind = 'task' and subject_id = $1
               order by id desc limit 200) newest
         order by id",
        id.to_string()
    )
    .fetch_all(conn)
    .await
}
