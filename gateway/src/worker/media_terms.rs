//! What may go from the store: recordings whose term is over, uploads that nobody sent, bytes that no file has, leftovers
//! of killed downloads. Harmless on several copies.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use crm_core::media::{blob, term, upload};
use crm_core::schedule::{Plan, Report};
use media_store::Store;
use sqlx::PgPool;

use super::schedule::Tasks;

/// Drafts with files live so long.
const KEEP_UPLOADS: TimeDelta = TimeDelta::days(7);
/// A download takes an hour at most.
const KEEP_LEFTOVERS: TimeDelta = TimeDelta::days(1);
/// So many in one transaction.
const AT_ONCE: i64 = 200;

const HOURLY: Plan = Plan::Every(TimeDelta::hours(1));

/// Adds the tasks; each by itself, so that one that fails does not keep the others from their work.
pub fn add(tasks: &mut Tasks, store: &Store, keep_recordings: TimeDelta) {
    tasks.add(
        "media.recordings",
        "Удаление записей разговоров по сроку",
        HOURLY,
        move |pool, now| async move { Ok(gone(expire(&pool, keep_recordings, now).await?)) },
    );
    tasks.add(
        "media.uploads",
        "Удаление неотправленных вложений",
        HOURLY,
        |pool, now| async move {
            let mut conn = pool.acquire().await?;
            Ok(gone(upload::forget_uploads_unscoped(&mut conn, now - KEEP_UPLOADS).await?))
        },
    );
    let bytes = store.clone();
    tasks.add(
        "media.unused",
        "Освобождение места от ненужных файлов",
        HOURLY,
        move |pool, now| {
            let store = bytes.clone();
            async move { Ok(gone(drop_unused(&pool, &store, now).await?)) }
        },
    );
    let incoming = store.clone();
    tasks.add(
        "media.leftovers",
        "Удаление остатков прерванных загрузок",
        HOURLY,
        move |_, now| {
            let store = incoming.clone();
            async move { Ok(gone(store.sweep(now - KEEP_LEFTOVERS).await?)) }
        },
    );
}

fn gone(count: impl fmt::Display) -> Report {
    Report::done(format!("Удалено: {count}."))
}

async fn expire(pool: &PgPool, keep: TimeDelta, now: DateTime<Utc>) -> sqlx::Result<usize> {
    let mut gone = 0;
    loop {
        let mut tx = pool.begin().await?;
        let batch = term::expire_unscoped(&mut tx, now - keep, AT_ONCE, now).await?.len();
        tx.commit().await?;
        gone += batch;
        if batch == 0 {
            return Ok(gone);
        }
    }
}

async fn drop_unused(pool: &PgPool, store: &Store, now: DateTime<Utc>) -> anyhow::Result<usize> {
    let mut gone = 0;
    loop {
        let unused = blob::unused_unscoped(&mut *pool.acquire().await?, now, AT_ONCE).await?;
        if unused.is_empty() {
            return Ok(gone);
        }
        for sha256 in &unused {
            let mut tx = pool.begin().await?;
            if blob::let_go_unscoped(&mut tx, sha256, now).await? {
                store.remove(sha256).await?;
                tx.commit().await?;
                gone += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests;
