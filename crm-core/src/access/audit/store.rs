//! SQL of the audit log.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder, query};
use uuid::{Builder, Uuid};

use super::{Entry, Filter};

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

/// Only what is asked for stands in the statement, and it is planned anew each time: which index serves depends on how
/// many lines there are of the very user or action.
pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    behind: Option<Uuid>,
    rows: i64,
) -> sqlx::Result<Vec<Entry>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select id, at, user_id, actor, remote, action, subject_kind, subject_id, before, after
         from audit_log where true",
    );
    if let Some(behind) = behind {
        query.push(" and id < ").push_bind(behind);
    }
    if let Some(user) = filter.user {
        query.push(" and user_id = ").push_bind(user);
    }
    if let Some(action) = &filter.action {
        push_action(&mut query, action);
    }
    if let Some(kind) = &filter.subject_kind {
        query.push(" and subject_kind = ").push_bind(kind);
    }
    if let Some(subject) = &filter.subject_id {
        query.push(" and subject_id = ").push_bind(subject);
    }
    // The ids begin with the millisecond of `at`: by them a day is one stretch of the order that the list is read in.
    if let Some(from) = filter.from {
        query.push(" and at >= ").push_bind(from).push(" and id >= ").push_bind(first_id(from, 0));
    }
    if let Some(until) = filter.until {
        query.push(" and at < ").push_bind(until).push(" and id < ").push_bind(first_id(until, 1));
    }
    query.push(" order by id desc limit ").push_bind(rows);
    query.build_query_as().persistent(false).fetch_all(conn).await
}

/// An action, or all of a kind: those are what begins with `user.` and stands before `user/`, the next character.
fn push_action(query: &mut QueryBuilder<Postgres>, action: &str) {
    if let Some(kind) = action.strip_suffix('.') {
        query.push(" and action ~>=~ ").push_bind(action);
        query.push(" and action ~<~ ").push_bind(format!("{kind}/"));
    } else {
        query.push(" and action = ").push_bind(action);
    }
}

/// No line written `later` milliseconds after the beginning of this one, or still later, has a lesser id.
fn first_id(at: DateTime<Utc>, later: i64) -> Uuid {
    const LAST: i64 = (1 << 48) - 1;
    let millis = at.timestamp_millis().saturating_add(later).clamp(0, LAST);
    Builder::from_unix_timestamp_millis(millis.unsigned_abs(), &[0; 10]).into_uuid()
}
