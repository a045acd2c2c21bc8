//! A client: a company, or a person without one.

mod change;
mod features;
pub(crate) mod store;
mod transfer;

use chrono::{DateTime, Utc};
use connector_api::Region;
use serde::{Deserialize, Deserializer, Serialize};
use sqlx::PgConnection;

pub(super) use change::changed;
pub use change::{create, edit};
pub use features::{FeaturesVersion, features_versions};
pub(super) use transfer::change_hands;
pub use transfer::{Transfer, take, transfer};

use super::{
    ClientError,
    contract::{self, Contract},
    error::Result,
    handover::{self, Handover},
    join::Joined,
    reach,
};
use crate::{
    ClientId, UserId,
    access::{Right, Viewer},
};

/// Whether a contract was concluded (S1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ClientStatus {
    /// «Общая база»
    CommonBase,
    /// «Клиент»
    Client,
}

impl ClientStatus {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CommonBase => "common_base",
            Self::Client => "client",
        }
    }
}

/// What we hold of the contract (S0.13).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum ContractMark {
    /// «Оригинал»
    Original,
    /// «Скан»
    Scan,
    /// «Разовый»
    OneOff,
}

impl ContractMark {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Scan => "scan",
            Self::OneOff => "one_off",
        }
    }

    /// The best is 1.
    pub(crate) fn rank(self) -> i32 {
        match self {
            Self::Original => 1,
            Self::Scan => 2,
            Self::OneOff => 3,
        }
    }
}

/// A user named on a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Person {
    /// Who.
    pub id: UserId,
    /// Name.
    pub name: String,
}

/// The card of a client.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClientCard {
    /// Of the root: a joined card answers with the one it was joined into.
    pub id: ClientId,
    /// As a person or an event wrote it.
    pub name: String,
    /// A person entered the name, so that it is frozen; what an event wrote may still be named.
    pub name_is_chosen: bool,
    /// «Общая база» or «Клиент».
    pub status: ClientStatus,
    /// Made by an event and never touched by a person.
    pub automatic: bool,
    /// ИНН
    pub inn: Option<String>,
    /// КПП
    pub kpp: Option<String>,
    /// ОГРН or ОГРНИП
    pub ogrn: Option<String>,
    /// City.
    pub city: Option<String>,
    /// As in the zone database: `Europe/Moscow`.
    pub time_zone: Option<String>,
    /// «Особенности клиента». Never leaves the company.
    pub features: Option<String>,
    /// The best that we hold of a contract; none is flagged on the screen.
    pub contract_mark: Option<ContractMark>,
    /// The responsible user; none in the common base.
    pub responsible: Option<Person>,
    /// To be sent back with an edit.
    pub version: i32,
    /// When the card was made.
    pub created_at: DateTime<Utc>,
    /// When a field changed last.
    pub updated_at: DateTime<Utc>,
    /// Cards joined into this one, for splitting.
    pub joined: Vec<Joined>,
    /// The contracts, the latest first.
    pub contracts: Vec<Contract>,
    /// It is in other hands for a time; or was, and did not go back.
    #[schema(required = true)]
    pub handover: Option<Handover>,
}

/// A client to create.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// Not empty.
    pub name: String,
    /// ИНН; one that exists with the same КПП, or without one, is refused.
    #[serde(default)]
    pub inn: Option<String>,
    /// КПП
    #[serde(default)]
    pub kpp: Option<String>,
    /// ОГРН or ОГРНИП
    #[serde(default)]
    pub ogrn: Option<String>,
    /// City.
    #[serde(default)]
    pub city: Option<String>,
    /// As in the zone database.
    #[serde(default)]
    pub time_zone: Option<String>,
    /// «Особенности клиента»
    #[serde(default)]
    pub features: Option<String>,
    /// Oneself or nobody; another user needs the right to transfer.
    #[serde(default)]
    pub responsible_id: Option<UserId>,
    /// The country of the requisites; Russia where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub region: Option<Region>,
}

/// What to change on a card. An absent field stays, a null one is emptied.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientEdit {
    /// The version that was read.
    pub version: i32,
    /// Not empty.
    #[serde(default)]
    pub name: Option<String>,
    /// «Клиент» when the first contract is concluded; there is no way back.
    #[serde(default)]
    pub status: Option<ClientStatus>,
    /// ИНН
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub inn: Option<Option<String>>,
    /// КПП
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub kpp: Option<Option<String>>,
    /// ОГРН or ОГРНИП
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub ogrn: Option<Option<String>>,
    /// City.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub city: Option<Option<String>>,
    /// As in the zone database.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub time_zone: Option<Option<String>>,
    /// «Особенности клиента»
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    pub features: Option<Option<String>>,
    /// The country of the requisites; Russia where absent.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub region: Option<Region>,
}

/// Tells `null` from an absent field.
pub(crate) fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}

/// The card of a client. A foreign one is refused with its stub.
pub async fn read(conn: &mut PgConnection, viewer: &Viewer, id: ClientId) -> Result<ClientCard> {
    viewer.require(Right::ClientsRead)?;
    let mut card = store::card(conn, id).await?.ok_or(ClientError::NotFound)?;
    let responsible_id = card.responsible.as_ref().map(|person| person.id);
    reach::readable_root(conn, viewer, reach::Root { id: card.id, responsible_id }).await?;
    card.joined = super::join::store::joined_into(conn, "client", card.id.0).await?;
    card.contracts = contract::store::of_client(conn, card.id).await?;
    card.handover = handover::of_card(conn, viewer, card.id, responsible_id).await?;
    Ok(card)
}
