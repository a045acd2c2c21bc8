use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::Stage;

const SHIPMENTS: &str = "019a0000-0000-7000-8000-000000000003";

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_director_takes_a_code_and_chooses_what_is_bridged_and_a_manager_sees_only_that_it_is(
    pool: PgPool,
) {
    let stage = Stage::new(pool);
    for (login, role) in [("boss", "director"), ("root", "administrator"), ("anna", "manager")] {
        stage.user(login, role).await;
    }
    let (boss, root, anna) =
        (stage.signed_in("boss").await, stage.signed_in("root").await, stage.signed_in("anna").await);
    assert_eq!(boss.get("/api/me/bridge").await.body, json!({ "binding": null }));
    let code = boss.post("/api/me/bridge/code", json!({})).await;
    assert_eq!((code.status, code.body["code"].as_str().unwrap().len()), (StatusCode::CREATED, 20));
    assert_eq!(boss.ask(Method::DELETE, "/api/me/bridge", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        root.post("/api/me/bridge/code", json!({})).await.problem(),
        "forbidden",
        "a right of its own"
    );

    let room = format!("/api/bridge/rooms/{SHIPMENTS}");
    let enabled = |enabled: bool| Some(json!({ "enabled": enabled }));
    for path in ["/api/me/bridge", "/api/bridge"] {
        assert_eq!(anna.get(path).await.problem(), "forbidden");
    }
    assert_eq!(anna.ask(Method::PUT, &room, enabled(true)).await.problem(), "forbidden");
    let setup = root.ask(Method::PUT, &room, enabled(true)).await.body;
    assert_eq!(
        (&setup["rooms"][0]["name"], &setup["rooms"][0]["enabled"]),
        (&json!("Отгрузки"), &json!(true))
    );
    assert_eq!(anna.get(&format!("/api/rooms/{SHIPMENTS}")).await.body["bridged"], true);
    let setup = boss.ask(Method::PUT, &room, enabled(false)).await.body;
    assert_eq!(setup["rooms"][0]["enabled"], false);
    let log = boss.get("/api/audit?action=bridge.room").await.body;
    assert_eq!(log["items"].as_array().unwrap().len(), 2);

    assert_eq!(boss.post("/api/bridge/check", json!({})).await.status, StatusCode::CONFLICT, "no group yet");
    let group = json!({ "account_id": uuid::Uuid::now_v7(), "chat": "-100" });
    assert_eq!(boss.ask(Method::PUT, "/api/bridge/group", Some(group)).await.problem(), "not-found");
}
