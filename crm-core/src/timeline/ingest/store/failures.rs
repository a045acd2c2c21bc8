//! SQL of messages that did not arrive.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::{AccountId, ConversationId, DeliveryId, InteractionId};

/// That a message did not arrive, and the delivery that the provider names.
pub(in crate::timeline::ingest) struct Failure {
    pub message: InteractionId,
    pub account: AccountId,
    pub delivery: Option<DeliveryId>,
}

/// Where messages of ours stand that are not known yet to have failed or to have arrived.
pub(in crate::timeline::ingest) async fn conversations_of(
    conn: &mut PgConnection,
    failures: &[Failure],
) -> sqlx::Result<Vec<ConversationId>> {
    let messages: Vec<Uuid> = failures.iter().map(|failure| failure.message.0).collect();
    let accounts: Vec<Uuid> = failures.iter().map(|failure| failure.account.0).collect();
    let deliveries: Vec<Option<Uuid>> =
        failures.iter().map(|failure| failure.delivery.map(|id| id.0)).collect();
    sqlx::query_scalar!(
        r#"select distinct i.conversation_id as "id!: ConversationId"
           from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as failed(message, account, delivery)
           left join message_aliases a on a.interaction_id = failed.message
           left join deliveries d
               on d.id = failed.delivery and d.account_id = failed.account and d.action = 'message'
           join interactions i on i.id = coalesce(a.shown_in, d.interaction_id, failed.message)
           where i.kind = 'message' and i.direction = 'outbound' and i.conversation_id is not null
             and not exists (
                 select from message_facts k
                 where k.interaction_id = failed.message and k.kind = 'delivery'
                   and k.value ->> 'state' in ('failed', 'delivered', 'read', 'played'))
           order by 1"#,
        &messages,
        &accounts,
        &deliveries as _,
    )
    .fetch_all(conn)
    .await
}
