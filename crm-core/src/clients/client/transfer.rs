//! Who answers for a client.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;
use sqlx::PgConnection;

use super::{change::NO_SUCH_USER, store};
use crate::{
    ClientId, UserId,
    access::{Right, Viewer, audit::Actor},
    clients::{
        ClientError,
        error::Result,
        handover, loan, reach,
        text::words,
        trace::{self, Change},
    },
    tasks,
};

/// To whom a client goes, and why.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The new responsible user; `null` gives the client back to the common base.
    #[serde(rename = "responsible_id")]
    #[schema(required = true)]
    pub to: Option<UserId>,
    /// Not empty.
    pub reason: String,
    /// When the client goes back to whom it comes from; for good where absent.
    #[serde(default)]
    pub until: Option<DateTime<Utc>>,
}

impl Transfer {
    /// Without a day of return.
    pub fn for_good(to: Option<UserId>, reason: &str) -> Self {
        Self { to, reason: reason.to_owned(), until: None }
    }
}

/// Gives a client to another user, for good or for a time, or back to the common base (S1.24). Access moves with it at
/// once: what was lent to either of the two ends, and so does a handover that lasts; open tasks of the former go with the
/// client when somebody answers for it again. Whoever has it for a time already gets it for good, or until the new day.
/// Wants a transaction.
pub async fn transfer(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ClientId,
    transfer: &Transfer,
) -> Result<()> {
    let to = transfer.to;
    let reason = words(Some(transfer.reason.clone()))
        .ok_or(ClientError::Invalid {
            field: "reason", reason: "Напишите, почему клиент передаётся."
        })?;
    let root = reach::client_under(conn, viewer, Right::ClientsTransfer, id).await?;
    if let Some(user) = to {
        store::active_user(conn, user).await?.ok_or(NO_SUCH_USER)?;
    }
    if root.responsible_id == to {
        return handover::stays(conn, viewer, root, transfer.until, now).await;
    }
    handover::supersede(conn, viewer, root.id, now).await?;
    handover::begin(conn, viewer, root, transfer, now).await?;
    change_hands(conn, &Actor::User(viewer), root.id, (root.responsible_id, to), now).await?;
    let change = Change {
        action: "client.transfer",
        subject_kind: "client",
        subject_id: root.id.0,
        before: Some(json!({ "responsible_id": root.responsible_id })),
        after: Some(json!({ "responsible_id": to, "reason": reason, "until": transfer.until })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}

/// What moves with a client from one to the other: access, what was lent to either, open tasks. The card is locked.
pub(in crate::clients) async fn change_hands(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    client: ClientId,
    (from, to): (Option<UserId>, Option<UserId>),
    now: DateTime<Utc>,
) -> Result<()> {
    store::set_responsible(conn, client, to, now).await?;
    let parties: Vec<UserId> = from.into_iter().chain(to).collect();
    loan::end_of(conn, actor, client, &parties, now).await?;
    tasks::handed_over(conn, actor, client, (from, to), now).await?;
    Ok(trace::moved(conn, now, client, from).await?)
}

/// Takes a client of the common base (X4). Of two who take at once, one wins. Wants a transaction.
pub async fn take(conn: &mut PgConnection, viewer: &Viewer, now: DateTime<Utc>, id: ClientId) -> Result<()> {
    let root = reach::client_under(conn, viewer, Right::ClientsWrite, id).await?;
    if root.responsible_id == Some(viewer.user_id) {
        return Ok(());
    }
    if root.responsible_id.is_some() {
        return Err(ClientError::NotNow("У клиента уже есть ответственный."));
    }
    change_hands(conn, &Actor::User(viewer), root.id, (None, Some(viewer.user_id)), now).await?;
    let change = Change {
        action: "client.take",
        subject_kind: "client",
        subject_id: root.id.0,
        before: Some(json!({ "responsible_id": null })),
        after: Some(json!({ "responsible_id": viewer.user_id })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}
