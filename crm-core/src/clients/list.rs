//! Lists of clients, paged by key.

pub(crate) mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::{
    client::{ClientStatus, ContractMark, Person},
    error::Result,
    reach::Reach,
};
use crate::{ClientId, UserId, access::Viewer};

/// A filter by a value that may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted<T> {
    /// Those without it.
    None,
    /// Those with this one.
    Is(T),
}

/// Which clients are wanted.
#[derive(Clone, Debug, Default)]
pub struct ClientFilter {
    /// «Общая база» or «Клиент».
    pub status: Option<ClientStatus>,
    /// The responsible user.
    pub responsible: Option<Wanted<UserId>>,
    /// The city, exactly as written on the card.
    pub city: Option<Wanted<String>>,
    /// What we hold of the contract.
    pub contract_mark: Option<Wanted<ContractMark>>,
    /// Made by an event and not yet named by a person.
    pub automatic: Option<bool>,
    /// With or without ИНН.
    pub has_inn: Option<bool>,
}

/// The orders of a list.
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
    /// Those of one responsible user together, by name within; the common base last.
    #[serde(rename = "responsible")]
    Responsible,
}

/// The row behind which the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCursor {
    /// Name of the last row.
    pub name: String,
    /// Its moment.
    pub created_at: DateTime<Utc>,
    /// Its responsible user.
    pub responsible_id: Option<UserId>,
    /// Its id.
    pub id: ClientId,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClientRow {
    /// Of the root card.
    pub id: ClientId,
    /// Name.
    pub name: String,
    /// «Общая база» or «Клиент».
    pub status: ClientStatus,
    /// Made by an event and never touched by a person.
    pub automatic: bool,
    /// ИНН
    pub inn: Option<String>,
    /// City.
    pub city: Option<String>,
    /// As in the zone database.
    pub time_zone: Option<String>,
    /// What we hold of the contract.
    pub contract_mark: Option<ContractMark>,
    /// The responsible user.
    pub responsible: Option<Person>,
    /// When the card was made.
    pub created_at: DateTime<Utc>,
}

impl ClientRow {
    /// Where the list goes on behind this row.
    pub fn cursor(&self) -> ClientCursor {
        ClientCursor {
            name: self.name.clone(),
            created_at: self.created_at,
            responsible_id: self.responsible.as_ref().map(|person| person.id),
            id: self.id,
        }
    }
}

/// At most `rows` of the clients that the viewer reads; there is no total. Cards joined into others are not listed.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &ClientFilter,
    sort: ClientSort,
    after: Option<&ClientCursor>,
    rows: i64,
) -> Result<Vec<ClientRow>> {
    let reach = Reach::reading(viewer)?;
    let mut found = Vec::new();
    // Each run is one walk over one index; runs of one step are merged, steps follow one another.
    for step in steps(reach, filter, sort, after) {
        let missing = rows - i64::try_from(found.len()).unwrap_or(rows);
        if missing > 0 {
            found.extend(store::walk(conn, &step, filter, sort, missing).await?);
        }
    }
    Ok(found)
}

/// Whose clients one walk over an index takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'v> {
    Anyone,
    Somebody,
    Nobody,
    User(UserId),
    /// Those lent to a user; of one responsible user only, where he is named.
    Lent(Reach<'v>, Option<UserId>),
}

/// Walks to be merged, and the row behind which they begin.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) owners: Vec<Owner<'a>>,
    pub(crate) after: Option<&'a ClientCursor>,
}

/// The walks that give the list: never one that has to skip the clients of others.
fn steps<'a>(
    reach: Reach<'a>,
    filter: &ClientFilter,
    sort: ClientSort,
    after: Option<&'a ClientCursor>,
) -> Vec<Step<'a>> {
    let step = |owners: Vec<Owner<'a>>| Step { owners, after };
    let wanted = match (&filter.responsible, reach.all) {
        (Some(Wanted::None), _) => return vec![step(vec![Owner::Nobody])],
        (Some(Wanted::Is(user)), true) => return vec![step(vec![Owner::User(*user)])],
        (Some(Wanted::Is(user)), false) if *user == reach.user => {
            return vec![step(vec![Owner::User(*user)])];
        }
        (Some(Wanted::Is(user)), false) => return vec![step(vec![Owner::Lent(reach, Some(*user))])],
        (None, true) => vec![Owner::Anyone],
        (None, false) => vec![Owner::User(reach.user), Owner::Lent(reach, None), Owner::Nobody],
    };
    if sort != ClientSort::Responsible {
        return vec![step(wanted)];
    }
    // Grouped by the responsible user, the common base last.
    let first = if reach.all {
        vec![Owner::Somebody]
    } else {
        vec![Owner::User(reach.user), Owner::Lent(reach, None)]
    };
    match after {
        Some(ClientCursor { responsible_id: None, .. }) => vec![step(vec![Owner::Nobody])],
        _ => vec![step(first), Step { owners: vec![Owner::Nobody], after: None }],
    }
}
