//! Addresses by which events find a contact, as people give them.

pub(crate) mod store;

use chrono::{DateTime, Utc};
use connector_api::{Address, EmailAddress, PhoneNumber, Region};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::{
    ClientError,
    error::{Result, TakenBy},
    freeze, reach,
    trace::{self, Change},
};
use crate::{
    ContactId, IdentityId,
    access::{Right, Viewer},
};

/// An address of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// `phone`, `email` or `opaque`.
    pub kind: String,
    /// Where an opaque id is unique: `telegram`; `phone` and `email` for those.
    pub scope: String,
    /// The number in E.164, the e-mail, the opaque id.
    pub value: String,
    /// As a person typed it.
    pub entered: Option<String>,
    /// `event` or `person`: how it came here.
    pub origin: String,
}

/// An address that a person gives.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAddress {
    /// A phone or an e-mail.
    pub kind: AddressKind,
    /// As typed; kept for display.
    pub text: String,
    /// The country of a number without a country code; Russia where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub region: Option<Region>,
}

/// What a person can give by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// A phone number.
    Phone,
    /// An e-mail address.
    Email,
}

impl NewAddress {
    /// The address in the form that compares.
    pub fn parse(&self) -> Result<Address> {
        match self.kind {
            AddressKind::Phone => PhoneNumber::parse(&self.text, self.region.unwrap_or_default())
                .map(Address::Phone)
                .ok_or(ClientError::Invalid {
                    field: "text", reason: "Это не похоже на номер телефона."
                }),
            AddressKind::Email => {
                EmailAddress::parse(&self.text)
                    .map(Address::Email)
                    .ok_or(ClientError::Invalid {
                        field: "text", reason: "Это не похоже на адрес почты."
                    })
            }
        }
    }
}

/// Gives a contact an address. The first phone or e-mail of a contact may be filled in; any further one changes frozen
/// contact data and needs the right to correct it (S0.1). Giving again what the contact has changes nothing. Wants a
/// transaction.
pub async fn add(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    contact: ContactId,
    new: &NewAddress,
) -> Result<()> {
    let address = new.parse()?;
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    if store::has_given_address(conn, root).await? && store::owner(conn, &address.key()).await? != Some(root)
    {
        freeze::pass(conn, viewer).await?;
    }
    give(conn, viewer, now, root, new, &address).await
}

/// Takes an address away from its contact. What was said through it stays where it was said. Wants a transaction.
pub async fn remove(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    identity: IdentityId,
) -> Result<()> {
    super::join::store::lock_identities(conn).await?;
    let (contact, found) = store::one(conn, identity).await?.ok_or(ClientError::NotFound)?;
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    freeze::pass(conn, viewer).await?;
    if found.origin != "person" || !store::detach(conn, identity).await? {
        return Err(ClientError::NotNow(
            "По этому адресу уже приходили события канала: его можно отделить только вместе с карточкой.",
        ));
    }
    let change = Change {
        action: "contact.remove_address",
        subject_kind: "contact",
        subject_id: root.0,
        before: Some(json!({ "kind": found.kind, "value": found.value })),
        after: None,
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}

/// Writes the address down, or says whose it is.
pub(super) async fn give(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    root: ContactId,
    new: &NewAddress,
    address: &Address,
) -> Result<()> {
    let key = address.key();
    if !store::insert(conn, IdentityId::at(now), address, &new.text, root, now).await? {
        let owner = store::owner(conn, &key).await?.ok_or(ClientError::NotFound)?;
        if owner == root {
            return Ok(());
        }
        return Err(ClientError::Taken { field: "address", by: known_owner(conn, viewer, owner).await? });
    }
    let change = Change {
        action: "contact.add_address",
        subject_kind: "contact",
        subject_id: root.0,
        before: None,
        after: Some(json!({ "kind": new.kind, "address": key, "entered": new.text })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}

/// The owner of an address, as far as the viewer may know.
async fn known_owner(conn: &mut PgConnection, viewer: &Viewer, owner: ContactId) -> Result<TakenBy> {
    match reach::readable_contact(conn, viewer, owner).await {
        Ok(id) => return Ok(TakenBy::Contact { id }),
        Err(ClientError::NotFound | ClientError::Forbidden(_)) => {}
        Err(error) => return Err(error),
    }
    if viewer.scope(Right::ClientsRead).is_none() {
        return Ok(TakenBy::Hidden);
    }
    match reach::store::clients_of_contact(conn, owner).await?.first() {
        Some(client) => Ok(TakenBy::Foreign { stub: reach::store::stub(conn, client.id).await? }),
        None => Ok(TakenBy::Hidden),
    }
}
