//! Callbacks of SMSC.ru: genuine or not, and what they become.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::{
    Acknowledgement, Address, Connector, Content, DeliveryState, DeliveryUpdate, Direction, Event, EventKind,
    Message, Origin, Parsed, RawEvent, Verified, VerifyError, WebhookRequest,
};
use http::{HeaderMap, Method};
use proptest::prelude::*;
use sms::{Smsc, smsc::Config};

const WORD: &str = "hub-secret-1";

fn received_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_252_009, 0).expect("a time within the calendar")
}

fn changed_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_252_000, 0).expect("a time within the calendar")
}

/// Building one takes a while, and the property tests want many accounts.
fn http() -> reqwest::Client {
    static HTTP: std::sync::LazyLock<reqwest::Client> = std::sync::LazyLock::new(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
        provider_http::build(&provider_http::ClientOptions::default()).expect("a client")
    });
    HTTP.clone()
}

fn smsc(config: &str) -> Smsc {
    let config: Config = serde_json::from_str(config).expect("a configuration");
    Smsc::new(config, http()).expect("the configuration is right")
}

fn signed() -> Smsc {
    smsc(r#"{"secret":"hub-secret-1"}"#)
}

fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).expect("the fixture exists").trim_end().to_owned()
}

fn verify_at(
    smsc: &Smsc,
    url_secret: Option<&str>,
    query: &str,
    body: &str,
) -> Result<Verified, VerifyError> {
    let method = if body.is_empty() { Method::GET } else { Method::POST };
    smsc.verify(&WebhookRequest {
        method: &method,
        url_secret,
        query,
        headers: &HeaderMap::new(),
        body: body.as_bytes(),
        remote: [192, 0, 2, 7].into(),
        received_at: received_at(),
    })
}

fn verify(body: &str) -> Result<Verified, VerifyError> {
    verify_at(&signed(), None, "", body)
}

fn raw(query: &str, body: &[u8]) -> RawEvent {
    RawEvent {
        source: "webhook".into(),
        received_at: received_at(),
        content_type: None,
        query: query.into(),
        body: Bytes::copy_from_slice(body),
    }
}

fn parse(body: &str) -> Parsed {
    signed().parse(&raw("", body.as_bytes())).expect("the body is readable")
}

fn only_event(parsed: Parsed) -> Event {
    assert!(parsed.unknown.is_empty() && parsed.ignored.is_empty(), "{parsed:?}");
    let [event] = <[Event; 1]>::try_from(parsed.events).expect("one request is one fact");
    event
}

fn report(body: &str) -> DeliveryUpdate {
    let EventKind::Delivery(report) = only_event(parse(body)).kind else { panic!("a report") };
    report
}

fn message(body: &str) -> Message {
    let EventKind::Message(message) = only_event(parse(body)).kind else { panic!("a message") };
    message
}

#[test]
fn check_9_only_the_right_signature_is_genuine() {
    let delivered = fixture("smsc-delivered.form");
    assert!(delivered.ends_with("md5=db1c0c6e6a77e4ca9f51057ae4812709"), "the vector of the sheet");
    assert_eq!(verify(&delivered), Ok(Verified::Genuine));
    assert_eq!(verify_at(&signed(), None, &delivered, ""), Ok(Verified::Genuine), "a GET is as good");
    let (fields, signature) = delivered.split_once("md5=").expect("the fixture is signed");
    assert_eq!(verify(&format!("{fields}md5={}", signature.to_uppercase())), Ok(Verified::Genuine));
    for tampered in [
        delivered.replace("id=4001", "id=4002"),
        delivered.replace("phone=79000000001", "phone=79000000002"),
        delivered.replace("status=1", "status=2"),
        delivered.replace("db1c", "db1d"),
        delivered.replace("db1c", ""),
        format!("mes=forged&{delivered}"),
        format!("waitcall=1&{delivered}"),
    ] {
        assert_eq!(verify(&tampered), Err(VerifyError::WrongSignature), "{tampered}");
    }
    assert_eq!(verify(fields), Err(VerifyError::MissingSignature));
    assert_eq!(verify(&format!("{fields}md5=")), Err(VerifyError::MissingSignature));
    assert_eq!(verify(""), Err(VerifyError::MissingSignature));
    assert!(!format!("{:?}", signed()).contains(WORD), "the word does not reach a log");
}

#[test]
fn a_call_and_every_charset_are_verified_over_their_bytes() {
    assert!(
        fixture("smsc-call.form").ends_with("9d196d19ed0a88283c77224f8700e9e3"),
        "the vector of the sheet"
    );
    for name in
        ["smsc-call.form", "smsc-inbound-1251.form", "smsc-inbound-signs.form", "smsc-undelivered.form"]
    {
        assert_eq!(verify(&fixture(name)), Ok(Verified::Genuine), "{name}");
    }
}

#[test]
fn without_a_signature_word_the_secret_in_the_path_decides() {
    let body = fixture("smsc-delivered.form");
    let unsigned = smsc(r#"{"secret":"","url_secret":"5d1f"}"#);
    assert_eq!(verify_at(&unsigned, Some("5d1f"), "", &body), Ok(Verified::Genuine));
    assert_eq!(verify_at(&unsigned, Some("5d1e"), "", &body), Err(VerifyError::WrongSignature));
    assert_eq!(verify_at(&unsigned, None, "", &body), Err(VerifyError::MissingSignature));

    let both = smsc(r#"{"secret":"hub-secret-1","url_secret":"5d1f"}"#);
    assert_eq!(verify_at(&both, Some("5d1f"), "", &body), Ok(Verified::Genuine));
    assert_eq!(verify_at(&both, None, "", &body), Err(VerifyError::MissingSignature));
    assert_eq!(verify_at(&both, Some("5d1f"), "", "id=1&status=1"), Err(VerifyError::MissingSignature));
}

#[test]
fn an_account_without_any_secret_is_refused_at_start() {
    for config in ["{}", r#"{"secret":"","url_secret":""}"#] {
        let config: Config = serde_json::from_str(config).expect("a configuration");
        assert!(Smsc::new(config, http()).is_err());
    }
}

#[test]
fn check_10_states_are_told_as_they_are_and_a_repeated_report_is_the_same_fact() {
    let delivered = fixture("smsc-delivered.form");
    let event = only_event(parse(&delivered));
    assert_eq!((event.external_id.as_str(), event.occurred_at), ("4001:79000000001:1", changed_at()));
    assert_eq!(only_event(parse(&delivered)), event);
    let EventKind::Delivery(report_of_it) = &event.kind else { panic!("a report") };
    assert_eq!(report_of_it.message.as_str(), "4001:79000000001");

    for (code, expected) in [
        ("-1", DeliveryState::Queued),
        ("0", DeliveryState::Sent),
        ("1", DeliveryState::Delivered),
        ("2", DeliveryState::Read),
        ("4", DeliveryState::Delivered),
    ] {
        let report = report(&delivered.replace("status=1", &format!("status={code}")));
        assert_eq!((report.state, report.reason), (expected, None), "{code}");
    }
    for code in ["-2", "3", "6", "20", "22", "23", "24", "25"] {
        let report = report(&delivered.replace("status=1", &format!("status={code}")));
        assert_eq!(report.state, DeliveryState::Failed, "{code}");
        assert_eq!(report.reason.expect("a failure has a reason").code, code);
    }
    insta::assert_json_snapshot!("undelivered", parse(&fixture("smsc-undelivered.form")));
}

#[test]
fn a_report_without_a_believable_time_takes_the_time_of_receipt() {
    let body = fixture("smsc-delivered.form").replace("ts=1795252000", "ts=soon");
    assert_eq!(only_event(parse(&body)).occurred_at, changed_at(), "the time in words is Moscow's");
    let body = body.replace("time=21", "time=41");
    assert_eq!(only_event(parse(&body)).occurred_at, received_at());
}

#[test]
fn check_12_an_inbound_message_is_one_message_of_one_client() {
    let inbound = fixture("smsc-inbound.form");
    assert!(inbound.ends_with("md5=747a3e0a8321b0bde065c36b6e85b15c"), "the vector of the sheet");
    assert_eq!(verify(&inbound), Ok(Verified::Genuine));
    let event = only_event(parse(&inbound));
    assert_eq!((event.external_id.as_str(), event.occurred_at), ("in:88123", changed_at()));
    let message = message(&inbound);
    assert_eq!((message.direction, message.origin), (Direction::Inbound, Origin::Live));
    assert_eq!(message.content, Content::Text { text: "Да, жду в четверг".into() });
    insta::assert_json_snapshot!("inbound", parse(&inbound));
}

#[test]
fn check_12_every_way_of_writing_a_number_leads_to_one_client() {
    let inbound = fixture("smsc-inbound.form");
    for phone in ["79000000001", "89000000001", "%2B79000000001", "+79000000001", "9000000001"] {
        let message = message(&inbound.replace("phone=79000000001", &format!("phone={phone}")));
        assert_eq!(message.conversation.as_str(), "79000000900:79000000001", "{phone}");
        let keys: Vec<_> = message.party.addresses.iter().map(Address::key).collect();
        assert_eq!(keys, ["phone:+79000000001"], "{phone}");
    }
    let named = message(&inbound.replace("phone=79000000001", "phone=MTS"));
    assert_eq!(named.party.addresses, [Address::opaque("sms", "mts")]);
    assert_eq!((named.conversation.as_str(), named.party.name.as_deref()), ("79000000900:MTS", Some("MTS")));
}

#[test]
fn an_inbound_message_without_an_id_is_named_by_its_content() {
    let body = fixture("smsc-inbound-signs.form");
    let id = |body: &str| only_event(parse(body)).external_id;
    let first = id(&body);
    assert_eq!(first.as_str().len(), "in:".len() + 64);
    assert_eq!(id(&body), first, "a repetition is the same message");
    assert_ne!(id(&body.replace("%3A40", "%3A41")), first, "a second later it is another");
    assert_ne!(id(&body.replace("mes=1", "mes=2")), first);
}

#[test]
fn check_13_the_text_is_exact() {
    let signs = Content::Text { text: "1+1=2 & \"да\"\nвторая строка 😀 100%".into() };
    assert_eq!(message(&fixture("smsc-inbound-signs.form")).content, signs);
    let cyrillic = Content::Text { text: "Да, жду № 5".into() };
    assert_eq!(message(&fixture("smsc-inbound-1251.form")).content, cyrillic);
    let spaces = Content::Text { text: " \u{fffd} ".into() };
    assert_eq!(message("phone=79000000001&to=1&mes=+%00+").content, spaces);
    assert_eq!(message("phone=79000000001&to=1&mes=").content, Content::Text { text: String::new() });
}

#[test]
fn check_20_an_unknown_status_is_kept_as_text() {
    let parsed = parse(&fixture("smsc-delivered.form").replace("status=1", "status=77"));
    assert!(parsed.events.is_empty());
    assert_eq!(parsed.unknown[0].reason, r#"unknown status "77" of message "4001""#);
}

#[test]
fn what_is_no_fact_is_told_apart() {
    for (body, ignored, unknown) in [
        (&*fixture("smsc-call.form"), 1, 0),
        (&fixture("smsc-delivered.form").replace("status=1", "status=-3"), 1, 0),
        ("id=4001&phone=79000000001", 0, 1),
        ("mes=text&to=79000000900", 0, 1),
        ("something=else", 0, 1),
    ] {
        let parsed = parse(body);
        let counts = (parsed.events.len(), parsed.ignored.len(), parsed.unknown.len());
        assert_eq!(counts, (0, ignored, unknown), "{body}");
    }
    assert!(signed().parse(&raw("", b"")).is_err());
}

#[test]
fn the_answer_is_short() {
    let expected = Acknowledgement { content_type: Some("text/plain"), body: "OK" };
    assert_eq!(signed().acknowledgement(), expected);
}

proptest! {
    #[test]
    fn no_bytes_make_parsing_panic(query in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = signed().parse(&raw(&query, &body));
    }

    #[test]
    fn no_fields_make_reading_panic(
        fields in prop::collection::vec((
            prop::sample::select(vec!["id", "phone", "status", "mes", "to", "ts", "time", "err", "waitcall", "md5"]),
            "[0-9a-zA-Z%+ .:-]{0,14}|.{0,8}",
        ), 1..12),
    ) {
        let body = fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
        let _ = verify(&body);
        let parsed = parse(&body);
        prop_assert_eq!(parsed.events.len() + parsed.ignored.len() + parsed.unknown.len(), 1);
    }
}
