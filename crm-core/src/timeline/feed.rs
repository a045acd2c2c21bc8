//! The live feed: what changed, for open screens, in one order that never skips an entry.

mod position;
mod store;
mod view;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::draft::DraftKind;
use crate::{
    AccessRequestId, ChangeRequestId, ClientId, ContactId, InteractionId, RoomId, RoomMessageId, TaskId,
    UserId,
};

pub use position::Position;
pub use store::{forget_before, head, holds, notify, tell, write};
pub use view::Message;

/// The channel of `NOTIFY` on which writers say that the feed has grown.
pub const CHANNEL: &str = "feed";

/// What one transaction changed. Kinds that this version does not know are left alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changes {
    /// New rows, and rows whose facts grew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub interactions: Vec<InteractionId>,
    /// Contacts changed by themselves or by a join.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<ContactId>,
    /// Clients changed by themselves or by a join.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientId>,
    /// Clients that went to other hands, with those who had them before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub moved: Vec<Moved>,
    /// Drafts that one of a person's devices has saved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub drafts: Vec<DraftChange>,
    /// Something new about our accounts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub notices: bool,
    /// Internal chats and messages of theirs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rooms: Vec<RoomChange>,
    /// Requests to change frozen contact data.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestChange>,
    /// Clients that were opened to somebody or are so no longer, and requests for that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub loans: Vec<LoanChange>,
    /// Tasks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskChange>,
}

/// A task is new, changed, closed or due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskChange {
    /// Which.
    pub task: TaskId,
    /// Who set it.
    pub author: UserId,
    /// Who is to do it.
    pub responsible: UserId,
    /// Whose it was before this change.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub former: Option<UserId>,
    /// Of which client it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client: Option<ClientId>,
    /// What is to be told to the responsible.
    pub news: TaskNews,
}

/// Why a screen hears of a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskNews {
    /// To be read again.
    Changed,
    /// Somebody gave it to the responsible.
    Given,
    /// Its time has come.
    Due,
}

/// A client was opened to a user or is so no longer, or he asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoanChange {
    /// Which.
    pub client: ClientId,
    /// To whom.
    pub user: UserId,
    /// A request that is new or has ended; `None` for the client itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request: Option<AccessRequestId>,
}

/// A request is new, was decided or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestChange {
    /// Which.
    pub request: ChangeRequestId,
    /// Whose: he hears of it, and those who decide.
    pub author: UserId,
}

/// An internal chat that changed, or a message of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomChange {
    /// Which.
    pub room: RoomId,
    /// The message that is new or changed; `None` is the room itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<RoomMessageId>,
    /// Whom a new message names.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub mentioned: Vec<UserId>,
    /// It is this person's own affair: what he has read, or that he is no member any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub only: Option<UserId>,
}

impl RoomChange {
    /// The room itself is new or changed.
    pub fn of_room(room: RoomId) -> Self {
        Self { room, message: None, mentioned: Vec::new(), only: None }
    }

    /// One person's own affair.
    pub fn only_for(room: RoomId, user: UserId) -> Self {
        Self { only: Some(user), ..Self::of_room(room) }
    }
}

/// A draft was saved or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftChange {
    /// Whose: nobody else hears of it.
    pub user: UserId,
    /// Of what.
    pub kind: DraftKind,
    /// The conversation or the client.
    pub subject_id: Uuid,
}

/// A client that went to other hands: by a transfer, or because it was joined into another manager's client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Which, as it was known to those who had it.
    pub client: ClientId,
    /// Who answered for it before; `None` for the common base.
    pub from: Option<UserId>,
}

/// One row of the feed.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the order.
    pub position: Position,
    /// What it says.
    pub changes: Changes,
}

/// New entries, and whether more of them wait for transactions that still run.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// In order; an entry is among them only when every earlier one has been readable too.
    pub entries: Vec<Entry>,
    /// There are entries that cannot be read yet: nobody will notify when they can.
    pub waiting: bool,
    /// The limit cut the list: read on at once.
    pub cut: bool,
}

/// An entry with everything that decides who may see it, as it was when it was read.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its place in the order.
    pub position: Position,
    /// One change after the other; the same number of them whenever the entry is read.
    pub changes: Vec<Change>,
}

/// One thing that changed, and the root clients in whose cards it shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub subject: Subject,
    /// Where it shows; none for a person without a client and for what is gone.
    pub clients: Vec<Holder>,
}

impl Change {
    fn of_nobody(subject: Subject) -> Self {
        Self { subject, clients: Vec::new() }
    }
}

/// A root client and who answers for it; nobody does in the common base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// The root.
    pub client: ClientId,
    /// Who answers for it.
    pub responsible: Option<UserId>,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A row of a timeline.
    Interaction {
        /// The row that shows: for an item of an album, the album.
        id: InteractionId,
        /// `message`, `call`, `system` or `note`.
        kind: String,
        /// The root of who spoke.
        contact: Option<ContactId>,
        /// Of a call: those at whose extensions it rings or rang, whoever answers for the client.
        rung: Vec<UserId>,
    },
    /// A person.
    Contact {
        /// As told.
        id: ContactId,
        /// Itself, or what it was joined into.
        root: ContactId,
    },
    /// A company.
    Client {
        /// As told.
        id: ClientId,
        /// Itself, or what it was joined into.
        root: ClientId,
    },
    /// A client went to other hands.
    Moved(Moved),
    /// A draft was saved or sent.
    Draft(DraftChange),
    /// Something new about our accounts.
    Notice,
    /// An internal chat.
    Room {
        /// What is told.
        change: RoomChange,
        /// Every employee reads it.
        open: bool,
        /// It is tied to a client: whoever does not see that one hears nothing.
        tied: bool,
        /// Who is in it.
        members: Vec<UserId>,
    },
    /// A request to change frozen contact data.
    Request(RequestChange),
    /// A client of others that is open to somebody, or a request for that.
    Loan(LoanChange),
    /// A task.
    Task(TaskChange),
    /// A fact whose row does not exist (yet): nobody sees it.
    Nothing,
}

/// The entries behind a position that can be read for sure: those of transactions older than every running one. An
/// entry that is read later sorts behind all that were read before, so a reader who keeps his last position misses none.
pub async fn read(conn: &mut PgConnection, behind: Position, limit: u16) -> sqlx::Result<Batch> {
    let limit = usize::from(limit);
    let mut rows = store::behind(conn, behind, limit).await?;
    let cut = rows.len() == limit && rows.last().is_some_and(|row| row.readable);
    let readable = rows.iter().take_while(|row| row.readable).count();
    let waiting = readable < rows.len();
    rows.truncate(readable);
    Ok(Batch { entries: rows.into_iter().map(store::Row::entry).collect(), waiting, cut })
}

/// Looks up, for all entries at once, where their changes show and who answers there now.
pub async fn resolve(conn: &mut PgConnection, entries: &[Entry]) -> sqlx::Result<Vec<Resolved>> {
    let found = store::Found::look_up(conn, entries.iter().map(|entry| &entry.changes)).await?;
    Ok(entries
        .iter()
        .map(|entry| {
            let Changes {
                interactions,
                contacts,
                clients,
                moved,
                drafts,
                notices,
                rooms,
                requests,
                loans,
                tasks,
            } = &entry.changes;
            let changes = interactions
                .iter()
                .map(|id| found.interaction(*id))
                .chain(contacts.iter().map(|id| found.contact(*id)))
                .chain(clients.iter().map(|id| found.client(*id)))
                .chain(moved.iter().map(|moved| found.moved(*moved)))
                .chain(drafts.iter().map(|draft| Change::of_nobody(Subject::Draft(*draft))))
                .chain(notices.then(|| Change::of_nobody(Subject::Notice)))
                .chain(rooms.iter().map(|change| found.room(change)))
                .chain(requests.iter().map(|change| Change::of_nobody(Subject::Request(*change))))
                .chain(loans.iter().map(|change| found.loan(*change)))
                .chain(tasks.iter().map(|change| found.task(*change)))
                .collect();
            Resolved { position: entry.position, changes }
        })
        .collect())
}

/// Tells open screens that a client went to other hands. In the transaction that moves it.
pub async fn tell_moved(
    conn: &mut PgConnection,
    client: ClientId,
    from: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let changes =
        Changes { clients: vec![client], moved: vec![Moved { client, from }], ..Changes::default() };
    tell(conn, &changes, now).await
}

#[cfg(test)]
mod tests;
