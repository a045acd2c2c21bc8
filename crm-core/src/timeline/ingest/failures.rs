//! Messages of ours that did not arrive, as their provider tells after taking them.

use sqlx::PgConnection;

use super::plan::Plan;
use super::store;
use crate::timeline::payload::FactKind;
use crate::{ConversationId, InteractionId};

/// The conversations in which a message fails now: what was known to have failed is no news, and what arrived has not failed.
/// To be asked before the facts of the batch are written.
pub(super) async fn conversations(conn: &mut PgConnection, plan: &Plan) -> sqlx::Result<Vec<ConversationId>> {
    let failures: Vec<store::Failure> = plan
        .failures
        .iter()
        .filter(|(message, _)| !arrives(plan, **message))
        .map(|(&message, &(account, delivery))| store::Failure { message, account, delivery })
        .collect();
    if failures.is_empty() { Ok(Vec::new()) } else { store::conversations_of(conn, &failures).await }
}

/// Whether the same batch tells that it arrived.
fn arrives(plan: &Plan, message: InteractionId) -> bool {
    plan.facts
        .range((message, FactKind::Delivery, String::new())..)
        .map_while(|((of, kind, key), _)| (*of == message && *kind == FactKind::Delivery).then_some(key))
        .any(|key| matches!(key.split(':').next(), Some("delivered" | "read" | "played")))
}
