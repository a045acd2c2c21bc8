//! The orders of the list of clients: by every column, both ways.

use serde::{Deserialize, Serialize};

use super::ClientCursor;

/// The orders of a list. Equal ones stand by name and id; what is empty comes last, both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub enum ClientSort {
    /// By name, as a Russian dictionary does.
    #[default]
    #[serde(rename = "name")]
    Name,
    /// Oldest first.
    #[serde(rename = "created_at")]
    Created,
    /// Newest first.
    #[serde(rename = "-created_at")]
    CreatedNewest,
    /// By the name of the responsible user, by name within; the common base last.
    #[serde(rename = "responsible")]
    Responsible,
    /// By name, from the end.
    #[serde(rename = "-name")]
    NameFromEnd,
    /// By the name of the responsible user, from the end; the common base last.
    #[serde(rename = "-responsible")]
    ResponsibleFromEnd,
    /// «Клиент» before «Общая база».
    #[serde(rename = "status")]
    Status,
    /// «Общая база» before «Клиент».
    #[serde(rename = "-status")]
    StatusFromEnd,
    /// By ИНН.
    #[serde(rename = "inn")]
    Inn,
    /// By ИНН, from the end.
    #[serde(rename = "-inn")]
    InnFromEnd,
    /// By city, as a Russian dictionary does.
    #[serde(rename = "city")]
    City,
    /// By city, from the end.
    #[serde(rename = "-city")]
    CityFromEnd,
    /// What we hold of the contract: the best first.
    #[serde(rename = "contract")]
    Contract,
    /// What we hold of the contract: the least first.
    #[serde(rename = "-contract")]
    ContractFromEnd,
}

impl ClientSort {
    pub(super) fn order(self) -> Order {
        let (column, from_end) = match self {
            Self::Name => (Column::Name, false),
            Self::NameFromEnd => (Column::Name, true),
            Self::Created => (Column::Created, false),
            Self::CreatedNewest => (Column::Created, true),
            Self::Responsible => (Column::Responsible, false),
            Self::ResponsibleFromEnd => (Column::Responsible, true),
            Self::Status => (Column::Status, false),
            Self::StatusFromEnd => (Column::Status, true),
            Self::Inn => (Column::Inn, false),
            Self::InnFromEnd => (Column::Inn, true),
            Self::City => (Column::City, false),
            Self::CityFromEnd => (Column::City, true),
            Self::Contract => (Column::Contract, false),
            Self::ContractFromEnd => (Column::Contract, true),
        };
        Order { column, from_end }
    }
}

/// By what, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) column: Column,
    pub(crate) from_end: bool,
}

/// A column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Name,
    Created,
    Responsible,
    Status,
    Inn,
    City,
    Contract,
}

impl Column {
    /// There are clients without a value in it. Those without a responsible user are walked apart.
    pub(super) fn may_be_empty(self) -> bool {
        matches!(self, Self::Inn | Self::City | Self::Contract)
    }

    pub(super) fn is_empty_in(self, row: &ClientCursor) -> bool {
        match self {
            Self::Inn => row.inn.is_none(),
            Self::City => row.city.is_none(),
            Self::Contract => row.contract_mark.is_none(),
            Self::Responsible => row.responsible.is_none(),
            Self::Name | Self::Created | Self::Status => false,
        }
    }
}
