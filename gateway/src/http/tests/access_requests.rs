//! «Запросить доступ» over HTTP.

use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::Stage;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_stub_is_asked_for_opened_by_one_press_and_closed(pool: PgPool) {
    let stage = Stage::new(pool);
    for (login, role) in [("anna", "manager"), ("boris", "manager"), ("head", "head_of_sales")] {
        stage.user(login, role).await;
    }
    let (anna, boris) = (stage.signed_in("anna").await, stage.signed_in("boris").await);
    let head = stage.signed_in("head").await;
    let made = anna.post("/api/clients", json!({ "name": "ООО Ромашка", "inn": "7707083893" })).await;
    let card = format!("/api/clients/{}", made.body["id"].as_str().unwrap());
    anna.post(&format!("{card}/take"), json!({})).await;
    let stub = boris.get(&card).await;
    assert_eq!((stub.status, stub.problem()), (StatusCode::FORBIDDEN, "foreign-client"));

    let wish = json!({ "name": "ООО Ромашка", "inn": "7707083893", "reason": "Звонил мне" });
    let asked = boris.post("/api/access-requests", wish).await;
    assert_eq!((asked.status, &asked.body["client_id"]), (StatusCode::CREATED, &json!(null)));
    let path = format!("/api/access-requests/{}", asked.body["id"].as_str().unwrap());
    assert_eq!(head.get("/api/access-requests/counts").await.body, json!({ "waiting": 1 }));
    assert_eq!(boris.get("/api/access-requests/counts").await.body, json!({ "waiting": 0 }));
    let by_himself = boris.post(&format!("{path}/decide"), json!({ "answer": "week", "revision": 1 })).await;
    assert_eq!(by_himself.status, StatusCode::FORBIDDEN);
    let silent = head.post(&format!("{path}/decide"), json!({ "answer": "refuse", "revision": 1 })).await;
    assert_eq!(silent.status, StatusCode::BAD_REQUEST);
    let granted = anna.post(&format!("{path}/decide"), json!({ "answer": "week", "revision": 1 })).await;
    assert_eq!((granted.status, &granted.body["state"]), (StatusCode::OK, &json!("granted")));
    let late = head.post(&format!("{path}/decide"), json!({ "answer": "forever", "revision": 1 })).await;
    assert_eq!(late.status, StatusCode::CONFLICT);

    assert_eq!(boris.get(&card).await.status, StatusCode::OK);
    assert_eq!(boris.get("/api/clients").await.body["items"].as_array().unwrap().len(), 1);
    let own = boris.get("/api/me/access-requests").await.body["items"][0].clone();
    assert_eq!(own["client_id"], made.body["id"]);
    let loans = boris.get(&format!("{card}/loans")).await.body;
    assert_eq!((&loans[0]["user"]["name"], &loans[0]["may_end"]), (&json!("boris"), &json!(true)));
    assert!(loans[0]["ends_at"].is_string());
    let loan = format!("/api/loans/{}", loans[0]["id"].as_str().unwrap());
    assert_eq!(anna.ask(Method::DELETE, &loan, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(boris.get(&card).await.status, StatusCode::FORBIDDEN);
    assert_eq!(boris.get(&format!("{card}/loans")).await.status, StatusCode::FORBIDDEN);
}
