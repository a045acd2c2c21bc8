//! SQL of reading rooms.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{FoundKey, FoundRoomMessage, Part, RoomAttention, RoomMessageVersion};
use crate::{
    MediaId, RoomId, RoomMessageId, UserId,
    access::Viewer,
    media::kind_of,
    rooms::{
        message::{BridgeStep, RoomMessage, RoomOrigin, RoomQuote, RoomReaction},
        reach::store::{Sight, push_reach},
    },
    timeline::entry::content::MediaView,
};

#[derive(FromRow)]
struct Row {
    room_name: String,
    id: RoomMessageId,
    room_id: RoomId,
    position: i64,
    author_id: UserId,
    author_name: String,
    origin: RoomOrigin,
    text: Option<String>,
    mentions: Vec<UserId>,
    created_at: DateTime<Utc>,
    edited_at: Option<DateTime<Utc>>,
    deleted_at: Option<DateTime<Utc>>,
    bridge: Option<BridgeStep>,
    quote_id: Option<RoomMessageId>,
    quote_position: Option<i64>,
    quote_author: Option<String>,
    quote_text: Option<String>,
    quote_files: Option<i64>,
}

const MESSAGES: &str =
    "select r.name as room_name, t.id, t.room_id, t.position, t.author_id, t.author_name, t.origin,
            case when t.deleted_at is null then t.body end as text, t.mentions, t.created_at, t.edited_at, t.deleted_at,
            (select coalesce(case when d.state = 'unknown' then d.state else o.outcome end, 'waiting')
             from bridge_outbox o left join deliveries d on d.id = o.delivery_id
             where o.message_id = t.id and o.act = 'message' limit 1) as bridge,
            q.id as quote_id, q.position as quote_position, q.author_name as quote_author,
            case when q.deleted_at is null then left(q.body, 300) end as quote_text,
            (select count(*) from room_message_files f
             where f.message_id = q.id and q.deleted_at is null) as quote_files
     from room_messages t
     join rooms r on r.id = t.room_id
     left join room_messages q on q.id = t.quote_id
     where true";

fn messages(viewer: &Viewer) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(MESSAGES);
    push_reach(&mut query, viewer, Sight::Reads);
    query
}

async fn fetch(
    conn: &mut PgConnection,
    mut query: QueryBuilder<Postgres>,
) -> sqlx::Result<Vec<FoundRoomMessage>> {
    let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
    let ids: Vec<RoomMessageId> = rows.iter().map(|row| row.id).collect();
    let shown: Vec<RoomMessageId> =
        rows.iter().filter(|row| row.deleted_at.is_none()).map(|row| row.id).collect();
    let mut files = files(conn, &shown).await?;
    let mut reactions = reactions(conn, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let files = files.remove(&row.id).unwrap_or_default();
            let reactions = reactions.remove(&row.id).unwrap_or_default();
            FoundRoomMessage { room_name: row.room_name.clone(), message: row.read(files, reactions) }
        })
        .collect())
}

impl Row {
    fn read(self, files: Vec<MediaView>, reactions: Vec<RoomReaction>) -> RoomMessage {
        let quote = match (self.quote_id, self.quote_position, self.quote_author) {
            (Some(id), Some(position), Some(author_name)) => Some(RoomQuote {
                id,
                position,
                author_name,
                text: self.quote_text,
                files: self.quote_files.unwrap_or(0),
            }),
            _ => None,
        };
        RoomMessage {
            id: self.id,
            room_id: self.room_id,
            position: self.position,
            author_id: self.author_id,
            author_name: self.author_name,
            origin: self.origin,
            text: self.text,
            quote,
            bridge: self.bridge,
            files,
            mentions: self.mentions,
            reactions,
            created_at: self.created_at,
            edited_at: self.edited_at,
            deleted_at: self.deleted_at,
        }
    }
}

async fn files(
    conn: &mut PgConnection,
    ids: &[RoomMessageId],
) -> sqlx::Result<HashMap<RoomMessageId, Vec<MediaView>>> {
    let rows = sqlx::query!(
        r#"select f.message_id as "message_id: RoomMessageId", m.id as "id: MediaId", m.kind, m.state, m.cause,
                  m.sniffed_type, m.file_name, m.stored_bytes, m.duration_s
           from room_message_files f join media m on m.id = f.media_id
           where f.message_id = any($1)
           order by f.message_id, f.place"#,
        ids as &[RoomMessageId],
    )
    .fetch_all(conn)
    .await?;
    let mut found: HashMap<RoomMessageId, Vec<MediaView>> = HashMap::new();
    for row in rows {
        found.entry(row.message_id).or_default().push(MediaView {
            id: Some(row.id),
            kind: kind_of(&row.kind),
            state: Some(row.state),
            cause: row.cause,
            mime_type: row.sniffed_type,
            file_name: row.file_name,
            size_bytes: row.stored_bytes,
            duration_s: row.duration_s.map(i64::from),
        });
    }
    Ok(found)
}

async fn reactions(
    conn: &mut PgConnection,
    ids: &[RoomMessageId],
) -> sqlx::Result<HashMap<RoomMessageId, Vec<RoomReaction>>> {
    let rows = sqlx::query!(
        r#"select e.message_id as "message_id: RoomMessageId", u.id as "user_id: UserId", u.name, e.emoji
           from room_reactions e join users u on u.id = e.user_id
           where e.message_id = any($1)
           order by e.message_id, e.at, u.id"#,
        ids as &[RoomMessageId],
    )
    .fetch_all(conn)
    .await?;
    let mut found: HashMap<RoomMessageId, Vec<RoomReaction>> = HashMap::new();
    for row in rows {
        let reaction = RoomReaction { user_id: row.user_id, name: row.name, emoji: row.emoji };
        found.entry(row.message_id).or_default().push(reaction);
    }
    Ok(found)
}

pub(super) async fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    part: Part,
    rows: i64,
) -> sqlx::Result<Vec<RoomMessage>> {
    let mut query = messages(viewer);
    query.push(" and t.room_id = ").push_bind(room);
    match part {
        Part::Before(position) => {
            query.push(" and t.position < ").push_bind(position).push(" order by t.position desc");
        }
        Part::After(position) => {
            query.push(" and t.position > ").push_bind(position).push(" order by t.position");
        }
    }
    query.push(" limit ").push_bind(rows);
    Ok(fetch(conn, query).await?.into_iter().map(|found| found.message).collect())
}

pub(super) async fn message(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomMessageId,
) -> sqlx::Result<Option<RoomMessage>> {
    let mut query = messages(viewer);
    query.push(" and t.id = ").push_bind(id);
    Ok(fetch(conn, query).await?.pop().map(|found| found.message))
}

pub(super) async fn some(
    conn: &mut PgConnection,
    viewer: &Viewer,
    ids: &[RoomMessageId],
) -> sqlx::Result<Vec<RoomMessage>> {
    let mut query = messages(viewer);
    query.push(" and t.id = any(").push_bind(ids.to_vec()).push(")");
    Ok(fetch(conn, query).await?.into_iter().map(|found| found.message).collect())
}

pub(super) async fn search(
    conn: &mut PgConnection,
    viewer: &Viewer,
    text: &str,
    room: Option<RoomId>,
    behind: Option<FoundKey>,
    rows: i64,
) -> sqlx::Result<Vec<FoundRoomMessage>> {
    let mut query = messages(viewer);
    query
        .push(" and t.deleted_at is null and t.words @@ plainto_tsquery('russian', ")
        .push_bind(text)
        .push(")");
    if let Some(room) = room {
        query.push(" and t.room_id = ").push_bind(room);
    }
    if let Some((at, id)) = behind {
        query.push(" and (t.created_at, t.id) < (").push_bind(at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by t.created_at desc, t.id desc limit ").push_bind(rows);
    fetch(conn, query).await
}

pub(super) async fn versions(
    conn: &mut PgConnection,
    id: RoomMessageId,
) -> sqlx::Result<Vec<RoomMessageVersion>> {
    sqlx::query_as!(
        RoomMessageVersion,
        "select number, body as text, until from room_message_versions where message_id = $1 order by number",
        id.0
    )
    .fetch_all(conn)
    .await
}

/// `false` when nothing changed: read before, or no member.
pub(super) async fn read_until(
    conn: &mut PgConnection,
    user: UserId,
    room: RoomId,
    position: i64,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update room_members m set read_position = least($3, r.last_position)
         from rooms r
         where r.id = m.room_id and m.room_id = $1 and m.user_id = $2 and m.read_position < least($3, r.last_position)",
        room.0,
        user.0,
        position
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn attention(conn: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<RoomAttention> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select count(*) filter (where fresh.unread), coalesce(sum(fresh.mentions), 0)::bigint
         from room_members me
         join rooms r on r.id = me.room_id
         cross join lateral (
             select count(*) > 0 as unread, count(*) filter (where me.user_id = any(f.mentions)) as mentions
             from (select t.mentions from room_messages t
                   where t.room_id = r.id and t.position > me.read_position and t.author_id <> me.user_id
                     and t.deleted_at is null
                   order by t.position limit 500) f) fresh
         where r.archived_at is null and me.user_id = ",
    );
    query.push_bind(viewer.user_id);
    push_reach(&mut query, viewer, Sight::Reads);
    let (rooms, mentions) = query.build_query_as().fetch_one(conn).await?;
    Ok(RoomAttention { rooms, mentions })
}
