use crm_core::fixture::{account, call, client, contact, give, minute, phone};
use crm_core::telephony::extension;
use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::accounts::double::administrator;
use crate::http::testing::{Stage, now, wait};

const PRESS: &str = "019a0000-0000-7000-8000-000000000001";

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_press_without_an_extension_is_refused_and_a_telephony_that_cannot_call_says_so(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna = stage.user("anna", "manager").await;
    stage.user("admin", "administrator").await;
    let line = account(&mut stage.pool.acquire().await.unwrap(), "telephony").await;
    let browser = stage.signed_in("anna").await;
    let press = json!({ "id": PRESS, "to": "8 (900) 000-00-01" });
    assert_eq!(browser.post("/api/calls", press.clone()).await.problem(), "conflict");
    for wrong in ["101", "anonymous", ""] {
        let answer = browser.post("/api/calls", json!({ "id": PRESS, "to": wrong })).await;
        assert_eq!((answer.problem(), &answer.body["field"]), ("invalid-request", &json!("to")), "{wrong}");
    }
    let seat = json!({ "account_id": line, "number": "101", "user_id": anna });
    let refused = browser.ask(Method::PUT, "/api/extensions", Some(seat.clone())).await;
    assert_eq!(refused.problem(), "forbidden");
    let seated = stage.signed_in("admin").await.ask(Method::PUT, "/api/extensions", Some(seat)).await;
    assert_eq!(seated.body["items"][0]["user"]["name"], "anna");

    let answer = browser.post("/api/calls", press.clone()).await;
    assert_eq!((answer.status, &answer.body["state"]), (StatusCode::CREATED, &json!("refused")));
    assert!(answer.body["reason"].as_str().is_some_and(|reason| reason.contains("настройки канала")));
    assert_eq!(answer.body["number"], "+79000000001");
    let again = browser.post("/api/calls", press).await;
    assert_eq!((again.status, &again.body), (StatusCode::OK, &answer.body));
    let read = browser.get(&format!("/api/calls/requests/{PRESS}")).await;
    assert_eq!(read.body, answer.body);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn debts_and_the_ring_card_follow_the_rights_of_the_viewer(pool: PgPool) {
    let stage = Stage::new(pool);
    let (anna, boris) = (stage.user("anna", "manager").await, stage.user("boris", "manager").await);
    wait(minute(10) - now());
    let mut conn = stage.pool.acquire().await.unwrap();
    let company = client(&mut conn, "Ромашка", None).await;
    give(&mut conn, company, anna).await;
    let person = contact(&mut conn, "Инна", company).await;
    phone(&mut conn, person, "+79000000001").await;
    let line = account(&mut conn, "telephony").await;
    let id = call(&mut conn, line, Some(person), minute(1), "missed").await;
    let ringing = json!({ "call": { "outcome": "ringing", "segments": [{ "direction": "inbound",
        "extension": { "number": "102" }, "started_at": minute(1) }] } });
    extension::seat(&mut conn, &administrator(), line, "102", Some(boris), now()).await.unwrap();
    drop(conn);
    let (anna, boris) = (stage.signed_in("anna").await, stage.signed_in("boris").await);
    let debts = anna.get("/api/calls/debts").await.body;
    assert_eq!(
        (&debts["items"][0]["contact"]["name"], &debts["items"][0]["missed"]),
        (&json!("Инна"), &json!(1))
    );
    assert_eq!(boris.get("/api/calls/debts").await.body["items"], json!([]));
    let card = format!("/api/calls/{id}/card");
    assert_eq!(boris.get(&card).await.problem(), "not-found");
    sqlx::query("update interactions set content = $2 where id = $1")
        .bind(id)
        .bind(ringing)
        .execute(&stage.pool)
        .await
        .unwrap();
    assert_eq!(anna.get(&card).await.body["clients"][0]["name"], "Ромашка");
    let foreign = boris.get(&card).await.body;
    assert_eq!(
        (&foreign["mine"], &foreign["clients"], &foreign["number"]),
        (&json!(true), &json!([]), &json!(null))
    );
    assert_eq!(foreign["foreign"], json!([{ "name": "Ромашка", "inn": null, "responsible": "anna" }]));
}
