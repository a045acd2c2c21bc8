//! A room: its name, who gets in, the client it is tied to.

pub(crate) mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::{
    member::{self, RoomRole},
    reach,
};
use crate::{
    ClientId, RoomId, UserId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{self, ClientError, error::Result},
    timeline::feed::{self, Changes, RoomChange},
};

/// Longer names do not fit any list, nor the topics of messengers.
const LONGEST_NAME: usize = 100;

/// Who gets in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RoomAccess {
    /// Every employee finds and reads it, and may join.
    Open,
    /// Members only.
    Closed,
}

/// A room as its viewer finds it.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own in the answer")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Room {
    /// Never changes.
    pub id: RoomId,
    /// As members named it.
    pub name: String,
    /// Who gets in.
    pub access: RoomAccess,
    /// The client it is about.
    #[schema(required = true)]
    pub client: Option<RoomClient>,
    /// Since when nobody writes there.
    #[schema(required = true)]
    pub archived_at: Option<DateTime<Utc>>,
    /// What the viewer is there; `null`: no member.
    #[schema(required = true)]
    pub role: Option<RoomRole>,
    /// Its messages are shown to the viewer.
    pub can_read: bool,
    /// He may write.
    pub can_write: bool,
    /// He may rename it, archive it, add and remove members.
    pub can_manage: bool,
    /// Its messages are shown in the director's messenger too.
    pub bridged: bool,
    /// How many members can sign in.
    pub members: i64,
    /// Messages of others that the viewer has not seen on any device; 500 stands for any more.
    pub unread: i64,
    /// Those of them that name him.
    pub mentions: i64,
    /// Up to where he has read.
    #[schema(required = true)]
    pub read_position: Option<i64>,
    /// Of the newest message.
    pub last_position: i64,
    /// The newest message, where he reads the room.
    #[schema(required = true)]
    pub last: Option<RoomPreview>,
    /// When something was said last.
    pub last_at: DateTime<Utc>,
}

/// The client that a room is tied to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomClient {
    /// Its card.
    pub id: ClientId,
    /// Its name.
    pub name: String,
}

/// The newest message of a room, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomPreview {
    /// Who.
    pub author: String,
    /// The beginning of what he wrote.
    #[schema(required = true)]
    pub text: Option<String>,
    /// How many files came with it.
    pub files: i64,
}

/// A room to be.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoom {
    /// Made by the screen: the same press is the same room.
    pub id: RoomId,
    /// Its name.
    pub name: String,
    /// Who gets in.
    pub access: RoomAccess,
    /// The client it is about.
    pub client_id: Option<ClientId>,
    /// Whom to add at once, beside its maker.
    #[serde(default)]
    pub members: Vec<UserId>,
}

/// What changes of a room; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomPatch {
    /// Its name.
    pub name: Option<String>,
    /// Who gets in.
    pub access: Option<RoomAccess>,
    /// Into the archive, or back.
    pub archived: Option<bool>,
}

/// The place of a room in the list: by its newest message, then by id.
pub type RoomKey = (DateTime<Utc>, RoomId);

/// Rooms that the viewer finds, the one spoken in last first, behind the given place.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    archived: bool,
    behind: Option<RoomKey>,
    rows: i64,
) -> Result<Vec<Room>> {
    viewer.require(Right::RoomsUse)?;
    Ok(store::list(conn, viewer, archived, behind, rows).await?)
}

/// One room.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer, id: RoomId) -> Result<Room> {
    viewer.require(Right::RoomsUse)?;
    store::get(conn, viewer, id).await?.ok_or(ClientError::NotFound)
}

/// Makes a room; its maker owns it. The same id again returns the room and `false`. Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewRoom,
    now: DateTime<Utc>,
) -> Result<(Room, bool)> {
    viewer.require(Right::RoomsUse)?;
    let name = named(&new.name)?;
    if let Some(client) = new.client_id {
        clients::reach::readable_client(conn, viewer, client).await?;
    }
    if !store::insert(conn, viewer, &new, &name, now).await? {
        let mine = store::made_by(conn, new.id).await? == Some(viewer.user_id);
        return if mine { Ok((get(conn, viewer, new.id).await?, false)) } else { Err(taken()) };
    }
    member::insert(conn, new.id, viewer.user_id, RoomRole::Owner, now).await?;
    for user in new.members.iter().filter(|user| **user != viewer.user_id) {
        member::insert(conn, new.id, *user, RoomRole::Member, now).await?;
    }
    let after = json!({
        "name": name, "access": new.access, "client_id": new.client_id, "members": new.members,
    });
    let subject = Subject::new("room", &new.id);
    audit::record(conn, &Actor::User(viewer), "room.create", subject, None, Some(after), now).await?;
    tell(conn, new.id, now).await?;
    Ok((get(conn, viewer, new.id).await?, true))
}

fn taken() -> ClientError {
    ClientError::Invalid {
        field: "id", reason: "Под этим номером уже есть другой чат."
    }
}

/// Renames, opens, closes or archives a room. Wants a transaction.
pub async fn change(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomId,
    patch: RoomPatch,
    now: DateTime<Utc>,
) -> Result<Room> {
    let standing = reach::found(conn, viewer, id).await?;
    standing.require_manager(viewer)?;
    let before = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    let mut after = before.clone();
    if let Some(name) = &patch.name {
        after.name = named(name)?;
    }
    if let Some(access) = patch.access {
        after.access = access;
    }
    match patch.archived {
        Some(true) => after.archived_at = after.archived_at.or(Some(now)),
        Some(false) => after.archived_at = None,
        None => {}
    }
    if after != before {
        store::update(conn, id, &after).await?;
        let subject = Subject::new("room", &id);
        let (was, is) = (Some(json!(before)), Some(json!(after)));
        audit::record(conn, &Actor::User(viewer), "room.change", subject, was, is, now).await?;
        tell(conn, id, now).await?;
    }
    get(conn, viewer, id).await
}

fn named(text: &str) -> Result<String> {
    let name = text.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = match name.chars().count() {
        0 => "Назовите чат.",
        count if count > LONGEST_NAME => "Название чата: не больше 100 знаков.",
        _ => return Ok(name),
    };
    Err(ClientError::Invalid { field: "name", reason })
}

/// Tells open screens that a room itself is new or changed.
pub(crate) async fn tell(conn: &mut PgConnection, id: RoomId, now: DateTime<Utc>) -> sqlx::Result<()> {
    let changes = Changes { rooms: vec![RoomChange::of_room(id)], ..Changes::default() };
    feed::tell(conn, &changes, now).await
}
