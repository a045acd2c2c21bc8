//! Where a message goes: a conversation, also one that the message will begin.

use crm_core::access::Viewer;
use crm_core::clients::ClientError;
use crm_core::delivery::press::{self, Place};
use crm_core::{ContactId, ConversationId};
use serde::Deserialize;
use sqlx::PgConnection;

use crate::app::App;
use crate::http::{ApiResult, Problem};

/// With whom it would begin.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FirstQuery {
    /// The person with whom a conversation begins that does not exist yet, by the `conversation_id` that the ways to the
    /// person tell. It makes no difference to one that exists.
    contact_id: Option<ContactId>,
}

/// A conversation that the viewer may write to, or the one that a first message to the person of `query` would begin.
pub async fn place(
    app: &App,
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ConversationId,
    query: &FirstQuery,
) -> ApiResult<Place> {
    match (press::place(conn, viewer, id).await, query.contact_id) {
        (Err(ClientError::NotFound), Some(contact)) => to_begin(app, conn, viewer, id, contact).await,
        (known, _) => Ok(known?),
    }
}

async fn to_begin(
    app: &App,
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ConversationId,
    contact: ContactId,
) -> ApiResult<Place> {
    let addresses = press::writable_identities(conn, viewer, contact).await?;
    for account in app.accounts.all() {
        let Some(outbound) = account.connector.outbound().filter(|_| account.enabled) else { continue };
        let found = addresses.iter().find_map(|to| {
            let key = outbound.conversation_with(&to.address)?;
            (ConversationId::derived(account.id, key.as_str()) == id).then_some((to, key))
        });
        if let Some((to, key)) = found {
            return Ok(press::place_with(conn, viewer, account.id, key.as_str(), to).await?);
        }
    }
    Err(Problem::not_found())
}
