//! SQL of comments.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::{
    ClientId, InteractionId, UserId,
    access::Viewer,
    timeline::entry::{EntryAuthor, Version},
};

/// `false` when the id is taken.
pub(super) async fn insert(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: InteractionId,
    client: ClientId,
    text: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into interactions (id, client_id, kind, origin, occurred_at, received_at, author_user_id, author_name,
             body, fullness, external_id)
         values ($1, $2, 'note', 'live', $3, $3, $4, $5, $6, 3, '')
         on conflict (id) do nothing",
        id.0,
        client.0,
        now,
        viewer.user_id.0,
        viewer.name,
        text,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Until the transaction ends nobody else changes it.
pub(super) async fn lock(conn: &mut PgConnection, id: InteractionId) -> sqlx::Result<()> {
    sqlx::query!("select from interactions where id = $1 for update", id.0).execute(conn).await?;
    Ok(())
}

pub(super) async fn insert_version(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: InteractionId,
    version: i32,
    text: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into note_versions (interaction_id, version, at, author_user_id, body) values ($1, $2, $3, $4, $5)",
        id.0,
        version,
        now,
        viewer.user_id.0,
        text,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The versions behind the first, the oldest first.
pub(super) async fn versions(
    conn: &mut PgConnection,
    ids: &[InteractionId],
) -> sqlx::Result<HashMap<InteractionId, Vec<Version>>> {
    let rows = sqlx::query!(
        r#"select v.interaction_id as "note: InteractionId", v.at, v.body, u.id as "user: UserId", u.name
           from note_versions v join users u on u.id = v.author_user_id
           where v.interaction_id = any($1)
           order by v.interaction_id, v.version"#,
        ids as &[InteractionId]
    )
    .fetch_all(conn)
    .await?;
    let mut versions: HashMap<InteractionId, Vec<Version>> = HashMap::new();
    for row in rows {
        let author = Some(EntryAuthor { user_id: Some(row.user), name: row.name });
        let version = Version { at: row.at, text: row.body, content: None, author };
        versions.entry(row.note).or_default().push(version);
    }
    Ok(versions)
}

/// Says which call a comment is about.
pub(super) async fn tie(
    conn: &mut PgConnection,
    note: InteractionId,
    call: InteractionId,
) -> sqlx::Result<()> {
    sqlx::query!("insert into call_notes (note_id, call_id) values ($1, $2)", note.0, call.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// The calls that comments are about.
pub(super) async fn calls(
    conn: &mut PgConnection,
    notes: &[InteractionId],
) -> sqlx::Result<HashMap<InteractionId, InteractionId>> {
    let rows = sqlx::query!(
        r#"select note_id as "note: InteractionId", call_id as "call: InteractionId"
           from call_notes where note_id = any($1)"#,
        notes as &[InteractionId]
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.note, row.call)).collect())
}
