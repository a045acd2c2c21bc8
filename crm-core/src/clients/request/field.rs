//! What can be asked for: how it stands now, whether a new value can be, and how it is changed.

use chrono::{DateTime, Utc};
use connector_api::Address;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::Asked;
use crate::{
    ClientId, ContactId,
    access::Viewer,
    clients::{
        ClientError,
        client::{self, ClientEdit},
        contact::{self, ContactEdit},
        error::Result,
        identity::{self, AddressKind, NewAddress},
        reach,
    },
};

/// A frozen field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[sqlx(type_name = "text")]
pub enum RequestField {
    /// Name of a company.
    #[serde(rename = "client.name")]
    #[sqlx(rename = "client.name")]
    ClientName,
    /// ИНН
    #[serde(rename = "client.inn")]
    #[sqlx(rename = "client.inn")]
    ClientInn,
    /// КПП
    #[serde(rename = "client.kpp")]
    #[sqlx(rename = "client.kpp")]
    ClientKpp,
    /// ОГРН or ОГРНИП
    #[serde(rename = "client.ogrn")]
    #[sqlx(rename = "client.ogrn")]
    ClientOgrn,
    /// Name of a person.
    #[serde(rename = "contact.name")]
    #[sqlx(rename = "contact.name")]
    ContactName,
    /// A phone or an e-mail of a person: one more, another one instead, or one less.
    #[serde(rename = "contact.address")]
    #[sqlx(rename = "contact.address")]
    ContactAddress,
}

impl RequestField {
    /// Of a person, not of a company.
    pub(super) fn is_of_contact(self) -> bool {
        matches!(self, Self::ContactName | Self::ContactAddress)
    }

    /// In Russian.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::ClientName => "Название",
            Self::ClientInn => "ИНН",
            Self::ClientKpp => "КПП",
            Self::ClientOgrn => "ОГРН",
            Self::ContactName => "Имя",
            Self::ContactAddress => "Телефон или почта",
        }
    }
}

fn client_of(asked: &Asked) -> Result<ClientId> {
    asked.client_id.ok_or(ClientError::NotFound)
}

fn contact_of(asked: &Asked) -> Result<ContactId> {
    asked.contact_id.ok_or(ClientError::NotFound)
}

/// The value as it is now; `None` for an empty field and for an address that the person has no more.
pub(super) async fn current(conn: &mut PgConnection, asked: &Asked) -> Result<Option<String>> {
    match asked.field {
        RequestField::ContactName => Ok(Some(contact::store::name(conn, contact_of(asked)?).await?.name)),
        RequestField::ContactAddress => {
            let Some(identity) = asked.identity_id else { return Ok(None) };
            let Some((owner, found)) = identity::store::one(conn, identity).await? else { return Ok(None) };
            let family = reach::store::contact_family(conn, contact_of(asked)?).await?;
            Ok(family.contains(&owner).then_some(found.value))
        }
        field => {
            let fields = client::store::fields(conn, client_of(asked)?).await?;
            Ok(match field {
                RequestField::ClientInn => fields.inn,
                RequestField::ClientKpp => fields.kpp,
                RequestField::ClientOgrn => fields.ogrn,
                _ => Some(fields.name),
            })
        }
    }
}

/// Brings the new value into the form in which it is kept, or says why it cannot be.
pub(super) async fn check(conn: &mut PgConnection, asked: &mut Asked) -> Result<()> {
    if asked.field.is_of_contact() {
        return check_of_contact(conn, asked).await;
    }
    let before = client::store::fields(conn, client_of(asked)?).await?;
    let edit = client_edit(asked, before.version);
    let after = client::changed(&before, edit)?;
    asked.new_value = match asked.field {
        RequestField::ClientInn => after.inn,
        RequestField::ClientKpp => after.kpp,
        RequestField::ClientOgrn => after.ogrn,
        _ => Some(after.name),
    };
    Ok(())
}

async fn check_of_contact(conn: &mut PgConnection, asked: &mut Asked) -> Result<()> {
    let wanted = |reason| ClientError::Invalid { field: "new_value", reason };
    match (asked.field, &asked.new_value) {
        (RequestField::ContactName, None) => Err(wanted("Имя не может быть пустым.")),
        (RequestField::ContactName, Some(_)) => Ok(()),
        (_, new) => {
            if let Some(identity) = asked.identity_id {
                let (_, found) = identity::store::one(conn, identity).await?.ok_or(ClientError::NotFound)?;
                if found.origin != "person" {
                    return Err(ClientError::NotNow(
                        "По этому адресу уже приходили события канала: попросите добавить новый.",
                    ));
                }
            } else if new.is_none() {
                return Err(wanted("Напишите телефон или почту."));
            }
            if let Some(text) = new {
                let address = given(text).parse()?;
                asked.new_value = Some(match address {
                    Address::Phone(phone) => phone.e164().to_owned(),
                    Address::Email(email) => email.as_str().to_owned(),
                    Address::Opaque(_) => text.clone(),
                });
            }
            Ok(())
        }
    }
}

fn given(text: &str) -> NewAddress {
    let kind = if text.contains('@') { AddressKind::Email } else { AddressKind::Phone };
    NewAddress { kind, text: text.to_owned(), region: None }
}

fn client_edit(asked: &Asked, version: i32) -> ClientEdit {
    let value = asked.new_value.clone();
    let mut edit = ClientEdit { version, ..ClientEdit::default() };
    match asked.field {
        RequestField::ClientInn => edit.inn = Some(value),
        RequestField::ClientKpp => edit.kpp = Some(value),
        RequestField::ClientOgrn => edit.ogrn = Some(value),
        _ => edit.name = Some(value.unwrap_or_default()),
    }
    edit
}

/// Changes the value by the ordinary way, under the rights of whoever approves.
pub(super) async fn apply(
    conn: &mut PgConnection,
    viewer: &Viewer,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<()> {
    match asked.field {
        RequestField::ContactName => {
            let edit = ContactEdit { name: asked.new_value.clone(), ..ContactEdit::default() };
            contact::edit(conn, viewer, now, contact_of(asked)?, edit).await?;
        }
        RequestField::ContactAddress => {
            if let Some(identity) = asked.identity_id {
                identity::remove(conn, viewer, now, identity).await?;
            }
            if let Some(text) = &asked.new_value {
                identity::add(conn, viewer, now, contact_of(asked)?, &given(text)).await?;
            }
        }
        _ => {
            let client = client_of(asked)?;
            let version = client::store::fields(conn, client).await?.version;
            client::edit(conn, viewer, now, client, client_edit(asked, version)).await?;
        }
    }
    Ok(())
}
