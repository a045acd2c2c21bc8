//! SQL of what is said in rooms and conversations.

use sqlx::{PgConnection, Postgres, QueryBuilder};
use uuid::Uuid;

use super::Said;
use crate::{
    AccountId, InteractionId, MediaId, RoomMessageId,
    media::{self, StoredFile},
    timeline::{
        read::store::{COLUMNS, JOINS, fetch_rows},
        view::StoredRow,
    },
};

/// A message of a room; its `link` is its place there.
pub(super) async fn in_room(
    conn: &mut PgConnection,
    account: AccountId,
    id: RoomMessageId,
) -> sqlx::Result<Option<Said>> {
    let row = sqlx::query!(
        r#"select t.author_name, t.position, t.body, t.created_at, t.deleted_at is not null as "deleted!",
                  (select l.external_id from bridge_links l
                   where l.account_id = $2 and l.message_id = t.quote_id order by l.place limit 1) as quote,
                  array(select f.media_id from room_message_files f where f.message_id = t.id order by f.place)
                      as "files!: Vec<MediaId>"
           from room_messages t where t.id = $1"#,
        id.0,
        account.0
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let files = media::stored_unscoped(conn, &row.files).await?;
    Ok(Some(Said {
        author: row.author_name,
        text: row.body.unwrap_or_default(),
        link: row.position.to_string(),
        created_at: row.created_at,
        deleted: row.deleted,
        quote: row.quote,
        files: files.into_iter().filter_map(StoredFile::here).collect(),
        // What is written in the product brings its files along.
        fetching: 0,
        grows: false,
        state: None,
    }))
}

/// A row of a timeline, for the messenger.
pub(super) async fn row(conn: &mut PgConnection, id: InteractionId) -> sqlx::Result<Vec<StoredRow>> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(" from (select i.* from interactions i where i.id = ").push_bind(id);
    query.push(") i ").push(JOINS);
    fetch_rows(conn, query).await
}

/// The message there of a row, or of the row that shows it.
pub(super) async fn copy_of(
    conn: &mut PgConnection,
    account: AccountId,
    thread: Uuid,
    row: InteractionId,
) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!(
        "select l.external_id from bridge_links l
         where l.account_id = $1 and l.thread_id = $2
           and l.message_id = coalesce((select shown_in from message_aliases where interaction_id = $3), $3)
         order by l.place, l.external_id limit 1",
        account.0,
        thread,
        row.0,
    )
    .fetch_optional(conn)
    .await
}
