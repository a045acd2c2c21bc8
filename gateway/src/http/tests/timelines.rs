use chrono::TimeDelta;
use crm_core::fixture::{
    Said, account, call, client, contact, conversation, give, link, message, minute, proposal,
};
use http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::http::testing::{Browser, Stage, wait};

fn texts(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap_or("звонок")).collect()
}

async fn get(browser: &Browser, path: &str) -> Value {
    let answer = browser.get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.body);
    answer.body
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_timeline_is_paged_filtered_and_entered_at_a_date(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let company = client(&mut conn, "Ромашка", None).await;
    let person = contact(&mut conn, "Инна", company).await;
    let (chat, line) = (account(&mut conn, "whatsapp").await, account(&mut conn, "telephony").await);
    let talk = conversation(&mut conn, chat, person, minute(5)).await;
    for at in 0..5 {
        let text = format!("{at}");
        let said = Said {
            account: chat,
            contact: person,
            conversation: Some(talk),
            at: minute(at),
            direction: "inbound",
            text: &text,
        };
        message(&mut conn, said).await;
    }
    call(&mut conn, line, Some(person), minute(9), "missed").await;
    drop(conn);

    let anna = stage.signed_in("anna").await;
    let path = format!("/api/clients/{company}/timeline");
    let page = get(&anna, &format!("{path}?limit=2")).await;
    assert_eq!(texts(&page), ["звонок", "4"]);
    let older = page["older_cursor"].as_str().unwrap();
    assert_eq!(texts(&get(&anna, &format!("{path}?limit=9&before={older}")).await), ["3", "2", "1", "0"]);
    let newer = page["newer_cursor"].as_str().unwrap();
    let none = get(&anna, &format!("{path}?after={newer}")).await;
    assert_eq!((texts(&none).len(), &none["has_newer"]), (0, &json!(false)));
    let at = minute(2).to_rfc3339().replace('+', "%2B");
    assert_eq!(texts(&get(&anna, &format!("{path}?limit=3&at={at}")).await), ["3", "2", "1"]);
    assert_eq!(texts(&get(&anna, &format!("{path}?kinds=call,note")).await), ["звонок"]);
    assert_eq!(texts(&get(&anna, &format!("{path}?channels=telephony")).await), ["звонок"]);
    assert_eq!(texts(&get(&anna, &format!("{path}?direction=outbound")).await).len(), 0);
    assert_eq!(texts(&get(&anna, &format!("{path}?until={at}")).await), ["1", "0"]);
    for wrong in ["kinds=hologram", "before=1", &format!("at={at}&after={newer}")] {
        assert_eq!(anna.get(&format!("{path}?{wrong}")).await.problem(), "invalid-request", "{wrong}");
    }

    let talks = get(&anna, "/api/conversations?channels=whatsapp").await;
    assert_eq!(talks["items"][0]["id"], json!(talk));
    assert_eq!(talks["items"][0]["last"]["text"], "4");
    assert_eq!(talks["items"][0]["clients"][0]["name"], "Ромашка");
    assert_eq!(get(&anna, "/api/conversations?channels=telegram").await["items"], json!([]));
    assert_eq!(get(&anna, &format!("/api/conversations/{talk}")).await["contact"]["name"], "Инна");
    assert_eq!(texts(&get(&anna, &format!("/api/conversations/{talk}/timeline?limit=1")).await), ["4"]);
    assert_eq!(texts(&get(&anna, &format!("/api/contacts/{person}/timeline?limit=1")).await), ["звонок"]);
    assert_eq!(texts(&get(&anna, "/api/calls?outcomes=missed&direction=inbound").await).len(), 1);
    assert_eq!(texts(&get(&anna, "/api/calls?outcomes=answered").await).len(), 0);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_row_of_two_companies_is_pinned_to_one(pool: PgPool) {
    let stage = Stage::new(pool);
    let (anna_id, boris_id) = (stage.user("anna", "manager").await, stage.user("boris", "manager").await);
    let mut conn = stage.pool.acquire().await.unwrap();
    let (x, y) = (client(&mut conn, "Икс", None).await, client(&mut conn, "Игрек", None).await);
    give(&mut conn, x, anna_id).await;
    give(&mut conn, y, boris_id).await;
    let person = contact(&mut conn, "Инна", x).await;
    link(&mut conn, person, y).await;
    let chat = account(&mut conn, "whatsapp").await;
    let said = Said {
        account: chat,
        contact: person,
        conversation: None,
        at: minute(1),
        direction: "inbound",
        text: "да",
    };
    let row = message(&mut conn, said).await;
    let other = contact(&mut conn, "Инна С.", x).await;
    let pair = proposal(&mut conn, person, other, "phone:+79164569812").await;
    drop(conn);

    let (anna, boris) = (stage.signed_in("anna").await, stage.signed_in("boris").await);
    assert_eq!(get(&boris, &format!("/api/interactions/{row}")).await["undecided"], json!(true));
    let pin = format!("/api/interactions/{row}/pin");
    assert_eq!(anna.post(&pin, json!({ "client_id": y })).await.problem(), "foreign-client");
    assert_eq!(anna.post(&pin, json!({ "client_id": x })).await.body["pinned_client_id"], json!(x));
    assert_eq!(boris.get(&format!("/api/interactions/{row}")).await.problem(), "not-found");
    assert_eq!(get(&boris, &format!("/api/clients/{y}/timeline")).await["items"], json!([]));
    assert_eq!(boris.post(&pin, json!({ "client_id": null })).await.problem(), "not-found");

    assert_eq!(get(&boris, "/api/proposals").await["items"], json!([]));
    assert_eq!(get(&anna, "/api/proposals").await["items"][0]["id"], json!(pair));
    let accept = format!("/api/proposals/{pair}/accept");
    assert_eq!(anna.post(&accept, json!({})).await.body["right"], "clients.join");
    stage.user("head", "head_of_sales").await;
    let head = stage.signed_in("head").await;
    assert_eq!(head.post(&accept, json!({ "choices": { "name": "survivor" } })).await.status, StatusCode::OK);
    assert_eq!(head.post(&format!("/api/proposals/{pair}/reject"), json!({})).await.problem(), "conflict");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_comment_is_written_changed_and_locked(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    stage.user("boris", "manager").await;
    stage.user("admin", "administrator").await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let company = client(&mut conn, "Ромашка", None).await;
    drop(conn);
    let (anna, boris) = (stage.signed_in("anna").await, stage.signed_in("boris").await);
    let id = uuid::Uuid::now_v7();
    let path = format!("/api/clients/{company}/notes");
    let body = json!({ "id": id, "text": "Звонить после обеда" });
    let written = anna.post(&path, body.clone()).await;
    assert_eq!((written.status, &written.body["note"]["version"]), (StatusCode::CREATED, &json!(1)));
    assert_eq!(anna.post(&path, body).await.status, StatusCode::OK);
    let listed = get(&boris, &format!("/api/clients/{company}/timeline?kinds=note")).await;
    assert_eq!(texts(&listed), ["Звонить после обеда"]);

    let note = format!("/api/notes/{id}");
    let change = |version: i32| json!({ "version": version, "text": "Звонить утром" });
    let put = |browser: &Browser, version| {
        let browser = browser.clone();
        let note = note.clone();
        async move { browser.ask(http::Method::PUT, &note, Some(change(version))).await }
    };
    assert_eq!(put(&boris, 1).await.problem(), "not-author");
    assert_eq!(put(&anna, 1).await.body["versions"][1]["author"]["name"], json!("anna"));
    assert_eq!(put(&anna, 7).await.problem(), "stale-version");
    wait(TimeDelta::hours(25));
    let anna = stage.signed_in("anna").await;
    assert_eq!(put(&anna, 2).await.problem(), "note-locked");
    assert_eq!(anna.post(&format!("{note}/delete"), json!({ "version": 2 })).await.problem(), "note-locked");
    let admin = stage.signed_in("admin").await;
    let deleted = admin.post(&format!("{note}/delete"), json!({ "version": 2 })).await;
    assert_eq!(
        (&deleted.body["note"]["version"], &deleted.body["text"]),
        (&json!(3), &json!("Звонить утром"))
    );
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_draft_is_kept_and_newer_words_are_not_written_over(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("anna", "manager").await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let company = client(&mut conn, "Ромашка", None).await;
    let person = contact(&mut conn, "Инна", company).await;
    let chat = account(&mut conn, "whatsapp").await;
    let talk = conversation(&mut conn, chat, person, minute(5)).await;
    drop(conn);
    let anna = stage.signed_in("anna").await;
    let put = async |path: &str, text: &str, version: i64| {
        anna.ask(http::Method::PUT, path, Some(json!({ "text": text, "version": version }))).await
    };
    let reply = format!("/api/drafts/reply/{talk}");
    assert_eq!(get(&anna, &reply).await["version"], json!(0));
    assert_eq!(put(&reply, "Отгрузим", 0).await.body["version"], json!(1));
    let refused = put(&reply, "Счёт", 0).await;
    assert_eq!((refused.problem(), &refused.body["draft"]["text"]), ("newer-draft", &json!("Отгрузим")));
    assert_eq!(get(&anna, "/api/drafts").await[0]["subject_id"], json!(talk));
    assert_eq!(put(&format!("/api/drafts/reply/{company}"), "?", 0).await.problem(), "not-found");

    // A comment empties its draft in the same press.
    let note = format!("/api/drafts/note/{company}");
    assert_eq!(put(&note, "Звонить утром", 0).await.status, StatusCode::OK);
    let body = json!({ "id": uuid::Uuid::now_v7(), "text": "Звонить утром", "draft_version": 1 });
    assert_eq!(anna.post(&format!("/api/clients/{company}/notes"), body).await.status, StatusCode::CREATED);
    assert_eq!(get(&anna, &note).await["text"], json!(""));
}
