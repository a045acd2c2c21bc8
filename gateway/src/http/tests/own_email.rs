//! Changing one's own address.

use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::{PASSWORD, Stage};

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_former_address_is_told_and_the_password_asked_for(pool: PgPool) {
    let stage = Stage::new(pool.clone());
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    let set = |email: &str, password: &str| {
        anna.ask(Method::PUT, "/api/me/email", Some(json!({ "email": email, "password": password })))
    };
    let letters = async || -> Vec<String> {
        sqlx::query_scalar("select address from mails order by written_at").fetch_all(&pool).await.unwrap()
    };

    let wrong = set("anna@firma.ru", "неверный пароль").await;
    assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::BAD_REQUEST, &json!("password")));
    let broken = set("anna@", PASSWORD).await;
    assert_eq!((broken.status, &broken.body["field"]), (StatusCode::BAD_REQUEST, &json!("email")));
    let first = set("Anna@Firma.ru", PASSWORD).await;
    assert_eq!((first.status, &first.body["email"]), (StatusCode::OK, &json!("anna@firma.ru")));
    assert!(letters().await.is_empty(), "there was no former address");

    assert_eq!(set("anna@firma.ru", PASSWORD).await.status, StatusCode::OK);
    assert!(letters().await.is_empty(), "it is the same");
    assert_eq!(set("petrova@firma.ru", PASSWORD).await.status, StatusCode::OK);
    assert_eq!(letters().await, ["anna@firma.ru"]);
    assert_eq!(set("", PASSWORD).await.body["email"], json!(null));
    assert_eq!(letters().await, ["anna@firma.ru", "petrova@firma.ru"]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_program_changes_no_address_of_its_owner(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    let key = anna.post("/api/me/api-keys", json!({ "name": "1С", "rights": [] })).await;
    let program = stage.browser().program(key.body["secret"].as_str().unwrap());
    let body = json!({ "email": "anna@firma.ru", "password": PASSWORD });
    let answer = program.ask(Method::PUT, "/api/me/email", Some(body)).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
}
