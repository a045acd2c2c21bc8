//! A message as it stands now, of a room or of a conversation, and whether all of it is here already.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{DeliveryState, OutboundFile};
use sqlx::PgConnection;

use super::store::{Head, Thread};
use super::words;
use crate::{
    InteractionId, MediaId, RoomMessageId,
    delivery::DeliveryStep,
    media::{self, StoredFile},
    timeline::{
        entry::{ContentView, EntryKind, TimelineEntry, content::MediaView},
        read,
    },
};

/// The files of an album come one by one, right behind each other.
const ALBUM_IS_WHOLE_AFTER: TimeDelta = TimeDelta::seconds(2);

/// A file that takes longer follows its message.
const FILES_MAY_TAKE: TimeDelta = TimeDelta::seconds(20);

/// A message as it stands now.
pub(super) struct Said {
    pub author: String,
    pub text: String,
    /// Where the product shows it.
    pub link: String,
    pub created_at: DateTime<Utc>,
    pub deleted: bool,
    /// The messenger's id of the message answered, where it is there.
    pub quote: Option<String>,
    /// Those that we have.
    pub files: Vec<OutboundFile>,
    /// Files on their way to us.
    pub fetching: usize,
    /// More of it may be told.
    pub grows: bool,
    /// How far it got on its way to the client; of what came from the messenger alone.
    pub state: Option<State>,
}

/// How far a message got.
pub(super) enum State {
    /// Shown by this sign.
    Reached(&'static str),
    /// Told in words.
    Stuck(String),
}

impl Said {
    /// Whether its copy has to wait for what is still on its way.
    pub(super) fn is_awaited(&self, left_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        let patience = match (self.deleted, self.fetching, self.grows) {
            (true, ..) | (_, 0, false) => return false,
            (_, 0, true) => ALBUM_IS_WHOLE_AFTER,
            _ => FILES_MAY_TAKE,
        };
        now < left_at + patience
    }

    /// The words, with a link for each file that is larger than the messenger takes, and for those not here yet.
    pub(super) fn words(&self, largest_file: u64) -> String {
        let large = self.files.iter().filter(|file| file.size_bytes > largest_file);
        let instead = large
            .map(|file| format!("{} ({} МБ): {}", file.file_name, file.size_bytes / 1_000_000, self.link));
        let missing = (self.fetching > 0).then(|| format!("Файл ещё загружается: {}", self.link));
        let text = Some(self.text.clone()).filter(|text| !text.is_empty());
        text.into_iter().chain(instead).chain(missing).collect::<Vec<_>>().join("\n")
    }
}

/// What a row of the outbox speaks of; `None` when there is no such thing. `screens` begins addresses of the product.
pub(super) async fn of(
    conn: &mut PgConnection,
    thread: &Thread,
    head: &Head,
    screens: &str,
) -> sqlx::Result<Option<Said>> {
    match thread.room_id {
        Some(room) => {
            let id = RoomMessageId(head.message_id);
            let Some(mut said) = store::in_room(conn, thread.account_id, id).await? else { return Ok(None) };
            said.link = format!("{screens}/rooms/{room}?at={}", said.link);
            Ok(Some(said))
        }
        None => in_conversation(conn, thread, InteractionId(head.message_id), screens).await,
    }
}

async fn in_conversation(
    conn: &mut PgConnection,
    thread: &Thread,
    row: InteractionId,
    screens: &str,
) -> sqlx::Result<Option<Said>> {
    let rows = store::row(conn, row).await?;
    let Some(entry) = read::entries(conn, &rows).await.map_err(words::only_database)?.pop() else {
        return Ok(None);
    };
    if words::is_unsaid(&entry) {
        return Ok(None);
    }
    let link = format!("{screens}/rows/{row}");
    let files = media::stored_unscoped(conn, &file_ids(&entry)).await?;
    let quoted = entry.quote.as_ref().and_then(|quote| quote.interaction_id);
    let quote = match quoted {
        Some(quoted) => store::copy_of(conn, thread.account_id, thread.id, quoted).await?,
        None => None,
    };
    let lost = files.iter().filter_map(|file| match file {
        StoredFile::Lost { cause } => Some(words::lost(cause.as_deref())),
        _ => None,
    });
    let unseen = quote.is_none().then(|| words::quoted(&entry)).flatten();
    let text = unseen.into_iter().chain(words::of(&entry, &link)).chain(lost).collect::<Vec<_>>().join("\n");
    let state = if entry.origin == "bridge" { state_of(&entry) } else { None };
    Ok(Some(Said {
        author: words::author(&entry),
        text,
        link,
        created_at: entry.occurred_at,
        deleted: entry.deleted.is_some(),
        quote,
        fetching: files.iter().filter(|file| matches!(file, StoredFile::Awaited)).count(),
        grows: !entry.items.is_empty() && entry.delivery.is_none(),
        files: files.into_iter().filter_map(StoredFile::here).collect(),
        state,
    }))
}

fn file_ids(entry: &TimelineEntry) -> Vec<MediaId> {
    let contents = entry.content.iter().chain(entry.items.iter().filter_map(|item| item.content.as_ref()));
    let media = contents.filter_map(|content| match content {
        ContentView::Media { media: MediaView { id, .. }, .. } => *id,
        _ => None,
    });
    if entry.kind == EntryKind::Message { media.collect() } else { Vec::new() }
}

/// How far a message from the messenger got.
fn state_of(entry: &TimelineEntry) -> Option<State> {
    let delivery = entry.delivery.as_ref()?;
    let stuck = |words: &str, why: Option<&str>| {
        let why = why.unwrap_or("причина не известна");
        Some(State::Stuck(format!("{words}: {why}")))
    };
    match delivery.step {
        DeliveryStep::Failed | DeliveryStep::Cancelled => {
            return stuck("Не доставлено", delivery.reason.as_deref());
        }
        DeliveryStep::Unknown => {
            return stuck(
                "Неизвестно, дошло ли сообщение",
                Some("ответ канала потерялся. Проверьте в Узле."),
            );
        }
        _ => {}
    }
    match entry.state? {
        DeliveryState::Queued | DeliveryState::Sent => Some(State::Reached("🕊")),
        DeliveryState::Delivered => Some(State::Reached("👌")),
        DeliveryState::Read | DeliveryState::Played => Some(State::Reached("👀")),
        DeliveryState::Failed => {
            stuck("Не доставлено", entry.failure.as_ref().map(|failure| failure.text.as_str()))
        }
    }
}
