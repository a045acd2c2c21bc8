//! Requests to change frozen data over HTTP.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::http::testing::{Browser, Stage};

async fn romashka(anna: &Browser) -> String {
    let card = anna.post("/api/clients", json!({ "name": "ООО Ромашка", "inn": "7707083893" })).await;
    let id = card.body["id"].as_str().unwrap().to_owned();
    assert_eq!(anna.post(&format!("/api/clients/{id}/take"), json!({})).await.status, StatusCode::NO_CONTENT);
    id
}

fn inn(client: &str, new: &str) -> Value {
    json!({
        "field": "client.inn", "client_id": client, "old_value": "7707083893", "new_value": new,
        "reason": "Опечатка в договоре",
    })
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_frozen_field_changes_by_a_request_that_is_approved(pool: PgPool) {
    let stage = Stage::new(pool);
    for (login, role) in [("anna", "manager"), ("boss", "director")] {
        stage.user(login, role).await;
    }
    let (anna, boss) = (stage.signed_in("anna").await, stage.signed_in("boss").await);
    let client = romashka(&anna).await;
    let card = format!("/api/clients/{client}");
    let version = anna.get(&card).await.body["version"].clone();
    let edit = json!({ "version": version, "inn": "500100732259" });
    let frozen = anna.ask(Method::PATCH, &card, Some(edit)).await;
    assert_eq!((frozen.status, &frozen.body["right"]), (StatusCode::FORBIDDEN, &json!("contacts.correct")));

    let made = anna.post("/api/change-requests", inn(&client, "500100732259")).await;
    assert_eq!(made.status, StatusCode::CREATED, "{:?}", made.body);
    let path = format!("/api/change-requests/{}", made.body["id"].as_str().unwrap());
    assert_eq!(boss.get("/api/change-requests/counts").await.body, json!({ "waiting": 1 }));
    assert_eq!(anna.get("/api/change-requests/counts").await.body, json!({ "waiting": 0 }));
    for hidden in ["/api/change-requests", &path] {
        assert_eq!(anna.get(hidden).await.status, StatusCode::FORBIDDEN, "{hidden}");
    }
    let by_herself = anna.post(&format!("{path}/approve"), json!({ "revision": 1 })).await;
    assert_eq!(by_herself.status, StatusCode::FORBIDDEN);

    let listed = boss.get("/api/change-requests").await.body["items"][0].clone();
    assert_eq!((&listed["old_value"], &listed["new_value"]), (&json!("7707083893"), &json!("500100732259")));
    let approved = boss.post(&format!("{path}/approve"), json!({ "revision": listed["revision"] })).await;
    assert_eq!((approved.status, &approved.body["state"]), (StatusCode::OK, &json!("approved")));
    assert_eq!(anna.get(&card).await.body["inn"], "500100732259");
    let again = boss.post(&format!("{path}/approve"), json!({ "revision": listed["revision"] })).await;
    assert_eq!(again.status, StatusCode::OK, "the same press twice");
    let own = anna.get("/api/me/change-requests").await.body["items"][0].clone();
    assert_eq!((&own["state"], &own["decided_by"]["name"]), (&json!("approved"), &json!("boss")));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_refusal_and_a_value_changed_meanwhile_say_what_to_do(pool: PgPool) {
    let stage = Stage::new(pool);
    for (login, role) in [("anna", "manager"), ("boss", "director")] {
        stage.user(login, role).await;
    }
    let (anna, boss) = (stage.signed_in("anna").await, stage.signed_in("boss").await);
    let client = romashka(&anna).await;
    let made = anna.post("/api/change-requests", inn(&client, "500100732259")).await;
    let path = format!("/api/change-requests/{}", made.body["id"].as_str().unwrap());
    let silent = boss.post(&format!("{path}/refuse"), json!({ "revision": 1, "comment": " " })).await;
    assert_eq!(silent.status, StatusCode::BAD_REQUEST);
    let card = format!("/api/clients/{client}");
    let version = boss.get(&card).await.body["version"].clone();
    boss.ask(Method::PATCH, &card, Some(json!({ "version": version, "inn": "7736050003" }))).await;
    let changed = boss.post(&format!("{path}/approve"), json!({ "revision": 1 })).await;
    assert_eq!((changed.status, changed.problem()), (StatusCode::CONFLICT, "request-changed"));
    let read = boss.get(&path).await.body;
    assert_eq!((&read["current_value"], &read["revision"]), (&json!("7736050003"), &json!(2)));
    let refused =
        boss.post(&format!("{path}/refuse"), json!({ "revision": 2, "comment": "Уже исправлено" })).await;
    assert_eq!(refused.body["state"], "refused");
    let late = boss.post(&format!("{path}/approve"), json!({ "revision": 2 })).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let taken_back = anna.ask(Method::DELETE, &path, None).await;
    assert_eq!(taken_back.status, StatusCode::CONFLICT);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_freeze_is_read_by_all_and_switched_by_those_who_correct(pool: PgPool) {
    let stage = Stage::new(pool);
    for (login, role) in [("anna", "manager"), ("boss", "director")] {
        stage.user(login, role).await;
    }
    let (anna, boss) = (stage.signed_in("anna").await, stage.signed_in("boss").await);
    assert_eq!(anna.get("/api/contact-freeze").await.body, json!({ "enabled": true }));
    let off = Some(json!({ "enabled": false }));
    let refused = anna.ask(Method::PUT, "/api/contact-freeze", off.clone()).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(boss.ask(Method::PUT, "/api/contact-freeze", off).await.status, StatusCode::OK);
    assert_eq!(anna.get("/api/contact-freeze").await.body, json!({ "enabled": false }));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn what_the_bot_does_by_itself_is_set_by_those_who_manage_the_bridge(pool: PgPool) {
    let stage = Stage::new(pool);
    for (login, role) in [("anna", "manager"), ("boss", "director")] {
        stage.user(login, role).await;
    }
    let (anna, boss) = (stage.signed_in("anna").await, stage.signed_in("boss").await);
    for (path, wanted, wrong) in [
        (
            "/api/bridge/digest",
            json!({ "enabled": true, "at": "08:30" }),
            json!({ "enabled": true, "at": "8" }),
        ),
        (
            "/api/bridge/mail-copy",
            json!({ "enabled": true, "after_minutes": 30 }),
            json!({ "enabled": true, "after_minutes": 0 }),
        ),
    ] {
        assert_eq!(anna.get(path).await.status, StatusCode::FORBIDDEN);
        assert_eq!(boss.ask(Method::PUT, path, Some(wrong)).await.status, StatusCode::BAD_REQUEST);
        assert_eq!(boss.ask(Method::PUT, path, Some(wanted.clone())).await.status, StatusCode::OK);
        assert_eq!(boss.get(path).await.body, wanted);
    }
}
