//! Whether a message whose answer was lost arrived: the chat's history shows it. The provider knows no id of ours, so it
//! is known by its words, its attachments and its time.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{Accepted, ExternalId, FetchError, LookUp, SendAttempt};
use provider_http::Answer;

use crate::compose::NewMessage;
use crate::failure;
use crate::ids;
use crate::wire::{self, Attachment, History, Message};

/// The longest page.
pub(crate) const PAGE: usize = 100;
/// The provider's clock is told in whole seconds.
const MARGIN: TimeDelta = TimeDelta::seconds(1);

/// What is looked for.
pub(crate) struct Wanted<'a> {
    chat: i64,
    text: &'a str,
    kinds: Vec<String>,
    /// By our clock.
    since: DateTime<Utc>,
    now: DateTime<Utc>,
    /// Earlier parts of the same message, which may say the same.
    sent: &'a [ExternalId],
}

impl<'a> Wanted<'a> {
    pub(crate) fn of(message: &'a NewMessage<'_>, attempt: &'a SendAttempt<'_>) -> Self {
        let uploads = message.files.iter().map(|(kind, _)| kind.word().to_owned());
        let others = message.attachments.iter().filter_map(|other| other["type"].as_str().map(str::to_owned));
        Self {
            chat: message.chat,
            text: message.text.as_deref().unwrap_or_default(),
            kinds: uploads.chain(others).collect(),
            since: attempt.first_tried_at,
            now: attempt.now,
            sent: attempt.sent,
        }
    }

    fn is_like(&self, message: &Message) -> bool {
        let by_bot = message.sender.as_ref().is_some_and(|sender| sender.is_bot == Some(true));
        let Some(body) = message.body.as_ref().filter(|_| by_bot) else { return false };
        let attachments = body.attachments.iter().flatten().filter_map(wire::read::<Attachment>);
        let kinds = attachments
            .filter_map(|attachment| attachment.r#type)
            .filter(|kind| kind != "share" && kind != "inline_keyboard");
        body.text.as_deref().unwrap_or_default() == self.text && kinds.eq(self.kinds.iter().cloned())
    }
}

/// What a page of the newest messages tells. Messages that other attempts were answered with are others.
pub(crate) fn read(answer: &Answer, wanted: &Wanted<'_>, known: &Recent) -> Result<LookUp, FetchError> {
    let history: Option<History> = failure::read(answer);
    let Some(messages) = history.and_then(|history| history.messages) else {
        return Err(FetchError::Temporary(failure::unreadable(answer)));
    };
    let since = wanted.since + provider_is_ahead(answer, wanted.now) - MARGIN;
    let mut oldest = None;
    for message in messages.iter().filter_map(wire::read::<Message>) {
        let at = message.timestamp.and_then(DateTime::from_timestamp_millis);
        oldest = oldest.into_iter().chain(at).min();
        let mid = message.body.as_ref().and_then(|body| body.mid.as_deref());
        let Some(id) = mid.map(|mid| ids::message(wanted.chat, mid)) else { continue };
        let another = wanted.sent.contains(&id) || known.holds(&id);
        if !another && at.is_some_and(|at| at >= since) && wanted.is_like(&message) {
            return Ok(LookUp::Arrived(Accepted { external_id: Some(id), ..Accepted::default() }));
        }
    }
    let reaches_back = messages.len() < PAGE || oldest.is_some_and(|oldest| oldest < since);
    Ok(if reaches_back { LookUp::NotArrived } else { LookUp::CannotTell })
}

/// How far the provider's clock is ahead of ours, by the `Date` of its answer.
fn provider_is_ahead(answer: &Answer, now: DateTime<Utc>) -> TimeDelta {
    let date = answer.headers.get(http::header::DATE).and_then(|date| date.to_str().ok());
    let told = date.and_then(|date| DateTime::parse_from_rfc2822(date).ok());
    let ahead = told.map_or(TimeDelta::zero(), |told| told.with_timezone(&Utc) - now);
    // The answer took its time and the seconds are whole: small differences are none.
    if ahead.abs() <= TimeDelta::seconds(2) { TimeDelta::zero() } else { ahead }
}

/// The ids with which attempts were answered lately: the same words said twice are two messages. Lost with the process,
/// and then the time alone tells them apart.
#[derive(Default)]
pub(crate) struct Recent(Mutex<VecDeque<ExternalId>>);

impl Recent {
    const KEPT: usize = 1000;

    pub(crate) fn add(&self, id: Option<&ExternalId>) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.extend(id.cloned());
        if ids.len() > Self::KEPT {
            ids.pop_front();
        }
    }

    fn holds(&self, id: &ExternalId) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::failure::tests::answer;

    const TRIED_AT: i64 = 1_795_250_400;

    fn said(mid: &str, text: &str, second: i64, is_bot: bool) -> Value {
        json!({"sender": {"user_id": 1, "is_bot": is_bot}, "timestamp": second * 1000,
            "body": {"mid": mid, "text": text, "attachments": null}})
    }

    fn found(messages: &[Value], known: &[&str], date: Option<&str>) -> LookUp {
        let mut answer = answer(200, &json!({ "messages": messages }).to_string());
        if let Some(date) = date {
            answer.headers.insert("date", date.parse().unwrap());
        }
        let since = DateTime::from_timestamp(TRIED_AT, 0).unwrap();
        let sent = [ExternalId::new("7/mid.part0")];
        let wanted = Wanted {
            chat: 7,
            text: "Да",
            kinds: Vec::new(),
            since,
            now: since + TimeDelta::seconds(30),
            sent: &sent,
        };
        let recent = Recent::default();
        for id in known {
            recent.add(Some(&ExternalId::new(*id)));
        }
        read(&answer, &wanted, &recent).unwrap()
    }

    fn arrived(mid: &str) -> LookUp {
        LookUp::Arrived(Accepted::with_id(format!("7/{mid}")))
    }

    #[test]
    fn a_message_of_the_bot_with_the_same_words_and_a_fresh_time_is_the_one() {
        let messages = [
            said("mid.4", "Да", TRIED_AT + 9, false),
            said("mid.3", "Нет", TRIED_AT + 8, true),
            said("mid.2", "Да", TRIED_AT + 5, true),
            said("mid.1", "Да", TRIED_AT - 60, true),
        ];
        assert_eq!(found(&messages, &[], None), arrived("mid.2"));
        assert_eq!(found(&messages[2..], &[], None), arrived("mid.2"));
        assert_eq!(found(&messages[3..], &[], None), LookUp::NotArrived);
        assert_eq!(found(&[], &[], None), LookUp::NotArrived);
    }

    #[test]
    fn the_same_words_of_another_message_do_not_count() {
        let messages = [said("mid.2", "Да", TRIED_AT + 5, true), said("mid.part0", "Да", TRIED_AT + 1, true)];
        assert_eq!(found(&messages, &["7/mid.2"], None), LookUp::NotArrived);
    }

    #[test]
    fn attachments_belong_to_what_is_compared() {
        let mut with_file = said("mid.2", "Да", TRIED_AT + 5, true);
        with_file["body"]["attachments"] = json!([{"type": "file", "payload": {}}]);
        assert_eq!(found(&[with_file], &[], None), LookUp::NotArrived);
        let mut with_preview = said("mid.2", "Да", TRIED_AT + 5, true);
        with_preview["body"]["attachments"] = json!([{"type": "share", "payload": {}}]);
        assert_eq!(found(&[with_preview], &[], None), arrived("mid.2"));
    }

    /// 1795250400 is Sat, 21 Nov 2026 08:40:00; our clock shows 30 s later.
    #[test]
    fn a_provider_whose_clock_is_wrong_is_understood_by_its_date() {
        let behind = [said("mid.2", "Да", TRIED_AT - 570, true)];
        assert_eq!(found(&behind, &[], None), LookUp::NotArrived);
        assert_eq!(found(&behind, &[], Some("Sat, 21 Nov 2026 08:30:30 GMT")), arrived("mid.2"));
        let ahead = [said("mid.2", "Да", TRIED_AT + 500, true)];
        assert_eq!(found(&ahead, &[], Some("Sat, 21 Nov 2026 08:50:30 GMT")), LookUp::NotArrived);
    }

    #[test]
    fn a_page_that_does_not_reach_back_tells_nothing() {
        let younger: Vec<Value> =
            (0..100).map(|n| said(&format!("m{n}"), "x", TRIED_AT + 900 - n, true)).collect();
        assert_eq!(found(&younger, &[], None), LookUp::CannotTell);
    }

    #[test]
    fn an_answer_of_no_form_is_asked_again() {
        let wanted = Wanted {
            chat: 7,
            text: "",
            kinds: Vec::new(),
            since: DateTime::UNIX_EPOCH,
            now: DateTime::UNIX_EPOCH,
            sent: &[],
        };
        for body in ["", "{}", "[]", "<html>"] {
            assert!(read(&answer(200, body), &wanted, &Recent::default()).is_err(), "{body}");
        }
    }
}
