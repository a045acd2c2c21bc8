//! What a person says came of a call. Every word stays, the newest counts.

mod store;

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::{
    entry::{EntryAuthor, EntryKind, TimelineEntry},
    pin,
};
use crate::{
    InteractionId,
    access::{Right, Viewer},
    clients::{
        ClientError, reach,
        trace::{self, Change},
    },
};

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum CallResult {
    /// Something was agreed on.
    Agreed,
    /// To be called again.
    CallAgain,
    /// Papers are sent.
    SendingDocuments,
    /// Wants nothing.
    NotInterested,
    /// The right person was not there.
    NotReached,
    /// A mistake in dialling.
    WrongNumber,
}

/// The word of a person about a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CallResultView {
    /// The word.
    pub result: CallResult,
    /// Who said so.
    pub author: EntryAuthor,
    /// When.
    pub at: DateTime<Utc>,
}

/// Says what came of a call, or takes it back with `None`. The same word again changes nothing. Wants a transaction.
pub async fn say(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: InteractionId,
    result: Option<CallResult>,
) -> Result<TimelineEntry, ClientError> {
    let known = pin::entry(conn, viewer, id).await?;
    if known.kind != EntryKind::Call {
        return Err(ClientError::NotFound);
    }
    match &known.contact {
        Some(contact) => {
            reach::contact_under(conn, viewer, Right::ClientsWrite, contact.id).await?;
        }
        // A withheld number: whoever sees the call at all may say what came of it.
        None => {
            viewer.require(Right::ClientsWrite)?;
        }
    }
    store::lock(conn, id).await?;
    let before = store::newest(conn, &[id]).await?.remove(&id).map(|known| known.result);
    if before != result {
        store::insert(conn, viewer, id, result, now).await?;
        let change = Change {
            action: "call.result",
            subject_kind: "interaction",
            subject_id: id.0,
            before: Some(json!({ "result": before })),
            after: Some(json!({ "result": result })),
        };
        trace::record(conn, viewer, now, change).await?;
    }
    pin::entry(conn, viewer, id).await
}

/// The calls among entries with what people said came of them.
pub(crate) async fn add_results(conn: &mut PgConnection, entries: &mut [TimelineEntry]) -> sqlx::Result<()> {
    let calls: Vec<InteractionId> =
        entries.iter().filter(|entry| entry.call.is_some()).map(|entry| entry.id).collect();
    if calls.is_empty() {
        return Ok(());
    }
    let mut results: HashMap<InteractionId, CallResultView> = store::newest(conn, &calls).await?;
    for entry in entries {
        if let Some(call) = &mut entry.call {
            call.result = results.remove(&entry.id);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
