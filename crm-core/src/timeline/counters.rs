//! The counters in the heads of a client's card (S3.11): how much of each kind belongs to the client.
//!
//! They are counted when they are asked for, by the conditions of the very lists that they open, so that they are right
//! after every join, split, pin and replay, and show what the viewer may see. Each is counted up to [`MOST`].

mod store;
#[cfg(test)]
mod tests;

use connector_api::Channel;
use serde::Serialize;
use sqlx::PgConnection;

use super::{
    entry::EntryKind,
    read::{self, Pins, Place, TimelineFilter},
};
use crate::{
    ClientId,
    access::{Right, Viewer},
    clients::{ClientError, reach},
};

/// This many stand for any more: on the screen «999+».
pub const MOST: i64 = 1000;

/// How much belongs to a client; 1000 stands for any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ClientCounters)]
pub struct Counters {
    /// Messages of all channels.
    pub messages: i64,
    /// Calls.
    pub calls: i64,
    /// Letters and SMS; they are among the messages too.
    pub letters: i64,
    /// Comments of colleagues.
    pub notes: i64,
    /// Messages that show files.
    pub with_files: i64,
    /// Contact persons.
    pub people: i64,
    /// Conversations of those people that somebody has to look at.
    pub open_conversations: i64,
}

/// Counts what the viewer finds in the lists of a client. `letters` are the networks of letters and SMS, in which a
/// conversation is with one address.
pub async fn of_client(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    letters: &[Channel],
) -> Result<Counters, ClientError> {
    viewer.require(Right::ClientsRead)?;
    let place = read::store::client_place(conn, client).await?.ok_or(ClientError::NotFound)?;
    reach::readable_root(conn, viewer, place.root).await?;
    let read::store::ClientPlace { family, contacts, .. } = place;
    let people = store::people(conn, &family, MOST).await?;
    let open_conversations = store::open_conversations(conn, &contacts, MOST).await?;
    let place = Place { contacts, clients: family.clone(), conversation: None, pins: Pins::Family(family) };
    let of = |kind| TimelineFilter { kinds: vec![kind], ..TimelineFilter::default() };
    let letters = TimelineFilter { channels: letters.to_vec(), ..of(EntryKind::Message) };
    let with_files = TimelineFilter { with_files: true, ..TimelineFilter::default() };
    Ok(Counters {
        messages: rows(conn, &place, &of(EntryKind::Message)).await?,
        calls: rows(conn, &place, &of(EntryKind::Call)).await?,
        letters: rows(conn, &place, &letters).await?,
        notes: rows(conn, &place, &of(EntryKind::Note)).await?,
        with_files: rows(conn, &place, &with_files).await?,
        people,
        open_conversations,
    })
}

async fn rows(conn: &mut PgConnection, place: &Place<'_>, filter: &TimelineFilter) -> sqlx::Result<i64> {
    let accounts = read::store::accounts_of(conn, &filter.channels).await?;
    let query = read::store::Query { place, filter, accounts: accounts.as_deref() };
    match query.accounts {
        Some(accounts) => read::store::count_by_conversations(conn, &query, accounts, MOST).await,
        None => read::store::count(conn, &query, MOST).await,
    }
}
