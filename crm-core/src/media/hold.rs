//! A client in a dispute: nothing of it is deleted by term.

mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    ClientId,
    access::{Right, Viewer},
    clients::{
        ClientError, reach,
        trace::{self, Change},
    },
};

type Result<T> = std::result::Result<T, ClientError>;

/// Why and since when nothing of a client is deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct LegalHold {
    /// In words.
    pub reason: String,
    /// Name of who decided so.
    pub by: String,
    /// When.
    pub since: DateTime<Utc>,
}

/// The hold of a client that the viewer reads, by itself or by a card joined into it.
pub async fn of_client(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
) -> Result<Option<LegalHold>> {
    let root = reach::readable_client(conn, viewer, client).await?;
    Ok(store::of_root(conn, root.id).await?)
}

/// Keeps everything of a client. Again with another reason: the reason changes. Wants a transaction.
pub async fn place(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<()> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(ClientError::Invalid {
            field: "reason", reason: "Напишите причину, до 500 знаков."
        });
    }
    let root = reach::client_under(conn, viewer, Right::RecordingsHold, client).await?;
    let before = store::of_root(conn, root.id).await?;
    store::place(conn, root.id, reason, viewer.user_id, now).await?;
    let change = Change {
        action: "client.hold",
        subject_kind: "client",
        subject_id: root.id.0,
        before: before.map(|hold| json!({ "reason": hold.reason })),
        after: Some(json!({ "reason": reason })),
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}

/// Lets terms run again. Repeats safely. Wants a transaction.
pub async fn release(
    conn: &mut PgConnection,
    viewer: &Viewer,
    client: ClientId,
    now: DateTime<Utc>,
) -> Result<()> {
    let root = reach::client_under(conn, viewer, Right::RecordingsHold, client).await?;
    let Some(before) = store::of_root(conn, root.id).await? else { return Ok(()) };
    store::release(conn, root.id).await?;
    let change = Change {
        action: "client.release",
        subject_kind: "client",
        subject_id: root.id.0,
        before: Some(json!({ "reason": before.reason })),
        after: None,
    };
    Ok(trace::record(conn, viewer, now, change).await?)
}
