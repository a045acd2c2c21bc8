//! To which companies a person's rows can be pinned, and which of them is the likely one.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::{Result, store};
use crate::{
    ClientId, ContactId,
    access::{Right, Viewer},
    clients::{
        contact::{ContactClient, store as contact_store},
        reach::{self, Reach},
    },
};

/// The companies of a person, for a viewer who wants to pin one of his rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PinTargets {
    /// Those to which the viewer may pin.
    pub clients: Vec<ContactClient>,
    /// One of them, to be offered and never taken by itself.
    #[schema(required = true)]
    pub suggested: Option<SuggestedClient>,
}

/// The company to which a row of this person was pinned by hand last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SuggestedClient {
    /// The root card.
    pub client_id: ClientId,
    /// When that was.
    pub pinned_at: DateTime<Utc>,
}

/// Where rows of a contact can be pinned by the viewer. A pin to a company beyond his reach suggests nothing to him.
pub async fn targets(conn: &mut PgConnection, viewer: &Viewer, contact: ContactId) -> Result<PinTargets> {
    let root = reach::readable_contact(conn, viewer, contact).await?;
    let scope = viewer.clients_under(Right::ClientsWrite);
    let own: Vec<ClientId> = reach::store::clients_of_contact(conn, root)
        .await?
        .into_iter()
        .filter(|client| scope.covers(client.id, client.responsible_id))
        .map(|client| client.id)
        .collect();
    let named = contact_store::clients(conn, Reach::reading(viewer)?, &[root]).await?;
    let clients =
        named.into_iter().map(|(_, client)| client).filter(|client| own.contains(&client.id)).collect();
    let contacts = reach::store::contact_family(conn, root).await?;
    let suggested = store::latest(conn, &contacts, &own).await?;
    let suggested = suggested.map(|(client_id, pinned_at)| SuggestedClient { client_id, pinned_at });
    Ok(PinTargets { clients, suggested })
}
