//! Whether everything that was acknowledged is in the log of raw events.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use mocks::scenario::Step;
use sqlx::PgPool;

use super::{Request, request_of};
use crate::hub::{Cast, Hub};

/// Every request of the log, and when it came first.
pub(super) async fn log(pool: &PgPool) -> sqlx::Result<BTreeMap<Request, DateTime<Utc>>> {
    let rows: Vec<(String, String, Vec<u8>, DateTime<Utc>)> = sqlx::query_as(
        "select account_id::text, query, body, min(received_at) from raw_events group by account_id, query, body",
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|(account, query, body, at)| ((account, query, body), at)).collect())
}

/// How many acknowledged requests the log does not have.
pub(super) async fn lost(
    hub: &Hub,
    cast: &Cast,
    steps: &[Step],
    acknowledged: &BTreeSet<usize>,
) -> anyhow::Result<usize> {
    let log = log(&hub.postgres().pool()?).await?;
    let mut lost = 0;
    for &index in acknowledged {
        let step = &steps[index];
        if !log.contains_key(&request_of(cast, step)) {
            lost += 1;
            if lost <= 10 {
                eprintln!(
                    "acknowledged and lost: {} {:?}",
                    step.outgoing.provider.name(),
                    step.outgoing.facts
                );
            }
        }
    }
    Ok(lost)
}
