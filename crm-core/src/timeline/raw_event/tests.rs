use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::RawEvent;
use sqlx::PgPool;
use uuid::Uuid;

use super::store::insert_late;
use super::{
    Outcome, RawState, StoredRaw, balance, forget_older_than, insert_group, make_partitions, move_watermark,
    pending, pending_left, record_outcomes, taken,
};
use crate::AccountId;

const OURS: AccountId = AccountId(Uuid::from_u128(1));
const BROKEN: AccountId = AccountId(Uuid::from_u128(2));

async fn database_time(pool: &PgPool) -> DateTime<Utc> {
    sqlx::query_scalar("select now()").fetch_one(pool).await.expect("the time")
}

fn event(account: AccountId, received_at: DateTime<Utc>) -> StoredRaw {
    let raw = RawEvent {
        source: "webhook".into(),
        received_at,
        content_type: None,
        query: String::new(),
        body: Bytes::from_static(b"{}"),
    };
    StoredRaw::new(account, raw)
}

fn applied(stored: &StoredRaw) -> Outcome {
    Outcome {
        raw_id: stored.id,
        received_at: stored.raw.received_at,
        account_id: stored.account_id,
        state: RawState::Applied,
        events: 1,
        ignored: 0,
        unknown: 0,
        reason: None,
    }
}

/// Moves the mark as far as it goes, as an idle sweep does.
async fn sweep_moves_the_mark(pool: &PgPool) {
    let mut tx = pool.begin().await.expect("begun");
    move_watermark(&mut tx, &[OURS]).await.expect("moved");
    tx.commit().await.expect("committed");
}

async fn is_found(pool: &PgPool, stored: &StoredRaw) -> bool {
    let mut tx = pool.begin().await.expect("begun");
    let found = pending(&mut tx, &[OURS], None, true, 10).await.expect("looked");
    found.iter().any(|found| found.id == stored.id)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_event_that_is_stored_long_after_it_came_is_found(pool: PgPool) {
    let now = database_time(&pool).await;
    sweep_moves_the_mark(&pool).await;
    // From the spool, or from a machine whose clock is behind.
    let late = event(OURS, now - TimeDelta::hours(3));
    insert_group(&mut pool.acquire().await.expect("a connection"), std::slice::from_ref(&late), false)
        .await
        .expect("stored");
    assert!(is_found(&pool, &late).await);
    sweep_moves_the_mark(&pool).await;
    assert!(is_found(&pool, &late).await, "the mark stops at what has no outcome");
    record_outcomes(&mut pool.acquire().await.expect("a connection"), &[applied(&late)], now)
        .await
        .expect("recorded");
    assert!(!is_found(&pool, &late).await);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_mark_does_not_pass_an_event_that_is_just_being_stored(pool: PgPool) {
    let now = database_time(&pool).await;
    let late = event(OURS, now - TimeDelta::hours(3));
    let mut storing = pool.begin().await.expect("begun");
    insert_late(&mut storing, std::slice::from_ref(&late), false).await.expect("stored");
    let sweep = tokio::spawn({
        let pool = pool.clone();
        async move { sweep_moves_the_mark(&pool).await }
    });
    // Let the sweep run into the lock: its row cannot be seen yet.
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(&pool).await.expect("counted") == 0 {
        assert!(!sweep.is_finished(), "the sweep waits for whoever stores an old event");
        tokio::task::yield_now().await;
    }
    storing.commit().await.expect("committed");
    sweep.await.expect("swept");
    assert!(is_found(&pool, &late).await);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_is_left_to_others_is_found_whatever_the_clocks_say(pool: PgPool) {
    let now = database_time(&pool).await;
    sweep_moves_the_mark(&pool).await;
    let group = [event(OURS, now - TimeDelta::hours(3)), event(OURS, now + TimeDelta::hours(3))];
    insert_group(&mut pool.acquire().await.expect("a connection"), &group, true).await.expect("stored");
    insert_group(&mut pool.acquire().await.expect("a connection"), &group, true).await.expect("stored again");
    let mut tx = pool.begin().await.expect("begun");
    let found = pending_left(&mut tx, &[OURS], 10).await.expect("looked");
    assert_eq!(found.len(), 2);
    taken(&mut tx, &[group[0].id, group[1].id]).await.expect("nothing has an outcome yet");
    assert_eq!(pending_left(&mut tx, &[OURS], 10).await.expect("looked").len(), 2);
    record_outcomes(&mut tx, &[applied(&group[0])], now).await.expect("recorded");
    taken(&mut tx, &[group[0].id, group[1].id]).await.expect("taken");
    assert_eq!(pending_left(&mut tx, &[OURS], 10).await.expect("looked").len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_account_that_cannot_be_built_holds_nothing_up(pool: PgPool) {
    let now = database_time(&pool).await;
    let stuck = event(BROKEN, now - TimeDelta::minutes(5));
    let ours = event(OURS, now - TimeDelta::minutes(4));
    insert_group(&mut pool.acquire().await.expect("a connection"), &[stuck.clone(), ours.clone()], false)
        .await
        .expect("stored");
    assert!(is_found(&pool, &ours).await);
    record_outcomes(&mut pool.acquire().await.expect("a connection"), &[applied(&ours)], now)
        .await
        .expect("recorded");
    sweep_moves_the_mark(&pool).await;
    let mark: DateTime<Utc> = sqlx::query_scalar("select settled_before from raw_watermark")
        .fetch_one(&pool)
        .await
        .expect("the mark");
    assert!(mark > stuck.raw.received_at, "the mark went on");
    let mut tx = pool.begin().await.expect("begun");
    let found = pending_left(&mut tx, &[OURS, BROKEN], 10).await.expect("looked");
    assert_eq!(
        found.iter().map(|stored| stored.id).collect::<Vec<_>>(),
        [stuck.id],
        "it waits for its mending"
    );
    assert_eq!(balance(&mut tx, None).await.expect("counted").pending, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_day_whose_events_came_before_its_partition_gets_one(pool: PgPool) {
    let now = database_time(&pool).await;
    let early = event(OURS, now);
    insert_group(&mut pool.acquire().await.expect("a connection"), std::slice::from_ref(&early), false)
        .await
        .expect("stored without a partition");
    let mut conn = pool.acquire().await.expect("a connection");
    record_outcomes(&mut conn, &[applied(&early)], now).await.expect("recorded");
    make_partitions(&mut conn, now).await.expect("made although the day had begun");
    make_partitions(&mut conn, now).await.expect("harmless again");
    let strays: i64 =
        sqlx::query_scalar("select count(*) from raw_events_other").fetch_one(&pool).await.expect("counted");
    assert_eq!(strays, 0, "they moved to their day");
    assert_eq!(balance(&mut conn, None).await.expect("counted").applied, 1);
    let dropped =
        forget_older_than(&mut conn, TimeDelta::days(1), now + TimeDelta::days(3)).await.expect("dropped");
    assert!(!dropped.is_empty());
    assert_eq!(balance(&mut conn, None).await.expect("counted").raw, 0);
}
