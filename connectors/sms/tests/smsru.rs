//! Callbacks of SMS.ru: genuine or not, and what they become.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::{
    Acknowledgement, Connector, DeliveryState, DeliveryUpdate, Event, EventKind, Parsed, RawEvent, Verified,
    VerifyError, WebhookRequest,
};
use http::{HeaderMap, Method};
use proptest::prelude::*;
use sms::{SmsRu, smsru::Config};

const API_ID: &str = "00000000-AAAA-BBBB-CCCC-000000000001";

fn received_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_252_009, 0).expect("a time within the calendar")
}

/// Building one takes a while, and the property tests want many accounts.
fn http() -> reqwest::Client {
    static HTTP: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        provider_http::build(&provider_http::ClientOptions::default()).expect("a client")
    });
    HTTP.clone()
}

fn built(api_id: &str) -> Result<SmsRu, connector_api::ConfigError> {
    let config: Config = serde_json::from_value(serde_json::json!({ "api_id": api_id })).expect("settings");
    SmsRu::new(config, http())
}

fn smsru() -> SmsRu {
    built(API_ID).expect("the configuration is right")
}

fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the fixture exists").trim_end().to_owned()
}

fn verify(method: &Method, body: &[u8]) -> Result<Verified, VerifyError> {
    smsru().verify(&WebhookRequest {
        method,
        url_secret: None,
        query: "",
        headers: &HeaderMap::new(),
        body,
        remote: [192, 0, 2, 7].into(),
        received_at: received_at(),
    })
}

fn raw(body: &[u8]) -> RawEvent {
    RawEvent {
        source: "webhook".into(),
        received_at: received_at(),
        content_type: None,
        query: String::new(),
        body: Bytes::copy_from_slice(body),
    }
}

fn parse(body: &str) -> Parsed {
    smsru().parse(&raw(body.as_bytes())).expect("the body is readable")
}

fn report(event: &Event) -> &DeliveryUpdate {
    let EventKind::Delivery(report) = &event.kind else { panic!("a report") };
    report
}

fn ids(parsed: &Parsed) -> Vec<&str> {
    parsed.events.iter().map(|event| event.external_id.as_str()).collect()
}

#[test]
fn check_15_known_entries_are_read_beside_unknown_ones() {
    let mixed = fixture("smsru-mixed.form");
    assert_eq!(
        verify(&Method::POST, mixed.as_bytes()),
        Ok(Verified::Genuine),
        "line ends count as they came"
    );
    let parsed = parse(&mixed);
    assert_eq!(ids(&parsed), ["202647-1000001:103", "202647-9999999:102"]);
    assert_eq!(parsed.unknown.len(), 1);
    insta::assert_json_snapshot!("mixed", parsed);
    let answer = smsru().acknowledgement();
    assert_eq!(answer, Acknowledgement { content_type: Some("text/plain"), body: "100" });
    assert_eq!(answer.body.len(), 3);
}

#[test]
fn check_16_entries_are_taken_by_their_numbers() {
    for name in ["smsru-two.form", "smsru-two-swapped.form"] {
        let body = fixture(name);
        assert!(body.ends_with("hash=0d29881626534586e1019306b235f406d2d485cd7871a0e671e17d4de85c8148"));
        assert_eq!(verify(&Method::POST, body.as_bytes()), Ok(Verified::Genuine), "{name}");
        let parsed = parse(&body);
        assert_eq!(ids(&parsed), ["202647-1000001:103", "202647-1000002:104"], "{name}");
        let [delivered, expired] = [0, 1].map(|at| report(&parsed.events[at]));
        assert_eq!(
            (delivered.message.as_str(), delivered.state),
            ("202647-1000001", DeliveryState::Delivered)
        );
        assert_eq!((expired.message.as_str(), expired.state), ("202647-1000002", DeliveryState::Failed));
        assert_eq!(parsed.events[1].occurred_at.timestamp(), 1_795_252_005);
    }
}

#[test]
fn entries_are_in_the_order_of_numbers_and_not_of_letters() {
    let fields: Vec<_> = (0..12).rev().map(|at| format!("data[{at}]=sms_status%0A{at}%0A103")).collect();
    let expected: Vec<String> = (0..12).map(|at| format!("{at}:103")).collect();
    assert_eq!(ids(&parse(&fields.join("&"))), expected);
}

#[test]
fn check_17_a_wrong_hash_is_not_genuine() {
    let body = fixture("smsru-two.form");
    for tampered in [
        body.replace("103", "102"),
        body.replace("data%5B0%5D", "data%5B2%5D"),
        body.replace("hash=0d", "hash=0e"),
        format!("data[7]=sms_status%0A1%0A103&{body}"),
    ] {
        assert_eq!(
            verify(&Method::POST, tampered.as_bytes()),
            Err(VerifyError::WrongSignature),
            "{tampered}"
        );
    }
    let (unsigned, hash) = body.split_once("&hash=").expect("the fixture is signed");
    assert_eq!(verify(&Method::POST, unsigned.as_bytes()), Err(VerifyError::MissingSignature));
    assert_eq!(verify(&Method::POST, b""), Err(VerifyError::MissingSignature));
    assert_eq!(verify(&Method::GET, body.as_bytes()), Err(VerifyError::Method));
    let shouted = format!("{unsigned}&hash={}", hash.to_uppercase());
    assert_eq!(verify(&Method::POST, shouted.as_bytes()), Ok(Verified::Genuine));
    assert!(!format!("{:?}", smsru()).contains(API_ID), "the key does not reach a log");
}

#[test]
fn check_20_an_unknown_code_is_kept_as_text() {
    let parsed = parse(&fixture("smsru-codes.form"));
    assert_eq!(ids(&parsed), ["202647-1000004:209"]);
    assert_eq!(parsed.events[0].occurred_at, received_at(), "its time cannot be read");
    insta::assert_json_snapshot!("codes", parsed);
}

#[test]
fn every_code_of_a_report_has_its_state() {
    for (codes, expected) in [
        (vec!["100", "101"], DeliveryState::Queued),
        (vec!["102"], DeliveryState::Sent),
        (vec!["103"], DeliveryState::Delivered),
        (vec!["110"], DeliveryState::Read),
        (vec!["104", "105", "106", "107", "108", "150", "202", "207", "230", "233"], DeliveryState::Failed),
    ] {
        for code in codes {
            let parsed = parse(&format!("data[0]=sms_status%0A1%0A{code}%0A1795252000"));
            let report = report(&parsed.events[0]);
            assert_eq!(report.state, expected, "{code}");
            let told = report.reason.as_ref().map(|reason| reason.code.as_str());
            assert_eq!(told, (expected == DeliveryState::Failed).then_some(code));
        }
    }
}

#[test]
fn a_verification_by_call_is_ignored() {
    let parsed = parse(&fixture("smsru-callcheck.form"));
    assert_eq!((parsed.events.len(), parsed.ignored.len(), parsed.unknown.len()), (0, 1, 0));
}

#[test]
fn a_request_without_entries_cannot_be_read() {
    for body in ["", "hash=00", "data=sms_status"] {
        assert!(smsru().parse(&raw(body.as_bytes())).is_err(), "{body:?}");
    }
}

#[test]
fn an_empty_key_is_refused_at_start() {
    assert!(built("").is_err());
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = verify(&Method::POST, &body);
        let _ = smsru().parse(&raw(&body));
    }

    #[test]
    fn every_entry_is_read_ignored_or_unknown(
        entries in prop::collection::vec("(sms_status|callcheck_status|x)?(%0A|%0D%0A)?[0-9-]{0,6}(%0A)?(-1|10[0-9]|.{0,4})", 1..8),
    ) {
        let entries: Vec<_> = entries.iter().map(|entry| entry.replace('&', "")).collect();
        let fields: Vec<_> = entries.iter().enumerate().map(|(at, entry)| format!("data[{at}]={entry}")).collect();
        let parsed = parse(&fields.join("&"));
        prop_assert_eq!(parsed.events.len() + parsed.ignored.len() + parsed.unknown.len(), entries.len());
    }
}
