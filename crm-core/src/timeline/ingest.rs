//! Events in, timeline out: one transaction per batch, and the same result whatever the order and however often.

mod apply;
mod calls;
mod consents;
mod echoes;
mod failures;
mod names;
mod parties;
mod plan;
mod settle;
mod settle_store;
mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use connector_api::{Address, Channel, Event, EventKind, LinkReason, Parsed, Party};
use sqlx::{Connection, PgConnection};

use crate::{AccountId, ContactId, RawEventId};

pub use apply::{apply, quarantine};
pub use settle::settle;

/// Notes that these addresses are one person's, on the word of a provider's answer to a message of ours, by the rules of
/// events that say the same. Its own transaction; repeats safely. [`settle`] brings the cards into line.
pub(crate) async fn same_person(
    conn: &mut PgConnection,
    addresses: Vec<Address>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut tx = conn.begin().await?;
    store::share_identity_lock(&mut tx).await?;
    let party = Party { addresses, ..Party::default() };
    let planned = [plan::PlannedParty { party, at: now, reason: LinkReason::SameMessage }];
    let people = parties::resolve(&mut tx, &planned, &[], now).await?;
    let renamed: Vec<ContactId> = people.renamed.into_iter().collect();
    if !renamed.is_empty() {
        names::refresh(&mut tx, &renamed, now).await?;
    }
    tx.commit().await
}

/// A raw event as its connector read it.
#[derive(Clone, Debug)]
pub struct ReadRaw {
    /// Which.
    pub raw_id: RawEventId,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Whose.
    pub account_id: AccountId,
    /// The network of the account.
    pub channel: Channel,
    /// Which reading of the provider's bytes this is.
    pub mapping: i16,
    /// What it says; the error of a body that cannot be read at all.
    pub parsed: Result<Parsed, String>,
}

impl ReadRaw {
    /// Whether it is something of the director's messenger, where each event stands behind the one before.
    pub fn keeps_order(&self) -> bool {
        let is_bridged = |event: &Event| matches!(event.kind, EventKind::Bridge(_));
        self.parsed.as_ref().is_ok_and(|parsed| parsed.events.iter().any(is_bridged))
    }
}

/// Why a batch was not applied.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Another transaction was in the way, or the database is away: try the same batch again.
    #[error("the database is busy or away")]
    Again(#[source] sqlx::Error),
    /// One of the events cannot be stored; applied one by one, the others can.
    #[error("an event cannot be stored")]
    Poison(#[source] sqlx::Error),
    /// What is said in the director's messenger keeps its order: an earlier event of that account is still under way. Try
    /// again when it is through; applied one by one, the others need not wait.
    #[error("an earlier event is under way")]
    Earlier,
}

impl From<sqlx::Error> for ApplyError {
    fn from(error: sqlx::Error) -> Self {
        // Deadlock, serialization, lock timeout, and everything about connections and servers that come and go.
        let passing = match &error {
            sqlx::Error::Database(database) => database.code().is_some_and(|code| {
                ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "55P03"
            }),
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed => true,
            _ => false,
        };
        if passing { Self::Again(error) } else { Self::Poison(error) }
    }
}

/// Postgres refuses NUL in text and JSON; a message that holds one is kept with a sign in its place.
fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
