use axum::extract::Query;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use super::*;
use crate::http::testing::{Stage, now};

/// A provider that lists one template on each of two pages, or refuses.
async fn provider(answers: bool) -> String {
    let list = move |Query(query): Query<std::collections::HashMap<String, String>>| async move {
        if !answers {
            return (
                StatusCode::UNAUTHORIZED,
                Json(json!({ "error": { "code": 190, "message": "expired" } })),
            );
        }
        let second = query.contains_key("after");
        let name = if second { "sale" } else { "order_ready" };
        let mut page = json!({
            "data": [{ "id": name, "name": name, "language": "ru", "status": if second { "PAUSED" } else { "APPROVED" },
                "category": "UTILITY", "components": [{ "type": "BODY", "text": "Заказ {{1}} готов" }] }],
            "paging": { "cursors": { "after": "A" } },
        });
        if !second {
            page["paging"]["next"] = "more".into();
        }
        (StatusCode::OK, Json(page))
    };
    let app = Router::new().route("/v25.0/7000/message_templates", get(list));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn connected(stage: &Stage, url: &str) -> String {
    let root = stage.signed_in("root").await;
    let settings = json!({
        "app_secret": "secret-secret", "verify_token": "token-token", "access_token": "access-access",
        "phone_number_id": "7001", "waba_id": "7000", "api_url": url,
    });
    let form = json!({ "connector": "whatsapp", "name": "WhatsApp", "settings": settings });
    let made = root.post("/api/accounts", form).await;
    made.body["account"]["id"].as_str().unwrap_or_else(|| panic!("{made:?}")).to_owned()
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn lists_are_asked_for_by_time_and_on_request(pool: PgPool) {
    let stage = Stage::new(pool.clone());
    stage.user("root", "administrator").await;
    let root = stage.signed_in("root").await;
    let id = connected(&stage, &provider(true).await).await;
    let path = format!("/api/accounts/{id}/templates");
    let before = root.get(&path).await.body;
    assert_eq!(
        (&before["items"], &before["sync"], &before["supported"]),
        (&json!([]), &Value::Null, &json!(true))
    );

    let report = sync_all(&pool, &stage.accounts, now()).await.unwrap();
    assert_eq!((report.failed, report.words.as_str()), (false, "Шаблонов: 2, изменилось: 2, пропало: 0."));
    let listed = root.get(&path).await.body;
    let shown: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["name"].clone(), row["status"].clone()))
        .collect();
    assert_eq!(shown, [(json!("order_ready"), json!("approved")), (json!("sale"), json!("paused"))]);
    assert_eq!(listed["items"][0]["fields"][0]["key"], "body.1");

    let again = root.post(&format!("{path}/refresh"), json!({})).await;
    assert_eq!((again.status, again.body["items"].as_array().map(Vec::len)), (StatusCode::OK, Some(2)));
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    assert_eq!(anna.get(&path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(anna.post(&format!("{path}/refresh"), json!({})).await.status, StatusCode::FORBIDDEN);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_provider_that_refuses_is_told_in_words_and_takes_nothing_away(pool: PgPool) {
    let stage = Stage::new(pool.clone());
    stage.user("root", "administrator").await;
    let root = stage.signed_in("root").await;
    let id = connected(&stage, &provider(false).await).await;
    let report = sync_all(&pool, &stage.accounts, now()).await.unwrap();
    assert!(report.failed && report.words.contains("Не ответили каналы: 1"), "{report:?}");
    let path = format!("/api/accounts/{id}/templates");
    let sync = root.get(&path).await.body["sync"].clone();
    assert!(sync["error"].as_str().is_some_and(|why| why.contains("токен")), "{sync}");
    let refused = root.post(&format!("{path}/refresh"), json!({})).await;
    assert_eq!((refused.status, refused.problem()), (StatusCode::CONFLICT, "conflict"));

    let telphin = root.post("/api/accounts", json!({ "connector": "telphin", "name": "АТС" })).await.body;
    let path = format!("/api/accounts/{}/templates", telphin["account"]["id"].as_str().unwrap());
    assert_eq!(root.get(&path).await.body["supported"], false);
    assert_eq!(root.post(&format!("{path}/refresh"), json!({})).await.status, StatusCode::CONFLICT);
}
