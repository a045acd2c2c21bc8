//! SQL of messages in rooms.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use connector_api::MediaRef;

use super::RoomOrigin;
use crate::{AccountId, MediaId, RoomId, RoomMessageId, UserId, access::Viewer, media};

/// A message that stands there.
pub(super) struct Written {
    pub room_id: RoomId,
    pub author_id: UserId,
    pub body: Option<String>,
    pub origin: RoomOrigin,
    pub deleted_at: Option<DateTime<Utc>>,
    pub has_files: bool,
}

/// A message about to be written.
pub(super) struct Fresh<'a> {
    pub id: RoomMessageId,
    pub room: RoomId,
    pub text: Option<String>,
    pub origin: RoomOrigin,
    pub quote: Option<RoomMessageId>,
    pub mentions: &'a [UserId],
}

pub(super) async fn written(conn: &mut PgConnection, id: RoomMessageId) -> sqlx::Result<Option<Written>> {
    sqlx::query_as!(
        Written,
        r#"select room_id as "room_id: RoomId", author_id as "author_id: UserId", body, deleted_at,
                  origin as "origin: RoomOrigin",
                  exists (select from room_message_files f where f.message_id = t.id) as "has_files!"
           from room_messages t where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock(conn: &mut PgConnection, id: RoomMessageId) -> sqlx::Result<Option<Written>> {
    sqlx::query!("select id from room_messages where id = $1 for no key update", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    written(conn, id).await
}

pub(super) async fn are_members(
    conn: &mut PgConnection,
    room: RoomId,
    users: &[UserId],
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select not exists (
               select from unnest($2::uuid[]) named(id)
               where not exists (select from room_members m where m.room_id = $1 and m.user_id = named.id)) as "all!""#,
        room.0,
        users as &[UserId],
    )
    .fetch_one(conn)
    .await
}

/// `false` when the same id came in between. Whoever writes has read.
pub(super) async fn insert(
    conn: &mut PgConnection,
    viewer: &Viewer,
    fresh: &Fresh<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let position = sqlx::query_scalar!(
        "update rooms set last_position = last_position + 1, last_at = greatest(last_at, $2) where id = $1
         returning last_position",
        fresh.room.0,
        now
    )
    .fetch_one(&mut *conn)
    .await?;
    let done = sqlx::query!(
        "insert into room_messages (id, room_id, position, author_id, author_name, origin, body, quote_id, mentions,
                                    created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing",
        fresh.id.0,
        fresh.room.0,
        position,
        viewer.user_id.0,
        viewer.name,
        fresh.origin as RoomOrigin,
        fresh.text,
        fresh.quote.map(|id| id.0),
        fresh.mentions as &[UserId],
        now,
    )
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!(
        "update room_members set read_position = greatest(read_position, $3) where room_id = $1 and user_id = $2",
        fresh.room.0,
        viewer.user_id.0,
        position,
    )
    .execute(conn)
    .await?;
    Ok(true)
}

/// The file `of` as a file of the message, under an id of its own: an upload is forgotten, a message is not.
pub(super) async fn attach(
    conn: &mut PgConnection,
    message: RoomMessageId,
    place: i32,
    of: MediaId,
    id: MediaId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into media (id, external_id, source, kind, state, file_name, duration_s, sha256, sniffed_type,
                            stored_bytes, wanted_at)
         select $2, 'room:' || $2::uuid, 'upload', kind, 'stored', file_name, duration_s, sha256, sniffed_type,
                stored_bytes, $3
         from media where id = $1 and state = 'stored'",
        of.0,
        id.0,
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into room_message_files (message_id, place, media_id) values ($1, $2, $3)",
        message.0,
        place,
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A file that the provider has; it is fetched like every other.
pub(super) async fn want(
    conn: &mut PgConnection,
    message: RoomMessageId,
    place: i32,
    account: AccountId,
    file: &MediaRef,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let id = media::want(&mut *conn, account, file, now).await?;
    sqlx::query!(
        "insert into room_message_files (message_id, place, media_id) values ($1, $2, $3) on conflict do nothing",
        message.0,
        place,
        id.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn edit(
    conn: &mut PgConnection,
    id: RoomMessageId,
    text: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into room_message_versions (message_id, number, body, until)
         select t.id, 1 + (select count(*)::integer from room_message_versions v where v.message_id = t.id), t.body, $2
         from room_messages t where t.id = $1",
        id.0,
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("update room_messages set body = $2, edited_at = $3 where id = $1", id.0, text, now)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn delete(
    conn: &mut PgConnection,
    id: RoomMessageId,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update room_messages set deleted_at = $3, deleted_by = $2 where id = $1 and deleted_at is null",
        id.0,
        by.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// `false` when it stands so already.
pub(super) async fn react(
    conn: &mut PgConnection,
    id: RoomMessageId,
    user: UserId,
    emoji: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = match emoji {
        Some(emoji) => {
            sqlx::query!(
                "insert into room_reactions (message_id, user_id, emoji, at) values ($1, $2, $3, $4)
                 on conflict (message_id, user_id) do update set emoji = excluded.emoji, at = excluded.at
                 where room_reactions.emoji <> excluded.emoji",
                id.0,
                user.0,
                emoji,
                now
            )
            .execute(conn)
            .await?
        }
        None => {
            sqlx::query!("delete from room_reactions where message_id = $1 and user_id = $2", id.0, user.0)
                .execute(conn)
                .await?
        }
    };
    Ok(done.rows_affected() == 1)
}
