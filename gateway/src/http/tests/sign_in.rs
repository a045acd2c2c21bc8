use chrono::TimeDelta;
use http::{HeaderValue, StatusCode, header};
use serde_json::json;
use sqlx::PgPool;

use crate::app::HttpSettings;
use crate::http::testing::{PASSWORD, Stage, wait};

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_login_is_good_in_any_letter_case(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("Anna.Petrova", "manager").await;
    let mut browser = stage.browser();
    let answer = browser.sign_in(" ANNA.petrova ", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body["login"], "anna.petrova");
    assert_eq!(answer.body["rights"]["clients.read"], "own");
    assert_eq!(answer.body["company_zone"], "Europe/Moscow");
    assert_eq!(browser.get("/api/me").await.body, answer.body);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_cookie_is_for_this_host_and_not_for_scripts(pool: PgPool) {
    let stage = Stage::new(pool.clone());
    stage.user("anna", "manager").await;
    let answer = stage.browser().sign_in("anna", PASSWORD).await;
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("__Host-uzel="), "{cookie}");
    for flag in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let plain = Stage::with(pool, HttpSettings::default()).browser().sign_in("anna", PASSWORD).await;
    let cookie = plain.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("uzel=") && !cookie.contains("Secure"), "{cookie}");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn wrong_passwords_slow_down_and_then_lock_until_an_administrator_opens(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    stage.user("root", "administrator").await;
    let mut browser = stage.browser();
    let mut waits = Vec::new();
    for _ in 0..10 {
        let mut answer = browser.sign_in("Anna", "неверный пароль").await;
        while answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.problem(), "too-many-attempts");
            let seconds = answer.body["retry_after"].as_i64().unwrap();
            assert_eq!(answer.headers[header::RETRY_AFTER], HeaderValue::from(seconds));
            waits.push(seconds);
            wait(TimeDelta::seconds(seconds));
            answer = browser.sign_in("anna", "неверный пароль").await;
        }
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.problem(), "wrong-password");
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128]);

    let locked = browser.sign_in("anna", PASSWORD).await;
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "the right one does not open a lock");
    assert_eq!((&locked.body["locked"], &locked.body["retry_after"]), (&json!(true), &json!(900)));

    let root = stage.signed_in("root").await;
    assert!(root.get(&format!("/api/users/{anna}")).await.body["locked_until"].is_string());
    assert_eq!(root.post(&format!("/api/users/{anna}/unlock"), json!({})).await.status, StatusCode::OK);
    assert_eq!(browser.sign_in("anna", PASSWORD).await.status, StatusCode::OK);
    let log = root.get("/api/audit?action=login.").await;
    let actions: Vec<_> =
        log.body["items"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["login.unlock", "login.lock"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_right_password_forgives_the_wrong_ones(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let mut browser = stage.browser();
    for _ in 0..3 {
        for _ in 0..2 {
            assert_eq!(browser.sign_in("anna", "неверный пароль").await.status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(browser.sign_in("anna", PASSWORD).await.status, StatusCode::OK);
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_unknown_login_answers_like_a_known_one(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let mut browser = stage.browser();
    for _ in 0..4 {
        let mut known = browser.sign_in("anna", "неверный пароль").await;
        let mut unknown = browser.sign_in("nobody", "неверный пароль").await;
        for answer in [&mut known, &mut unknown] {
            answer.body["request_id"].take();
        }
        assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_page_of_another_site_can_neither_sign_in_nor_change(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    let mut evil = stage.signed_in("root").await;
    evil.headers.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
    let body = json!({ "login": "mallory", "name": "M", "roles": ["administrator"] });
    let answer = evil.post("/api/users", body.clone()).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::FORBIDDEN, "cross-site"));
    assert_eq!(evil.sign_in("root", PASSWORD).await.problem(), "cross-site");
    evil.headers.remove("sec-fetch-site");
    assert_eq!(
        evil.post("/api/users", body.clone()).await.problem(),
        "cross-site",
        "nothing told is not enough"
    );
    evil.headers.insert(header::HOST, HeaderValue::from_static("uzel.lan"));
    evil.headers.insert(header::ORIGIN, HeaderValue::from_static("https://evil.ru"));
    assert_eq!(evil.post("/api/users", body.clone()).await.problem(), "cross-site");
    evil.headers.insert(header::ORIGIN, HeaderValue::from_static("https://uzel.lan"));
    assert_eq!(
        evil.post("/api/users", body).await.status,
        StatusCode::CREATED,
        "an older browser on our page"
    );
}
