//! Rooms as their readers see them: pages of messages, search, former words, and what is unread.

mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{message::RoomMessage, reach};
use crate::{
    RoomId, RoomMessageId,
    access::{Right, Viewer},
    clients::{ClientError, error::Result},
    timeline::feed::{self, Changes, RoomChange},
};

/// Which part of a room to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Places below this one, the latest first.
    Before(i64),
    /// Places above this one, the earliest first.
    After(i64),
}

/// What a message said before it was edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomMessageVersion {
    /// From 1 on.
    pub number: i32,
    /// Its words.
    #[schema(required = true)]
    pub text: Option<String>,
    /// Until when it said so.
    pub until: DateTime<Utc>,
}

/// A message that was found, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FoundRoomMessage {
    /// The name of its room.
    pub room_name: String,
    /// The message.
    pub message: RoomMessage,
}

/// What of all rooms asks for the viewer's attention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomAttention {
    /// Rooms with something unread.
    pub rooms: i64,
    /// Unread messages that name him.
    pub mentions: i64,
}

/// Messages of a room that the viewer reads.
pub async fn page(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    part: Part,
    rows: i64,
) -> Result<Vec<RoomMessage>> {
    reach::readable(conn, viewer, room).await?;
    Ok(store::page(conn, viewer, room, part, rows).await?)
}

/// One message that the viewer reads.
pub async fn message(conn: &mut PgConnection, viewer: &Viewer, id: RoomMessageId) -> Result<RoomMessage> {
    viewer.require(Right::RoomsUse)?;
    store::message(conn, viewer, id).await?.ok_or(ClientError::NotFound)
}

/// Those of some messages that the viewer reads, in no order.
pub(crate) async fn some(
    conn: &mut PgConnection,
    viewer: &Viewer,
    ids: &[RoomMessageId],
) -> sqlx::Result<Vec<RoomMessage>> {
    store::some(conn, viewer, ids).await
}

/// The place of a found message: the newest first.
pub type FoundKey = (DateTime<Utc>, RoomMessageId);

/// Messages with all these words, in any form, in the rooms that the viewer reads; the newest first.
pub async fn search(
    conn: &mut PgConnection,
    viewer: &Viewer,
    text: &str,
    room: Option<RoomId>,
    behind: Option<FoundKey>,
    rows: i64,
) -> Result<Vec<FoundRoomMessage>> {
    viewer.require(Right::RoomsUse)?;
    let text = text.to_lowercase().replace('ё', "е").replace('\0', "");
    Ok(store::search(conn, viewer, text.trim(), room, behind, rows).await?)
}

/// What a message said before, the first version first. Of a message that was taken back nothing is told.
pub async fn versions(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomMessageId,
) -> Result<Vec<RoomMessageVersion>> {
    if message(conn, viewer, id).await?.deleted_at.is_some() {
        return Ok(Vec::new());
    }
    Ok(store::versions(conn, id).await?)
}

/// The viewer has seen everything up to this place; his other devices hear of it. Never goes back. Wants a transaction.
pub async fn read_until(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    position: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    reach::readable(conn, viewer, room).await?;
    if store::read_until(conn, viewer.user_id, room, position).await? {
        let changes =
            Changes { rooms: vec![RoomChange::only_for(room, viewer.user_id)], ..Changes::default() };
        feed::tell(conn, &changes, now).await?;
    }
    Ok(())
}

/// Counts what is unread in the rooms of which the viewer is a member, archived ones left out.
pub async fn attention(conn: &mut PgConnection, viewer: &Viewer) -> Result<RoomAttention> {
    viewer.require(Right::RoomsUse)?;
    Ok(store::attention(conn, viewer).await?)
}
