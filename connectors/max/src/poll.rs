//! Long polling: `GET /updates`, <https://dev.max.ru/docs-api/methods/GET/updates>. For development: the provider keeps
//! such updates for a short time only.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::{FetchError, Polled, Poller, RawEvent};
use provider_http::Answer;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::api::Request;
use crate::{Config, Max, failure};

/// The kinds that we read, here and in the subscription.
pub(crate) const UPDATE_TYPES: [&str; 7] = [
    "message_created",
    "message_edited",
    "message_removed",
    "message_callback",
    "bot_started",
    "bot_stopped",
    "dialog_removed",
];

#[async_trait]
impl Poller for Max {
    async fn poll(&self, cursor: Option<&str>, clock: fn() -> DateTime<Utc>) -> Result<Polled, FetchError> {
        let (request, patience) = request_for(&self.config, cursor);
        let answer = self.call_within(&request, patience).await?;
        let mut polled = read_answer(&answer, clock())?;
        polled.cursor = polled.cursor.or(marker_of(cursor).map(|marker| marker.to_string()));
        Ok(polled)
    }
}

fn request_for(config: &Config, cursor: Option<&str>) -> (Request, Duration) {
    let wait_s = config.poll_timeout_s.clamp(1, 50);
    let mut request = Request::get("/updates")
        .with("limit", 100)
        .with("timeout", wait_s)
        .with("types", UPDATE_TYPES.join(","));
    if let Some(marker) = marker_of(cursor) {
        request = request.with("marker", marker);
    }
    (request, Duration::from_secs(wait_s + 10))
}

/// Everything before the marker is forgotten by the provider, so one of no form counts as none.
fn marker_of(cursor: Option<&str>) -> Option<i64> {
    cursor?.parse().ok()
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    updates: Vec<&'a RawValue>,
    marker: Option<i64>,
}

/// What an answer means; the bodies are the bytes of the updates.
fn read_answer(answer: &Answer, received_at: DateTime<Utc>) -> Result<Polled, FetchError> {
    if !answer.status.is_success() {
        return Err(failure::of_question(answer));
    }
    let text = String::from_utf8_lossy(&answer.body);
    let page: Page<'_> =
        serde_json::from_str(&text).map_err(|_| FetchError::Temporary(failure::unreadable(answer)))?;
    if page.marker.is_none() && !page.updates.is_empty() {
        // Stored without a new marker they would come again for ever.
        return Err(FetchError::Temporary(failure::unreadable(answer)));
    }
    let raw = page.updates.iter().map(|update| raw_event("poll", update, received_at)).collect();
    Ok(Polled { raw, cursor: page.marker.map(|marker| marker.to_string()) })
}

/// A piece of an answer, byte for byte.
pub(crate) fn raw_event(source: &str, piece: &RawValue, received_at: DateTime<Utc>) -> RawEvent {
    RawEvent {
        source: source.into(),
        received_at,
        content_type: Some("application/json".into()),
        query: String::new(),
        body: Bytes::copy_from_slice(piece.get().as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::tests::answer;
    use crate::server::{self, Reply};

    fn in_words(result: Result<Polled, FetchError>) -> String {
        match result {
            Ok(polled) => format!("{} updates, cursor {:?}", polled.raw.len(), polled.cursor),
            Err(FetchError::RateLimited { retry_after }) => format!("limited {retry_after:?}"),
            Err(FetchError::Conflict(reason)) => format!("conflict: {reason}"),
            Err(FetchError::Refused(reason)) => format!("refused: {reason}"),
            Err(FetchError::Temporary(source)) => format!("temporary: {source}"),
        }
    }

    #[test]
    fn every_answer_says_what_to_do() {
        for (status, body, expected) in [
            (200, r#"{"updates":[],"marker":7}"#, "0 updates, cursor Some(\"7\")"),
            (200, r#"{"updates":[],"marker":null}"#, "0 updates, cursor None"),
            (200, r#"{"updates":[{"a":1},{"b":2}],"marker":9}"#, "2 updates, cursor Some(\"9\")"),
            (200, r#"{"updates":[{"a":1}]}"#, "temporary: status 200 OK: an answer of an unknown form"),
            (200, "<html>", "temporary: status 200 OK: an answer of an unknown form"),
            (401, r#"{"code":"verify.token","message":"Invalid"}"#, "refused: verify.token Invalid"),
            (429, "", "limited None"),
            (500, "", "temporary: status 500 Internal Server Error: 500 "),
        ] {
            let read = read_answer(&answer(status, body), DateTime::UNIX_EPOCH);
            assert_eq!(in_words(read), expected, "{status} {body}");
        }
    }

    #[test]
    fn each_update_keeps_its_bytes() {
        let update = r#"{ "update_type":"message_created","message":{"body":{"seq":117653512345678901,"text":"a\ud83d"}} }"#;
        let body = format!(r#"{{"updates":[{update}],"marker":117653512345678902}}"#);
        let polled = read_answer(&answer(200, &body), DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(polled.raw[0].body, update.as_bytes());
        assert_eq!(polled.raw[0].source, "poll");
        assert_eq!(polled.cursor.as_deref(), Some("117653512345678902"));
    }

    #[test]
    fn one_request_returns_within_a_minute_and_never_spins() {
        for (asked, wait_s) in [(0, "1"), (25, "25"), (90, "50")] {
            let config = Config { poll_timeout_s: asked, ..Config::default() };
            let (request, patience) = request_for(&config, Some("41"));
            assert!(request.query.contains(&("timeout", wait_s.into())));
            assert!(request.query.contains(&("marker", "41".into())));
            assert!(patience <= Duration::from_secs(60));
        }
        let without = request_for(&Config::default(), Some("x")).0;
        assert!(without.query.iter().all(|(name, _)| *name != "marker"));
    }

    #[tokio::test]
    async fn a_poll_without_news_keeps_the_cursor_and_shows_the_token_in_its_header_only() {
        let server = server::start(vec![Reply::json(200, r#"{"updates":[]}"#)]).await;
        let polled = server.max().poll(Some("41"), || DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(polled.cursor.as_deref(), Some("41"));
        let asked = server.asked();
        assert_eq!(asked[0].authorization.as_deref(), Some(server::TOKEN));
        assert!(asked[0].target.starts_with("GET /updates?") && !asked[0].target.contains(server::TOKEN));
    }
}
