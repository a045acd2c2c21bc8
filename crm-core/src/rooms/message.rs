//! What is said in a room: written once, however often it is sent; edited with its former words kept; taken back; reacted
//! to.

mod store;

use chrono::{DateTime, Utc};
use connector_api::{MediaRef, OutboundFile};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::{
    reach::{self, Standing},
    reading,
};
use crate::{
    AccountId, MediaId, RoomId, RoomMessageId, UserId,
    access::{
        Forbidden, Right, Viewer,
        audit::{self, Actor, Subject},
    },
    bridge::mirror::{self, Act},
    clients::{ClientError, error::Result},
    media,
    timeline::{
        entry::content::MediaView,
        feed::{self, Changes, RoomChange},
    },
};

/// Longer ones are files.
const LONGEST_TEXT: usize = 20_000;

/// Longer ones are no single sign.
const LONGEST_REACTION: usize = 16;

/// Where a message was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum RoomOrigin {
    /// In the product.
    App,
    /// In the director's messenger.
    Bridge,
}

/// How far a message got on its way to the director's messenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum BridgeStep {
    /// It waits for its turn.
    Waiting,
    /// It is there.
    Done,
    /// It will not get there.
    Failed,
    /// The connection broke while it was sent: nobody can tell whether it is there.
    Unknown,
    /// The room was no longer bridged when its turn came.
    Skipped,
}

/// A message as its reader sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomMessage {
    /// Made by whoever wrote it.
    pub id: RoomMessageId,
    /// Where it stands.
    pub room_id: RoomId,
    /// Its place: later ones have greater places; not every number is taken.
    pub position: i64,
    /// Who wrote it.
    pub author_id: UserId,
    /// His name then.
    pub author_name: String,
    /// Where it was written.
    pub origin: RoomOrigin,
    /// What it says now; none when it was taken back.
    #[schema(required = true)]
    pub text: Option<String>,
    /// The message answered.
    #[schema(required = true)]
    pub quote: Option<RoomQuote>,
    /// Whether it is in the director's messenger, where the room is bridged.
    #[schema(required = true)]
    pub bridge: Option<BridgeStep>,
    /// Its files.
    pub files: Vec<MediaView>,
    /// Whom it names.
    pub mentions: Vec<UserId>,
    /// One of each person.
    pub reactions: Vec<RoomReaction>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Since when it says what it says; `versions` has what it said before.
    #[schema(required = true)]
    pub edited_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    #[schema(required = true)]
    pub deleted_at: Option<DateTime<Utc>>,
}

/// The message answered, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomQuote {
    /// Which.
    pub id: RoomMessageId,
    /// Its place in the room.
    pub position: i64,
    /// Who wrote it.
    pub author_name: String,
    /// The beginning of its words; none when it was taken back.
    #[schema(required = true)]
    pub text: Option<String>,
    /// How many files came with it.
    pub files: i64,
}

/// A reaction of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoomReaction {
    /// Who.
    pub user_id: UserId,
    /// His name.
    pub name: String,
    /// With what.
    pub emoji: String,
}

/// A message to be.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRoomMessage {
    /// Made by the screen, a UUID: the same id again is the same message.
    pub id: RoomMessageId,
    /// What it says; may be absent when there are files.
    #[serde(default)]
    pub text: Option<String>,
    /// Files, uploaded before or passed on, in the order wanted.
    #[serde(default)]
    pub files: Vec<MediaId>,
    /// The message answered.
    #[serde(default)]
    pub quote_id: Option<RoomMessageId>,
    /// Members whom it names.
    #[serde(default)]
    pub mentions: Vec<UserId>,
}

/// Writes a message. The same id again returns it as it is, and `false`. Wants a transaction.
pub async fn post(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    new: NewRoomMessage,
    now: DateTime<Utc>,
) -> Result<(RoomMessage, bool)> {
    let standing = reach::readable(conn, viewer, room).await?;
    if let Some(known) = store::written(conn, new.id).await? {
        return repeated(conn, viewer, room, new.id, known).await;
    }
    standing.require_writer()?;
    let text = words(new.text.as_deref())?;
    if text.is_none() && new.files.is_empty() {
        return Err(ClientError::Invalid {
            field: "text", reason: "Напишите текст или приложите файл."
        });
    }
    let files = media::outbound_files(conn, viewer, &new.files).await?;
    if let Some(quote) = new.quote_id
        && store::written(conn, quote).await?.is_none_or(|quoted| quoted.room_id != room)
    {
        return Err(ClientError::Invalid {
            field: "quote_id",
            reason: "Сообщения, на которое вы отвечаете, в этом чате нет.",
        });
    }
    if !store::are_members(conn, room, &new.mentions).await? {
        return Err(ClientError::Invalid {
            field: "mentions",
            reason: "Упомянуть можно только участника чата.",
        });
    }
    let fresh = store::Fresh {
        id: new.id,
        room,
        text,
        origin: RoomOrigin::App,
        quote: new.quote_id,
        mentions: &new.mentions,
    };
    if !store::insert(conn, viewer, &fresh, now).await? {
        let known = store::written(conn, new.id).await?.ok_or(ClientError::NotFound)?;
        return repeated(conn, viewer, room, new.id, known).await;
    }
    attach(conn, new.id, &files, now).await?;
    mirror::leave(conn, room, new.id, RoomOrigin::App, Act::Message, now).await?;
    tell(conn, room, new.id, new.mentions, now).await?;
    Ok((reading::message(conn, viewer, new.id).await?, true))
}

/// What somebody said in his own messenger.
pub(crate) struct Heard<'a> {
    pub id: RoomMessageId,
    pub text: Option<String>,
    pub quote: Option<RoomMessageId>,
    /// Files that the provider keeps for us.
    pub media: Option<&'a [MediaRef]>,
    pub account: AccountId,
}

/// Writes down what was said in a messenger; `false` when it was told before. Wants a transaction.
pub(crate) async fn hear(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    heard: Heard<'_>,
    now: DateTime<Utc>,
) -> Result<bool> {
    let standing = reach::readable(conn, viewer, room).await?;
    if store::written(conn, heard.id).await?.is_some() {
        return Ok(false);
    }
    standing.require_writer()?;
    let text = words(heard.text.as_deref().map(|text| text.replace('\0', "")).as_deref())?;
    let quote = match heard.quote {
        Some(quote) => {
            store::written(conn, quote).await?.filter(|quoted| quoted.room_id == room).and(Some(quote))
        }
        None => None,
    };
    let fresh = store::Fresh { id: heard.id, room, text, origin: RoomOrigin::Bridge, quote, mentions: &[] };
    if !store::insert(conn, viewer, &fresh, now).await? {
        return Ok(false);
    }
    for (place, file) in heard.media.unwrap_or_default().iter().enumerate() {
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        store::want(conn, heard.id, place, heard.account, file, now).await?;
    }
    tell(conn, room, heard.id, Vec::new(), now).await?;
    Ok(true)
}

async fn repeated(
    conn: &mut PgConnection,
    viewer: &Viewer,
    room: RoomId,
    id: RoomMessageId,
    known: store::Written,
) -> Result<(RoomMessage, bool)> {
    if known.room_id != room || known.author_id != viewer.user_id {
        return Err(ClientError::Invalid {
            field: "id",
            reason: "Под этим номером отправлено другое сообщение.",
        });
    }
    Ok((reading::message(conn, viewer, id).await?, false))
}

async fn attach(
    conn: &mut PgConnection,
    message: RoomMessageId,
    files: &[OutboundFile],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    for (place, file) in files.iter().enumerate() {
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        store::attach(conn, message, place, MediaId(file.id), MediaId::at(now), now).await?;
    }
    Ok(())
}

/// Gives one's own message other words; the former ones stay readable. The same words again change nothing. Wants a
/// transaction.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomMessageId,
    text: &str,
    now: DateTime<Utc>,
) -> Result<RoomMessage> {
    let (written, standing) = own_place(conn, viewer, id).await?;
    if written.author_id != viewer.user_id {
        return Err(ClientError::NotNow("Изменить можно только своё сообщение."));
    }
    standing.require_writer()?;
    let text = words(Some(text))?;
    if text.is_none() && !written.has_files {
        return Err(ClientError::Invalid { field: "text", reason: "Напишите текст." });
    }
    if written.deleted_at.is_some() {
        return Err(ClientError::NotNow("Сообщение удалено."));
    }
    if written.body != text {
        store::edit(conn, id, text.as_deref(), now).await?;
        mirror::leave(conn, written.room_id, id, written.origin, Act::Edit, now).await?;
        tell(conn, written.room_id, id, Vec::new(), now).await?;
    }
    reading::message(conn, viewer, id).await
}

/// Takes a message back: one's own, or any for whoever manages the room. Its place stays, its words are shown no more.
/// Wants a transaction; repeats safely.
pub async fn delete(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomMessageId,
    now: DateTime<Utc>,
) -> Result<RoomMessage> {
    let (written, standing) = own_place(conn, viewer, id).await?;
    let own = written.author_id == viewer.user_id;
    if !own && !standing.manages(viewer) {
        return Err(Forbidden(Right::RoomsManage).into());
    }
    if store::delete(conn, id, viewer.user_id, now).await? {
        if !own {
            let subject = Subject::new("room_message", &id);
            let before = Some(json!({ "room_id": written.room_id, "author_id": written.author_id }));
            audit::record(conn, &Actor::User(viewer), "room.message_delete", subject, before, None, now)
                .await?;
        }
        mirror::leave(conn, written.room_id, id, written.origin, Act::Deletion, now).await?;
        tell(conn, written.room_id, id, Vec::new(), now).await?;
    }
    reading::message(conn, viewer, id).await
}

/// Sets, replaces or removes the viewer's reaction. Wants a transaction; repeats safely.
pub async fn react(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomMessageId,
    emoji: Option<&str>,
    now: DateTime<Utc>,
) -> Result<RoomMessage> {
    let (written, standing) = own_place(conn, viewer, id).await?;
    standing.require_writer()?;
    if written.deleted_at.is_some() {
        return Err(ClientError::NotNow("Сообщение удалено."));
    }
    if emoji.is_some_and(|emoji| emoji.trim().is_empty() || emoji.chars().count() > LONGEST_REACTION) {
        return Err(ClientError::Invalid {
            field: "emoji", reason: "Реакция: один значок."
        });
    }
    if store::react(conn, id, viewer.user_id, emoji, now).await? {
        tell(conn, written.room_id, id, Vec::new(), now).await?;
    }
    reading::message(conn, viewer, id).await
}

/// The message, locked, and what the viewer is in its room.
async fn own_place(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: RoomMessageId,
) -> Result<(store::Written, Standing)> {
    viewer.require(Right::RoomsUse)?;
    let written = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    let standing = reach::readable(conn, viewer, written.room_id).await?;
    Ok((written, standing))
}

fn words(text: Option<&str>) -> Result<Option<String>> {
    let text = text.unwrap_or_default();
    if text.contains('\0') {
        return Err(ClientError::Invalid {
            field: "text", reason: "В тексте есть недопустимый знак."
        });
    }
    if text.chars().count() > LONGEST_TEXT {
        let reason = "Текст длиннее 20 000 знаков: отправьте его файлом.";
        return Err(ClientError::Invalid { field: "text", reason });
    }
    Ok(Some(text.to_owned()).filter(|text| !text.trim().is_empty()))
}

/// Tells open screens that a message is new or changed.
pub(crate) async fn tell(
    conn: &mut PgConnection,
    room: RoomId,
    message: RoomMessageId,
    mentioned: Vec<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let change = RoomChange { message: Some(message), mentioned, ..RoomChange::of_room(room) };
    feed::tell(conn, &Changes { rooms: vec![change], ..Changes::default() }, now).await
}
