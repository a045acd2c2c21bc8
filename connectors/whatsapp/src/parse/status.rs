//! Reports on messages of ours.

use connector_api::{DeliveryState, DeliveryUpdate, Event, EventKind, ExternalId, Parsed, Part};
use serde_json::Value;

use super::scope::Scope;
use super::{call, failure, short};
use crate::wire;

/// Reads one status. A status of a message we do not know (yet) is as good as any other.
pub(super) fn read(scope: &Scope<'_>, path: &str, element: &Value, parsed: &mut Parsed) {
    let Some(status) = wire::read::<wire::Status>(element) else {
        return parsed.unknown.push(Part::new(path, "a status that is no object"));
    };
    if scope.field == "calls" || status.kind.text() == Some("call") {
        return call::ring(scope, path, &status, parsed);
    }
    let (Some(id), Some(word)) = (status.id.text(), status.status.text()) else {
        return parsed.unknown.push(Part::new(path, "a status of no message or without a state"));
    };
    let state = match word {
        "pending" => DeliveryState::Queued,
        "sent" => DeliveryState::Sent,
        "delivered" => DeliveryState::Delivered,
        "read" => DeliveryState::Read,
        "played" => DeliveryState::Played,
        "failed" => DeliveryState::Failed,
        word => {
            let reason = format!("unknown status {:?}", short(word));
            return parsed.unknown.push(Part::new(path, reason));
        }
    };
    let participant = status.recipient_participant_id.text().or(status.recipient_participant_user_id.text());
    let fact = participant.map_or_else(|| format!("{id}:{word}"), |member| format!("{id}:{word}:{member}"));
    let occurred_at = scope.time_of(&status.timestamp);
    let update = DeliveryUpdate {
        message: ExternalId::new(id),
        state,
        reason: status.errors.0.first().map(failure::reason),
        reference: status.biz_opaque_callback_data.owned(),
    };
    let kind = EventKind::Delivery(update);
    parsed.events.push(Event { external_id: ExternalId::new(fact.as_str()), occurred_at, kind });
}
