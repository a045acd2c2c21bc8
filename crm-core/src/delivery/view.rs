//! A delivery as the timeline shows it.

mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::purpose::Purpose;
use super::route::PassedOver;
use super::state::{DeliveryAction, DeliveryStep};
pub(crate) use store::of_rows;

use crate::{
    DeliveryId,
    access::Viewer,
    clients::{ClientError, error::Result},
    timeline::pin,
};

/// What is on its way, or stuck there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct DeliveryView {
    /// Its id, as whoever pressed made it.
    pub id: DeliveryId,
    /// `message`, `edit`, `deletion` or `reaction`.
    #[schema(value_type = String)]
    pub action: DeliveryAction,
    /// What it is for.
    pub purpose: Purpose,
    /// How far it is on our side.
    pub step: DeliveryStep,
    /// Counted attempts at what is being sent.
    pub attempts: i32,
    /// When it is tried again, or when it is planned for.
    pub due_at: Option<DateTime<Utc>>,
    /// Why it waits until then, where a rule of ours holds it: «Отправим в 9:00 по времени клиента.»
    pub held: Option<String>,
    /// The provider's code of the last failure.
    pub code: Option<String>,
    /// The last failure in words.
    pub reason: Option<String>,
    /// What would help: `template`, `another_channel`, `convert`.
    pub remedy: Option<String>,
    /// Why this channel, where the rule chose it.
    pub chosen_because: Option<String>,
    /// The channels that the rule passed over, and why.
    pub passed_over: Vec<PassedOver>,
    /// The delivery that went by another channel in the stead of this one.
    pub replaced_by: Option<DeliveryId>,
}

/// One try of a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AttemptView {
    /// From 1.
    pub number: i32,
    /// Which of the provider's messages, from 0.
    pub part: i16,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it was known what came of it.
    pub finished_at: DateTime<Utc>,
    /// `accepted`, `limited`, `not_ready`, `temporary`, `rejected`, `stopped`, `unknown`; `arrived`, `not_arrived` and
    /// `cannot_tell` are answers to asking.
    pub outcome: String,
    /// The provider's code.
    pub code: Option<String>,
    /// In words.
    pub reason: Option<String>,
}

/// The attempts of a delivery that the viewer reads, in their order.
pub async fn attempts(conn: &mut PgConnection, viewer: &Viewer, id: DeliveryId) -> Result<Vec<AttemptView>> {
    let row = store::row_of(conn, id).await?.ok_or(ClientError::NotFound)?;
    pin::entry(conn, viewer, row).await?;
    Ok(store::attempts(conn, id).await?)
}
