//! Cards joined and taken apart (I.3). A join moves no rows: the joined card points at its root, the ledger remembers
//! what it changed, and a split takes the pointer away.

mod client;
mod contact;
pub mod fields;
mod split;
pub(crate) mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use client::{ClientJoin, join_clients};
pub use contact::{ContactJoin, join_contacts};
pub use fields::{Choices, FieldConflict, Side};
pub use split::split;

use crate::JoinId;

/// A card that was joined into another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Joined {
    /// By this the two are split.
    pub join_id: JoinId,
    /// The card that points at the other one since then.
    pub absorbed_id: Uuid,
    /// Its name.
    pub name: String,
    /// Why they were joined.
    pub reason: String,
    /// When.
    pub joined_at: DateTime<Utc>,
    /// By whom; nobody when a provider's word joined them.
    pub joined_by: Option<String>,
}

/// What a join did, or would do.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct JoinOutcome {
    /// The entry of the ledger; none after a dry run.
    pub join_id: Option<JoinId>,
    /// The card that stays.
    pub survivor_id: Uuid,
    /// The fields of the survivor that change.
    pub changes: Vec<FieldChange>,
}

/// A field that a join changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct FieldChange {
    /// As in the JSON of the card.
    pub field: String,
    /// The value before.
    #[schema(value_type = Option<Object>)]
    pub before: serde_json::Value,
    /// The value after.
    #[schema(value_type = Option<Object>)]
    pub after: serde_json::Value,
}
