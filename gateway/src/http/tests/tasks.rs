//! «Задачи» and «Контроль задач» over HTTP.

use axum::body::Body;
use chrono::TimeDelta;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use uuid::Uuid;

use crate::http::testing::{Browser, Stage, now};

fn task(title: &str, kind: &str, due: Value) -> Value {
    json!({ "id": Uuid::now_v7(), "title": title, "kind": kind, "due": due })
}

async fn set(browser: &Browser, body: Value) -> String {
    let made = browser.post("/api/tasks", body).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.body);
    format!("/api/tasks/{}", made.body["id"].as_str().unwrap())
}

fn in_an_hour() -> Value {
    json!({ "kind": "at", "at": now() + TimeDelta::hours(1) })
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_task_is_set_put_off_closed_and_opened_again(pool: PgPool) {
    let stage = Stage::new(pool);
    let boris_id = stage.user("boris", "manager").await;
    stage.user("anna", "manager").await;
    let (anna, boris) = (stage.signed_in("anna").await, stage.signed_in("boris").await);
    let mut body = task("Выставить счёт", "document", in_an_hour());
    body["responsible_id"] = json!(boris_id);
    let path = set(&anna, body.clone()).await;
    assert_eq!(set(&anna, body).await, path, "the same press again");
    assert_eq!(boris.get("/api/tasks/counts").await.body["overdue"], 0);

    let day = now().date_naive() + chrono::Days::new(7);
    let later = json!({ "due": { "kind": "day", "day": day } });
    let put_off = boris.ask(Method::PATCH, &path, Some(later.clone())).await;
    assert_eq!((put_off.status, &put_off.body["due"]), (StatusCode::OK, &later["due"]));
    let past = json!({ "due": { "kind": "at", "at": now() - TimeDelta::hours(1) } });
    let refused = boris.ask(Method::PATCH, &path, Some(past)).await;
    assert_eq!((refused.status, &refused.body["field"]), (StatusCode::BAD_REQUEST, &json!("due")));

    let closed = boris.post(&format!("{path}/close"), json!({ "result": "Счёт у клиента" })).await;
    assert_eq!(closed.body["closed_by"]["name"], "boris");
    let late = anna.post(&format!("{path}/close"), json!({})).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    let open = anna.post(&format!("{path}/reopen"), json!({})).await;
    assert_eq!(open.body["closed_at"], Value::Null);
    assert_eq!(open.body["closings"][0]["result"], "Счёт у клиента");
    assert_eq!(open.body["closings"][0]["reopened_by"]["name"], "anna");
    let steps = anna.get(&format!("{path}/history")).await.body;
    let steps: Vec<_> = steps.as_array().unwrap().iter().map(|step| step["step"].clone()).collect();
    assert_eq!(steps, ["created", "edited", "closed", "reopened"]);

    stage.user("vera", "manager").await;
    let vera = stage.signed_in("vera").await;
    assert_eq!(vera.get(&path).await.problem(), "not-found");
    assert_eq!(vera.get("/api/tasks").await.body["items"], json!([]));
    assert_eq!(vera.get("/api/tasks?from=2026-02-02&until=2026-02-01").await.problem(), "invalid-request");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_file_of_control_is_the_table_row_by_row(pool: PgPool) {
    let stage = Stage::new(pool);
    let anna_id = stage.user("anna", "manager").await;
    stage.user("head", "head_of_sales").await;
    let (anna, head) = (stage.signed_in("anna").await, stage.signed_in("head").await);
    let day = now().date_naive() + chrono::Days::new(3);
    let own = set(&anna, task("=HYPERLINK(\"x\")", "letter", json!({ "kind": "never" }))).await;
    let mut given = task("Договор; подписать", "document", json!({ "kind": "day", "day": day }));
    given["responsible_id"] = json!(anna_id);
    let given = set(&head, given).await;
    set(&head, task("Не из этого фильтра", "call", in_an_hour())).await;
    head.post(&format!("{own}/close"), json!({ "result": "Отправлено" })).await;
    anna.post(&format!("{given}/close"), json!({ "result": "Рано" })).await;
    head.post(&format!("{given}/reopen"), json!({})).await;

    let filter = format!("responsible={anna_id}&sort=created_at");
    let table = head.get(&format!("/api/tasks?{filter}")).await.body["items"].clone();
    let mut request =
        Request::get(format!("/api/tasks/export.csv?{filter}&limit=1")).body(Body::empty()).unwrap();
    *request.headers_mut() = head.headers.clone();
    let (csv, bytes) = head.send_raw(request).await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 1 + table.as_array().unwrap().len());
    let moscow = |at: &Value| {
        let at: chrono::DateTime<chrono::Utc> = at.as_str().unwrap().parse().unwrap();
        at.with_timezone(&chrono_tz::Europe::Moscow).format("%d.%m.%Y %H:%M").to_string()
    };
    let (first, second) = (&table[0], &table[1]);
    let (set, closed) = (moscow(&first["created_at"]), moscow(&first["closed_at"]));
    assert_eq!(
        lines[1],
        format!("\"'=HYPERLINK(\"\"x\"\")\";письмо;;anna;anna;{set};;закрыта;head;{closed};Отправлено;")
    );
    let set = moscow(&second["created_at"]);
    let due = day.format("%d.%m.%Y");
    let begins = format!("\"Договор; подписать\";документ;;head;anna;{set};{due};открыта;;;;");
    assert!(lines[2].starts_with(&begins), "{}", lines[2]);
    assert!(
        lines[2].contains("закрытие: anna") && lines[2].contains("(Рано); снова открыто: head"),
        "{}",
        lines[2]
    );

    let xlsx = head.get(&format!("/api/tasks/export.xlsx?{filter}")).await;
    assert_eq!(xlsx.status, StatusCode::OK);
    assert!(xlsx.headers[header::CONTENT_DISPOSITION].to_str().unwrap().ends_with(".xlsx\""));
}
