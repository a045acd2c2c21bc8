use std::time::{Duration, Instant};

use axum::body::Body;
use http::{Request, StatusCode};
use sqlx::PgPool;
use tower::ServiceExt;

use super::browser::*;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_manager_never_hears_of_anothers_client(pool: PgPool) {
    let (anna, boris) = (user(&pool, "anna", "manager").await, user(&pool, "boris", "manager").await);
    let (hers, his, common) =
        (client(&pool, Some(anna)).await, client(&pool, Some(boris)).await, client(&pool, None).await);
    let hub = Hub::start(&pool);
    let (mut of_anna, mut of_boris) = (hub.follow_ready("anna").await, hub.follow_ready("boris").await);
    tell(&pool, &about(&[hers])).await;
    tell(&pool, &notice()).await;
    tell(&pool, &about(&[hers, his, common])).await;
    assert_eq!(of_boris.event().await.data["client_id"], his.to_string());
    assert_eq!(of_boris.event().await.data["client_id"], common.to_string());
    assert_eq!(of_anna.names(3).await, ["client", "client", "client"]);
    assert!(!of_boris.seen.contains(&hers.to_string()), "{}", of_boris.seen);
    assert!(!of_anna.seen.contains(&his.to_string()), "{}", of_anna.seen);
    assert!(!of_boris.seen.contains("КАНАРЕЙКА"));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_transfer_moves_the_streams_at_once(pool: PgPool) {
    let (anna, boris) = (user(&pool, "anna", "manager").await, user(&pool, "boris", "manager").await);
    user(&pool, "vera", "manager").await;
    let (moving, other) = (client(&pool, Some(anna)).await, client(&pool, None).await);
    let hub = Hub::start(&pool);
    let mut streams = Vec::new();
    for login in ["anna", "boris", "vera"] {
        streams.push(hub.follow_ready(login).await);
    }
    transfer(&pool, moving, Some(anna), Some(boris)).await;
    tell(&pool, &about(&[moving])).await;
    tell(&pool, &about(&[other])).await;
    let lost = streams[0].event().await;
    assert_eq!((lost.name.as_str(), &lost.data["client_id"]), ("access_lost", &moving.to_string().into()));
    assert_eq!(streams[0].event().await.data["client_id"], other.to_string());
    for _ in 0..2 {
        assert_eq!(streams[1].event().await.data["client_id"], moving.to_string());
    }
    assert_eq!(streams[2].event().await.data["client_id"], other.to_string());
    assert!(!streams[2].seen.contains(&moving.to_string()));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn who_comes_back_after_losing_a_client_does_not_hear_of_it(pool: PgPool) {
    let (anna, boris) = (user(&pool, "anna", "manager").await, user(&pool, "boris", "manager").await);
    let (moving, own) = (client(&pool, Some(anna)).await, client(&pool, Some(anna)).await);
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("anna").await;
    tell(&pool, &about(&[own])).await;
    let last = browser.event().await.id.unwrap();
    drop(browser);
    tell(&pool, &about(&[moving])).await;
    transfer(&pool, moving, Some(anna), Some(boris)).await;
    tell(&pool, &about(&[moving])).await;
    let mut browser = hub.follow_behind("anna", Some(&last)).await;
    assert_eq!(browser.names(2).await, ["ready", "access_lost"]);
    tell(&pool, &about(&[own])).await;
    assert_eq!(browser.event().await.data["client_id"], own.to_string());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_stream_closes_within_five_seconds_of_the_end_of_its_session(pool: PgPool) {
    let anna = user(&pool, "anna", "manager").await;
    user(&pool, "boris", "manager").await;
    let hub = Hub::start(&pool);
    let (mut revoked, mut disabled) = (hub.follow_ready("anna").await, hub.follow_ready("boris").await);
    let since = Instant::now();
    sqlx::query("delete from sessions where user_id = $1").bind(anna).execute(&pool).await.unwrap();
    sqlx::query("update users set disabled_at = now() where login = 'boris'").execute(&pool).await.unwrap();
    for browser in [&mut revoked, &mut disabled] {
        assert_eq!(browser.event().await.name, "signed_out");
        assert_eq!(browser.next().await, None);
    }
    assert!(since.elapsed() < Duration::from_secs(5), "{:?}", since.elapsed());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_right_that_is_taken_away_is_felt_by_an_open_stream(pool: PgPool) {
    let boss = user(&pool, "boss", "director").await;
    let anna = user(&pool, "anna", "manager").await;
    let foreign = client(&pool, Some(anna)).await;
    let common = client(&pool, None).await;
    let hub = Hub::start(&pool);
    let mut browser = hub.follow_ready("boss").await;
    tell(&pool, &about(&[foreign])).await;
    assert_eq!(browser.event().await.name, "client");
    sqlx::query("update user_roles set role_code = 'manager' where user_id = $1")
        .bind(boss)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(browser.event().await.name, "resync");
    tell(&pool, &about(&[foreign])).await;
    tell(&pool, &about(&[common])).await;
    assert_eq!(browser.event().await.data["client_id"], common.to_string());
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn nobody_follows_without_signing_in(pool: PgPool) {
    let hub = Hub::start(&pool);
    for cookie in ["", "uzel=guess"] {
        let request = Request::get("/api/events").header("cookie", cookie).body(Body::empty()).unwrap();
        let response = hub.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
}
