//! What was said in one dialog: `GET /messages`, <https://dev.max.ru/docs-api/methods/GET/messages>.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use connector_api::{ConversationHistory, ExternalId, FetchError, RawEvent};
use provider_http::Answer;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::api::Request;
use crate::look_up::PAGE;
use crate::poll::raw_event;
use crate::{Max, failure, ids, wire};

/// A bound against a history without an end.
const MOST_PAGES: usize = 200;

#[async_trait]
impl ConversationHistory for Max {
    async fn fetch_conversation(
        &self,
        conversation: &ExternalId,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError> {
        let Some(chat) = ids::chat_of(conversation) else { return Ok(Vec::new()) };
        let mut raw = Vec::new();
        // `from` is the upper border.
        let mut from = until;
        for _ in 0..MOST_PAGES {
            let answer = self.ask(&request_for(chat, from)).await?;
            let page = read_page(&answer, since, from, now)?;
            raw.extend(page.raw);
            match page.next {
                None => return Ok(raw),
                Some(next) if next < from => from = next,
                // A whole page within a millisecond, or a border read otherwise than we mean it.
                Some(_) => return Err(FetchError::Temporary(failure::unreadable(&answer))),
            }
        }
        Ok(raw)
    }
}

fn request_for(chat: i64, from: DateTime<Utc>) -> Request {
    Request::get("/messages").with("chat_id", chat).with("count", PAGE).with("from", from.timestamp_millis())
}

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow)]
    messages: Vec<&'a RawValue>,
}

struct Read {
    raw: Vec<RawEvent>,
    /// The upper border of the next page, if there may be one. Its first messages come once more.
    next: Option<DateTime<Utc>>,
}

/// Messages of the time that is asked for, byte for byte, without a frame: `parse` knows them so.
fn read_page(
    answer: &Answer,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Read, FetchError> {
    let text = String::from_utf8_lossy(&answer.body);
    let page: Page<'_> =
        serde_json::from_str(&text).map_err(|_| FetchError::Temporary(failure::unreadable(answer)))?;
    let time = |piece: &RawValue| {
        let message: wire::Message = serde_json::from_str(piece.get()).unwrap_or_default();
        message.timestamp.and_then(DateTime::from_timestamp_millis)
    };
    let oldest = page.messages.iter().filter_map(|piece| time(piece)).min();
    let wanted = |piece: &&&RawValue| time(piece).is_none_or(|at| since <= at && at <= until);
    let raw = page.messages.iter().filter(wanted).map(|piece| raw_event("history", piece, now)).collect();
    Ok(Read { raw, next: oldest.filter(|oldest| page.messages.len() >= PAGE && *oldest > since) })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::server::{self, Reply};

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_250_000 + second, 0).unwrap()
    }

    fn page(seconds: impl Iterator<Item = i64>) -> Reply {
        let message = |second| json!({"timestamp": at(second).timestamp_millis(), "body": {"mid": format!("m{second}")}});
        Reply::json(200, &json!({ "messages": seconds.map(message).collect::<Vec<_>>() }).to_string())
    }

    #[tokio::test]
    async fn a_gap_is_read_page_by_page_down_to_its_beginning() {
        let server = server::start(vec![page((401..=500).rev()), page((380..=401).rev())]).await;
        let max = server.max();
        let read = max.fetch_conversation(&ExternalId::new("7"), at(390), at(495), at(600)).await.unwrap();
        let first = String::from_utf8(read[0].body.to_vec()).unwrap();
        assert!(first.contains("m495"), "{first}");
        // 495 to 401, and 401 (once more) to 390.
        assert_eq!(read.len(), 95 + 12);
        assert!(read.iter().all(|raw| raw.source == "history" && raw.received_at == at(600)));
        let asked = server.asked();
        assert_eq!(asked.len(), 2);
        let border = at(401).timestamp_millis();
        assert!(asked[1].target.contains(&format!("from={border}")), "{}", asked[1].target);
    }

    #[tokio::test]
    async fn a_provider_that_does_not_go_back_is_an_error_and_no_endless_loop() {
        let server = server::start(vec![page((401..=500).rev()), page((401..=500).rev())]).await;
        let max = server.max();
        let read = max.fetch_conversation(&ExternalId::new("7"), at(0), at(500), at(600)).await;
        assert!(matches!(read, Err(FetchError::Temporary(_))), "{read:?}");
    }

    #[tokio::test]
    async fn a_conversation_that_is_not_ours_has_no_history() {
        let server = server::start(Vec::new()).await;
        let read = server.max().fetch_conversation(&ExternalId::new("x"), at(0), at(1), at(2)).await.unwrap();
        assert!(read.is_empty() && server.asked().is_empty());
    }
}
