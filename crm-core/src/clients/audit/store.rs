//! SQL of the audit trace.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Change;
use crate::{access::Viewer, id::uuid_at};

/// Writes one row, in the transaction of the change itself.
pub(crate) async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    change: Change<'_>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into audit_log (id, at, user_id, actor, remote, action, subject_kind, subject_id, before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        uuid_at(now),
        now,
        viewer.user_id.0,
        viewer.name,
        viewer.remote,
        change.action,
        change.subject_kind,
        change.subject_id.to_string(),
        change.before,
        change.after,
    )
    .execute(conn)
    .await?;
    Ok(())
}
