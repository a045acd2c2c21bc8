//! Members of a room. They are users: a client can never be one.

mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::{reach, room};
use crate::{
    RoomId, UserId,
    access::{
        Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result},
    timeline::feed::{self, Changes, RoomChange},
};

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RoomRole {
    /// Names the room, archives it, adds and removes members.
    Owner,
    /// Reads and writes.
    Member,
}

/// A member, as all who find the room see him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomMember {
    /// Who.
    pub user_id: UserId,
    /// His name.
    pub name: String,
    /// What he is there.
    pub role: RoomRole,
    /// He has left the company; his messages stay his.
    pub disabled: bool,
    /// Everything up to here was on his screen.
    pub read_position: i64,
}

/// All members, by name.
pub async fn list(conn: &mut PgConnection, viewer: &Viewer, room: RoomId) -> Result<Vec<RoomMember>> {
    reach::found(conn, viewer, room).await?;
    Ok(store::list(conn, room).await?)
}

/// Adds a member or gives him another role. What was said before he came counts as read. Wants a transaction.
pub async fn put(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    user: UserId,
    role: RoomRole,
    now: DateTime<Utc>,
) -> Result<()> {
    reach::found(conn, viewer, room).await?.require_manager(viewer)?;
    let before = store::role(conn, room, user).await?;
    if before == Some(role) {
        return Ok(());
    }
    insert(conn, room, user, role, now).await?;
    record(conn, viewer, "room.member_put", room, user, (before, Some(role)), now).await?;
    Ok(room::tell(conn, room, now).await?)
}

/// Joins an open room. Wants a transaction; repeats safely.
pub async fn join(conn: &mut PgConnection, viewer: &Viewer, room: RoomId, now: DateTime<Utc>) -> Result<()> {
    let standing = reach::found(conn, viewer, room).await?;
    if standing.role.is_some() {
        return Ok(());
    }
    if !standing.is_open {
        return Err(ClientError::NotNow("Чат закрытый: в него добавляют участники."));
    }
    insert(conn, room, viewer.user_id, RoomRole::Member, now).await?;
    record(conn, viewer, "room.join", room, viewer.user_id, (None, Some(RoomRole::Member)), now).await?;
    Ok(room::tell(conn, room, now).await?)
}

/// Removes a member, or oneself. Wants a transaction; repeats safely.
pub async fn remove(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    user: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    let standing = reach::found(conn, viewer, room).await?;
    if user != viewer.user_id {
        standing.require_manager(viewer)?;
    }
    let Some(before) = store::delete(conn, room, user).await? else { return Ok(()) };
    let action = if user == viewer.user_id { "room.leave" } else { "room.member_remove" };
    record(conn, viewer, action, room, user, (Some(before), None), now).await?;
    let changes = Changes {
        rooms: vec![RoomChange::of_room(room), RoomChange::only_for(room, user)],
        ..Changes::default()
    };
    Ok(feed::tell(conn, &changes, now).await?)
}

/// Writes a member down. Somebody who cannot sign in is refused.
pub(super) async fn insert(
    conn: &mut PgConnection,
    room: RoomId,
    user: UserId,
    role: RoomRole,
    now: DateTime<Utc>,
) -> Result<()> {
    if store::put(conn, room, user, role, now).await? {
        return Ok(());
    }
    Err(ClientError::Invalid {
        field: "members", reason: "Такого сотрудника нет, или он уволен."
    })
}

async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    action: &str,
    room: RoomId,
    user: UserId,
    (before, after): (Option<RoomRole>, Option<RoomRole>),
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let words = |role: Option<RoomRole>| role.map(|role| json!({ "user_id": user, "role": role }));
    let subject = Subject::new("room", &room);
    audit::record(conn, &Actor::User(viewer), action, subject, words(before), words(after), now).await
}
