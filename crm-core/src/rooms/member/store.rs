//! SQL of members.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{RoomMember, RoomRole};
use crate::{RoomId, UserId};

pub(super) async fn list(conn: &mut PgConnection, room: RoomId) -> sqlx::Result<Vec<RoomMember>> {
    sqlx::query_as!(
        RoomMember,
        r#"select u.id as "user_id: UserId", u.name, m.role as "role: RoomRole",
                  u.disabled_at is not null as "disabled!", m.read_position
           from room_members m join users u on u.id = m.user_id
           where m.room_id = $1
           order by lower(u.name), u.id"#,
        room.0
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn role(
    conn: &mut PgConnection,
    room: RoomId,
    user: UserId,
) -> sqlx::Result<Option<RoomRole>> {
    sqlx::query_scalar!(
        r#"select role as "role: RoomRole" from room_members where room_id = $1 and user_id = $2"#,
        room.0,
        user.0
    )
    .fetch_optional(conn)
    .await
}

/// `false` when there is no such user who can sign in.
pub(super) async fn put(
    conn: &mut PgConnection,
    room: RoomId,
    user: UserId,
    role: RoomRole,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into room_members (room_id, user_id, role, joined_at, read_position)
         select r.id, u.id, $3, $4, r.last_position
         from rooms r, users u where r.id = $1 and u.id = $2 and u.disabled_at is null
         on conflict (room_id, user_id) do update set role = excluded.role",
        room.0,
        user.0,
        role as RoomRole,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn delete(
    conn: &mut PgConnection,
    room: RoomId,
    user: UserId,
) -> sqlx::Result<Option<RoomRole>> {
    sqlx::query_scalar!(
        r#"delete from room_members where room_id = $1 and user_id = $2 returning role as "role: RoomRole""#,
        room.0,
        user.0
    )
    .fetch_optional(conn)
    .await
}
