//! A code of an app besides the password.

use chrono::TimeDelta;
use crm_core::access::totp::code_at;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::http::testing::{Answer, Browser, PASSWORD, Stage, now, wait};

const MINE: &str = "/api/me/second-factor";

/// Switches it on for whoever sits there; the secret and the recovery codes.
async fn switch_on(browser: &Browser) -> (String, Vec<String>) {
    let made = browser.post(MINE, password()).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert!(made.body["qr"].as_str().unwrap().starts_with("data:image/png;base64,"));
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    let wrong = browser.ask(Method::PUT, MINE, Some(json!({ "code": "000000" }))).await;
    assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::BAD_REQUEST, &json!("code")));
    let code = code_at(&secret, now());
    let on = browser.ask(Method::PUT, MINE, Some(json!({ "code": code }))).await;
    assert_eq!(on.status, StatusCode::OK);
    let codes = on.body["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    (secret, codes.collect())
}

fn password() -> Value {
    json!({ "password": PASSWORD })
}

async fn enter(stage: &Stage, code: Option<&str>) -> Answer {
    let body = json!({ "login": "anna", "password": PASSWORD, "code": code });
    stage.browser().post("/api/session", body).await
}

fn kind(answer: &Answer) -> (u16, &str) {
    (answer.status.as_u16(), answer.body["type"].as_str().unwrap_or_default().rsplit('/').next().unwrap())
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_code_counts_once_and_so_does_a_recovery_code(pool: PgPool) {
    let stage = Stage::new(pool.clone());
    stage.user("anna", "manager").await;
    let (secret, recovery) = switch_on(&stage.signed_in("anna").await).await;
    assert_eq!(recovery.len(), 10);
    assert_eq!(kind(&enter(&stage, None).await), (401, "code-wanted"));
    let first = code_at(&secret, now());
    assert_eq!(kind(&enter(&stage, Some(&first)).await), (401, "wrong-code"), "it switched the factor on");
    wait(TimeDelta::seconds(60));
    let next = code_at(&secret, now());
    let entered = enter(&stage, Some(&next)).await;
    assert_eq!(entered.status, StatusCode::OK);
    assert_eq!(
        entered.body["second_factor"],
        json!({ "enabled": true, "required": false, "recovery_codes": 10 })
    );
    assert_eq!(kind(&enter(&stage, Some(&next)).await), (401, "wrong-code"));
    assert_eq!(enter(&stage, Some(&recovery[0].to_uppercase())).await.status, StatusCode::OK);
    assert_eq!(kind(&enter(&stage, Some(&recovery[0])).await), (401, "wrong-code"));

    let sealed: Vec<u8> =
        sqlx::query_scalar("select sealed from second_factors").fetch_one(&pool).await.unwrap();
    assert!(!String::from_utf8_lossy(&sealed).contains(&secret));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn wrong_codes_lock_like_wrong_passwords_and_the_right_password_forgives_none(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    switch_on(&stage.signed_in("anna").await).await;
    let mut wrong = 0;
    loop {
        let answer = enter(&stage, Some("000000")).await;
        match answer.body["retry_after"].as_i64() {
            Some(_) if answer.body["locked"] == true => break,
            Some(seconds) => wait(TimeDelta::seconds(seconds)),
            None => wrong += 1,
        }
        let half = enter(&stage, None).await;
        if let Some(seconds) = half.body["retry_after"].as_i64().filter(|_| half.body["locked"] == false) {
            wait(TimeDelta::seconds(seconds));
        }
    }
    assert_eq!(wrong, 10);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn it_goes_off_by_the_password_alone(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    switch_on(&anna).await;
    let off = |password: &str| anna.ask(Method::DELETE, MINE, Some(json!({ "password": password })));
    assert_eq!(off("неверный пароль").await.body["field"], "password");
    assert_eq!(
        anna.post(MINE, password()).await.status,
        StatusCode::CONFLICT,
        "no second app beside the first"
    );
    assert_eq!(off(PASSWORD).await.status, StatusCode::NO_CONTENT);
    assert_eq!(enter(&stage, None).await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_screen_left_open_sets_up_none_for_its_owner(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    let guessed = anna.post(MINE, json!({ "password": "угаданный пароль" })).await;
    assert_eq!((guessed.status, &guessed.body["field"]), (StatusCode::BAD_REQUEST, &json!("password")));
    let confirmed = anna.ask(Method::PUT, MINE, Some(json!({ "code": "000000" }))).await;
    assert_eq!(confirmed.status, StatusCode::CONFLICT, "nothing waits for a code");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn new_recovery_codes_take_the_place_of_the_former(pool: PgPool) {
    const CODES: &str = "/api/me/second-factor/recovery-codes";
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    assert_eq!(anna.post(CODES, password()).await.status, StatusCode::CONFLICT, "there are none yet");
    let (_, former) = switch_on(&anna).await;
    let wrong = anna.post(CODES, json!({ "password": "неверный пароль" })).await;
    assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::BAD_REQUEST, &json!("password")));
    assert_eq!(enter(&stage, Some(&former[0])).await.status, StatusCode::OK);

    let renewed = anna.post(CODES, password()).await;
    assert_eq!(renewed.status, StatusCode::OK);
    let codes = renewed.body["codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    assert_eq!(anna.get("/api/me").await.body["second_factor"]["recovery_codes"], 10);
    assert_eq!(kind(&enter(&stage, Some(&former[1])).await), (401, "wrong-code"));
    assert_eq!(enter(&stage, codes[0].as_str()).await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_program_sets_up_none_for_its_owner(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    let key = anna.post("/api/me/api-keys", json!({ "name": "1С", "rights": [] })).await;
    let program = stage.browser().program(key.body["secret"].as_str().unwrap());
    assert_eq!(program.get("/api/me").await.status, StatusCode::OK);
    assert_eq!(program.post(MINE, password()).await.status, StatusCode::UNAUTHORIZED);
    let made = anna.post(MINE, password()).await;
    let code = code_at(made.body["secret"].as_str().unwrap(), now());
    let confirmed = program.ask(Method::PUT, MINE, Some(json!({ "code": code }))).await;
    assert_eq!(confirmed.status, StatusCode::UNAUTHORIZED);
    assert_eq!(enter(&stage, None).await.status, StatusCode::OK, "nothing is asked of the owner");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn of_whom_it_is_required_does_nothing_else_before(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna_id = stage.user("anna", "manager").await;
    stage.user("root", "administrator").await;
    let (anna, root) = (stage.signed_in("anna").await, stage.signed_in("root").await);
    let path = format!("/api/users/{anna_id}/second-factor");
    let required = json!({ "required": true });
    assert_eq!(anna.ask(Method::PUT, &path, Some(required.clone())).await.status, StatusCode::FORBIDDEN);
    let user = root.ask(Method::PUT, &path, Some(required)).await.body;
    assert_eq!(
        (&user["second_factor"], &user["second_factor_required"]),
        (&Value::from(false), &Value::from(true))
    );
    for closed in ["/api/clients", "/api/conversations", "/api/colleagues", "/api/me/sessions", "/api/events"]
    {
        let answer = anna.get(closed).await;
        assert!(answer.status.is_client_error(), "{closed}: {}", answer.status);
    }
    assert_eq!(anna.get("/api/me").await.body["second_factor"]["required"], true);
    switch_on(&anna).await;
    assert_eq!(anna.get("/api/clients").await.status, StatusCode::OK);
    let off = anna.ask(Method::DELETE, MINE, Some(json!({ "password": PASSWORD }))).await;
    assert_eq!(off.status, StatusCode::CONFLICT);

    assert_eq!(root.ask(Method::DELETE, &path, None).await.body["second_factor"], false);
    assert_eq!(anna.get("/api/me").await.status, StatusCode::UNAUTHORIZED, "the lost device is signed out");
    assert_eq!(enter(&stage, None).await.status, StatusCode::OK);
    let log = root.get("/api/audit?action=second_factor.").await;
    let actions: Vec<_> = log.body["items"].as_array().unwrap().iter().map(|line| &line["action"]).collect();
    assert_eq!(actions, ["second_factor.reset", "second_factor.on", "second_factor.require"]);
}
