//! SQL of the results of calls.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{CallResult, CallResultView};
use crate::{InteractionId, UserId, access::Viewer, timeline::entry::EntryAuthor};

/// Until the transaction ends nobody else speaks about it.
pub(super) async fn lock(conn: &mut PgConnection, id: InteractionId) -> sqlx::Result<()> {
    sqlx::query!("select from interactions where id = $1 for update", id.0).execute(conn).await?;
    Ok(())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: InteractionId,
    result: Option<CallResult>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into call_results (interaction_id, version, at, author_user_id, result)
         select $1, coalesce(max(version), 0) + 1, $2, $3, $4 from call_results where interaction_id = $1",
        id.0,
        now,
        viewer.user_id.0,
        result as Option<CallResult>,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The newest words; a call of which they were taken back is not among them.
pub(super) async fn newest(
    conn: &mut PgConnection,
    ids: &[InteractionId],
) -> sqlx::Result<HashMap<InteractionId, CallResultView>> {
    let rows = sqlx::query!(
        r#"select distinct on (r.interaction_id) r.interaction_id as "call: InteractionId", r.at,
                  r.result as "result: CallResult", u.id as "user: UserId", u.name
           from call_results r join users u on u.id = r.author_user_id
           where r.interaction_id = any($1)
           order by r.interaction_id, r.version desc"#,
        ids as &[InteractionId]
    )
    .fetch_all(conn)
    .await?;
    let view = |row: (_, _, _, _)| {
        let (result, user, name, at) = row;
        CallResultView { result, author: EntryAuthor { user_id: Some(user), name }, at }
    };
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.call, view((row.result?, row.user, row.name, row.at)))))
        .collect())
}
