use http::{Method, StatusCode};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::Stage;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_administrator_tries_the_mail_and_sees_the_letters(pool: PgPool) {
    let stage = Stage::new(pool);
    let id = stage.user("root", "administrator").await;
    stage.user("boss", "director").await;
    let (root, boss) = (stage.signed_in("root").await, stage.signed_in("boss").await);
    for path in ["/api/mails", "/api/mails/01939f7e-0000-7000-8000-000000000001"] {
        assert_eq!(boss.get(path).await.problem(), "forbidden");
    }
    assert_eq!(boss.post("/api/mails/test", json!({})).await.problem(), "forbidden");
    assert_eq!(root.post("/api/mails/test", json!({})).await.problem(), "no-email");

    let user = format!("/api/users/{id}");
    let wrong = root.ask(Method::PATCH, &user, Some(json!({ "email": "root" }))).await;
    assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::BAD_REQUEST, &json!("email")));
    let edited = root.ask(Method::PATCH, &user, Some(json!({ "email": "Root@Example.ru" }))).await;
    assert_eq!(edited.body["email"], "root@example.ru");
    assert_eq!(root.get("/api/me").await.body["email"], "root@example.ru");
    let own = boss.ask(Method::PATCH, "/api/me", Some(json!({ "email": "boss@example.ru" }))).await;
    assert_eq!(own.problem(), "forbidden", "it would need a confirmation");

    let mut ids = Vec::new();
    for _ in 0..3 {
        let written = root.post("/api/mails/test", json!({})).await;
        assert_eq!((written.status, &written.body["state"]), (StatusCode::ACCEPTED, &json!("queued")));
        ids.insert(0, written.body["id"].clone());
    }
    let page = root.get("/api/mails?limit=2&state=queued").await.body;
    let next = page["next_cursor"].as_str().unwrap();
    let rest = root.get(&format!("/api/mails?limit=2&state=queued&cursor={next}")).await.body;
    let mut seen = page["items"].as_array().unwrap().clone();
    seen.extend(rest["items"].as_array().unwrap().clone());
    let mut seen: Vec<String> = seen.iter().map(|mail| mail["id"].to_string()).collect();
    let mut ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    seen.sort();
    ids.sort();
    assert_eq!((seen, &rest["next_cursor"]), (ids.clone(), &json!(null)));

    let one = format!("/api/mails/{}", ids[0].trim_matches('"'));
    let mail = root.get(&one).await.body;
    assert_eq!((&mail["mail"]["address"], &mail["attempts"]), (&json!("root@example.ru"), &json!([])));
    assert_eq!(boss.post(&format!("{one}/retry"), json!({})).await.problem(), "forbidden");
    assert_eq!(root.post(&format!("{one}/retry"), json!({})).await.status, StatusCode::ACCEPTED);
    let nowhere = "/api/mails/01939f7e-0000-7000-8000-000000000001/retry";
    assert_eq!(root.post(nowhere, json!({})).await.problem(), "not-found");
}
