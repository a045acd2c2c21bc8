//! Conversations: one account and one counterpart.

pub mod attention;
pub mod rest;
pub(crate) mod store;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use connector_api::{Channel, Direction};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::entry::{EntryAccount, EntryContact, EntryKind, words::DirectionWord};
use crate::{
    AccountId, ClientId, ContactId, ConversationId, UserId,
    access::Viewer,
    clients::{
        ClientError,
        contact::{ContactClient, store as contact_store},
        list::Wanted,
        reach::{self, Reach},
    },
};

pub use rest::{Rest, Standing};

type Result<T> = std::result::Result<T, ClientError>;

/// A conversation as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// Our end.
    pub account: Option<EntryAccount>,
    /// The person, by the root contact.
    pub contact: EntryContact,
    /// Companies of the person that the viewer reads.
    pub clients: Vec<ContactClient>,
    /// How the person is called at the provider.
    pub person_name: Option<String>,
    /// The newest message of either side.
    pub last_at: DateTime<Utc>,
    /// The newest message of the person.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// The newest message of ours.
    pub last_outbound_at: Option<DateTime<Utc>>,
    /// Where it stands in the list that it was read for, and no matter of the screen.
    #[serde(skip)]
    pub(crate) place: DateTime<Utc>,
    /// The newest row that the viewer sees.
    pub last: Option<LastRow>,
    /// The first message of the person that nobody of us has answered.
    pub waiting_since: Option<DateTime<Utc>>,
    /// Messages of the person that the viewer has not read: 10 stands for any more.
    pub unread: i64,
    /// The viewer wants it to count as unread.
    pub marked_unread: bool,
    /// Behind this moment the viewer has not read.
    pub read_until: DateTime<Utc>,
    /// `open`, `blocked`, `disconnected` …; none where nothing was told.
    pub reachable: Option<String>,
    /// The director reads along in his messenger.
    pub bridged: bool,
    /// It was laid aside, and its person has written nothing since.
    pub rest: Option<Rest>,
}

/// The newest row of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LastRow {
    /// What it is.
    pub kind: EntryKind,
    /// Seen from the company.
    #[schema(value_type = Option<DirectionWord>)]
    pub direction: Option<Direction>,
    /// Its words; of a document without words, its name.
    pub text: Option<String>,
    /// `media`, `location` …; none for plain words.
    pub content_type: Option<String>,
    /// `image`, `voice` …, of a file.
    pub media_kind: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A conversation as its provider knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationName {
    /// Which.
    pub id: ConversationId,
    /// The provider's id.
    pub external_id: String,
}

/// Conversations of an account by id, behind one; with those that are no way to anybody.
pub async fn of_account_unscoped(
    conn: &mut PgConnection,
    account: AccountId,
    after: ConversationId,
    rows: i64,
) -> sqlx::Result<Vec<ConversationName>> {
    store::of_account(conn, account, after, rows).await
}

/// Which conversations are wanted; empty means all.
#[derive(Clone, Debug, Default)]
pub struct ConversationFilter {
    /// Our ends.
    pub accounts: Vec<AccountId>,
    /// Networks.
    pub channels: Vec<Channel>,
    /// Those of one person.
    pub contact: Option<ContactId>,
    /// Those of the people of one client.
    pub client: Option<ClientId>,
    /// With people of clients of this user, or of the common base.
    pub responsible: Option<Wanted<UserId>>,
    /// Open ones, or those that were laid aside.
    pub standing: Option<Standing>,
    /// The order.
    pub sort: ConversationSort,
}

/// The orders of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum ConversationSort {
    /// The liveliest first.
    #[default]
    #[serde(rename = "-last_at")]
    Liveliest,
    /// Only those whose person waits for an answer, the longest first.
    #[serde(rename = "waiting")]
    Waiting,
}

/// The row behind which the list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationCursor {
    /// Its last activity; of those that wait, since when.
    pub place: DateTime<Utc>,
    /// Its id.
    pub id: ConversationId,
}

impl Conversation {
    /// The place of this row in the list that it was read for.
    pub fn cursor(&self) -> ConversationCursor {
        ConversationCursor { place: self.place, id: self.id }
    }
}

/// At most `rows` conversations with people of clients that the viewer reads. Of a foreign client none are listed: that is a
/// refusal.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &ConversationFilter,
    after: Option<ConversationCursor>,
    rows: i64,
) -> Result<Vec<Conversation>> {
    let reach = Reach::reading(viewer)?;
    if let Some(client) = filter.client {
        reach::readable_client(conn, viewer, client).await?;
    }
    let rows = store::list(conn, reach, filter, after, rows).await?;
    named(conn, reach, rows).await
}

/// One conversation; others are as if they did not exist.
pub async fn read(conn: &mut PgConnection, viewer: &Viewer, id: ConversationId) -> Result<Conversation> {
    let reach = Reach::reading(viewer)?;
    let row = store::one(conn, reach, id).await?.ok_or(ClientError::NotFound)?;
    named(conn, reach, vec![row]).await?.into_iter().next().ok_or(ClientError::NotFound)
}

async fn named(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    rows: Vec<Conversation>,
) -> Result<Vec<Conversation>> {
    let contacts: Vec<ContactId> = rows.iter().map(|row| row.contact.id).collect();
    let mut clients: BTreeMap<ContactId, Vec<ContactClient>> = BTreeMap::new();
    for (contact, client) in contact_store::clients(conn, reach, &contacts).await? {
        clients.entry(contact).or_default().push(client);
    }
    let with_clients = |row: Conversation| Conversation {
        clients: clients.get(&row.contact.id).cloned().unwrap_or_default(),
        ..row
    };
    Ok(rows.into_iter().map(with_clients).collect())
}
