use crm_core::fixture::{client, contact, give, phone};
use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::Stage;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_consent_is_written_down_read_and_stands_in_the_timeline(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let card = client(&mut conn, "ООО Ромашка", None).await;
    give(&mut conn, card, anna).await;
    let person = contact(&mut conn, "Пётр", card).await;
    phone(&mut conn, person, "+79164569812").await;
    drop(conn);
    let anna = stage.signed_in("anna").await;
    let path = format!("/api/contacts/{person}/consents");
    let unknown = anna.get(&path).await.body;
    assert_eq!(unknown["in_force"][1], json!({ "kind": "advertising", "state": "unknown", "entry": null }));
    let no = json!({ "kind": "advertising", "state": "withdrawn", "ground": "сказал по телефону" });
    let answer = anna.post(&path, no).await;
    assert_eq!(
        (answer.status, answer.body["in_force"][1]["state"].as_str()),
        (StatusCode::OK, Some("withdrawn"))
    );
    assert_eq!(answer.body["history"][0]["by"], "anna");
    let timeline = anna.get(&format!("/api/clients/{card}/timeline")).await.body;
    let row = &timeline["items"][0];
    assert_eq!(row["kind"], "system");
    assert_eq!(row["text"], "Согласие на рекламные сообщения: отозвано. Основание: сказал по телефону");
    stage.user("boris", "manager").await;
    let boris = stage.signed_in("boris").await;
    assert_eq!(boris.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_rules_of_writing_are_changed_by_those_who_may(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    stage.user("chief", "director").await;
    let (anna, chief) = (stage.signed_in("anna").await, stage.signed_in("chief").await);
    let path = "/api/messaging-rules";
    let rules = anna.get(path).await.body;
    assert_eq!(
        (rules["quiet_from"].as_str(), rules["quiet_until"].as_str()),
        (Some("21:00:00"), Some("09:00:00"))
    );
    let edit = json!({ "version": 1, "quiet_from": "20:00:00" });
    let refused = anna.ask(Method::PATCH, path, Some(edit.clone())).await;
    assert_eq!(
        (refused.status, refused.body["right"].as_str()),
        (StatusCode::FORBIDDEN, Some("messages.rules"))
    );
    let changed = chief.ask(Method::PATCH, path, Some(edit.clone())).await;
    assert_eq!(changed.body["quiet_from"], "20:00:00", "{:?}", changed.body);
    assert_eq!(chief.ask(Method::PATCH, path, Some(edit)).await.problem(), "stale-version");
    let twice = json!({ "version": 2, "channel_order": [["sms"], ["sms"]] });
    assert_eq!(chief.ask(Method::PATCH, path, Some(twice)).await.body["field"], "channel_order");

    let words = json!({ "words": ["Стоп", "не пишите"] });
    let list = "/api/messaging-rules/stop-words";
    assert_eq!(anna.ask(Method::PUT, list, Some(words.clone())).await.status, StatusCode::FORBIDDEN);
    let answer = chief.ask(Method::PUT, list, Some(words)).await;
    assert_eq!(answer.body, json!({ "words": ["не пишите", "стоп"] }));
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn without_any_channel_the_rule_says_so(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("chief", "director").await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let card = client(&mut conn, "ООО Ромашка", None).await;
    let person = contact(&mut conn, "Пётр", card).await;
    drop(conn);
    let chief = stage.signed_in("chief").await;
    let writing = chief.get(&format!("/api/contacts/{person}/writing")).await.body;
    assert_eq!(writing["ways"], json!([]));
    let message = json!({ "id": uuid::Uuid::now_v7(), "channel": "auto", "text": "Здравствуйте" });
    let answer = chief.post(&format!("/api/contacts/{person}/messages/auto"), message).await;
    assert_eq!((answer.status, answer.problem()), (StatusCode::CONFLICT, "no-channel"));
}
