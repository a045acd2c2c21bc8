//! Lists of clients, paged by key.

mod sort;
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

pub use sort::ClientSort;
use sort::{Column, Order};

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

/// The row behind which the next page begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCursor {
    /// Name of the last row.
    pub name: String,
    /// Its moment.
    pub created_at: DateTime<Utc>,
    /// Its status.
    pub status: ClientStatus,
    /// Its responsible user.
    pub responsible: Option<Person>,
    /// Its ИНН.
    pub inn: Option<String>,
    /// Its city.
    pub city: Option<String>,
    /// What we hold of its contract.
    pub contract_mark: Option<ContractMark>,
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
            status: self.status,
            responsible: self.responsible.clone(),
            inn: self.inn.clone(),
            city: self.city.clone(),
            contract_mark: self.contract_mark,
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
    // Each walk follows one index; walks of one step are merged, steps follow one another.
    for step in steps(reach, filter, sort.order(), after) {
        let missing = rows - i64::try_from(found.len()).unwrap_or(rows);
        if missing > 0 {
            found.extend(store::walk(conn, &step, filter, missing).await?);
        }
    }
    Ok(found)
}

/// Whose clients one walk over an index takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'v> {
    Anyone,
    /// One responsible user after the other, by their names.
    Each,
    Nobody,
    User(UserId),
    /// Those lent to a user; of one responsible user only, where he is named.
    Lent(Reach<'v>, Option<UserId>),
}

/// Which of them, as to the column of the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Those with a value in it; all, where it is never empty.
    Filled,
    /// Those without one, by name.
    Empty,
}

/// Where a walk begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Start<'a> {
    First,
    Behind(&'a ClientCursor),
    /// With the clients of those who come behind this responsible user.
    BehindPerson(&'a Person),
}

/// Walks to be merged.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    pub(crate) owners: Vec<Owner<'a>>,
    pub(crate) order: Order,
    pub(crate) part: Part,
    pub(crate) start: Start<'a>,
}

/// The walks that give the list: never one that has to skip the clients of others. What is empty comes last, both ways.
fn steps<'a>(
    reach: Reach<'a>,
    filter: &ClientFilter,
    order: Order,
    after: Option<&'a ClientCursor>,
) -> Vec<Step<'a>> {
    if order.column == Column::Responsible {
        return match &filter.responsible {
            None => steps_by_person(reach, order, after),
            // All of one person: the same by name.
            Some(wanted) => {
                parts(owners(reach, Some(wanted)), Order { column: Column::Name, ..order }, after)
            }
        };
    }
    parts(owners(reach, filter.responsible.as_ref()), order, after)
}

fn owners<'a>(reach: Reach<'a>, wanted: Option<&Wanted<UserId>>) -> Vec<Owner<'a>> {
    match wanted {
        Some(Wanted::None) => vec![Owner::Nobody],
        Some(Wanted::Is(user)) if reach.all || *user == reach.user => vec![Owner::User(*user)],
        Some(Wanted::Is(user)) => vec![Owner::Lent(reach, Some(*user))],
        None if reach.all => vec![Owner::Anyone],
        None => vec![Owner::User(reach.user), Owner::Lent(reach, None), Owner::Nobody],
    }
}

fn parts<'a>(owners: Vec<Owner<'a>>, order: Order, after: Option<&'a ClientCursor>) -> Vec<Step<'a>> {
    let start = after.map_or(Start::First, Start::Behind);
    let step = |part, start| Step { owners: owners.clone(), order, part, start };
    match after {
        _ if !order.column.may_be_empty() => vec![step(Part::Filled, start)],
        Some(row) if order.column.is_empty_in(row) => vec![step(Part::Empty, start)],
        _ => vec![step(Part::Filled, start), step(Part::Empty, Start::First)],
    }
}

/// The rest of the clients of the person of the last row, those of the people behind him, and the common base.
fn steps_by_person<'a>(reach: Reach<'a>, order: Order, after: Option<&'a ClientCursor>) -> Vec<Step<'a>> {
    let step = |owners: Vec<Owner<'a>>, start| Step { owners, order, part: Part::Filled, start };
    let nobody = |start| Step { part: Part::Empty, ..step(vec![Owner::Nobody], start) };
    let each = || {
        if reach.all { vec![Owner::Each] } else { vec![Owner::User(reach.user), Owner::Lent(reach, None)] }
    };
    match after.map(|row| (row, &row.responsible)) {
        None => vec![step(each(), Start::First), nobody(Start::First)],
        Some((row, None)) => vec![nobody(Start::Behind(row))],
        Some((row, Some(person))) => vec![
            step(owners(reach, Some(&Wanted::Is(person.id))), Start::Behind(row)),
            step(each(), Start::BehindPerson(person)),
            nobody(Start::First),
        ],
    }
}
