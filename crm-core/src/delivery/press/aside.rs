//! What goes to an employee's own messenger: it has a lane like every message, and shows in no timeline.

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, OutboundAction, OutboundMessage};
use sqlx::PgConnection;
use uuid::Uuid;

use super::store;
use crate::{AccountId, ConversationId, delivery::lane, id::uuid_at};

/// Queues a message in the lane of its place. `about` stands where other deliveries name their row. Wants a transaction.
pub(crate) async fn aside(
    conn: &mut PgConnection,
    account: AccountId,
    message: &OutboundMessage,
    parts: u16,
    about: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    queue(conn, account, &message.conversation, message, parts, about, now).await
}

/// Answers a press on a button. Answers have a lane of their own at each place: nobody waits for one behind messages that are
/// held up. Wants a transaction.
pub(crate) async fn answer(
    conn: &mut PgConnection,
    account: AccountId,
    place: &ExternalId,
    pressed: &ExternalId,
    text: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let action = OutboundAction::Answer { press: pressed.clone(), text: text.to_owned() };
    let message = OutboundMessage { id: uuid_at(now), conversation: place.clone(), to: Vec::new(), action };
    let lane = ExternalId::new(format!("presses/{place}"));
    queue(conn, account, &lane, &message, 1, Uuid::nil(), now).await
}

async fn queue(
    conn: &mut PgConnection,
    account: AccountId,
    lane: &ExternalId,
    message: &OutboundMessage,
    parts: u16,
    about: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let lane_id = ConversationId::derived(account, lane.as_str());
    let position = lane::next_position(conn, lane_id, account, now).await?;
    store::insert_aside(conn, lane_id, account, message, parts, about, position, now).await?;
    lane::wake(conn, account).await
}
