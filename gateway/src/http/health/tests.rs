use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use crm_core::timeline::raw_event;
use http::Request;
use sqlx::PgPool;
use tower::ServiceExt;

use super::*;
use crate::accounts::Accounts;
use crate::app::HttpSettings;
use crate::http::layers;
use crate::sealed::SealKey;
use crate::vault::Vault;
use crate::{clock, connectors};

fn vitals(pool: &PgPool) -> Vitals {
    let build = Arc::new(|name: &str, config| connectors::build(name, config, &connectors::tests::http()));
    let accounts = Accounts::with_build(pool.clone(), SealKey::random(), build);
    let app = App::new(pool.clone(), clock::now, HttpSettings::default(), accounts, Vault::in_memory());
    Vitals::new(&Config::usual(), app, None, ApplyQueue::elsewhere())
}

async fn ask(vitals: &Vitals, path: &str, from: &str, headers: &[(&str, &str)]) -> (StatusCode, String) {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request.body(Body::empty()).unwrap();
    request.extensions_mut().insert(ConnectInfo(format!("{from}:9").parse::<SocketAddr>().unwrap()));
    let answer = layers::wrap(router(vitals.clone())).oneshot(request).await.unwrap();
    let status = answer.status();
    let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_hub_is_ready_when_every_part_is(pool: PgPool) {
    let vitals = vitals(&pool);
    let (status, body) = ask(&vitals, "/health/ready", "203.0.113.7", &[]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains(r#""failing":["partitions"]"#), "{body}");

    raw_event::make_partitions(&mut pool.acquire().await.unwrap(), clock::now()).await.unwrap();
    let (status, body) = ask(&vitals, "/health/ready", "203.0.113.7", &[]).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    assert!(body.contains(r#""ready":true"#), "{body}");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn without_a_database_the_hub_lives_and_is_not_ready(pool: PgPool) {
    let vitals = vitals(&pool);
    pool.close().await;
    assert_eq!(ask(&vitals, "/health/live", "203.0.113.7", &[]).await.0, StatusCode::OK);
    let (status, body) = ask(&vitals, "/health/ready", "203.0.113.7", &[]).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(body.contains(r#""failing":["database","migrations","partitions"]"#), "{body}");
    let (status, _) = ask(&vitals, "/metrics", "127.0.0.1", &[]).await;
    assert_eq!(status, StatusCode::OK, "figures are most wanted when something is broken");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn the_page_shows_the_figures(pool: PgPool) {
    let vitals = vitals(&pool);
    metrics::counter!("uzel_intake_accepted_total", "connector" => "whatsapp").increment(2);
    ask(&vitals, "/health/live", "127.0.0.1", &[]).await;
    ask(&vitals, "/no/such/7f3a", "127.0.0.1", &[]).await;
    let (status, page) = ask(&vitals, "/metrics", "10.1.2.3", &[]).await;
    assert_eq!(status, StatusCode::OK);
    for line in [
        r#"uzel_intake_accepted_total{connector="whatsapp"} "#,
        r#"uzel_raw_events{state="quarantined"} "#,
        r#"uzel_http_requests_total{method="GET",route="/health/live",status="200"} "#,
        r#"uzel_http_requests_total{method="GET",route="other",status="404"} "#,
        r#"uzel_http_request_seconds_bucket{method="GET",route="/health/live",le="0.005"} "#,
        r#"uzel_database_connections{state="idle"} "#,
        "uzel_apply_backlog 0",
        "# HELP uzel_raw_events ",
    ] {
        assert!(page.contains(line), "{line} is not in\n{page}");
    }
    assert!(!page.contains("7f3a"), "an address that is not a route must not become a label");
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn figures_are_for_the_inside_unless_they_are_public(pool: PgPool) {
    let mut vitals = vitals(&pool);
    let handed_on = [("x-forwarded-for", "127.0.0.1")];
    for (from, headers) in [("203.0.113.7", &[][..]), ("[2001:db8::1]", &[]), ("127.0.0.1", &handed_on)] {
        let (status, body) = ask(&vitals, "/metrics", from, headers).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{from}");
        assert!(!body.contains("uzel_"), "{body}");
    }
    for from in ["127.0.0.1", "[::1]", "192.168.7.7", "[::ffff:10.0.0.1]", "[fd00::1]"] {
        assert_eq!(ask(&vitals, "/metrics", from, &[]).await.0, StatusCode::OK, "{from}");
    }
    vitals.metrics_public = true;
    assert_eq!(ask(&vitals, "/metrics", "203.0.113.7", &[]).await.0, StatusCode::OK);
}
