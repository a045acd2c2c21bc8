//! The handshake and the signature.

use connector_api::{Connector, Verified, VerifyError, WebhookRequest};
use http::{HeaderMap, HeaderValue, Method};
use whatsapp::Config;

use crate::{connector, fixture, received_at};

const SECRET: &str = "test-app-secret-0001";
const EMPTY: &[u8] = br#"{"object":"whatsapp_business_account","entry":[]}"#;
const EMPTY_SIGNATURE: &str = "6c7d563c694361f705fbaae1cc200fe77ac07b50943250a6931917db3ee09a78";
const SIGNATURE: &str = "6591295cd15e840c8997258dde00430be3c9805449da2244147a1e3b0e7b7f99";

fn config(secret: &str) -> Config {
    Config { app_secret: secret.into(), verify_token: "маркер 1".into(), ..Config::default() }
}

fn verify(
    config: Config,
    method: &Method,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Verified, VerifyError> {
    connector(config).verify(&WebhookRequest {
        method,
        url_secret: None,
        query,
        headers,
        body,
        remote: std::net::Ipv4Addr::LOCALHOST.into(),
        received_at: received_at(),
    })
}

fn get(config: Config, query: &str) -> Result<Verified, VerifyError> {
    verify(config, &Method::GET, query, &HeaderMap::new(), b"")
}

fn post(config: Config, name: &'static str, header: &str, body: &[u8]) -> Result<Verified, VerifyError> {
    let mut headers = HeaderMap::new();
    headers.insert(name, HeaderValue::from_str(header).expect("printable"));
    verify(config, &Method::POST, "", &headers, body)
}

fn signed(header: &str, body: &[u8]) -> Result<Verified, VerifyError> {
    post(config(SECRET), "x-hub-signature-256", header, body)
}

const TOKEN: &str = "%D0%BC%D0%B0%D1%80%D0%BA%D0%B5%D1%80%201";

#[test]
fn the_handshake_with_the_right_token_is_answered_with_exactly_the_challenge() {
    let query = format!("hub.mode=subscribe&hub.challenge=00123456789012345678901&hub.verify_token={TOKEN}");
    assert_eq!(get(config(SECRET), &query), Ok(Verified::Handshake("00123456789012345678901".into())));
}

#[test]
fn a_handshake_with_a_wrong_token_or_mode_or_without_keys_is_refused() {
    for query in [
        String::new(),
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong".into(),
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=".into(),
        format!("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token={TOKEN}"),
        format!("hub.challenge=1&hub.verify_token={TOKEN}"),
        format!("hub.mode=subscribe&hub.verify_token={TOKEN}"),
        "hub.mode=subscribe&hub.challenge=1".into(),
    ] {
        assert_eq!(get(config(SECRET), &query), Err(VerifyError::Refused), "{query}");
    }
    let unset = get(Config::default(), "hub.mode=subscribe&hub.challenge=1&hub.verify_token=");
    assert_eq!(unset, Err(VerifyError::Refused), "an empty token matches nothing");
}

#[test]
fn both_signed_vectors_are_genuine() {
    assert_eq!(signed(&format!("sha256={EMPTY_SIGNATURE}"), EMPTY), Ok(Verified::Genuine));
    assert_eq!(signed(&format!("sha256={SIGNATURE}"), &fixture("signed")), Ok(Verified::Genuine));
}

#[test]
fn a_changed_byte_is_refused() {
    let mut body = fixture("signed");
    for at in [0, 100, body.len() - 1] {
        body[at] ^= 1;
        let answer = signed(&format!("sha256={SIGNATURE}"), &body);
        assert_eq!(answer, Err(VerifyError::WrongSignature), "byte {at}");
        body[at] ^= 1;
    }
    body.push(b'\n');
    assert_eq!(signed(&format!("sha256={SIGNATURE}"), &body), Err(VerifyError::WrongSignature));
}

#[test]
fn the_same_document_written_anew_is_refused() {
    let value: serde_json::Value = serde_json::from_slice(&fixture("signed")).expect("valid");
    let text = r#"{"object":"whatsapp_business_account","entry":[{"id":"900000000000001","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"79000000001","phone_number_id":"900000000000002"},"contacts":[{"profile":{"name":"Ирина"},"wa_id":"79000000002"}],"messages":[{"from":"79000000002","id":"wamid.TEST0001","timestamp":"1767225600","type":"text","text":{"body":"Привет 👋"}}]}}]}]}"#;
    assert_eq!((text.len(), serde_json::from_str(text).ok()), (435, Some(value)));
    assert_eq!(signed(&format!("sha256={SIGNATURE}"), text.as_bytes()), Err(VerifyError::WrongSignature));
    let own = "sha256=4c80e641242a078528fef5e6c6d88485fc9d528cce3c0bd60f335b1c7eecb854";
    assert_eq!(signed(own, text.as_bytes()), Ok(Verified::Genuine));
}

#[test]
fn a_missing_or_empty_signature_or_only_the_old_one_is_refused() {
    let missing = verify(config(SECRET), &Method::POST, "", &HeaderMap::new(), EMPTY);
    assert_eq!(missing, Err(VerifyError::MissingSignature));
    assert_eq!(signed("", EMPTY), Err(VerifyError::MissingSignature));
    let sha1 =
        post(config(SECRET), "x-hub-signature", "sha1=0000000000000000000000000000000000000000", EMPTY);
    assert_eq!(sha1, Err(VerifyError::MissingSignature));
}

#[test]
fn a_signature_of_another_form_is_refused() {
    for header in [
        EMPTY_SIGNATURE.to_owned(),
        format!("sha1={EMPTY_SIGNATURE}"),
        format!("sha256={}", &EMPTY_SIGNATURE[..62]),
        format!("sha256={}", &EMPTY_SIGNATURE[..63]),
        format!("sha256={EMPTY_SIGNATURE}00"),
        format!("sha256= {EMPTY_SIGNATURE}"),
        "sha256=".into(),
        format!("sha256={}", "zz".repeat(32)),
    ] {
        assert_eq!(signed(&header, EMPTY), Err(VerifyError::WrongSignature), "{header}");
    }
}

#[test]
fn two_secrets_are_accepted_while_the_secret_changes() {
    let header = format!("sha256={EMPTY_SIGNATURE}");
    let post = |config| post(config, "x-hub-signature-256", &header, EMPTY);
    assert_eq!(post(config("new")), Err(VerifyError::WrongSignature));
    let rotating = Config { app_secret_previous: Some(SECRET.into()), ..config("new") };
    assert_eq!(post(rotating), Ok(Verified::Genuine));
    let back = Config { app_secret_previous: Some("older".into()), ..config(SECRET) };
    assert_eq!(post(back), Ok(Verified::Genuine));
}

#[test]
fn an_account_without_a_secret_takes_nothing() {
    // HMAC-SHA256 of the body with an empty key.
    let header = "sha256=704eb71c28bbe7c091ca5b8f9446c2bceec023435f33ff17e7fb9634d46333bc";
    for previous in [None, Some("".into())] {
        let config = Config { app_secret_previous: previous, ..config("") };
        assert_eq!(post(config, "x-hub-signature-256", header, EMPTY), Err(VerifyError::WrongSignature));
    }
}

#[test]
fn another_method_is_not_the_providers() {
    let answer = verify(config(SECRET), &Method::PUT, "", &HeaderMap::new(), EMPTY);
    assert_eq!(answer, Err(VerifyError::Method));
}
