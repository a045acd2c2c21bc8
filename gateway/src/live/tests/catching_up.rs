use crm_core::timeline::feed;
use sqlx::PgPool;

use super::browser::*;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn after_a_break_exactly_the_missed_comes_and_then_what_happens(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("admin").await;
    let clients = [client(&pool, None).await, client(&pool, None).await, client(&pool, None).await];
    tell(&pool, &about(&clients[..1])).await;
    let last = browser.event().await.id.unwrap();
    drop(browser);
    tell(&pool, &about(&clients[1..2])).await;
    tell(&pool, &notice()).await;

    let mut browser = hub.follow_behind("admin", Some(&last)).await;
    assert_eq!(browser.event().await.name, "ready");
    assert_eq!(browser.event().await.data["client_id"], clients[1].to_string());
    assert_eq!(browser.event().await.name, "notice");
    tell(&pool, &about(&clients[2..])).await;
    assert_eq!(browser.event().await.data["client_id"], clients[2].to_string());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_break_inside_of_an_entry_repeats_nothing(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("admin").await;
    let clients = [client(&pool, None).await, client(&pool, None).await, client(&pool, None).await];
    tell(&pool, &about(&clients)).await;
    browser.event().await;
    let second = browser.event().await;
    assert_eq!(second.data["client_id"], clients[1].to_string());
    drop(browser);

    let mut browser = hub.follow_behind("admin", second.id.as_deref()).await;
    assert_eq!(browser.event().await.name, "ready");
    assert_eq!(browser.event().await.data["client_id"], clients[2].to_string());
    tell(&pool, &notice()).await;
    assert_eq!(browser.event().await.name, "notice");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_break_before_the_first_event_is_caught_up_too(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    tell(&pool, &notice()).await;
    let hub = Hub::start(&pool);
    let ready = hub.follow("admin").await.event().await;
    let client = client(&pool, None).await;
    tell(&pool, &about(&[client])).await;
    let mut browser = hub.follow_behind("admin", ready.id.as_deref()).await;
    let mut names = browser.names(2).await;
    // Where another database's transaction held the first entry back, it is told as well.
    if names == ["ready", "notice"] {
        names = vec!["ready".to_owned(), browser.event().await.name];
    }
    assert_eq!(names, ["ready", "client"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn who_was_away_too_long_reads_anew(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("admin").await;
    tell(&pool, &notice()).await;
    let last = browser.event().await.id.unwrap();
    tell(&pool, &notice()).await;
    browser.event().await;
    feed::forget_before(&mut pool.acquire().await.unwrap(), now()).await.unwrap();

    for unknown in [last.as_str(), "0-0", "yesterday", "99999999999-1"] {
        let mut browser = hub.follow_behind("admin", Some(unknown)).await;
        assert_eq!(browser.event().await.name, "resync", "{unknown}");
        tell(&pool, &notice()).await;
        assert_eq!(browser.event().await.name, "notice", "{unknown}");
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn who_reads_too_slowly_reads_anew(pool: PgPool) {
    user(&pool, "admin", "administrator").await;
    let hub = Hub::start(&pool);
    let mut slow = hub.follow_ready("admin").await;
    let mut quick = hub.follow_ready("admin").await;
    sqlx::query(
        r#"insert into feed (at, changes) select now(), '{"notices": true}' from generate_series(1, 1500)"#,
    )
    .execute(&pool)
    .await
    .unwrap();
    tell(&pool, &notice()).await;
    // The quick one may be outrun as well: all of it comes at once.
    for _ in 0..1501 {
        if quick.event().await.name == "resync" {
            break;
        }
    }
    let seen = slow.event().await;
    assert_eq!(seen.name, "resync");
    tell(&pool, &about(&[client(&pool, None).await])).await;
    assert_eq!(slow.event().await.name, "client");
}
