//! «Перезвонить»: people who called in vain or were promised a call, and whom nobody has reached since.
//!
//! A debt is no row: it follows from the timeline, so that it is the same in whatever order calls, answers and joins of
//! cards came, and closes by itself with any later word to the client by any channel.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use crate::{
    ContactId, InteractionId,
    access::Viewer,
    clients::{
        ClientError,
        contact::{ContactClient, store as contact_store},
        reach::Reach,
    },
    timeline::{
        entry::{EntryContact, TimelineEntry},
        read,
    },
};

/// Older ones are history: nobody calls back after a quarter.
const TERM: TimeDelta = TimeDelta::days(90);

/// Somebody who called in vain, or was promised a call by the result «Перезвонить», and waits for it.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Debt {
    /// Who called.
    pub contact: EntryContact,
    /// Companies of the person that the viewer reads.
    pub clients: Vec<ContactClient>,
    /// The number to call, `+79…`.
    pub number: Option<String>,
    /// How often the person called in vain since somebody was last in touch; 0 where a call was only promised.
    pub missed: i64,
    /// When somebody last said «Перезвонить» of a call with the person.
    #[schema(required = true)]
    pub promised_at: Option<DateTime<Utc>>,
    /// The newest of these calls and promises.
    pub last_at: DateTime<Utc>,
    /// The call of the first of them: it tells how long the person waited and who was rung.
    pub first: TimelineEntry,
}

/// The row behind which the list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebtCursor {
    /// Its newest call or promise.
    pub last_at: DateTime<Utc>,
    /// Its person.
    pub contact: ContactId,
}

impl Debt {
    /// The place of this row in the list.
    pub fn cursor(&self) -> DebtCursor {
        DebtCursor { last_at: self.last_at, contact: self.contact.id }
    }
}

/// At most `rows` debts to people of clients that the viewer reads, the newest first. Paid by an outgoing message that did
/// not fail, or a talk with anybody of the same client, that came after the missed call or the promise.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    after: Option<DebtCursor>,
    rows: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Debt>, ClientError> {
    let reach = Reach::reading(viewer)?;
    let found = store::list(conn, reach, now - TERM, store::Order::NewestFirst(after), rows).await?;
    named(conn, reach, found).await
}

/// The same, but whoever waits longest first.
pub async fn oldest(
    conn: &mut PgConnection,
    viewer: &Viewer,
    rows: i64,
    now: DateTime<Utc>,
) -> Result<Vec<Debt>, ClientError> {
    let reach = Reach::reading(viewer)?;
    let found = store::list(conn, reach, now - TERM, store::Order::OldestFirst, rows).await?;
    named(conn, reach, found).await
}

async fn named(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    found: Vec<store::Row>,
) -> Result<Vec<Debt>, ClientError> {
    let calls: Vec<InteractionId> = found.iter().map(|row| row.first_id).collect();
    let calls = store::calls(conn, &calls).await?;
    let firsts = read::entries(conn, &calls).await?;
    let contacts: Vec<ContactId> = found.iter().map(|row| row.contact_id).collect();
    let clients = contact_store::clients(conn, reach, &contacts).await?;
    let debts = found.into_iter().filter_map(|row| {
        let first = firsts.iter().find(|first| first.id == row.first_id)?.clone();
        let own = clients.iter().filter(|(contact, _)| *contact == row.contact_id);
        Some(Debt {
            contact: EntryContact { id: row.contact_id, name: row.contact_name },
            clients: own.map(|(_, client)| client.clone()).collect(),
            number: row.number,
            missed: row.missed,
            promised_at: row.promised_at,
            last_at: row.last_at,
            first,
        })
    });
    Ok(debts.collect())
}
