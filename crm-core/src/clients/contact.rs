//! A contact: a person, perhaps of several companies.

mod change;
pub(crate) mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

pub use change::{create, edit, link};

use super::{
    client::present,
    error::Result,
    identity::{Identity, NewAddress},
    join::Joined,
    reach::{self, Reach},
};
use crate::{ClientId, ContactId, access::Viewer};

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Contact {
    /// Of the root: a joined contact answers with the one it was joined into.
    pub id: ContactId,
    /// As a person or a provider wrote it.
    pub name: String,
    /// Made by an event and never touched by a person.
    pub automatic: bool,
    /// The companies of this person that the viewer reads; others are not named.
    pub clients: Vec<ContactClient>,
    /// All addresses of the person.
    pub identities: Vec<Identity>,
    /// Contacts joined into this one, for splitting.
    pub joined: Vec<Joined>,
    /// When the contact was made.
    pub created_at: DateTime<Utc>,
}

/// A company that a contact speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ContactClient {
    /// The root card.
    pub id: ClientId,
    /// Name of the company.
    pub name: String,
    /// What the person is there.
    pub post: Option<String>,
}

/// A contact to create.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewContact {
    /// The company.
    pub client_id: ClientId,
    /// Not empty.
    pub name: String,
    /// What the person is there.
    #[serde(default)]
    pub post: Option<String>,
    /// Phones and e-mails.
    #[serde(default)]
    pub addresses: Vec<NewAddress>,
}

/// What to change on a contact. An absent field stays.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContactEdit {
    /// Not empty.
    #[serde(default)]
    pub name: Option<String>,
    /// The company whose post changes.
    #[serde(default)]
    pub client_id: Option<ClientId>,
    /// What the person is there; null empties it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub post: Option<Option<String>>,
}

/// A contact of a client that the viewer reads.
pub async fn read(conn: &mut PgConnection, viewer: &Viewer, id: ContactId) -> Result<Contact> {
    let reach = Reach::reading(viewer)?;
    let root = reach::readable_contact(conn, viewer, id).await?;
    let rows = store::rows(conn, &[root]).await?;
    let contacts = assemble(conn, reach, rows).await?;
    contacts.into_iter().next().ok_or(super::ClientError::NotFound)
}

/// At most `rows` of the people of a client, those known longest first.
pub async fn of_client(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    after: Option<ContactId>,
    rows: i64,
) -> Result<Vec<Contact>> {
    let reach = Reach::reading(viewer)?;
    let root = reach::readable_client(conn, viewer, client).await?;
    let family = reach::store::client_family(conn, root.id).await?;
    let rows = store::of_clients(conn, &family, after, rows).await?;
    assemble(conn, reach, rows).await
}

async fn assemble(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    rows: Vec<store::ContactRow>,
) -> Result<Vec<Contact>> {
    let roots: Vec<ContactId> = rows.iter().map(|row| row.id).collect();
    let mut clients: BTreeMap<ContactId, Vec<ContactClient>> = BTreeMap::new();
    for (contact, client) in store::clients(conn, reach, &roots).await? {
        clients.entry(contact).or_default().push(client);
    }
    let mut identities: BTreeMap<ContactId, Vec<Identity>> = BTreeMap::new();
    for (contact, identity) in store::identities(conn, &roots).await? {
        identities.entry(contact).or_default().push(identity);
    }
    let mut contacts = Vec::with_capacity(rows.len());
    for row in rows {
        contacts.push(Contact {
            id: row.id,
            name: row.name,
            automatic: row.automatic,
            clients: clients.remove(&row.id).unwrap_or_default(),
            identities: identities.remove(&row.id).unwrap_or_default(),
            joined: super::join::store::joined_into(conn, "contact", row.id.0).await?,
            created_at: row.created_at,
        });
    }
    Ok(contacts)
}
