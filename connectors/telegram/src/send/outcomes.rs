//! What each answer means for an attempt.

use std::time::Duration;

use connector_api::{
    Accepted, ExternalId, OutboundAction, OutboundContent, OutboundMessage, RateScope, SendError,
};
use http::{HeaderMap, StatusCode};
use provider_http::Answer;
use serde_json::{Value, json};

use super::memory::Memory;
use super::request::request_for;
use super::response::{learn, read_response};
use super::shape::Shape;
use super::testing::{acting, attempt, hours_ago, in_conversation, message_of, photo, text_message};

fn answer(status: u16, body: impl Into<String>) -> Answer {
    let status = StatusCode::from_u16(status).unwrap();
    Answer { status, headers: HeaderMap::new(), body: body.into().into() }
}

fn refusal(status: u16, words: &str) -> Answer {
    answer(status, json!({ "ok": false, "error_code": status, "description": words }).to_string())
}

fn done(result: &Value) -> Answer {
    answer(200, json!({ "ok": true, "result": result }).to_string())
}

fn outcome(memory: &Memory, message: &OutboundMessage, answer: &Answer) -> Result<Accepted, SendError> {
    let request = request_for(memory, &attempt(message, 0)).unwrap();
    let mut outcome = read_response(&request, answer);
    learn(memory, &request, answer, &mut outcome);
    outcome
}

fn in_words(outcome: Result<Accepted, SendError>) -> String {
    match outcome {
        Ok(accepted) => format!("accepted {}", accepted.external_id.map_or("-".into(), |id| id.to_string())),
        Err(SendError::RateLimited { retry_after, scope }) => format!("limited {retry_after:?} {scope:?}"),
        Err(SendError::NotReady(_)) => "not ready".into(),
        Err(SendError::Temporary(_)) => "temporary".into(),
        Err(SendError::Rejected { code, reason, .. }) => {
            assert!(reason.chars().any(|c| ('а'..='я').contains(&c)), "{reason}");
            format!("rejected {code}")
        }
        Err(SendError::AccountStopped { code, .. }) => format!("stopped {code}"),
        Err(SendError::Unknown(_)) => "unknown".into(),
    }
}

fn of_text(answer: &Answer) -> String {
    in_words(outcome(&Memory::default(), &text_message("да"), answer))
}

#[test]
fn every_answer_to_a_message_says_what_to_do() {
    let sent = json!({ "message_id": 31, "chat": { "id": 6_100_000_001_i64, "type": "private" }, "date": 1 });
    for (answer, expected) in [
        (done(&sent), "accepted 6100000001/31"),
        (done(&json!({ "message_id": 0, "chat": { "id": 61 } })), "accepted -"),
        (done(&json!(true)), "unknown"),
        (answer(200, r#"{"ok":true,"result":{"message_id":31,"ch"#), "unknown"),
        (answer(200, "<html>hotel network</html>"), "unknown"),
        (answer(500, "{}"), "unknown"),
        (answer(502, "<html>"), "unknown"),
        (answer(403, "<html>firewall</html>"), "temporary"),
        (answer(302, ""), "temporary"),
        (answer(413, "<html>Request Entity Too Large</html>"), "rejected file_too_big"),
        (refusal(401, "Unauthorized"), "stopped token_refused"),
        (refusal(404, "Not Found"), "stopped not_found"),
        (refusal(400, "Logged out"), "stopped logged_out"),
        (refusal(403, "Forbidden: bot was blocked by the user"), "rejected blocked"),
        (refusal(403, "Forbidden: user is deactivated"), "rejected deactivated"),
        (refusal(403, "Forbidden: bot can't initiate conversation with a user"), "rejected never_started"),
        (refusal(400, "Bad Request: chat not found"), "rejected no_chat"),
        (refusal(400, "Bad Request: PEER_ID_INVALID"), "rejected no_chat"),
        (refusal(400, "Bad Request: BUSINESS_PEER_INVALID"), "rejected business_closed"),
        (refusal(400, "Bad Request: message thread not found"), "rejected topic_gone"),
        (refusal(400, "Bad Request: TOPIC_CLOSED"), "rejected topic_closed"),
        (refusal(400, "Bad Request: message is too long"), "rejected too_long"),
        (refusal(400, "Bad Request: PHOTO_INVALID_DIMENSIONS"), "rejected photo_unusable"),
        (refusal(400, "Bad Request: something of next year"), "rejected 400"),
        (refusal(403, "Forbidden: something of next year"), "rejected 403"),
        (refusal(409, "Conflict: the server restarts"), "temporary"),
    ] {
        assert_eq!(of_text(&answer), expected, "{answer:?}");
    }
}

#[test]
fn an_unknown_refusal_keeps_the_providers_words() {
    let answer = refusal(400, "Bad Request: something of next year");
    let Err(SendError::Rejected { reason, .. }) = outcome(&Memory::default(), &text_message("да"), &answer)
    else {
        panic!("a refusal is no success");
    };
    assert_eq!(reason, "Telegram отказал: Bad Request: something of next year");
}

fn slow_down(seconds: u64) -> Answer {
    let body = json!({
        "ok": false, "error_code": 429, "description": format!("Too Many Requests: retry after {seconds}"),
        "parameters": { "retry_after": seconds },
    });
    answer(429, body.to_string())
}

#[test]
fn a_press_answered_too_late_or_perhaps_twice_is_no_trouble() {
    let press = ExternalId::new("callback/4382");
    let message = acting(OutboundAction::Answer { press, text: "Принято".into() });
    for (answer, expected) in [
        (done(&json!(true)), "accepted -"),
        (
            refusal(400, "Bad Request: query is too old and response timeout expired or query ID is invalid"),
            "accepted -",
        ),
        (answer(502, ""), "temporary"),
    ] {
        assert_eq!(in_words(outcome(&Memory::default(), &message, &answer)), expected);
    }
}

#[test]
fn a_limit_holds_its_chat_and_the_bot_only_when_chats_fail_in_a_row() {
    let memory = Memory::default();
    let limited = |chat: &str| outcome(&memory, &in_conversation(chat, text_message("да")), &slow_down(3));
    let scope = |outcome| match outcome {
        Err(SendError::RateLimited { retry_after, scope }) => {
            assert_eq!(retry_after, Some(Duration::from_secs(3)));
            scope
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(scope(limited("61")), RateScope::Conversation);
    assert_eq!(scope(limited("61")), RateScope::Conversation);
    assert_eq!(scope(limited("62")), RateScope::Account);
    let sent = done(&json!({ "message_id": 1, "chat": { "id": 63 } }));
    assert!(outcome(&memory, &in_conversation("63", text_message("да")), &sent).is_ok());
    assert_eq!(scope(limited("62")), RateScope::Conversation);
}

#[test]
fn an_album_is_accepted_under_all_its_ids_and_its_handles_are_kept() {
    let memory = Memory::default();
    let message = message_of(OutboundContent::Media { files: vec![photo(1), photo(2)], caption: None });
    let item = |number: i64| {
        json!({
            "message_id": number, "chat": { "id": 6_100_000_001_i64 }, "media_group_id": "139",
            "photo": [{ "file_id": format!("small-{number}") }, { "file_id": format!("big-{number}") }],
        })
    };
    let accepted = outcome(&memory, &message, &done(&json!([item(31), item(32)]))).unwrap();
    assert_eq!(accepted.external_id, Some(ExternalId::new("6100000001/31")));
    assert_eq!(accepted.further, [ExternalId::new("6100000001/32")]);
    assert_eq!(memory.file_id(&photo(2), Shape::Photo).as_deref(), Some("big-32"));
}

#[test]
fn a_handle_that_leads_nowhere_is_forgotten_and_the_bytes_go_up_again() {
    let memory = Memory::default();
    memory.keep_file(&photo(1), Shape::Photo, "old".into());
    let message = message_of(OutboundContent::Media { files: vec![photo(1)], caption: None });
    let answer = refusal(400, "Bad Request: wrong file identifier/HTTP URL specified");
    assert_eq!(in_words(outcome(&memory, &message, &answer)), "not ready");
    assert_eq!(request_for(&memory, &attempt(&message, 0)).unwrap().call.uploads.len(), 1);
    // The same words about bytes that were uploaded just now will not change.
    assert_eq!(in_words(outcome(&memory, &message, &answer)), "rejected 400");
}

#[test]
fn a_group_that_moved_is_tried_again_at_its_new_number() {
    let memory = Memory::default();
    let message = in_conversation("-42", text_message("да"));
    let moved = json!({
        "ok": false, "error_code": 400, "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": { "migrate_to_chat_id": -1_002_000_000_009_i64 },
    });
    assert_eq!(in_words(outcome(&memory, &message, &answer(400, moved.to_string()))), "not ready");
    let sent = done(&json!({ "message_id": 5, "chat": { "id": -1_002_000_000_009_i64 } }));
    assert_eq!(in_words(outcome(&memory, &message, &sent)), "accepted -1002000000009/5");
}

fn edit() -> OutboundMessage {
    let message = vec![ExternalId::new("6100000001/15")];
    acting(OutboundAction::Edit {
        message,
        sent_at: hours_ago(1),
        caption: false,
        grows: false,
        text: "да".into(),
        buttons: Vec::new(),
    })
}

fn delete() -> OutboundMessage {
    let message = vec![ExternalId::new("6100000001/15")];
    acting(OutboundAction::Delete { message, sent_at: hours_ago(1) })
}

#[test]
fn what_is_so_already_is_done() {
    let memory = Memory::default();
    let same =
        refusal(400, "Bad Request: message is not modified: specified new message content is the same");
    assert_eq!(in_words(outcome(&memory, &edit(), &same)), "accepted -");
    let gone = refusal(400, "Bad Request: message to delete not found");
    assert_eq!(in_words(outcome(&memory, &delete(), &gone)), "accepted -");
    assert_eq!(in_words(outcome(&memory, &delete(), &done(&json!(true)))), "accepted -");
}

/// The client would still see it.
#[test]
fn what_cannot_be_changed_is_not_called_done() {
    let memory = Memory::default();
    let fixed = refusal(400, "Bad Request: message can't be deleted for everyone");
    assert_eq!(in_words(outcome(&memory, &delete(), &fixed)), "rejected delete_impossible");
    let old = refusal(400, "Bad Request: message can't be edited");
    assert_eq!(in_words(outcome(&memory, &edit(), &old)), "rejected edit_impossible");
}

/// A second time changes nothing, so nobody needs to be asked what became of the first.
#[test]
fn an_edit_or_a_deletion_of_unknown_outcome_is_simply_tried_again() {
    for message in [edit(), delete()] {
        assert_eq!(in_words(outcome(&Memory::default(), &message, &answer(502, "<html>"))), "temporary");
    }
}
