//! Partitions made ahead, old raw events and the head of the live feed dropped. Harmless on several copies.

use std::time::Duration;

use chrono::TimeDelta;
use crm_core::timeline::{feed, raw_event};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// A browser that was away for longer reads its screens anew.
const KEEP_FEED: TimeDelta = TimeDelta::hours(24);

/// Runs once an hour until `stop`.
pub async fn run(pool: PgPool, clock: Clock, keep_raw: TimeDelta, stop: CancellationToken) {
    loop {
        if let Err(error) = once(&pool, clock, keep_raw).await {
            tracing::warn!(%error, "housekeeping failed; it runs again in an hour");
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(3600)) => {}
            () = stop.cancelled() => return,
        }
    }
}

async fn once(pool: &PgPool, clock: Clock, keep_raw: TimeDelta) -> sqlx::Result<()> {
    let mut conn = pool.acquire().await?;
    raw_event::make_partitions(&mut conn, clock()).await?;
    let dropped = raw_event::forget_older_than(&mut conn, keep_raw, clock()).await?;
    if !dropped.is_empty() {
        tracing::info!(days = dropped.len(), "raw events beyond their term were dropped");
    }
    let told = feed::forget_before(&mut conn, clock() - KEEP_FEED).await?;
    tracing::debug!(entries = told, "the head of the live feed was dropped");
    Ok(())
}
