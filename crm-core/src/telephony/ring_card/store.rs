//! SQL of the ring card.

use chrono::{DateTime, Utc};
use connector_api::Direction;
use sqlx::PgConnection;

use crate::{
    AccountId, ClientId, ContactId, InteractionId,
    timeline::{InteractionPayload, call::CallView, entry::EntryContact, read::store::direction_of},
};

/// A call with what places it.
pub(super) struct CallRow {
    pub(super) account_id: Option<AccountId>,
    pub(super) direction: Direction,
    pub(super) started_at: DateTime<Utc>,
    pub(super) contact: Option<EntryContact>,
    pub(super) pinned_client_id: Option<ClientId>,
    pub(super) number: Option<String>,
    pub(super) view: CallView,
}

pub(super) async fn call(conn: &mut PgConnection, id: InteractionId) -> sqlx::Result<Option<CallRow>> {
    let row = sqlx::query!(
        r#"select i.account_id as "account_id: AccountId", i.direction, i.occurred_at,
                  kr.id as "contact_id?: ContactId", kr.name as "contact_name?",
                  i.pinned_client_id as "pinned_client_id: ClientId", n.value as "number?",
                  i.content
           from interactions i
           left join contacts k on k.id = i.contact_id
           left join contacts kr on kr.id = k.root_id
           left join identities n on n.id = i.identity_id and n.kind = 'phone'
           where i.id = $1 and i.kind = 'call'"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| {
        let contact = row.contact_id.zip(row.contact_name);
        // A call of a newer version's shape has no card.
        let payload: InteractionPayload = serde_json::from_value(row.content?).ok()?;
        Some(CallRow {
            account_id: row.account_id,
            direction: row.direction.as_deref().and_then(direction_of).unwrap_or(Direction::Inbound),
            started_at: row.occurred_at,
            contact: contact.map(|(id, name)| EntryContact { id, name }),
            pinned_client_id: row.pinned_client_id,
            number: row.number,
            view: *payload.call?,
        })
    }))
}
