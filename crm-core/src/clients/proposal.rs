//! «похожие»: contacts that may be one person, for a person to decide.

pub(crate) mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    ClientError,
    contact::ContactClient,
    error::Result,
    join::{Choices, ContactJoin, JoinOutcome, join_contacts},
    reach::{self, Reach},
    trace::{self, Change},
};
use crate::{
    ContactId, ProposalId,
    access::{Right, Viewer},
};

/// Two contacts that may be one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// The one known longer.
    pub first: ProposedContact,
    /// The other one.
    pub second: ProposedContact,
    /// Why they may be one.
    pub reason: String,
    /// The addresses that speak for it.
    pub evidence: Vec<String>,
    /// When it was noticed.
    pub created_at: DateTime<Utc>,
}

/// One side of a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ProposedContact {
    /// The root contact.
    pub id: ContactId,
    /// Name.
    pub name: String,
    /// Companies that the viewer reads.
    pub clients: Vec<ContactClient>,
}

/// At most `rows` open proposals of which the viewer reads both sides, the oldest first.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    after: Option<ProposalId>,
    rows: i64,
) -> Result<Vec<Proposal>> {
    let reach = Reach::reading(viewer)?;
    let rows = store::open(conn, reach, after, rows).await?;
    let mut contacts: Vec<ContactId> = rows.iter().flat_map(|row| [row.first_id, row.second_id]).collect();
    contacts.sort_unstable();
    contacts.dedup();
    let clients = super::contact::store::clients(conn, reach, &contacts).await?;
    let side = |id: ContactId, name: String| ProposedContact {
        id,
        name,
        clients: clients.iter().filter(|(of, _)| *of == id).map(|(_, client)| client.clone()).collect(),
    };
    let proposal = |row: store::Row| Proposal {
        id: row.id,
        first: side(row.first_id, row.first_name),
        second: side(row.second_id, row.second_name),
        reason: row.reason,
        evidence: row.evidence,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(proposal).collect())
}

/// They are one person: joins the contacts, and the automatic cards that events made for them. The first contact stays.
/// Wants a transaction.
pub async fn accept(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ProposalId,
    choices: Choices,
) -> Result<JoinOutcome> {
    let (first, second) = open_sides(conn, viewer, id).await?;
    let join = ContactJoin { survivor_id: first, absorbed_id: second, choices, dry_run: false };
    let outcome = join_contacts(conn, viewer, now, &join).await?;
    decided(conn, viewer, now, id, "accepted").await?;
    Ok(outcome)
}

/// They are two persons; the same proposal is not made again. Wants a transaction.
pub async fn reject(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ProposalId,
) -> Result<()> {
    open_sides(conn, viewer, id).await?;
    decided(conn, viewer, now, id, "rejected").await
}

async fn open_sides(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ProposalId,
) -> Result<(ContactId, ContactId)> {
    viewer.require(Right::ClientsJoin)?;
    super::join::store::lock_identities(conn).await?;
    let sides = store::sides(conn, id).await?.ok_or(ClientError::NotFound)?;
    let first = reach::contact_under(conn, viewer, Right::ClientsJoin, sides.first_id).await?;
    let second = reach::contact_under(conn, viewer, Right::ClientsJoin, sides.second_id).await?;
    if sides.state != "open" {
        return Err(ClientError::NotNow("Это предложение уже решено."));
    }
    Ok((first, second))
}

async fn decided(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ProposalId,
    state: &str,
) -> Result<()> {
    store::decide(conn, id, state, viewer.user_id, now).await?;
    let change = Change {
        action: if state == "accepted" { "proposal.accept" } else { "proposal.reject" },
        subject_kind: "proposal",
        subject_id: id.0,
        before: Some(json!({ "state": "open" })),
        after: Some(json!({ "state": state })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}
