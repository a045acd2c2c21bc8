use sqlx::PgPool;

use super::browser::*;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_change_reaches_the_streams_of_every_copy(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let (one, other) = (Hub::start(&pool), Hub::start(&pool));
    let (mut here, mut there) = (one.follow_ready("admin").await, other.follow_ready("admin").await);
    let client = client(&pool, None).await;
    tell(&pool, &about(&[client])).await;
    let seen = here.event().await;
    assert_eq!(seen.name, "client");
    assert_eq!(seen.data["client_id"], client.to_string());
    assert_eq!(there.event().await, seen);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_older_transaction_that_commits_later_is_told_first(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("admin").await;
    let client = client(&pool, None).await;

    let mut slow = pool.begin().await.unwrap();
    crm_core::timeline::feed::tell(&mut slow, &about(&[client]), now()).await.unwrap();
    tell(&pool, &notice()).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    slow.commit().await.unwrap();
    assert_eq!(browser.names(2).await, ["client", "notice"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_writer_that_says_nothing_holds_the_feed_back_only_while_it_runs(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("admin").await;
    let mut slow = pool.begin().await.unwrap();
    sqlx::query("select pg_current_xact_id()").execute(&mut *slow).await.unwrap();
    tell(&pool, &notice()).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    // No notification comes with this.
    slow.rollback().await.unwrap();
    assert_eq!(browser.names(1).await, ["notice"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn what_waited_when_the_first_stream_opened_is_told_as_soon_as_it_can_be_read(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut slow = pool.begin().await.unwrap();
    sqlx::query("select pg_current_xact_id()").execute(&mut *slow).await.unwrap();
    tell(&pool, &notice()).await;
    // The notification is over before anybody listens.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let mut browser = hub.follow_ready("admin").await;
    slow.rollback().await.unwrap();
    let told = tokio::time::timeout(std::time::Duration::from_secs(2), browser.names(1)).await;
    assert_eq!(told.expect("nobody waits for the next look"), ["notice"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_lost_listener_loses_no_event(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("admin").await;
    sqlx::query(
        "select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'",
    )
    .execute(&pool)
    .await
    .unwrap();
    tell(&pool, &notice()).await;
    assert_eq!(browser.names(1).await, ["notice"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn streams_end_when_the_program_stops(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("admin").await;
    assert_eq!(hub.app.live.streams(), 1);
    hub.app.live.stop();
    assert_eq!(browser.next().await, None);
    drop(browser);
    assert_eq!(hub.app.live.streams(), 0);
}
