//! SQL of deliveries that a person decides about: what waits, is put off, reworded, hurried or taken back.

use chrono::{DateTime, Utc};
use connector_api::OutboundMessage;
use sqlx::{PgConnection, types::Json};

use crate::{
    AccountId, ConversationId, DeliveryId, InteractionId,
    delivery::{lane, state::DeliveryStep},
};

/// A delivery that a person decides about; locked.
pub(in crate::delivery::press) struct Waiting {
    pub id: DeliveryId,
    pub conversation_id: ConversationId,
    pub account_id: AccountId,
    pub interaction_id: InteractionId,
    pub step: DeliveryStep,
    pub parts_accepted: i16,
    /// The rule sends it by another channel, or has.
    pub elsewhere: bool,
    /// The client's night holds it.
    pub held: bool,
}

pub(in crate::delivery::press) async fn waiting(
    conn: &mut PgConnection,
    id: DeliveryId,
) -> sqlx::Result<Option<Waiting>> {
    sqlx::query_as!(
        Waiting,
        r#"select id as "id: DeliveryId", conversation_id as "conversation_id: ConversationId",
                  account_id as "account_id: AccountId", interaction_id as "interaction_id: InteractionId",
                  state as "step: DeliveryStep", parts_accepted,
                  coalesce(failover in ('wanted', 'done'), false) as "elsewhere!", held is not null as "held!"
           from deliveries where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// Back into the lane, behind what waits there.
pub(in crate::delivery::press) async fn requeue(
    conn: &mut PgConnection,
    waiting: &Waiting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let position = lane::next_position(conn, waiting.conversation_id, waiting.account_id, now).await?;
    sqlx::query!(
        "update deliveries
         set state = 'queued', position = $2, attempts = 0, waits = 0, due_at = $3, finished_at = null,
             first_tried_at = null, code = null, reason = null, remedy = null, failover = null
         where id = $1",
        waiting.id.0,
        position,
        now,
    )
    .execute(&mut *conn)
    .await?;
    lane::wake(conn, waiting.account_id).await
}

/// Ends the pause before the next attempt.
pub(in crate::delivery::press) async fn hurry(
    conn: &mut PgConnection,
    waiting: &Waiting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update deliveries set due_at = $2 where id = $1 and due_at > $2", waiting.id.0, now)
        .execute(&mut *conn)
        .await?;
    sqlx::query!(
        "update lanes set due_at = $2 where conversation_id = $1 and due_at > $2",
        waiting.conversation_id.0,
        now
    )
    .execute(&mut *conn)
    .await?;
    lane::wake(conn, waiting.account_id).await
}

/// A planned one gets its place now. What the night held goes in the night; whether a plan of the day may is asked when its
/// turn comes, as of any other.
pub(in crate::delivery::press) async fn release(
    conn: &mut PgConnection,
    waiting: &Waiting,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let position = lane::next_position(conn, waiting.conversation_id, waiting.account_id, now).await?;
    sqlx::query!(
        "update deliveries set state = 'queued', position = $2, due_at = $3, at_night = at_night or held is not null, held = null
         where id = $1 and state = 'planned'",
        waiting.id.0,
        position,
        now,
    )
    .execute(&mut *conn)
    .await?;
    lane::wake(conn, waiting.account_id).await
}

pub(in crate::delivery::press) async fn finish(
    conn: &mut PgConnection,
    waiting: &Waiting,
    step: DeliveryStep,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries set state = $2, finished_at = $3 where id = $1",
        waiting.id.0,
        step as DeliveryStep,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(in crate::delivery::press) async fn message(
    conn: &mut PgConnection,
    id: DeliveryId,
) -> sqlx::Result<Option<OutboundMessage>> {
    let message = sqlx::query_scalar!(
        r#"select message as "message: Json<OutboundMessage>" from deliveries where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(message.map(|message| message.0))
}

/// Other words for a message that has not gone, and for its row.
pub(in crate::delivery::press) async fn reword(
    conn: &mut PgConnection,
    waiting: &Waiting,
    message: &OutboundMessage,
    text: &str,
    parts: u16,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update deliveries set message = $2, parts = $3 where id = $1",
        waiting.id.0,
        Json(message) as _,
        i16::try_from(parts).unwrap_or(i16::MAX),
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("update interactions set body = $2 where id = $1", waiting.interaction_id.0, text)
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns the time that it was planned for before.
pub(in crate::delivery::press) async fn put_off(
    conn: &mut PgConnection,
    waiting: &Waiting,
    planned_for: DateTime<Utc>,
) -> sqlx::Result<DateTime<Utc>> {
    sqlx::query_scalar!(
        "update deliveries d set due_at = $2, held = null from deliveries before
         where d.id = $1 and before.id = d.id returning before.due_at",
        waiting.id.0,
        planned_for,
    )
    .fetch_one(conn)
    .await
}
