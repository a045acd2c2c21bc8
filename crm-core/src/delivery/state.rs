//! The steps of a delivery on our side. How far a message got at the provider is told by facts about it.

use serde::{Deserialize, Serialize};

/// `deliveries.state`.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sqlx::Type,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum DeliveryStep {
    /// To be sent later; has no place in the order yet.
    Planned,
    /// Waits for its turn, or for the next attempt.
    Queued,
    /// An attempt is under way.
    Sending,
    /// An attempt may have arrived; the provider is being asked.
    Unsure,
    /// The provider has all of it.
    Accepted,
    /// It will not be sent unless a person repeats it.
    Failed,
    /// It may have arrived and nobody can tell: a person decides.
    Unknown,
    /// Taken back by a person before it went.
    Cancelled,
}

/// `deliveries.action`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum DeliveryAction {
    /// A new message.
    Message,
    /// A new text for a message of ours.
    Edit,
    /// A message of ours is taken back.
    Deletion,
    /// A reaction is set or removed.
    Reaction,
    /// Something for an employee's own messenger: it shows in no timeline.
    Bridge,
}
