use chrono::TimeDelta;
use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::{PASSWORD, Stage, wait};

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_revoked_session_is_refused_at_once(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let (office, home) = (stage.signed_in("anna").await, stage.signed_in("anna").await);
    let sessions = office.get("/api/me/sessions").await.body["items"].as_array().unwrap().clone();
    assert_eq!(sessions.len(), 2);
    let other = sessions.iter().find(|session| session["current"] == false).unwrap();
    let path = format!("/api/me/sessions/{}", other["id"].as_str().unwrap());
    assert_eq!(office.ask(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(home.get("/api/me").await.problem(), "unauthorized");
    assert_eq!(office.ask(Method::DELETE, &path, None).await.problem(), "not-found");

    let third = stage.signed_in("anna").await;
    assert_eq!(third.ask(Method::DELETE, "/api/me/sessions", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(office.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(third.ask(Method::DELETE, "/api/session", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(third.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn nobody_ends_the_session_of_another(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    stage.user("boris", "manager").await;
    let (anna, boris) = (stage.signed_in("anna").await, stage.signed_in("boris").await);
    let sessions = anna.get("/api/me/sessions").await.body;
    let path = format!("/api/me/sessions/{}", sessions["items"][0]["id"].as_str().unwrap());
    assert_eq!(boris.ask(Method::DELETE, &path, None).await.problem(), "not-found");
    assert_eq!(anna.get("/api/me").await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_session_lives_as_long_as_it_is_used(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let browser = stage.signed_in("anna").await;
    for _ in 0..3 {
        wait(TimeDelta::days(13));
        assert_eq!(browser.get("/api/me").await.status, StatusCode::OK);
    }
    wait(TimeDelta::days(15));
    assert_eq!(browser.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn signing_in_again_ends_the_former_session_of_the_browser(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let mut browser = stage.signed_in("anna").await;
    let former = browser.clone();
    assert_eq!(browser.sign_in("anna", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(former.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(browser.get("/api/me").await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn deactivation_ends_sessions_and_keys_at_once(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    stage.user("root", "administrator").await;
    let (browser, root) = (stage.signed_in("anna").await, stage.signed_in("root").await);
    let key = browser.post("/api/me/api-keys", json!({ "name": "1С", "rights": ["clients.read"] })).await;
    let program = browser.program(key.body["secret"].as_str().unwrap());
    assert_eq!(program.get("/api/me").await.status, StatusCode::OK);

    let off = root.post(&format!("/api/users/{anna}/deactivate"), json!({})).await;
    assert!(off.body["disabled_at"].is_string(), "{off:?}");
    assert_eq!(browser.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(program.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stage.browser().sign_in("anna", PASSWORD).await.problem(), "wrong-password");

    root.post(&format!("/api/users/{anna}/activate"), json!({})).await;
    assert_eq!(program.get("/api/me").await.status, StatusCode::UNAUTHORIZED, "keys stay revoked");
    stage.signed_in("anna").await;
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_changed_password_signs_out_everywhere_else(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let (mut office, home) = (stage.signed_in("anna").await, stage.signed_in("anna").await);
    let change = |current: &str, new: &str| Some(json!({ "current_password": current, "password": new }));
    let path = "/api/me/password";
    let wrong = office.ask(Method::PUT, path, change("не тот пароль", "новый пароль")).await;
    assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::BAD_REQUEST, &json!("current_password")));
    let weak = office.ask(Method::PUT, path, change(PASSWORD, "новый")).await;
    assert_eq!(weak.body["field"], "password");
    let done = office.ask(Method::PUT, path, change(PASSWORD, "новый пароль")).await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    assert_eq!(home.get("/api/me").await.status, StatusCode::UNAUTHORIZED);
    office.keep_cookie(&done);
    assert_eq!(office.get("/api/me").await.status, StatusCode::OK);
    assert_eq!(stage.browser().sign_in("anna", "новый пароль").await.status, StatusCode::OK);
}
