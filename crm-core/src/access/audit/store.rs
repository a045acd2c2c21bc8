//! SQL of the audit log.

use sqlx::{PgConnection, query, query_as};
use uuid::Uuid;

use super::{Entry, Filter};
use crate::UserId;

pub(super) async fn append(conn: &mut PgConnection, entry: &Entry) -> sqlx::Result<()> {
    query!(
        "insert into audit_log
             (id, at, user_id, actor, remote, action, subject_kind, subject_id, before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        entry.id,
        entry.at,
        entry.user_id.map(|user| user.0),
        entry.actor,
        entry.remote,
        entry.action,
        entry.subject_kind,
        entry.subject_id,
        entry.before,
        entry.after,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    behind: Option<Uuid>,
    rows: i64,
) -> sqlx::Result<Vec<Entry>> {
    query_as!(
        Entry,
        r#"select id, at, user_id as "user_id: UserId", actor, remote, action, subject_kind, subject_id,
                  before, after
           from audit_log
           where ($1::uuid is null or id < $1)
             and ($2::uuid is null or user_id = $2)
             and ($3::text is null or action = $3 or (right($3, 1) = '.' and starts_with(action, $3)))
             and ($4::text is null or subject_kind = $4)
             and ($5::text is null or subject_id = $5)
             and ($6::timestamptz is null or at >= $6)
             and ($7::timestamptz is null or at < $7)
           order by id desc
           limit $8"#,
        behind,
        filter.user.map(|user| user.0),
        filter.action,
        filter.subject_kind,
        filter.subject_id,
        filter.from,
        filter.until,
        rows,
    )
    .fetch_all(conn)
    .await
}
