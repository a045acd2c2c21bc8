//! What waits, as one reader of a letter sees it now. Whatever he may not read is not there.

use std::collections::BTreeMap;

use connector_api::Direction;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Waiting, store};
use crate::{
    InteractionId, RoomMessageId,
    access::{Right, Viewer},
    clients::{ClientError, reach::Reach},
    delivery::DeliveryStep,
    media::name,
    rooms::{RoomMessage, reading},
    timeline::{
        call::CallState,
        entry::{CallEntry, ContentView, EntryKind, MediaView, TimelineEntry},
        read,
    },
};

/// A message for a letter.
#[derive(Clone)]
pub(super) struct Said {
    pub(super) author: String,
    /// Taken back: nothing is told of what it said.
    pub(super) deleted: bool,
    pub(super) text: String,
    /// Names of its files.
    pub(super) files: Vec<String>,
}

/// What each of these says to a reader; `None` where he may not read it, or nobody has said it after all.
pub(super) async fn by_reader(
    conn: &mut PgConnection,
    viewer: &Viewer,
    waiting: &[Waiting],
) -> sqlx::Result<Vec<Option<Said>>> {
    let of = |in_room| waiting.iter().filter(move |row| row.in_room == in_room).map(|row| row.message_id);
    let mut said: BTreeMap<Uuid, Said> = BTreeMap::new();
    if viewer.scope(Right::RoomsUse).is_some() {
        let ids: Vec<_> = of(true).map(RoomMessageId).collect();
        let messages = reading::some(conn, viewer, &ids).await?;
        said.extend(messages.into_iter().map(|message| (message.id.0, in_room(message))));
    }
    if let Ok(reach) = Reach::reading(viewer) {
        let ids: Vec<_> = of(false).map(InteractionId).collect();
        let rows = store::rows(conn, reach, &ids).await?;
        let entries = read::entries(conn, &rows).await.map_err(|error| match error {
            ClientError::Database(error) => error,
            other => sqlx::Error::Protocol(other.to_string()),
        })?;
        let uttered = entries.iter().filter(|entry| !is_unsaid(entry));
        said.extend(uttered.map(|entry| (entry.id.0, in_conversation(entry))));
    }
    Ok(waiting.iter().map(|row| said.get(&row.message_id).cloned()).collect())
}

fn in_room(message: RoomMessage) -> Said {
    Said {
        author: message.author_name,
        deleted: message.deleted_at.is_some(),
        text: message.text.unwrap_or_default(),
        files: message.files.iter().map(file).collect(),
    }
}

/// It waits for its time, or was taken back before.
fn is_unsaid(entry: &TimelineEntry) -> bool {
    entry.origin != "bridge"
        && entry.delivery.as_ref().is_some_and(|delivery| delivery.step == DeliveryStep::Planned)
}

fn in_conversation(entry: &TimelineEntry) -> Said {
    let person = entry.contact.as_ref().map(|contact| contact.name.clone());
    let named = entry.author.as_ref().map(|author| author.name.clone()).filter(|name| !name.is_empty());
    let ours = entry.kind == EntryKind::Message && entry.direction == Some(Direction::Outbound);
    let author = if ours {
        named.unwrap_or_else(|| "Компания".into())
    } else {
        person.unwrap_or_else(|| "Клиент".into())
    };
    let items = entry.items.iter().filter(|item| item.deleted.is_none());
    let contents = entry.content.iter().chain(items.clone().filter_map(|item| item.content.as_ref()));
    let files = contents.filter_map(|content| match content {
        ContentView::Media { media, .. } => Some(file(media)),
        _ => None,
    });
    let files: Vec<String> = files.collect();
    let words = entry.text.iter().chain(items.filter_map(|item| item.text.as_ref()));
    let words: Vec<&str> = words.map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    let text = match &entry.call {
        Some(talk) => call(entry, talk).to_owned(),
        None if words.is_empty() && files.is_empty() => "сообщение видно в Узле".to_owned(),
        None => words.join("\n"),
    };
    Said { author, deleted: entry.deleted.is_some(), text, files }
}

fn call(entry: &TimelineEntry, call: &CallEntry) -> &'static str {
    match (call.outcome, entry.direction) {
        (CallState::Missed, _) => "пропущенный звонок",
        (_, Some(Direction::Inbound)) => "входящий звонок",
        _ => "исходящий звонок",
    }
}

fn file(media: &MediaView) -> String {
    name::clean(media.file_name.as_deref(), media.kind, media.mime_type.as_deref())
}
