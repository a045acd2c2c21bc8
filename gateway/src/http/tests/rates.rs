use chrono::TimeDelta;
use crm_core::rates::{self, Currency, NewRate, RateSource, moscow_date};
use http::{Method, StatusCode, header};
use rust_decimal::{Decimal, dec};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::{Stage, now};

/// The bank's rate for one dollar, so many days ago.
async fn told(stage: &Stage, currency: Currency, days_ago: i64, nominal: u32, value: Decimal) {
    let effective_on = moscow_date(now() - TimeDelta::days(days_ago));
    let source = RateSource::Bank;
    let new =
        NewRate { currency, effective_on, source, nominal, value, bank_id: None, document_sha256: [0; 32] };
    let mut tx = stage.pool.begin().await.unwrap();
    rates::take(&mut tx, &new, now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn everybody_sees_the_rates_of_today_with_their_change(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("ivan", "driver").await;
    told(&stage, Currency::USD, 1, 1, dec!(97.8335)).await;
    told(&stage, Currency::USD, 0, 1, dec!(97.9560)).await;
    told(&stage, Currency::KGS, 0, 100, dec!(113.5410)).await;
    let ivan = stage.signed_in("ivan").await;
    let body = ivan.get("/api/rates").await.body;
    assert_eq!((&body["base"], &body["warning"]), (&json!("RUB"), &json!("no_rate")), "no yuan yet");
    let dollar = &body["items"][0];
    assert_eq!(dollar["rate"]["value"], "97.9560");
    assert_eq!((&dollar["change"], &dollar["direction"]), (&json!("0.1225"), &json!("up")));
    assert_eq!(body["items"][2]["rate"]["unit_rate"], "1.13541");
    assert_eq!(body["items"][1]["rate"], json!(null));

    let converted = ivan.get("/api/rates/convert?amount=1500&from=KGS&to=RUB").await.body;
    assert_eq!((&converted["result"], &converted["basis"]), (&json!("1703.12"), &json!("exact")));
    assert_eq!(converted["formula"], "1500 KGS × 113,541 ₽ / 100 = 1703,12 RUB");
    let missing = ivan.get("/api/rates/convert?amount=1&from=CNY&to=RUB").await;
    assert_eq!((missing.status, missing.problem()), (StatusCode::NOT_FOUND, "no-rate"));
    let wrong = ivan.get("/api/rates/convert?amount=1&from=usd&to=RUB").await;
    assert_eq!((wrong.status, &wrong.body["field"]), (StatusCode::BAD_REQUEST, &json!("from")));

    let day = moscow_date(now()) + chrono::Days::new(3);
    let in_force = ivan.get(&format!("/api/rates/in-force?currency=USD&day={day}")).await.body;
    assert_eq!(in_force["effective_on"], moscow_date(now()).to_string());
    let history =
        ivan.get(&format!("/api/rates/history?currency=USD&from={}", moscow_date(now()))).await.body;
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    let long = ivan.get("/api/rates/history?currency=USD&from=2000-01-01").await;
    assert_eq!(long.problem(), "invalid-request");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn an_accountant_enters_and_withdraws_a_rate_and_a_manager_does_not(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("count", "accountant").await;
    stage.user("anna", "manager").await;
    told(&stage, Currency::USD, 0, 1, dec!(97.8335)).await;
    let (count, anna) = (stage.signed_in("count").await, stage.signed_in("anna").await);
    let today = moscow_date(now());
    let rate = json!({
        "currency": "USD", "effective_on": today, "nominal": 1, "value": "98.5", "reason": "По договору"
    });
    let refused = anna.ask(Method::PUT, "/api/rates/manual", Some(rate.clone())).await;
    assert_eq!((refused.problem(), &refused.body["right"]), ("forbidden", &json!("rates.manage")));
    let entered = count.ask(Method::PUT, "/api/rates/manual", Some(rate)).await;
    assert_eq!((entered.status, &entered.body["source"]), (StatusCode::OK, &json!("manual")));
    let seen = anna.get("/api/rates").await.body;
    assert_eq!(seen["items"][0]["rate"]["unit_rate"], "98.5");

    let csv = anna.get("/api/rates/export.csv").await;
    assert_eq!(csv.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let xlsx = anna.get("/api/rates/export.xlsx").await;
    assert_eq!(xlsx.status, StatusCode::OK);
    assert!(xlsx.headers[header::CONTENT_DISPOSITION].to_str().unwrap().ends_with(".xlsx\""));

    let path = format!("/api/rates/manual/USD/{today}");
    assert_eq!(anna.ask(Method::DELETE, &path, None).await.problem(), "forbidden");
    assert_eq!(count.ask(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(count.ask(Method::DELETE, &path, None).await.problem(), "not-found");
    let seen = anna.get("/api/rates").await.body;
    assert_eq!(seen["items"][0]["rate"]["unit_rate"], "97.8335");
    assert_eq!(anna.get("/api/rates/doubts").await.problem(), "forbidden");
    assert_eq!(count.get("/api/rates/doubts").await.body["items"], json!([]));
}
