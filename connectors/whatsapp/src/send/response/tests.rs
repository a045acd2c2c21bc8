use std::time::Duration;

use connector_api::{Address, ExternalId, OutboundContent, PhoneNumber, RateScope, Region, Remedy};
use http::{HeaderMap, StatusCode};

use super::super::parts::tests::send;
use super::*;

fn read(status: u16, body: &str) -> Result<Accepted, SendError> {
    read_with(HeaderMap::new(), status, body)
}

fn read_with(headers: HeaderMap, status: u16, body: &str) -> Result<Accepted, SendError> {
    let status = StatusCode::from_u16(status).expect("a status");
    let answer = Answer { status, headers, body: body.to_owned().into() };
    let config = Config { access_token: "EAAsecret".into(), ..Config::default() };
    let mut message = send(OutboundContent::Text { text: "x".into() });
    message.to = vec![phone("+79000000002")];
    read_response(&config, &message, &answer)
}

fn phone(text: &str) -> Address {
    Address::Phone(PhoneNumber::parse(text, Region::Russia).expect("a number"))
}

fn failed(status: u16, code: u32) -> SendError {
    let body = format!(
        r#"{{"error":{{"message":"(#{code}) …","type":"OAuthException","code":{code},
        "error_data":{{"messaging_product":"whatsapp","details":"the details"}},"fbtrace_id":"AINVENTEDTRACE"}}}}"#
    );
    read(status, &body).expect_err("an error")
}

#[test]
fn an_accepted_message_has_its_id_and_what_the_answer_tells_of_the_person() {
    let answer = |contact: &str| {
        let body = format!(
            r#"{{"messaging_product":"whatsapp","contacts":[{contact}],"messages":[{{"id":"wamid.OUT1"}}]}}"#
        );
        read(200, &body).expect("accepted")
    };
    let known = answer(r#"{"input":"+79000000002","wa_id":"79000000002"}"#);
    assert_eq!((known.external_id, known.addresses), (Some(ExternalId::new("wamid.OUT1")), Vec::new()));
    let other = answer(r#"{"input":"+79000000002","wa_id":"375290000001","user_id":"BY.1"}"#);
    assert_eq!(other.addresses, [phone("+375290000001"), Address::opaque("whatsapp:default", "BY.1")]);
}

#[test]
fn a_held_template_is_accepted_and_tells_the_rest_by_statuses() {
    let body = r#"{"messages":[{"id":"wamid.OUT2","message_status":"held_for_quality_assessment"}]}"#;
    assert_eq!(read(200, body).expect("accepted").external_id, Some(ExternalId::new("wamid.OUT2")));
}

#[test]
fn a_success_that_cannot_be_read_leaves_the_outcome_unknown() {
    for body in ["", "{\"messages\":[{\"id\":\"wam", "{}", r#"{"messages":[]}"#, "<html>"] {
        assert!(matches!(read(200, body), Err(SendError::Unknown(_))), "{body}");
    }
}

#[test]
fn a_full_pair_makes_only_this_recipient_wait_and_leaves_the_pause_to_the_worker() {
    assert!(matches!(
        failed(400, 131_056),
        SendError::RateLimited { retry_after: None, scope: RateScope::Conversation }
    ));
}

#[test]
fn a_full_account_waits_as_long_as_the_provider_says() {
    for (code, seconds) in [(130_429, 1), (4, 60), (80_007, 60), (131_057, 60), (131_048, 3600)] {
        match failed(400, code) {
            SendError::RateLimited { retry_after, scope: RateScope::Account } => {
                assert_eq!(retry_after, Some(Duration::from_secs(seconds)), "{code}");
            }
            other => panic!("{code}: {other:?}"),
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert("retry-after", "17".parse().expect("a header"));
    for body in ["", r#"{"error":{"code":130429}}"#] {
        let told = read_with(headers.clone(), 429, body).expect_err("limited");
        let SendError::RateLimited { retry_after, .. } = told else { panic!("{told:?}") };
        assert_eq!(retry_after, Some(Duration::from_secs(17)), "{body}");
    }
}

#[test]
fn a_token_that_expired_stops_the_account_and_says_what_to_do() {
    match failed(401, 190) {
        SendError::AccountStopped { code, reason } => {
            assert_eq!(code, "190");
            assert!(reason.contains("Выпустите новый токен"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
    for code in [0, 3, 10, 200, 33, 368, 131_005, 131_031, 131_042, 133_010, 134_011] {
        assert!(matches!(failed(403, code), SendError::AccountStopped { .. }), "{code}");
    }
}

#[test]
fn a_closed_window_is_refused_for_good_and_offers_a_template() {
    match failed(400, 131_047) {
        SendError::Rejected { code, reason, remedy } => {
            assert_eq!((code.as_str(), remedy), ("131047", Some(Remedy::Template)));
            assert!(reason.contains("24 часов"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_provider_will_never_send_is_refused_with_its_remedy() {
    for (code, remedy) in [
        (131_026, Some(Remedy::AnotherChannel)),
        (131_053, Some(Remedy::Convert)),
        (132_001, Some(Remedy::Template)),
        (132_015, Some(Remedy::Template)),
        (131_049, None),
        (131_021, None),
    ] {
        match failed(400, code) {
            SendError::Rejected { remedy: found, .. } => assert_eq!(found, remedy, "{code}"),
            other => panic!("{code}: {other:?}"),
        }
    }
    let SendError::Rejected { reason, .. } = failed(400, 100) else { panic!("code 100") };
    assert!(reason.ends_with(": the details"), "the provider says which parameter it is: {reason}");
}

#[test]
fn a_known_failure_of_the_provider_was_surely_not_sent_and_an_unexplained_one_may_have_been() {
    for (status, code) in [(503, 2), (500, 131_000), (500, 131_016), (503, 133_004), (400, 1)] {
        assert!(matches!(failed(status, code), SendError::Temporary(_)), "{code}");
    }
    for body in ["", "<html>Bad gateway</html>", r#"{"error":{"code":999999,"message":"?"}}"#] {
        assert!(matches!(read(502, body), Err(SendError::Unknown(_))), "{body}");
    }
    for status in [302, 403, 404, 407] {
        let page = read(status, "<html>a proxy</html>");
        assert!(matches!(page, Err(SendError::Temporary(_))), "{status}: it never came to the provider");
    }
    let transient = r#"{"error":{"code":999999,"message":"?","is_transient":true}}"#;
    assert!(matches!(read(500, transient), Err(SendError::Temporary(_))));
}

#[test]
fn an_unknown_code_keeps_the_providers_words_without_the_token() {
    let body = r#"{"error":{"code":2500,"message":"Malformed access token EAAsecret"}}"#;
    match read(400, body) {
        Err(SendError::Rejected { code, reason, remedy: None }) => {
            assert_eq!((code.as_str(), reason.as_str()), ("2500", "Malformed access token …"));
        }
        other => panic!("{other:?}"),
    }
}
