//! The history of calls: what webhooks did not tell, asked for day by day
//! (<https://ucom4b.atlassian.net/wiki/spaces/RACD/pages/28311707>).

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use connector_api::{BoxError, FetchError, History, RawEvent};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Office;
use crate::api::{ApiError, PAGES_AT_MOST, PER_PAGE, Request, moment};

#[async_trait]
impl History for Office {
    /// Calls with their legs, one raw event each, as the provider writes them: recordings that came late stand in them.
    async fn fetch_since(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError> {
        // The provider refuses a second question about history while it answers the first.
        let _alone = self.api.history.lock().await;
        let mut raw = Vec::new();
        for (from, to) in days(since, until) {
            for page in 1..=PAGES_AT_MOST {
                let answer = self.api.ask(&request_for(from, to, page)).await?;
                let calls = read_response(&answer.body, now)?;
                let is_last = calls.len() < PER_PAGE;
                raw.extend(calls);
                if is_last {
                    break;
                }
            }
        }
        Ok(raw)
    }
}

/// The interval cut at midnights: the longest one allowed is documented nowhere, and none may leave its month.
fn days(since: DateTime<Utc>, until: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut parts = Vec::new();
    let mut from = since;
    while from < until {
        let midnight = (from.date_naive() + TimeDelta::days(1)).and_time(NaiveTime::MIN).and_utc();
        let to = midnight.min(until);
        parts.push((from, to));
        from = to;
    }
    parts
}

fn request_for(from: DateTime<Utc>, to: DateTime<Utc>, page: u32) -> Request {
    let parameters =
        [("start_datetime", moment(from)), ("end_datetime", moment(to)), ("order", "asc".to_owned())];
    Request::page("/client/@me/call_history/", &parameters, page)
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    call_history: Vec<&'a RawValue>,
}

fn read_response(body: &[u8], now: DateTime<Utc>) -> Result<Vec<RawEvent>, ApiError> {
    let page: Page<'_> = serde_json::from_slice(body)
        .map_err(|_| ApiError::Unknown(BoxError::from("an answer of the history that cannot be read")))?;
    let raw = |call: &RawValue| RawEvent {
        source: "history".into(),
        received_at: now,
        content_type: Some("application/json".into()),
        query: String::new(),
        body: Bytes::copy_from_slice(call.get().as_bytes()),
    };
    Ok(page.call_history.into_iter().map(raw).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn the_history_is_asked_for_day_by_day_and_never_across_a_month() {
        let parts = days(at("2026-03-30T22:00:00Z"), at("2026-04-01T01:00:00Z"));
        let midnight = [at("2026-03-31T00:00:00Z"), at("2026-04-01T00:00:00Z")];
        let expected = [
            (at("2026-03-30T22:00:00Z"), midnight[0]),
            (midnight[0], midnight[1]),
            (midnight[1], at("2026-04-01T01:00:00Z")),
        ];
        assert_eq!(parts, expected);
        assert_eq!(days(midnight[0], midnight[0]), []);
    }

    #[test]
    fn a_question_names_moments_in_utc_and_a_page() {
        let request = request_for(at("2026-03-17T09:00:00Z"), at("2026-03-17T11:00:00Z"), 2);
        assert_eq!(
            request.path,
            "/client/@me/call_history/?start_datetime=2026-03-17+09%3A00%3A00&end_datetime=2026-03-17+11%3A00%3A00\
             &order=asc&per_page=100&page=2"
        );
    }

    #[test]
    fn every_call_becomes_a_raw_event_of_its_own_bytes() {
        let body = br#"{"page":1,"per_page":100,"call_history":[{"call_uuid":"A","duration":1.50},{"call_uuid":"B"}]}"#;
        let raw = read_response(body, at("2026-03-17T11:00:00Z")).expect("readable");
        assert_eq!(raw.len(), 2);
        assert_eq!(
            (raw[0].source.as_str(), &raw[0].body[..]),
            ("history", &br#"{"call_uuid":"A","duration":1.50}"#[..])
        );
        assert!(read_response(br#"{"call_history":[{"#, at("2026-03-17T11:00:00Z")).is_err());
    }
}
