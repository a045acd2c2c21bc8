use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::Stage;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_key_cannot_exceed_its_owner(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("boss", "director").await;
    stage.user("root", "administrator").await;
    let (boss, root) = (stage.signed_in("boss").await, stage.signed_in("root").await);

    let more = boss.post("/api/me/api-keys", json!({ "name": "1С", "rights": ["users.manage"] })).await;
    assert_eq!((more.status, more.problem()), (StatusCode::FORBIDDEN, "forbidden"));
    assert_eq!(more.body["right"], "users.manage");

    let rights = json!(["audit.read", "clients.read"]);
    let key = boss.post("/api/me/api-keys", json!({ "name": "1С", "rights": rights })).await;
    assert_eq!(key.status, StatusCode::CREATED);
    let secret = key.body["secret"].as_str().unwrap();
    assert!(secret.starts_with("uzel_"));
    let program = boss.program(secret);
    let me = program.get("/api/me").await;
    assert_eq!(
        me.body["rights"],
        json!({ "audit.read": "all", "clients.read": "all" }),
        "less than the owner"
    );
    assert_eq!(program.get("/api/audit").await.status, StatusCode::OK);

    let less = json!({ "rights": { "clients.read": "own" } });
    let set = root.ask(Method::PUT, "/api/roles/director/rights", Some(less)).await;
    assert_eq!(set.status, StatusCode::OK, "{set:?}");
    assert_eq!(program.get("/api/audit").await.problem(), "forbidden");
    assert_eq!(program.get("/api/me").await.body["rights"], json!({ "clients.read": "own" }));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_key_makes_no_keys_and_needs_no_page(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    let root = stage.signed_in("root").await;
    let key = root.post("/api/me/api-keys", json!({ "name": "кадры", "rights": ["users.manage"] })).await;
    let program = root.program(key.body["secret"].as_str().unwrap());
    let answer = program.post("/api/me/api-keys", json!({ "name": "ещё", "rights": [] })).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let answer = program.post("/api/users", json!({ "login": "anna", "name": "Анна" })).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let log = root.get("/api/audit?action=user.create&limit=1").await;
    assert_eq!(log.body["items"][0]["actor"], "root (ключ «кадры»)");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_revoked_key_is_refused_at_once(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let anna = stage.signed_in("anna").await;
    let key = anna.post("/api/me/api-keys", json!({ "name": "1С", "rights": [] })).await.body;
    let program = anna.program(key["secret"].as_str().unwrap());
    assert_eq!(program.get("/api/me").await.status, StatusCode::OK);
    let listed = anna.get("/api/me/api-keys").await;
    assert_eq!(listed.body["items"][0]["name"], "1С");
    assert!(!listed.body.to_string().contains(key["secret"].as_str().unwrap()));
    let path = format!("/api/me/api-keys/{}", key["api_key"]["id"].as_str().unwrap());
    assert_eq!(anna.ask(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(program.get("/api/me").await.problem(), "unauthorized");
}
