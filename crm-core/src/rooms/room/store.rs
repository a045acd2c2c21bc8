//! SQL of rooms.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{NewRoom, Room, RoomAccess, RoomClient, RoomKey, RoomPreview};
use crate::{
    ClientId, RoomId, UserId,
    access::{Right, Viewer},
    rooms::{
        member::RoomRole,
        reach::store::{Sight, push_reach},
    },
};

/// What can be changed of a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Fields {
    pub name: String,
    pub access: RoomAccess,
    pub archived_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    id: RoomId,
    name: String,
    access: RoomAccess,
    archived_at: Option<DateTime<Utc>>,
    last_at: DateTime<Utc>,
    last_position: i64,
    client_id: Option<ClientId>,
    client_name: Option<String>,
    role: Option<RoomRole>,
    read_position: Option<i64>,
    members: i64,
    bridged: bool,
    unread: Option<i64>,
    mentions: Option<i64>,
    last_author: Option<String>,
    last_text: Option<String>,
    last_files: Option<i64>,
}

impl Row {
    fn read(self, viewer: &Viewer) -> Room {
        let can_read = self.access == RoomAccess::Open || self.role.is_some();
        let last = self.last_author.map(|author| RoomPreview {
            author,
            text: self.last_text,
            files: self.last_files.unwrap_or(0),
        });
        Room {
            id: self.id,
            name: self.name,
            access: self.access,
            client: self.client_id.zip(self.client_name).map(|(id, name)| RoomClient { id, name }),
            archived_at: self.archived_at,
            role: self.role,
            can_read,
            can_write: self.role.is_some() && self.archived_at.is_none(),
            can_manage: self.role == Some(RoomRole::Owner) || viewer.scope(Right::RoomsManage).is_some(),
            members: self.members,
            bridged: self.bridged,
            unread: self.unread.unwrap_or(0),
            mentions: self.mentions.unwrap_or(0),
            read_position: self.read_position,
            last_position: self.last_position,
            last: last.filter(|_| can_read),
            last_at: self.last_at,
        }
    }
}

/// From the rooms that the viewer finds, with everything that is shown of them.
fn rooms(viewer: &Viewer) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::new(
        "select r.id, r.name, r.access, r.archived_at, r.last_at, r.last_position, root.id as client_id,
                root.name as client_name, me.role, me.read_position,
                (select count(*) from room_members m join users u on u.id = m.user_id
                 where m.room_id = r.id and u.disabled_at is null) as members,
                exists (select from bridge_threads b where b.room_id = r.id and b.enabled) as bridged,
                fresh.unread, fresh.mentions, newest.author_name as last_author, newest.body as last_text,
                newest.files as last_files
         from rooms r
         left join clients tied on tied.id = r.client_id
         left join clients root on root.id = tied.root_id
         left join room_members me on me.room_id = r.id and me.user_id = ",
    );
    query.push_bind(viewer.user_id).push(
        " left join lateral (
              select count(*) as unread, count(*) filter (where me.user_id = any(f.mentions)) as mentions
              from (select t.mentions from room_messages t
                    where t.room_id = r.id and t.position > me.read_position and t.author_id <> me.user_id
                      and t.deleted_at is null
                    order by t.position limit 500) f) fresh on me.user_id is not null
          left join lateral (
              select t.author_name, left(t.body, 200) as body,
                     (select count(*) from room_message_files f where f.message_id = t.id) as files
              from room_messages t where t.room_id = r.id and t.deleted_at is null
              order by t.position desc limit 1) newest on true
          where true",
    );
    push_reach(&mut query, viewer, Sight::Finds);
    query
}

pub(super) async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    archived: bool,
    behind: Option<RoomKey>,
    rows: i64,
) -> sqlx::Result<Vec<Room>> {
    let mut query = rooms(viewer);
    query.push(if archived { " and r.archived_at is not null" } else { " and r.archived_at is null" });
    if let Some((last_at, id)) = behind {
        query.push(" and (r.last_at, r.id) < (").push_bind(last_at).push(", ").push_bind(id).push(")");
    }
    query.push(" order by r.last_at desc, r.id desc limit ").push_bind(rows);
    let found: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(found.into_iter().map(|row| row.read(viewer)).collect())
}

pub(super) async fn get(conn: &mut PgConnection, viewer: &Viewer, id: RoomId) -> sqlx::Result<Option<Room>> {
    let mut query = rooms(viewer);
    query.push(" and r.id = ").push_bind(id);
    let found: Option<Row> = query.build_query_as().fetch_optional(conn).await?;
    Ok(found.map(|row| row.read(viewer)))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: &NewRoom,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into rooms (id, name, access, client_id, created_by, created_at, last_at)
         values ($1, $2, $3, $4, $5, $6, $6) on conflict (id) do nothing",
        new.id.0,
        name,
        new.access as RoomAccess,
        new.client_id.map(|id| id.0),
        viewer.user_id.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn made_by(conn: &mut PgConnection, id: RoomId) -> sqlx::Result<Option<UserId>> {
    let maker =
        sqlx::query_scalar!(r#"select created_by as "created_by: UserId" from rooms where id = $1"#, id.0)
            .fetch_optional(conn)
            .await?;
    Ok(maker.flatten())
}

pub(super) async fn lock(conn: &mut PgConnection, id: RoomId) -> sqlx::Result<Option<Fields>> {
    sqlx::query_as!(
        Fields,
        r#"select name, access as "access: RoomAccess", archived_at from rooms where id = $1 for no key update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn update(conn: &mut PgConnection, id: RoomId, fields: &Fields) -> sqlx::Result<()> {
    sqlx::query!(
        "update rooms set name = $2, access = $3, archived_at = $4 where id = $1",
        id.0,
        fields.name,
        fields.access as RoomAccess,
        fields.archived_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
