//! SQL of the delivery whose turn it is in a lane.

use chrono::{DateTime, Utc};
use connector_api::{ConversationFacts, OutboundMessage};
use sqlx::{PgConnection, types::Json};

use crate::{
    ConversationId, DeliveryId, InteractionId,
    delivery::{purpose::Purpose, quiet::Quiet, state::DeliveryStep},
};

/// The oldest unfinished delivery of a lane.
pub(in crate::delivery::lane) struct Head {
    pub delivery: DeliveryId,
    pub interaction_id: InteractionId,
    pub step: DeliveryStep,
    pub purpose: Purpose,
    pub at_night: bool,
    pub message: OutboundMessage,
    pub parts_accepted: i16,
    pub external_ids: Vec<String>,
    pub tries: i32,
    pub first_tried_at: Option<DateTime<Utc>>,
    pub tried_at: Option<DateTime<Utc>>,
    pub due_at: DateTime<Utc>,
    pub facts: ConversationFacts,
}

pub(in crate::delivery::lane) async fn head(
    conn: &mut PgConnection,
    conversation: ConversationId,
) -> sqlx::Result<Option<Head>> {
    let row = sqlx::query!(
        r#"select d.id as "delivery: DeliveryId", d.interaction_id as "interaction_id: InteractionId",
                  d.state as "step: DeliveryStep", d.purpose as "purpose: Purpose", d.at_night,
                  d.message as "message: Json<OutboundMessage>", d.parts_accepted, d.external_ids, d.tries, d.first_tried_at, d.tried_at, d.due_at,
                  h.last_inbound_at as "last_inbound_at?",
                  (select state from conversation_states s
                   where s.account_id = d.account_id and s.external_id = d.message ->> 'conversation'
                     and s.aspect = 'reachable'
                   order by s.at desc, s.event_id desc limit 1) as state
           from deliveries d left join conversation_heads h on h.conversation_id = d.conversation_id
           where d.conversation_id = $1 and d.finished_at is null and d.position is not null
           order by d.position limit 1
           for update of d"#,
        conversation.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| Head {
        delivery: row.delivery,
        interaction_id: row.interaction_id,
        step: row.step,
        purpose: row.purpose,
        at_night: row.at_night,
        facts: ConversationFacts {
            conversation: Some(row.message.0.conversation.clone()),
            last_inbound_at: row.last_inbound_at,
            state: row.state.and_then(|word| serde_json::from_value(serde_json::Value::String(word)).ok()),
        },
        message: row.message.0,
        parts_accepted: row.parts_accepted,
        external_ids: row.external_ids,
        tries: row.tries,
        first_tried_at: row.first_tried_at,
        tried_at: row.tried_at,
        due_at: row.due_at,
    }))
}

/// Takes back what may not go.
pub(in crate::delivery::lane) async fn cancel(
    conn: &mut PgConnection,
    id: DeliveryId,
    code: &str,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries set state = 'cancelled', finished_at = $4, code = $2, reason = $3 where id = $1",
        id.0,
        code,
        reason,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Until the morning; then it gets a place again.
pub(in crate::delivery::lane) async fn put_aside(
    conn: &mut PgConnection,
    id: DeliveryId,
    quiet: &Quiet,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries set state = 'planned', position = null, due_at = $2, held = $3 where id = $1",
        id.0,
        quiet.until,
        quiet.words,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::delivery::lane) async fn begin(
    conn: &mut PgConnection,
    id: DeliveryId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries
         set state = 'sending', tries = tries + 1, tried_at = $2, first_tried_at = coalesce(first_tried_at, $2)
         where id = $1",
        id.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::delivery::lane) async fn doubt(
    conn: &mut PgConnection,
    id: DeliveryId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set state = 'unsure', due_at = $2 where id = $1", id.0, now)
        .execute(conn)
        .await?;
    Ok(())
}

pub(in crate::delivery::lane) async fn count(
    conn: &mut PgConnection,
    id: DeliveryId,
    tries: i32,
) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set tries = $2 where id = $1 and tries < $2", id.0, tries)
        .execute(conn)
        .await?;
    Ok(())
}
