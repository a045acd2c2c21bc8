//! A message that waits for its time: read, and changed while it has not begun.

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{OutboundAction, OutboundContent};
use serde_json::json;
use sqlx::PgConnection;

use super::{Place, changed, place, store, waiting};
use crate::{
    DeliveryId,
    access::{
        Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result},
    delivery::{lane, state::DeliveryStep},
};

/// Nothing is planned further ahead.
const FURTHEST: TimeDelta = TimeDelta::days(366);

/// When a message goes, and what it says.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Not before this moment.
    pub planned_for: DateTime<Utc>,
    /// New words of a plain text, with how many of the provider's messages they make; `None` leaves them.
    pub text: Option<(String, u16)>,
}

/// Where a planned message goes, for whoever wants to change it. Wants a transaction.
pub async fn planned(conn: &mut PgConnection, viewer: &Viewer, id: DeliveryId) -> Result<Place> {
    let waiting = locked(conn, viewer, id).await?;
    place(conn, viewer, waiting.conversation_id).await
}

/// Changes when a planned message goes, and what it says. Wants a transaction.
pub async fn replan(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: DeliveryId,
    plan: Plan,
) -> Result<()> {
    if plan.planned_for <= now || plan.planned_for > now + FURTHEST {
        let reason = "Выберите время в будущем, не дальше года.";
        return Err(ClientError::Invalid { field: "planned_for", reason });
    }
    let waiting = locked(conn, viewer, id).await?;
    if let Some((text, parts)) = plan.text {
        let mut message = store::message(conn, id).await?.ok_or(ClientError::NotFound)?;
        let OutboundAction::Send { content: OutboundContent::Text { text: known }, .. } = &mut message.action
        else {
            return Err(ClientError::NotNow("Изменить можно только текст без файлов."));
        };
        known.clone_from(&text);
        store::reword(conn, &waiting, &message, &text, parts).await?;
    }
    let before = store::put_off(conn, &waiting, plan.planned_for).await?;
    lane::stand_at(conn, waiting.interaction_id, plan.planned_for).await?;
    changed(conn, waiting.interaction_id, now).await?;
    let (before, after) = (json!({ "planned_for": before }), json!({ "planned_for": plan.planned_for }));
    let subject = Subject::new("delivery", &waiting.id);
    let actor = Actor::User(viewer);
    Ok(audit::record(conn, &actor, "delivery.replan", subject, Some(before), Some(after), now).await?)
}

async fn locked(conn: &mut PgConnection, viewer: &Viewer, id: DeliveryId) -> Result<store::Waiting> {
    let waiting = waiting::locked(conn, viewer, id).await?;
    if waiting.step == DeliveryStep::Planned {
        Ok(waiting)
    } else {
        Err(ClientError::NotNow("Сообщение уже уходит или ушло."))
    }
}
