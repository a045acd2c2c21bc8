//! Messages that their provider took and told nothing final of: which of them it is to be asked after now.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::ExternalId;
use sqlx::PgConnection;

use crate::{AccountId, DeliveryId};

/// A message to be asked after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// Which.
    pub delivery: DeliveryId,
    /// What the provider calls it.
    pub messages: Vec<ExternalId>,
}

/// Takes up to `limit` messages of an account whose turn it is, the oldest first, and puts each to its next time: `ask_after`
/// are growing times since the provider took it. Another copy gets others. What was missed while nobody asked is made up by
/// one question.
pub async fn claim_unscoped(
    conn: &mut PgConnection,
    account: AccountId,
    ask_after: &[TimeDelta],
    limit: u16,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Silent>> {
    let (Some(first), Some(last)) = (ask_after.first(), ask_after.last()) else { return Ok(Vec::new()) };
    let seconds: Vec<f64> = ask_after.iter().map(|after| after.as_seconds_f64()).collect();
    // The last question is asked when its time has come, and a little later.
    let since = now - *last - TimeDelta::hours(1);
    store::claim(conn, account, &seconds, first.as_seconds_f64(), since, limit.into(), now).await
}

/// Has messages asked after again at this moment: the question failed.
pub async fn ask_again_unscoped(
    conn: &mut PgConnection,
    silent: &[Silent],
    at: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::ask_again(conn, silent, at).await
}
