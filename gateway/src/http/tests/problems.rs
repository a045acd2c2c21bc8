use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::json;
use sqlx::PgPool;

use crate::http::testing::Stage;

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_wrong_body_is_a_problem_that_names_the_field(pool: PgPool) {
    let stage = Stage::new(pool);
    let browser = stage.browser();
    let cases = [
        (json!({ "login": "anna" }), "password"),
        (json!({ "login": 7, "password": "x" }), "login"),
        (json!({ "login": "anna", "password": "x", "remember": true }), "remember"),
    ];
    for (body, field) in cases {
        let answer = browser.post("/api/session", body).await;
        assert_eq!((answer.status, answer.problem()), (StatusCode::BAD_REQUEST, "invalid-request"));
        assert_eq!(answer.body["field"], field);
        assert!(answer.body["detail"].as_str().unwrap().contains(field), "{:?}", answer.body);
        assert_eq!(answer.body["request_id"], answer.headers["x-request-id"].to_str().unwrap());
    }
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn every_refusal_is_a_problem(pool: PgPool) {
    let stage = Stage::new(pool);
    stage.user("root", "administrator").await;
    let root = stage.signed_in("root").await;
    let of = async |method: Method, path: &str| root.ask(method, path, None).await.problem().to_owned();
    assert_eq!(of(Method::GET, "/api/nothing").await, "not-found");
    assert_eq!(of(Method::PUT, "/api/users").await, "method-not-allowed");
    assert_eq!(of(Method::GET, "/api/users/17").await, "invalid-request");
    assert_eq!(of(Method::GET, "/api/users/00000000-0000-7000-8000-000000000000").await, "not-found");
    assert_eq!(of(Method::POST, "/api/users").await, "unsupported-media-type");
    let limit = root.get("/api/users?limit=1000").await;
    assert_eq!((limit.problem(), &limit.body["field"]), ("invalid-request", &json!("limit")));
    assert_eq!(root.get("/api/users?cursor=xyz").await.body["field"], "cursor");
    assert_eq!(stage.browser().get("/api/users").await.problem(), "unauthorized");

    let zero = root.post("/api/users", json!({ "login": "anna", "name": "Анна", "roles": ["a\0"] })).await;
    assert_eq!(zero.problem(), "invalid-request");
    let mut large = Request::post("/api/users").body(Body::from("x".repeat(2 * 1024 * 1024))).unwrap();
    *large.headers_mut() = root.headers.clone();
    large.headers_mut().insert(header::CONTENT_TYPE, "application/json".parse().unwrap());
    assert_eq!(root.send(large).await.problem(), "payload-too-large");
}
