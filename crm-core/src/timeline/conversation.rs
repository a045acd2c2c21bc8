//! Conversations: one account and one counterpart.

pub(crate) mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use connector_api::{Channel, Direction};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::entry::{EntryAccount, EntryContact, EntryKind, words::DirectionWord};
use crate::{
    AccountId, ContactId, ConversationId,
    access::Viewer,
    clients::{
        ClientError,
        contact::{ContactClient, store as contact_store},
        reach::Reach,
    },
};

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
    /// The newest row that the viewer sees.
    pub last: Option<LastRow>,
    /// `open`, `blocked`, `disconnected` …; none where nothing was told.
    pub reachable: Option<String>,
}

/// The newest row of a conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LastRow {
    /// What it is.
    pub kind: EntryKind,
    /// Seen from the company.
    #[schema(value_type = Option<DirectionWord>)]
    pub direction: Option<Direction>,
    /// Its words.
    pub text: Option<String>,
    /// `media`, `location` …; none for plain words.
    pub content_type: Option<String>,
    /// `image`, `voice` …, of a file.
    pub media_kind: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
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
}

/// The row behind which the list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationCursor {
    /// Its last activity.
    pub last_at: DateTime<Utc>,
    /// Its id.
    pub id: ConversationId,
}

impl Conversation {
    /// The place of this row in the list.
    pub fn cursor(&self) -> ConversationCursor {
        ConversationCursor { last_at: self.last_at, id: self.id }
    }
}

/// At most `rows` conversations with people of clients that the viewer reads, the liveliest first.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &ConversationFilter,
    after: Option<ConversationCursor>,
    rows: i64,
) -> Result<Vec<Conversation>> {
    let reach = Reach::reading(viewer)?;
    let rows = store::list(conn, reach, filter, after, rows).await?;
    named(conn, reach, rows).await
}

/// One conversation; others are as if they did not exist.
pub async fn read(conn: &mut PgConnection, viewer: &Viewer, id: ConversationId) -> Result<Conversation> {
    let reach = Reach::reading(viewer)?;
    let row = store::one(conn, reach, id).await?.ok_or(ClientError::NotFound)?;
    named(conn, reach, vec![row]).await?.into_iter().next().ok_or(ClientError::NotFound)
}

async fn named(conn: &mut PgConnection, reach: Reach, rows: Vec<Conversation>) -> Result<Vec<Conversation>> {
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
