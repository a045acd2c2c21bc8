//! SQL of deliveries as the timeline shows them.

use sqlx::{PgConnection, types::Json};

use super::{AttemptView, DeliveryView};
use crate::{
    DeliveryId, InteractionId,
    delivery::{
        purpose::Purpose,
        route::PassedOver,
        state::{DeliveryAction, DeliveryStep},
    },
};

pub(super) async fn row_of(conn: &mut PgConnection, id: DeliveryId) -> sqlx::Result<Option<InteractionId>> {
    sqlx::query_scalar!(r#"select interaction_id as "id: InteractionId" from deliveries where id = $1"#, id.0)
        .fetch_optional(conn)
        .await
}

pub(super) async fn attempts(conn: &mut PgConnection, id: DeliveryId) -> sqlx::Result<Vec<AttemptView>> {
    sqlx::query_as!(
        AttemptView,
        "select number, part, started_at, finished_at, outcome, code, reason
         from delivery_attempts where delivery_id = $1 order by number",
        id.0
    )
    .fetch_all(conn)
    .await
}

/// The deliveries of some rows: how each message went, and what else is on its way for them.
pub(crate) async fn of_rows(
    conn: &mut PgConnection,
    rows: &[InteractionId],
) -> sqlx::Result<Vec<(InteractionId, DeliveryView)>> {
    let found = sqlx::query!(
        r#"select interaction_id as "row: InteractionId", id as "id: DeliveryId", action as "action: DeliveryAction",
                  state as "step: DeliveryStep", purpose as "purpose: Purpose", attempts,
                  due_at, held, code, reason, remedy, chosen_because,
                  passed_over as "passed_over: Json<Vec<PassedOver>>", replaced_by as "replaced_by: DeliveryId"
           from deliveries
           where interaction_id = any($1) and (action = 'message' or state not in ('accepted', 'cancelled'))
           order by interaction_id, position"#,
        rows as &[InteractionId]
    )
    .fetch_all(conn)
    .await?;
    Ok(found
        .into_iter()
        .map(|row| {
            let waits =
                matches!(row.step, DeliveryStep::Planned | DeliveryStep::Queued | DeliveryStep::Unsure);
            let view = DeliveryView {
                id: row.id,
                action: row.action,
                purpose: row.purpose,
                step: row.step,
                attempts: row.attempts,
                due_at: waits.then_some(row.due_at),
                held: row.held,
                code: row.code,
                reason: row.reason,
                remedy: row.remedy,
                chosen_because: row.chosen_because,
                passed_over: row.passed_over.map(|passed| passed.0).unwrap_or_default(),
                replaced_by: row.replaced_by,
            };
            (row.row, view)
        })
        .collect())
}
