//! Long polling: `getUpdates`, <https://core.telegram.org/bots/api#getupdates>.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::{FetchError, Polled, Poller, RawEvent};
use http::{HeaderMap, StatusCode};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::reply::{Refusal, Trouble};
use crate::{Config, Telegram};

/// What we ask for. `message_reaction` comes only when asked for by name.
pub(crate) const ALLOWED_UPDATES: [&str; 9] = [
    "message",
    "edited_message",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "callback_query",
    "my_chat_member",
];

#[async_trait]
impl Poller for Telegram {
    async fn poll(&self, cursor: Option<&str>, clock: fn() -> DateTime<Utc>) -> Result<Polled, FetchError> {
        let request = request_for(&self.config, cursor);
        let sent = self.http.post(&request.url).timeout(request.timeout).json(&request.body).send().await;
        let response = sent.map_err(provider_http::of_fetch)?;
        let status = response.status();
        let body = response.bytes().await.map_err(provider_http::of_fetch)?;
        let mut polled = read_answer(status, &body, clock())
            .map_err(|error| without(self.config.token.expose_secret(), error))?;
        polled.cursor = polled.cursor.or(offset_of(cursor).map(|offset| offset.to_string()));
        Ok(polled)
    }
}

/// One call of `getUpdates`. No `Debug`: the token stands in the address.
struct Request {
    url: String,
    body: Value,
    timeout: Duration,
}

fn request_for(config: &Config, cursor: Option<&str>) -> Request {
    let wait_s = config.poll_timeout_s.clamp(1, 50);
    let mut body = json!({ "limit": 100, "timeout": wait_s, "allowed_updates": ALLOWED_UPDATES });
    if let Some(offset) = offset_of(cursor) {
        body["offset"] = offset.into();
    }
    let api = config.api_url.trim_end_matches('/');
    Request {
        url: format!("{api}/bot{}/getUpdates", config.token.expose_secret()),
        body,
        timeout: Duration::from_secs(wait_s + 10),
    }
}

/// A negative offset would make the provider forget what waits, so it counts as none, and so does a cursor of no form:
/// then everything waiting comes once more.
fn offset_of(cursor: Option<&str>) -> Option<i64> {
    cursor?.parse().ok().filter(|offset| *offset > 0)
}

/// What an answer of `getUpdates` means. The cursor is the last update's number plus one, `None` where nothing came; the
/// bodies are the bytes of the updates.
fn read_answer(status: StatusCode, body: &[u8], received_at: DateTime<Utc>) -> Result<Polled, FetchError> {
    let text = String::from_utf8_lossy(body);
    let answer = serde_json::from_str::<Answer<'_>>(&text).ok();
    if status.is_success() && answer.as_ref().is_some_and(|answer| answer.ok == Some(true)) {
        let updates = answer.and_then(|answer| answer.result);
        return polled(&updates.ok_or_else(|| temporary("an answer without updates"))?, received_at);
    }
    let Refusal { code, description, retry_after, .. } = Refusal::read(status, &HeaderMap::new(), body);
    Err(match code {
        409 => FetchError::Conflict(description),
        401 | 404 => FetchError::Refused(description),
        429 => FetchError::RateLimited { retry_after },
        _ => temporary(&format!("status {}: {description}", status.as_u16())),
    })
}

fn polled(updates: &[&RawValue], received_at: DateTime<Utc>) -> Result<Polled, FetchError> {
    let number = |update: &&&RawValue| serde_json::from_str::<Numbered>(update.get()).ok()?.update_id;
    let last = updates.iter().rev().find_map(|update| number(&update));
    if last.is_none() && !updates.is_empty() {
        // Stored without a new cursor they would come again for ever.
        return Err(temporary("updates without a number"));
    }
    let raw = updates
        .iter()
        .map(|update| RawEvent {
            source: "poll".into(),
            received_at,
            content_type: Some("application/json".into()),
            query: String::new(),
            body: Bytes::copy_from_slice(update.get().as_bytes()),
        })
        .collect();
    Ok(Polled { raw, cursor: last.map(|number| number.saturating_add(1).to_string()) })
}

#[derive(Deserialize)]
struct Answer<'a> {
    ok: Option<bool>,
    #[serde(borrow)]
    result: Option<Vec<&'a RawValue>>,
}

#[derive(Deserialize)]
struct Numbered {
    update_id: Option<i64>,
}

fn temporary(text: &str) -> FetchError {
    FetchError::Temporary(Trouble(text.to_owned()).into())
}

/// A proxy's answer may repeat the address that it could not find.
fn without(token: &str, error: FetchError) -> FetchError {
    let clean = |text: &str| provider_http::hide(text, token);
    match error {
        FetchError::Conflict(reason) => FetchError::Conflict(clean(&reason)),
        FetchError::Refused(reason) => FetchError::Refused(clean(&reason)),
        FetchError::Temporary(source) => temporary(&clean(&source.to_string())),
        limited @ FetchError::RateLimited { .. } => limited,
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::Intake;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn answer(status: u16, body: &str) -> Result<Polled, FetchError> {
        read_answer(StatusCode::from_u16(status).unwrap(), body.as_bytes(), AT)
    }

    fn in_words(result: Result<Polled, FetchError>) -> String {
        match result {
            Ok(polled) => format!("{} updates, cursor {:?}", polled.raw.len(), polled.cursor),
            Err(FetchError::RateLimited { retry_after }) => format!("limited {retry_after:?}"),
            Err(FetchError::Conflict(reason)) => format!("conflict: {reason}"),
            Err(FetchError::Refused(reason)) => format!("refused: {reason}"),
            Err(FetchError::Temporary(source)) => format!("temporary: {source}"),
        }
    }

    /// As far as one answer tells.
    #[test]
    fn every_status_says_what_to_do() {
        let conflict = r#"{"ok":false,"error_code":409,"description":"Conflict: terminated by other getUpdates request"}"#;
        let limited = r#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}"#;
        let revoked = r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;
        let unknown = r#"{"ok":false,"error_code":404,"description":"Not Found"}"#;
        for (status, body, expected) in [
            (200, r#"{"ok":true,"result":[]}"#, "0 updates, cursor None"),
            (
                200,
                r#"{"ok":true,"result":[{"update_id":7},{"update_id":9}]}"#,
                "2 updates, cursor Some(\"10\")",
            ),
            (
                200,
                r#"{"ok":true,"result":[{"update_id":7},{"hologram":1}]}"#,
                "2 updates, cursor Some(\"8\")",
            ),
            (200, r#"{"ok":true,"result":[{"hologram":1}]}"#, "temporary: updates without a number"),
            (200, r#"{"ok":true}"#, "temporary: an answer without updates"),
            (200, r#"{"ok":true,"result":{}}"#, "temporary: status 200: status 0"),
            (200, "<html>captive portal</html>", "temporary: status 200: status 0"),
            (200, conflict, "conflict: Conflict: terminated by other getUpdates request"),
            (409, conflict, "conflict: Conflict: terminated by other getUpdates request"),
            (409, "", "conflict: status 409"),
            (401, revoked, "refused: Unauthorized"),
            (404, unknown, "refused: Not Found"),
            (404, "<html>404</html>", "refused: status 404"),
            (429, limited, "limited Some(17s)"),
            (429, "", "limited None"),
            (400, r#"{"ok":false,"description":"Bad Request"}"#, "temporary: status 400: Bad Request"),
            (413, "<html>", "temporary: status 413: status 413"),
            (500, "", "temporary: status 500: status 500"),
            (502, "<html>bad gateway</html>", "temporary: status 502: status 502"),
        ] {
            assert_eq!(in_words(answer(status, body)), expected, "{status} {body}");
        }
    }

    #[test]
    fn each_update_keeps_its_bytes() {
        let first = r#"{ "update_id" : 810000101,  "message":{"text":"a\ud83d","n":1.10} }"#;
        let second = r#"{"update_id":810000102,"unknown":{"z":1,"a":2}}"#;
        let polled = answer(200, &format!(r#"{{"ok":true,"result":[{first}, {second}]}}"#)).unwrap();
        let bodies: Vec<&[u8]> = polled.raw.iter().map(|raw| raw.body.as_ref()).collect();
        assert_eq!(bodies, [first.as_bytes(), second.as_bytes()]);
        assert_eq!(polled.cursor.as_deref(), Some("810000103"));
        let raw = &polled.raw[0];
        assert_eq!((raw.source.as_str(), raw.query.as_str(), raw.received_at), ("poll", "", AT));
        assert_eq!(raw.content_type.as_deref(), Some("application/json"));
    }

    #[test]
    fn one_foreign_byte_does_not_hold_the_queue() {
        let body = b"{\"ok\":true,\"result\":[{\"update_id\":5,\"a\":\"\xff\"}]}";
        assert_eq!(read_answer(StatusCode::OK, body, AT).unwrap().cursor.as_deref(), Some("6"));
    }

    fn config() -> Config {
        Config { token: "7000000001:AAHexample".into(), ..Config::default() }
    }

    #[test]
    fn a_request_asks_behind_the_cursor_and_for_exactly_our_kinds() {
        let request = request_for(&config(), Some("810000104"));
        assert_eq!(request.url, "https://api.telegram.org/bot7000000001:AAHexample/getUpdates");
        assert_eq!(request.timeout, Duration::from_secs(40));
        assert_eq!(
            request.body,
            json!({
                "offset": 810_000_104, "limit": 100, "timeout": 30,
                "allowed_updates": ["message", "edited_message", "business_connection", "business_message",
                    "edited_business_message", "deleted_business_messages", "message_reaction",
                    "callback_query", "my_chat_member"],
            })
        );
    }

    #[test]
    fn no_cursor_ever_makes_the_provider_forget_what_waits() {
        for cursor in [None, Some(""), Some("-1"), Some("0"), Some("abc"), Some("99999999999999999999")] {
            assert_eq!(request_for(&config(), cursor).body.get("offset"), None, "{cursor:?}");
        }
    }

    #[test]
    fn one_request_returns_within_a_minute_and_never_spins() {
        for (asked, wait_s) in [(0, 1), (25, 25), (3600, 50)] {
            let config = Config { poll_timeout_s: asked, ..config() };
            let request = request_for(&config, None);
            assert_eq!(request.body["timeout"], wait_s);
            assert_eq!(request.timeout, Duration::from_secs(wait_s + 10));
        }
    }

    #[test]
    fn an_error_that_repeats_our_address_shows_no_token() {
        let body = r#"{"ok":false,"error_code":404,"description":"no /bot7000000001:AAHexample/getUpdates"}"#;
        for status in [404, 409, 500] {
            let error = answer(status, body).unwrap_err();
            let text = in_words(Err(without("7000000001:AAHexample", error)));
            assert!(text.contains("no /bot…/getUpdates"), "{text}");
        }
    }

    /// A bot whose provider is a server of one answer on this machine, and what that server was asked.
    async fn polled_from(answer: Option<&str>) -> (Result<Polled, FetchError>, String) {
        // A second installation by another test changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}/", server.local_addr().unwrap());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let config = Config { api_url, intake: Intake::Poll, ..config() };
        let telegram = Telegram::new(config, http).unwrap();
        let Some(answer) = answer else {
            drop(server);
            return (telegram.poll(Some("41"), || DateTime::UNIX_EPOCH).await, String::new());
        };
        let serve = async {
            let (mut connection, _) = server.accept().await.unwrap();
            let mut asked = String::new();
            while !asked.ends_with('}') {
                let mut piece = [0; 4096];
                let length = connection.read(&mut piece).await.unwrap();
                asked.push_str(std::str::from_utf8(&piece[..length]).unwrap());
            }
            connection.write_all(answer.as_bytes()).await.unwrap();
            asked
        };
        tokio::join!(telegram.poll(Some("41"), || DateTime::UNIX_EPOCH), serve)
    }

    fn http_answer(status: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn a_poll_asks_behind_the_cursor_and_moves_it() {
        let answer = http_answer("200 OK", r#"{"ok":true,"result":[{"update_id":41},{"update_id":42}]}"#);
        let (polled, asked) = polled_from(Some(&answer)).await;
        let polled = polled.unwrap();
        assert_eq!((polled.raw.len(), polled.cursor.as_deref()), (2, Some("43")));
        assert!(asked.starts_with("POST /bot7000000001:AAHexample/getUpdates "), "{asked}");
        assert!(asked.contains(r#""offset":41"#), "{asked}");
    }

    /// Without news the next question is the same.
    #[tokio::test]
    async fn a_poll_without_news_keeps_the_cursor() {
        let (polled, _) = polled_from(Some(&http_answer("200 OK", r#"{"ok":true,"result":[]}"#))).await;
        assert_eq!(polled.unwrap().cursor.as_deref(), Some("41"));
    }

    #[tokio::test]
    async fn a_dead_network_is_temporary_and_shows_no_token() {
        let (polled, _) = polled_from(None).await;
        let Err(FetchError::Temporary(source)) = polled else { panic!("{polled:?}") };
        let mut shown = format!("{source:?}");
        let mut error: Option<&dyn std::error::Error> = Some(source.as_ref());
        while let Some(cause) = error {
            shown.push_str(&cause.to_string());
            error = cause.source();
        }
        assert!(!shown.contains("AAHexample"), "{shown}");
    }

    #[tokio::test]
    async fn an_answer_that_breaks_off_is_temporary_and_shows_no_token() {
        let (polled, _) = polled_from(Some("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")).await;
        let Err(FetchError::Temporary(source)) = polled else { panic!("{polled:?}") };
        assert!(!format!("{source:?} {source}").contains("AAHexample"), "{source:?}");
    }
}
