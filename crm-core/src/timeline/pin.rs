//! A row of a contact of several companies, said to be of one of them (S3.16).

mod many;
pub(crate) mod store;
mod targets;

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

pub use many::{Following, pin_following};
pub use targets::{PinTargets, SuggestedClient, targets};

use super::{
    entry::TimelineEntry,
    feed::{self, Changes},
};
use crate::{
    ClientId, ContactId, InteractionId,
    access::{Right, Viewer},
    clients::{
        ClientError,
        reach::{self, Reach},
        trace::{self, Change},
    },
};

type Result<T> = std::result::Result<T, ClientError>;

/// One entry that the viewer reads; others are as if they did not exist.
pub async fn entry(conn: &mut PgConnection, viewer: &Viewer, id: InteractionId) -> Result<TimelineEntry> {
    let reach = Reach::reading(viewer)?;
    let rows = store::row(conn, reach, id).await?;
    super::read::entries(conn, &rows).await?.into_iter().next().ok_or(ClientError::NotFound)
}

/// Pins a row to one company of its contact, or to none again. The other companies no longer show it. Wants a
/// transaction.
pub async fn pin(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: InteractionId,
    client: Option<ClientId>,
) -> Result<TimelineEntry> {
    viewer.require(Right::ClientsWrite)?;
    let row = entry(conn, viewer, id).await?;
    let contact = of_contact(conn, viewer, &row).await?;
    // Somebody else may have pinned it before the contact was ours.
    let row = entry(conn, viewer, id).await?;
    let root = match client {
        None => None,
        Some(client) => Some(company(conn, viewer, contact, client).await?),
    };
    if root == row.pinned_client_id {
        return Ok(row);
    }
    store::set(conn, id, root, now).await?;
    let change = Change {
        action: if root.is_some() { "interaction.pin" } else { "interaction.unpin" },
        subject_kind: "interaction",
        subject_id: id.0,
        before: Some(json!({ "client_id": row.pinned_client_id })),
        after: Some(json!({ "client_id": root })),
    };
    trace::record(conn, viewer, now, change).await?;
    // The row itself is told to the company that has it now; the others count one less or one more.
    feed::tell(conn, &Changes { contacts: vec![contact], ..Changes::default() }, now).await?;
    entry(conn, viewer, id).await
}

/// Whose row it is, for one who may pin it.
async fn of_contact(conn: &mut PgConnection, viewer: &Viewer, row: &TimelineEntry) -> Result<ContactId> {
    let contact = row.contact.as_ref().ok_or(ClientError::NotNow("Эта запись не принадлежит контакту."))?;
    reach::contact_under(conn, viewer, Right::ClientsWrite, contact.id).await
}

/// The root of a company to which the viewer may pin rows of a contact.
async fn company(
    conn: &mut PgConnection,
    viewer: &Viewer,
    contact: ContactId,
    client: ClientId,
) -> Result<ClientId> {
    let root = reach::client_under(conn, viewer, Right::ClientsWrite, client).await?;
    let own = reach::store::clients_of_contact(conn, contact).await?;
    if own.iter().any(|client| client.id == root.id) {
        return Ok(root.id);
    }
    Err(ClientError::Invalid {
        field: "client_id", reason: "Контакт не связан с этой компанией."
    })
}
