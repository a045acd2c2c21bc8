//! What a person does about a delivery that waits for him.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

use super::{changed, place, store};
use crate::{
    DeliveryId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result, reach},
    delivery::{lane, state::DeliveryStep},
};

/// «Повторить»: a new attempt of the same delivery, behind what waits already. Wants a transaction.
pub async fn retry(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: DeliveryId,
) -> Result<()> {
    let waiting = locked(conn, viewer, id).await?;
    match waiting.step {
        // A repeat would be a second copy.
        DeliveryStep::Failed if waiting.elsewhere => {
            return Err(ClientError::NotNow("Сообщение отправляется по другому каналу."));
        }
        DeliveryStep::Failed | DeliveryStep::Unknown => {}
        DeliveryStep::Queued => {
            // It waits for its pause: now is soon enough.
            store::hurry(conn, &waiting, now).await?;
            return Ok(changed(conn, waiting.interaction_id, now).await?);
        }
        _ => return Err(ClientError::NotNow("Повторить можно то, что не отправлено.")),
    }
    store::requeue(conn, &waiting, now).await?;
    lane::count_answers(conn, id).await?;
    trace(conn, viewer, now, "delivery.retry", &waiting).await
}

/// «Отправить сейчас»: what waits for its time goes at once; what the client's night holds, for those who may write then.
/// Wants a transaction.
pub async fn send_now(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: DeliveryId,
) -> Result<()> {
    let waiting = locked(conn, viewer, id).await?;
    if waiting.step != DeliveryStep::Planned {
        return Err(ClientError::NotNow("Сообщение уже не ждёт своего времени."));
    }
    if waiting.held {
        viewer.require(Right::MessagesAtNight)?;
    }
    lane::say(conn, waiting.conversation_id, waiting.interaction_id, now).await?;
    store::release(conn, &waiting, now).await?;
    trace(conn, viewer, now, "delivery.send_now", &waiting).await
}

/// Takes back what has not gone yet. Wants a transaction.
pub async fn cancel(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: DeliveryId,
) -> Result<()> {
    let waiting = locked(conn, viewer, id).await?;
    let step = waiting.step;
    if waiting.parts_accepted > 0
        || !matches!(step, DeliveryStep::Planned | DeliveryStep::Queued | DeliveryStep::Failed)
    {
        return Err(ClientError::NotNow("Сообщение уже ушло или уходит."));
    }
    store::finish(conn, &waiting, DeliveryStep::Cancelled, now).await?;
    lane::count_answers(conn, id).await?;
    if step == DeliveryStep::Planned {
        lane::stand_at(conn, waiting.interaction_id, now).await?;
    }
    trace(conn, viewer, now, "delivery.cancel", &waiting).await
}

/// «Дошло»: a person has seen on another way that an unknown one arrived. Wants a transaction.
pub async fn confirm_sent(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: DeliveryId,
) -> Result<()> {
    let waiting = locked(conn, viewer, id).await?;
    if waiting.step != DeliveryStep::Unknown {
        return Err(ClientError::NotNow("О судьбе этого сообщения всё известно."));
    }
    store::finish(conn, &waiting, DeliveryStep::Accepted, now).await?;
    trace(conn, viewer, now, "delivery.confirm", &waiting).await
}

pub(super) async fn locked(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: DeliveryId,
) -> Result<store::Waiting> {
    let conversation = store::conversation_of(conn, id).await?.ok_or(ClientError::NotFound)?;
    let place = place(conn, viewer, conversation).await?;
    reach::contact_under(conn, viewer, Right::ClientsWrite, place.contact_id).await?;
    // The lane first, as its sender does.
    lane::lock(conn, conversation).await?;
    store::waiting(conn, id).await?.ok_or(ClientError::NotFound)
}

pub(super) async fn trace(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    action: &str,
    waiting: &store::Waiting,
) -> Result<()> {
    changed(conn, waiting.interaction_id, now).await?;
    let subject = Subject::new("delivery", &waiting.id);
    let before = json!({ "state": waiting.step });
    audit::record(conn, &Actor::User(viewer), action, subject, Some(before), None, now).await?;
    Ok(())
}
