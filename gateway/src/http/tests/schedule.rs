use chrono::TimeDelta;
use crm_core::schedule::{self, Plan};
use http::StatusCode;
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::{Stage, now};

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_administrator_sees_what_happens_by_time_and_starts_it(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    stage.user("boss", "director").await;
    let mut conn = stage.pool.acquire().await.unwrap();
    let hourly = Plan::Every(TimeDelta::hours(1));
    schedule::register(&mut conn, "digest", "Утренняя сводка", hourly, now()).await.unwrap();
    let (root, boss) = (stage.signed_in("root").await, stage.signed_in("boss").await);
    assert_eq!(boss.get("/api/schedule").await.problem(), "forbidden");
    assert_eq!(boss.post("/api/schedule/digest/run", json!({})).await.problem(), "forbidden");

    let body = root.get("/api/schedule").await.body;
    assert_eq!(body["zone"], "Europe/Moscow");
    let task = &body["items"][0];
    assert_eq!((&task["title"], &task["plan"]), (&json!("Утренняя сводка"), &json!("каждый час")));
    assert_eq!((&task["outcome"], &task["is_running"]), (&json!(null), &json!(false)));

    let started = root.post("/api/schedule/digest/run", json!({})).await;
    assert_eq!(started.status, StatusCode::ACCEPTED);
    let claim = schedule::claim(&mut conn, &["digest".to_owned()], now()).await.unwrap();
    assert!(claim.is_some());
    assert_eq!(root.post("/api/schedule/digest/run", json!({})).await.problem(), "already-running");
    assert_eq!(root.post("/api/schedule/nothing/run", json!({})).await.problem(), "not-found");
    let log = root.get("/api/audit?action=schedule.run_now").await.body;
    assert_eq!(log["items"][0]["subject_id"], "digest");
}
