//! Requests and answers of SMS.ru; numbers of checks are those of the protocol sheet.

use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::*;
use crate::outgoing::tests::message;
use crate::smsru::Config;

pub(in crate::smsru) fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).expect("a status"),
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
    }
}

fn account(test: bool) -> SmsRu {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = provider_http::build(&provider_http::ClientOptions::default()).expect("a client");
    let config: Config =
        serde_json::from_value(json!({ "api_id": "KEY-1", "sender": "Romashka", "test": test }))
            .expect("settings");
    SmsRu::new(config, http).expect("an account")
}

const ACCEPTED: &str = r#"{"status":"OK","status_code":100,
    "sms":{"79000000001":{"status":"OK","status_code":100,"sms_id":"202647-1000001"},
           "74950000101":{"status":"ERROR","status_code":207,"status_text":"На этот номер нет маршрута"}},
    "balance":4122.56}"#;

#[test]
fn the_request_is_a_form_with_the_key_in_its_body() {
    let (phone, fields) =
        request_for(&account(false), &message("8 900 000-00-01", "Готово")).expect("a request");
    assert_eq!(phone, "79000000001");
    let field = |name: &str| fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    assert_eq!(field("json"), Some("1"));
    assert_eq!(field("msg"), Some("Готово"));
    assert_eq!(field("from"), Some("Romashka"));
    assert_eq!(field("test"), None);
}

#[test]
fn check_14_each_number_has_an_outcome_of_its_own() {
    let accepted = read_response(&answer(200, ACCEPTED), "79000000001", false).expect("accepted");
    assert_eq!(accepted, Accepted::with_id("202647-1000001"));
    let refused = read_response(&answer(200, ACCEPTED), "74950000101", false).expect_err("refused");
    assert!(matches!(&refused, SendError::Rejected { code, .. } if code == "207"), "{refused:?}");
    let absent = read_response(&answer(200, ACCEPTED), "79000000009", false).expect_err("not named");
    assert!(matches!(absent, SendError::Unknown(_)));
}

#[test]
fn a_number_that_comes_back_in_another_form_is_found() {
    for key in ["9000000001", "89000000001", "+79000000001"] {
        let body = json!({"status_code": 100, "sms": {key: {"status_code": 100, "sms_id": "1"}}}).to_string();
        assert!(read_response(&answer(200, &body), "79000000001", false).is_ok(), "{key}");
    }
}

#[test]
fn check_19_codes_say_what_to_do() {
    let refused = |code: i64| {
        let body = json!({"status": "ERROR", "status_code": code, "status_text": "текст"}).to_string();
        read_response(&answer(200, &body), "79000000001", false).expect_err("refused")
    };
    assert!(matches!(refused(220), SendError::Temporary(_)));
    assert!(matches!(refused(500), SendError::Temporary(_)));
    assert!(matches!(refused(206), SendError::RateLimited { scope: RateScope::Account, .. }));
    assert!(matches!(refused(230), SendError::RateLimited { scope: RateScope::Conversation, .. }));
    for code in [200, 201, 300, 301, 302] {
        assert!(matches!(refused(code), SendError::AccountStopped { .. }), "{code}");
    }
    for code in [202, 203, 204, 205, 207, 209, 231, 232, 233, 999] {
        assert!(matches!(refused(code), SendError::Rejected { .. }), "{code}");
    }
    let SendError::Rejected { reason, .. } = refused(209) else { panic!("the stop list is a refusal") };
    assert!(reason.contains("стоп-лист"), "{reason}");
}

#[test]
fn check_24_a_trial_marks_nothing_as_sent() {
    let error = read_response(&answer(200, ACCEPTED), "79000000001", true).expect_err("nothing was sent");
    assert!(matches!(&error, SendError::Rejected { code, .. } if code == "test"), "{error:?}");
}

#[test]
fn an_answer_that_nobody_can_read_is_an_unknown_outcome() {
    for (status, body) in [(200, ""), (200, r#"{"status":"OK","status_co"#), (502, "<html>")] {
        let error = read_response(&answer(status, body), "79000000001", false).expect_err("no answer");
        assert!(matches!(error, SendError::Unknown(_)), "{status} {body}");
    }
}
