//! What goes to an employee's own messenger: it has a lane like every message, and shows in no timeline.

use chrono::{DateTime, Utc};
use connector_api::OutboundMessage;
use sqlx::PgConnection;
use uuid::Uuid;

use super::store;
use crate::{AccountId, ConversationId, delivery::lane};

/// Queues a message in the lane of its place. `about` stands where other deliveries name their row. Wants a transaction.
pub(crate) async fn aside(
    conn: &mut PgConnection,
    account: AccountId,
    message: &OutboundMessage,
    parts: u16,
    about: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let lane_id = ConversationId::derived(account, message.conversation.as_str());
    let position = lane::next_position(conn, lane_id, account, now).await?;
    store::insert_aside(conn, lane_id, account, message, parts, about, position, now).await?;
    lane::wake(conn, account).await
}
