//! Where a message goes: the conversation, the person's addresses, and what is known of them.

use chrono::{DateTime, Utc};
use connector_api::{Address, ConversationFacts};
use sqlx::PgConnection;

use super::store;
use crate::{
    AccountId, ContactId, ConversationId, IdentityId,
    access::{Right, Viewer},
    clients::{ClientError, error::Result, reach},
};

/// A conversation that may be written to, as far as rights go.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its id.
    pub conversation_id: ConversationId,
    /// Our end.
    pub account_id: AccountId,
    /// Its key at the connector.
    pub external_id: String,
    /// The person as the conversation names it.
    pub contact_id: ContactId,
    /// The address on the other side.
    pub identity_id: Option<IdentityId>,
    /// Addresses of the person, that of the conversation first.
    pub addresses: Vec<Address>,
    /// What decides whether it can be written to now.
    pub facts: ConversationFacts,
}

/// An address of a person, for a conversation that perhaps does not exist yet.
#[derive(Clone, Debug)]
pub struct WriteTo {
    /// Which.
    pub identity_id: IdentityId,
    /// Whose.
    pub contact_id: ContactId,
    /// Itself.
    pub address: Address,
}

/// A conversation with a person that the viewer may write to.
pub async fn place(conn: &mut PgConnection, viewer: &Viewer, id: ConversationId) -> Result<Place> {
    viewer.require(Right::ClientsWrite)?;
    let row = store::conversation(conn, id).await?.ok_or(ClientError::NotFound)?;
    reach::readable_contact(conn, viewer, row.contact_id).await?;
    Ok(row)
}

/// The addresses of a person that the viewer may write to, phones first.
pub async fn writable_identities(
    conn: &mut PgConnection,
    viewer: &Viewer,
    contact: ContactId,
) -> Result<Vec<WriteTo>> {
    viewer.require(Right::ClientsWrite)?;
    let root = reach::readable_contact(conn, viewer, contact).await?;
    Ok(store::identities(conn, root).await?)
}

/// The conversation of an account with an address, by the key that the connector gives it; it is made by
/// [`send`](super::send) where it does not exist.
pub async fn place_with(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account_id: AccountId,
    external_id: &str,
    to: &WriteTo,
) -> Result<Place> {
    let id = ConversationId::derived(account_id, external_id);
    match place(conn, viewer, id).await {
        Err(ClientError::NotFound) => {}
        known => return known,
    }
    if store::conversation(conn, id).await?.is_some() {
        // It exists with a person whom the viewer does not read.
        return Err(ClientError::NotFound);
    }
    Ok(Place {
        conversation_id: id,
        account_id,
        external_id: external_id.to_owned(),
        contact_id: to.contact_id,
        identity_id: Some(to.identity_id),
        addresses: vec![to.address.clone()],
        facts: ConversationFacts::default(),
    })
}

/// For the rule "when did the person last write": the moment, without history.
pub(super) fn facts(
    external_id: &str,
    last_inbound_at: Option<DateTime<Utc>>,
    state: Option<&str>,
) -> ConversationFacts {
    ConversationFacts {
        conversation: Some(connector_api::ExternalId::new(external_id)),
        last_inbound_at,
        // A word of a newer version is as if nothing had been said.
        state: state.and_then(|word| serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()),
    }
}
