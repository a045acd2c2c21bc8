//! Comments on a client (S0.4): the author changes his own for a day, later only whoever corrects everybody's. Every
//! version stays.

pub(crate) mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    entry::{Deleted, EntryKind, TimelineEntry, Version},
    pin,
};
use crate::{
    ClientId, InteractionId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        reach::{self, Root},
        trace::{self, Change},
    },
};

/// How long its author changes a comment, counted from when it was written and not from the last change.
const OPEN_FOR: TimeDelta = TimeDelta::hours(24);

const LONGEST_CHARS: usize = 20_000;

/// How a comment stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NoteEntry {
    /// From 1; a change names the version that it was made from.
    pub version: i32,
    /// From this moment its author can no longer change it.
    pub locked_at: DateTime<Utc>,
    /// The call that it was written about.
    pub call_id: Option<InteractionId>,
}

/// A comment as the screen sends it.
#[derive(Clone, Debug)]
pub struct NewNote<'a> {
    /// Made by the screen: the same press is the same id.
    pub id: InteractionId,
    /// What it says.
    pub text: &'a str,
    /// The call that it is about.
    pub call: Option<InteractionId>,
}

/// Why a comment was not written or changed.
#[derive(Debug, thiserror::Error)]
pub enum NoteError {
    /// As with any card.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Its author could change it until this moment.
    #[error("locked since {0}")]
    Locked(DateTime<Utc>),
    /// Somebody else wrote it.
    #[error("written by somebody else")]
    NotAuthor,
}

impl From<sqlx::Error> for NoteError {
    fn from(error: sqlx::Error) -> Self {
        Self::Client(error.into())
    }
}

type Result<T> = std::result::Result<T, NoteError>;

/// Writes a comment into the timeline of a client. The same id again returns `false` and changes nothing. Wants a
/// transaction.
pub async fn add(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    client: ClientId,
    new: NewNote<'_>,
) -> Result<bool> {
    let root = reach::client_under(conn, viewer, Right::ClientsWrite, client).await?;
    let (id, text) = (new.id, words(new.text)?);
    if let Some(call) = new.call {
        let about = pin::entry(conn, viewer, call).await?;
        if about.kind != EntryKind::Call {
            return Err(ClientError::NotFound.into());
        }
    }
    if !store::insert(conn, viewer, id, root.id, text, now).await? {
        // The press came again: the first one counts, where it was the same person's.
        let known = own_again(conn, viewer, id).await?;
        return if known { Ok(false) } else { Err(taken().into()) };
    }
    if let Some(call) = new.call {
        store::tie(conn, id, call).await?;
    }
    record(conn, viewer, now, "note.add", id, None, Some(1)).await?;
    Ok(true)
}

/// Changes a comment, or deletes it with `None`: one more version. `version` is the one that was read. The same change
/// again changes nothing. Wants a transaction.
pub async fn change(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: InteractionId,
    version: i32,
    text: Option<&str>,
) -> Result<TimelineEntry> {
    let root = root_of(conn, viewer, id).await?;
    let text = text.map(words).transpose()?;
    store::lock(conn, id).await?;
    let known = pin::entry(conn, viewer, id).await?;
    let note = known.note.as_ref().ok_or(ClientError::NotFound)?;
    may_change(viewer, root, &known, note, now)?;
    if note.version != version {
        let again = note.version == version + 1 && current(&known) == text && last_author(&known, viewer);
        return if again { Ok(known) } else { Err(ClientError::Stale { current: note.version }.into()) };
    }
    store::insert_version(conn, viewer, id, version + 1, text, now).await?;
    let action = if text.is_some() { "note.edit" } else { "note.delete" };
    record(conn, viewer, now, action, id, Some(version), Some(version + 1)).await?;
    Ok(pin::entry(conn, viewer, id).await?)
}

/// The comments among entries, seen through their versions.
pub(crate) async fn add_versions(conn: &mut PgConnection, entries: &mut [TimelineEntry]) -> sqlx::Result<()> {
    let is_note = |entry: &&mut TimelineEntry| entry.kind == EntryKind::Note;
    let ids: Vec<InteractionId> = entries.iter_mut().filter(is_note).map(|entry| entry.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let (mut later, calls) = (store::versions(conn, &ids).await?, store::calls(conn, &ids).await?);
    for entry in entries.iter_mut().filter(is_note) {
        let call = calls.get(&entry.id).copied();
        show(entry, later.remove(&entry.id).unwrap_or_default(), call);
    }
    Ok(())
}

fn show(entry: &mut TimelineEntry, later: Vec<Version>, call_id: Option<InteractionId>) {
    // What another system brought was written there, long ago.
    let open_for = if entry.origin == "live" { OPEN_FOR } else { TimeDelta::zero() };
    let version = i32::try_from(later.len() + 1).unwrap_or(i32::MAX);
    entry.note = Some(NoteEntry { version, locked_at: entry.occurred_at + open_for, call_id });
    let Some(newest) = later.last() else { return };
    if newest.text.is_none() {
        entry.deleted = Some(Deleted { at: newest.at, by: Some(connector_api::Author::Company) });
    }
    let first = Version {
        at: entry.occurred_at,
        text: entry.text.take(),
        content: None,
        author: entry.author.clone(),
    };
    entry.versions = std::iter::once(first).chain(later).collect();
    // A deleted comment is struck, not gone.
    entry.text = entry.versions.iter().rev().find_map(|version| version.text.clone());
}

fn may_change(
    viewer: &Viewer,
    root: Root,
    entry: &TimelineEntry,
    note: &NoteEntry,
    now: DateTime<Utc>,
) -> Result<()> {
    if viewer.clients_under(Right::NotesCorrect).covers(root.id, root.responsible_id) {
        return Ok(());
    }
    if entry.author.as_ref().and_then(|author| author.user_id) != Some(viewer.user_id) {
        return Err(NoteError::NotAuthor);
    }
    if now >= note.locked_at { Err(NoteError::Locked(note.locked_at)) } else { Ok(()) }
}

/// The words of the newest version; none when it is deleted.
fn current(entry: &TimelineEntry) -> Option<&str> {
    if entry.deleted.is_some() { None } else { entry.text.as_deref() }
}

fn last_author(entry: &TimelineEntry, viewer: &Viewer) -> bool {
    let author = entry.versions.last().and_then(|version| version.author.as_ref());
    author.and_then(|author| author.user_id) == Some(viewer.user_id)
}

async fn root_of(conn: &mut PgConnection, viewer: &Viewer, id: InteractionId) -> Result<Root> {
    let entry = pin::entry(conn, viewer, id).await?;
    let client = entry.client_id.filter(|_| entry.kind == EntryKind::Note).ok_or(ClientError::NotFound)?;
    Ok(reach::client_under(conn, viewer, Right::ClientsWrite, client).await?)
}

async fn own_again(conn: &mut PgConnection, viewer: &Viewer, id: InteractionId) -> Result<bool> {
    match pin::entry(conn, viewer, id).await {
        Ok(entry) => Ok(entry.kind == EntryKind::Note
            && entry.author.and_then(|author| author.user_id) == Some(viewer.user_id)),
        Err(ClientError::NotFound) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn taken() -> ClientError {
    ClientError::Invalid {
        field: "id", reason: "Под этим номером уже есть другая запись."
    }
}

fn words(text: &str) -> Result<&str> {
    let reason = if text.trim().is_empty() {
        "Напишите текст."
    } else if text.chars().count() > LONGEST_CHARS {
        "Комментарий длиннее 20 000 знаков."
    } else if text.contains('\0') {
        "В тексте есть недопустимый знак."
    } else {
        return Ok(text.trim());
    };
    Err(ClientError::Invalid { field: "text", reason }.into())
}

async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    action: &str,
    id: InteractionId,
    before: Option<i32>,
    after: Option<i32>,
) -> Result<()> {
    // The words are in the versions; the log tells which of them.
    let told = |version: Option<i32>| version.map(|version| json!({ "version": version }));
    let change = Change {
        action,
        subject_kind: "interaction",
        subject_id: id.0,
        before: told(before),
        after: told(after),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}

#[cfg(test)]
mod tests;
