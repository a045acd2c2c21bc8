//! Partitions made ahead; old raw events, the head of the live feed, expired sessions dropped. Harmless on several copies.

use std::time::Duration;

use chrono::TimeDelta;
use crm_core::access::sweep;
use crm_core::timeline::{feed, raw_event};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;

/// A browser that was away for longer reads its screens anew.
const KEEP_FEED: TimeDelta = TimeDelta::hours(24);

/// Runs once an hour until `stop`. A part that fails does not keep the others from their work.
pub async fn run(pool: PgPool, clock: Clock, keep_raw: TimeDelta, stop: CancellationToken) {
    loop {
        noted("partitions were made", make_partitions(&pool, clock).await);
        noted("raw events beyond their term were dropped", forget_raw(&pool, clock, keep_raw).await);
        noted("the head of the live feed was dropped", forget_feed(&pool, clock).await);
        noted("expired sessions and links were dropped", forget_expired(&pool, clock).await);
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(3600)) => {}
            () = stop.cancelled() => return,
        }
    }
}

fn noted(what: &str, done: sqlx::Result<u64>) {
    match done {
        Ok(count) => tracing::debug!(count, "{what}"),
        Err(error) => tracing::warn!(%error, "housekeeping failed before {what}; it runs again in an hour"),
    }
}

async fn make_partitions(pool: &PgPool, clock: Clock) -> sqlx::Result<u64> {
    raw_event::make_partitions(&mut *pool.acquire().await?, clock()).await.map(|()| 7)
}

async fn forget_raw(pool: &PgPool, clock: Clock, keep: TimeDelta) -> sqlx::Result<u64> {
    let days = raw_event::forget_older_than(&mut *pool.acquire().await?, keep, clock()).await?;
    Ok(days.len() as u64)
}

async fn forget_feed(pool: &PgPool, clock: Clock) -> sqlx::Result<u64> {
    feed::forget_before(&mut *pool.acquire().await?, clock() - KEEP_FEED).await
}

async fn forget_expired(pool: &PgPool, clock: Clock) -> sqlx::Result<u64> {
    sweep::expired_unscoped(&mut *pool.acquire().await?, clock()).await
}
