//! Requests and answers of SMSC.ru; numbers of checks are those of the protocol sheet.

use connector_api::{BoxError, ByteStream, FileSource, OutboundFile};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::outgoing::tests::message;
use crate::smsc::Config;

pub(in crate::smsc) fn answer(status: u16, body: &str) -> Answer {
    Answer {
        status: StatusCode::from_u16(status).expect("a status"),
        headers: HeaderMap::new(),
        body: body.to_owned().into(),
    }
}

struct NoFiles;

#[async_trait]
impl FileSource for NoFiles {
    async fn open(&self, _file: &OutboundFile) -> Result<ByteStream, BoxError> {
        Err("there are no files in short messages".into())
    }
}

pub(in crate::smsc) fn moment(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000 + second, 0).expect("the moment exists")
}

fn attempt(message: &OutboundMessage, tried: i64) -> SendAttempt<'_> {
    SendAttempt {
        message,
        part: 0,
        sent: &[],
        files: &NoFiles,
        first_tried_at: moment(0),
        tried_at: moment(tried),
        now: moment(tried),
    }
}

pub(in crate::smsc) fn smsc(hosts: &str) -> Smsc {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = provider_http::build(&provider_http::ClientOptions::default()).expect("a client");
    let config: Config = serde_json::from_value(json!({
        "secret": "hub-secret-1", "apikey": "KEY-0001", "sender": "79000000900", "api_url": hosts,
    }))
    .expect("a configuration");
    Smsc::new(config, http).expect("an account")
}

/// A provider that gives these answers, one a question, and is gone then.
pub(in crate::smsc) async fn talks(bodies: &'static [&'static str]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let there = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        for body in bodies {
            let (mut socket, _) = listener.accept().await.expect("a connection");
            let mut buffer = vec![0; 4096];
            let _ = socket.read(&mut buffer).await;
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close", body.len());
            socket.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.expect("written");
        }
    });
    format!("http://{there}")
}

fn field<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.fields.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[test]
fn check_3_the_request_names_charset_format_and_our_id() {
    let message = message("+79000000001", "Ваш заказ собран & «готов»");
    let request = request_for(&smsc(""), &attempt(&message, 0)).expect("a request");
    assert_eq!(field(&request, "charset"), Some("utf-8"));
    assert_eq!(field(&request, "fmt"), Some("3"));
    assert_eq!(field(&request, "phones"), Some("79000000001"));
    assert_eq!(field(&request, "mes"), Some("Ваш заказ собран & «готов»"));
    assert_eq!(field(&request, "apikey"), Some("KEY-0001"));
    let again = request_for(&smsc(""), &attempt(&message, 600)).expect("a request");
    assert_eq!(
        field(&request, "id"),
        field(&again, "id"),
        "the same message has the same id at every attempt"
    );
}

fn read(body: &str, repeated: bool) -> Result<Accepted, SendError> {
    let message = message("+79000000001", "Готово");
    let request = request_for(&smsc(""), &attempt(&message, 0)).expect("a request");
    read_response(&answer(200, body), &request, repeated)
}

#[test]
fn check_4_and_5_answers_say_what_to_do() {
    let accepted = read(r#"{"id":4001,"cnt":2,"cost":"8.2","balance":"1475.4"}"#, false).expect("accepted");
    let id = accepted.external_id.expect("an id");
    assert!(id.as_str().ends_with(":79000000001"), "{id}");
    let refused = |code: i64| {
        read(&json!({"error": "текст", "error_code": code, "id": 4001}).to_string(), false)
            .expect_err("refused")
    };
    for code in [1, 5, 6, 7, 8, 77] {
        assert!(matches!(refused(code), SendError::Rejected { .. }), "{code}");
    }
    for code in [2, 3] {
        assert!(matches!(refused(code), SendError::AccountStopped { .. }), "{code}");
    }
    assert!(matches!(refused(4), SendError::RateLimited { scope: RateScope::Account, .. }));
    assert!(matches!(refused(9), SendError::RateLimited { scope: RateScope::Conversation, .. }));
}

#[test]
fn check_6_an_equal_request_after_our_own_time_out_is_asked_after() {
    let error =
        read(r#"{"error":"duplicate request, wait a minute","error_code":9}"#, true).expect_err("refused");
    assert!(matches!(error, SendError::Unknown(_)), "{error}");
}

#[test]
fn an_answer_that_nobody_can_read_is_an_unknown_outcome() {
    for (status, body) in [(200, ""), (200, r#"{"id":40"#), (502, "<html>"), (500, "")] {
        let message = message("+79000000001", "Готово");
        let request = request_for(&smsc(""), &attempt(&message, 0)).expect("a request");
        let error = read_response(&answer(status, body), &request, false).expect_err("no answer");
        assert!(matches!(error, SendError::Unknown(_)), "{status} {body}: {error}");
    }
}

#[test]
fn check_7_the_status_under_our_id_tells_what_came_of_a_lost_answer() {
    let message = message("+79000000001", "Готово");
    let request = request_for(&smsc(""), &attempt(&message, 0)).expect("a request");
    let at = |body: &str, second| read_status(&answer(200, body), &request, moment(120), moment(second));
    for body in [r#"{"status":1,"last_timestamp":1795338331}"#, r#"{"status":"-1"}"#, r#"{"status":777}"#] {
        assert!(matches!(at(body, 5), Ok(LookUp::Arrived(_))), "{body}");
    }
    let absent = r#"{"status":-3}"#;
    assert_eq!(at(absent, 5).expect("an answer"), LookUp::TellsBy(moment(120)));
    assert_eq!(at(absent, 120).expect("an answer"), LookUp::NotArrived);
    assert!(matches!(at(r#"{"error":"busy","error_code":9}"#, 5), Err(FetchError::RateLimited { .. })));
}

#[tokio::test]
async fn check_8_a_host_that_refuses_is_passed_over() {
    let there = talks(&[r#"{"id":1,"cnt":1}"#]).await;
    let message = message("+79000000001", "Готово");
    let nobody = "http://127.0.0.1:9";
    let sent = smsc(&format!("{nobody}, {there}")).send(&attempt(&message, 0)).await;
    assert!(sent.is_ok(), "{sent:?}");
    let error =
        smsc(&format!("{nobody},{nobody}")).send(&attempt(&message, 0)).await.expect_err("nobody is there");
    assert!(matches!(error, SendError::Temporary(_)), "{error}");
}

#[test]
fn check_22_neither_errors_nor_the_account_show_a_key() {
    let shown = format!("{:?}", smsc("").access);
    assert!(!shown.contains("KEY-0001"), "{shown}");
}
