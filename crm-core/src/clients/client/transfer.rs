//! Who answers for a client.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::{change::NO_SUCH_USER, store};
use crate::{
    ClientId, UserId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        error::Result,
        loan, reach,
        text::words,
        trace::{self, Change},
    },
    tasks,
};

/// Gives a client to another user, or back to the common base (S1.24). Access moves with it at once: what was lent to
/// either of the two ends, and its open tasks of the former go to the new one. Wants a transaction.
pub async fn transfer(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ClientId,
    to: Option<UserId>,
    reason: &str,
) -> Result<()> {
    let reason = words(Some(reason.to_owned()))
        .ok_or(ClientError::Invalid {
            field: "reason", reason: "Напишите, почему клиент передаётся."
        })?;
    let root = reach::client_under(conn, viewer, Right::ClientsTransfer, id).await?;
    if let Some(user) = to {
        store::active_user(conn, user).await?.ok_or(NO_SUCH_USER)?;
    }
    if root.responsible_id == to {
        return Ok(());
    }
    store::set_responsible(conn, root.id, to, now).await?;
    let parties: Vec<UserId> = root.responsible_id.into_iter().chain(to).collect();
    loan::end_of(conn, viewer, root.id, &parties, now).await?;
    tasks::handed_over(conn, viewer, root.id, (root.responsible_id, to), now).await?;
    trace::moved(conn, now, root.id, root.responsible_id).await?;
    let change = Change {
        action: "client.transfer",
        subject_kind: "client",
        subject_id: root.id.0,
        before: Some(json!({ "responsible_id": root.responsible_id })),
        after: Some(json!({ "responsible_id": to, "reason": reason })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
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
    store::set_responsible(conn, root.id, Some(viewer.user_id), now).await?;
    loan::end_of(conn, viewer, root.id, &[viewer.user_id], now).await?;
    trace::moved(conn, now, root.id, root.responsible_id).await?;
    let change = Change {
        action: "client.take",
        subject_kind: "client",
        subject_id: root.id.0,
        before: Some(json!({ "responsible_id": null })),
        after: Some(json!({ "responsible_id": viewer.user_id })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}
