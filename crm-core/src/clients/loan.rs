//! Clients of others that are open to somebody, for a term or without one.

pub(super) mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::{
    ClientError,
    client::Person,
    error::Result,
    reach,
    trace::{self, Change},
};
use crate::{
    AccessRequestId, ClientId, LoanId, UserId,
    access::{
        Forbidden, Right, Viewer,
        audit::{self, Actor, Subject},
    },
    timeline::feed::{self, Changes, LoanChange},
};

/// A client that is open to somebody who does not answer for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Loan {
    /// To end it.
    pub id: LoanId,
    /// To whom.
    pub user: Person,
    /// By whom.
    pub lent_by: Person,
    /// When.
    pub lent_at: DateTime<Utc>,
    /// Until when; none for no term.
    #[schema(required = true)]
    pub ends_at: Option<DateTime<Utc>>,
    /// The viewer may end it.
    pub may_end: bool,
}

/// A client to open.
pub(super) struct NewLoan {
    pub client: ClientId,
    pub user: UserId,
    pub request: AccessRequestId,
    pub ends_at: Option<DateTime<Utc>>,
}

/// To whom a client is open, the longest first.
pub async fn of_client(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    now: DateTime<Utc>,
) -> Result<Vec<Loan>> {
    let root = reach::readable_client(conn, viewer, client).await?;
    let mut loans = store::of_client(conn, root.id, now).await?;
    let decides = viewer.clients_under(Right::ClientsLend).covers(root.id, root.responsible_id);
    for loan in &mut loans {
        loan.may_end = decides || loan.user.id == viewer.user_id;
    }
    Ok(loans)
}

/// Opens a client, or gives what is open another term. Wants a transaction.
pub(super) async fn lend(
    conn: &mut PgConnection,
    lender: &Viewer,
    new: &NewLoan,
    now: DateTime<Utc>,
) -> Result<()> {
    store::put(conn, LoanId::at(now), new, lender.user_id, now).await?;
    let change = Change {
        action: "client.lend",
        subject_kind: "client",
        subject_id: new.client.0,
        before: None,
        after: Some(json!({ "user_id": new.user, "ends_at": new.ends_at, "request_id": new.request })),
    };
    trace::record(conn, lender, now, change).await?;
    Ok(tell(conn, new.client, new.user, now).await?)
}

/// Ends it at once, also in open tabs: by those who may open the client, or by whom it is open to. Wants a transaction;
/// repeats safely.
pub async fn end(conn: &mut PgConnection, viewer: &Viewer, id: LoanId, now: DateTime<Utc>) -> Result<()> {
    let loan = store::lock(conn, id).await?.ok_or(ClientError::NotFound)?;
    let root = reach::store::root(conn, loan.client_id).await?.ok_or(ClientError::NotFound)?;
    let decides = viewer.clients_under(Right::ClientsLend).covers(root.id, root.responsible_id);
    if !decides && loan.user_id != viewer.user_id {
        // Whoever reads the card sees the loan there; to others there is none.
        reach::readable_root(conn, viewer, root).await.map_err(|_| ClientError::NotFound)?;
        return Err(Forbidden(Right::ClientsLend).into());
    }
    if loan.ended {
        return Ok(());
    }
    Ok(close(conn, &Actor::User(viewer), id, &loan, now).await?)
}

/// Ends what is lent to some of a client whose responsible user changes: nobody is to find a forgotten loan when the client
/// leaves him again. Wants a transaction.
pub(super) async fn end_of(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    client: ClientId,
    users: &[UserId],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    for id in store::open_to(conn, client, users).await? {
        if let Some(loan) = store::lock(conn, id).await?.filter(|loan| !loan.ended) {
            close(conn, actor, id, &loan, now).await?;
        }
    }
    Ok(())
}

async fn close(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    id: LoanId,
    loan: &store::Locked,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::end(conn, id, actor.user_id(), now).await?;
    let change = Change {
        action: "client.lend_end",
        subject_kind: "client",
        subject_id: loan.client_id.0,
        before: Some(json!({ "user_id": loan.user_id })),
        after: None,
    };
    trace::record_by(conn, actor, now, change).await?;
    tell(conn, loan.client_id, loan.user_id, now).await
}

/// Ends what has reached its term, so that open tabs close; whoever asks for the client is refused from the term on, whether
/// this has run or not. Says how many it were, and when the next one ends. Wants a transaction; repeats safely.
pub async fn end_due_unscoped(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<(usize, Option<DateTime<Utc>>)> {
    let due = store::due(conn, now).await?;
    for loan in &due {
        store::end(conn, loan.id, None, now).await?;
        let before = json!({ "user_id": loan.user_id, "ends_at": loan.ends_at });
        let subject = Subject::new("client", &loan.client_id);
        let actor = Actor::System("Срок доступа");
        audit::record(conn, &actor, "client.lend_end", subject, Some(before), None, now).await?;
        let changes = Changes { clients: vec![loan.client_id], ..Changes::default() };
        feed::tell(conn, &changes, now).await?;
        tell(conn, loan.client_id, loan.user_id, now).await?;
    }
    Ok((due.len(), store::next_end(conn).await?))
}

async fn tell(
    conn: &mut PgConnection,
    client: ClientId,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let loans = vec![LoanChange { client, user, request: None }];
    feed::tell(conn, &Changes { loans, ..Changes::default() }, now).await
}
