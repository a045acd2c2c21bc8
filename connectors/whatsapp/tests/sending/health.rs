//! What the provider says of our number, and how the notifications are brought here.

use connector_api::{Connector, FetchError, NoticeLevel};
use serde_json::{Value, json};
use whatsapp::Config;

use crate::provider::Provider;
use crate::{NUMBER, config, connector};

const OURS: &str = "https://hub.example.ru/hooks/a1";
const SUBSCRIBED: &str = r#"{"data":[{"whatsapp_business_api_data":{"id":"7000000001","name":"Узел","link":"https://example.ru"}}]}"#;

fn number(webhook: Value) -> String {
    json!({ "id": NUMBER, "status": "CONNECTED", "quality_rating": "GREEN", "webhook_configuration": webhook }).to_string()
}

#[tokio::test]
async fn a_number_in_good_order_finds_nothing() {
    let (provider, base) = Provider::start().await;
    provider.answers(200, number(json!({ "application": OURS }))).answers(200, SUBSCRIBED);
    let line = connector(config(&base));
    assert_eq!(line.probe().expect("it can be asked").probe(Some(OURS)).await.expect("an answer"), []);
    assert!(provider.lines()[1].starts_with("GET /v25.0/900000000000001/subscribed_apps"));
}

#[tokio::test]
async fn a_refused_token_is_a_finding_and_a_failing_network_an_error() {
    let (provider, base) = Provider::start().await;
    provider.refuses(401, 190).answers(503, "");
    let line = connector(config(&base));
    let probe = line.probe().expect("it can be asked");
    let findings = probe.probe(None).await.expect("an answer");
    assert_eq!((findings[0].code.as_str(), findings[0].level), ("token_refused", NoticeLevel::Alarm));
    assert!(matches!(probe.probe(None).await, Err(FetchError::Temporary(_))));
}

#[tokio::test]
async fn a_missing_subscription_and_another_address_are_found_and_mended() {
    let (provider, base) = Provider::start().await;
    let line = connector(config(&base));
    let probe = line.probe().expect("it can be asked");
    let nobody = r#"{"data":[]}"#;
    provider.answers(200, number(json!({ "application": "https://other.example.ru" }))).answers(200, nobody);
    let findings = probe.probe(Some(OURS)).await.expect("an answer");
    let codes: Vec<_> = findings.iter().map(|finding| (finding.code.as_str(), finding.repairable)).collect();
    assert_eq!(codes, [("not_subscribed", true), ("webhook_elsewhere", true)]);

    let done = r#"{"success":true}"#;
    provider.answers(200, nobody).answers(200, done).answers(200, done);
    assert_eq!(probe.repair(OURS).await.expect("mended").len(), 2);
    let asked = provider.asked();
    let lines: Vec<String> = asked[3..].iter().map(crate::provider::Asked::line).collect();
    assert_eq!(
        lines,
        ["POST /v25.0/900000000000001/subscribed_apps".to_owned(), format!("POST /v25.0/{NUMBER}")]
    );
    assert_eq!(
        asked[4].json()["webhook_configuration"],
        json!({ "override_callback_uri": OURS, "verify_token": "verify-me-0001" })
    );
}

#[tokio::test]
async fn a_subscription_that_is_there_is_left_alone() {
    let (provider, base) = Provider::start().await;
    provider.answers(200, SUBSCRIBED).answers(200, r#"{"success":true}"#);
    let line = connector(config(&base));
    assert_eq!(line.probe().expect("it can be asked").repair(OURS).await.expect("mended").len(), 1);
    assert_eq!(provider.lines().last(), Some(&format!("POST /v25.0/{NUMBER}")));
}

#[tokio::test]
async fn an_address_that_the_provider_would_refuse_is_refused_here() {
    let line = connector(config("http://127.0.0.1:9"));
    let long = format!("https://hub.example.ru/{}", "a".repeat(200));
    let refused = line.probe().expect("it can be asked").repair(&long).await;
    assert!(matches!(refused, Err(FetchError::Refused(_))));
}

#[tokio::test]
async fn without_the_accounts_id_the_number_is_asked_and_the_rest_is_said() {
    let (provider, base) = Provider::start().await;
    provider.answers(200, number(json!({ "application": OURS })));
    let line = connector(Config { waba_id: None, ..config(&base) });
    let findings = line.probe().expect("it can be asked").probe(Some(OURS)).await.expect("an answer");
    assert_eq!(findings.iter().map(|finding| finding.code.as_str()).collect::<Vec<_>>(), ["account_unknown"]);
}
