//! Attempts made for real against a server of scripted answers: what surely did not arrive, and what perhaps did.

use connector_api::{
    Accepted, ExternalId, LookUp, MediaKind, Outbound, OutboundAction, OutboundContent, SendError,
};

use super::testing::{
    Server, Store, acting, attempt, file, hours_ago, http_answer, in_conversation, message_of, text_message,
    with_files,
};

const SENT: &str =
    r#"{"ok":true,"result":{"message_id":31,"chat":{"id":6100000001,"type":"private"},"date":1}}"#;

fn paper() -> connector_api::OutboundMessage {
    let files = vec![file(MediaKind::Document, "application/pdf")];
    message_of(OutboundContent::Media { files, caption: Some("Счёт".into()) })
}

/// Neither the error nor its causes show the address.
fn shows_no_token(error: &SendError) {
    let mut shown = format!("{error:?} {error}");
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        shown.push_str(&source.to_string());
        cause = source.source();
    }
    assert!(!shown.contains("AAHexample"), "{shown}");
}

#[tokio::test]
async fn a_text_goes_as_json_and_comes_back_with_its_id() {
    let server = Server::answering([http_answer("200 OK", SENT)]).await;
    let accepted = server.telegram().send(&attempt(&text_message("да"), 0)).await.unwrap();
    assert_eq!(accepted, Accepted::with_id("6100000001/31"));
    let asked = &server.asked()[0];
    assert!(asked.starts_with("POST /bot7000000001:AAHexample/sendMessage "), "{asked}");
    assert!(asked.ends_with(r#"{"chat_id":6100000001,"text":"да"}"#), "{asked}");
}

#[tokio::test]
async fn a_file_goes_up_under_its_own_name_behind_the_parameters() {
    let server = Server::answering([http_answer("200 OK", SENT)]).await;
    server.telegram().send(&attempt(&paper(), 0)).await.unwrap();
    let asked = &server.asked()[0];
    assert!(asked.contains("/sendDocument ") && asked.contains("content-length: "), "{asked}");
    assert!(asked.contains("name=\"document\"\r\n\r\nattach://file0\r\n"), "{asked}");
    assert!(
        asked.contains(
            "name=\"file0\"; filename=\"накладная.bin\"\r\nContent-Type: application/pdf\r\n\r\nnine byte\r\n"
        ),
        "{asked}"
    );
}

#[tokio::test]
async fn where_nobody_listens_nothing_was_sent() {
    for message in [text_message("да"), paper()] {
        let telegram = Server::gone().await.telegram();
        let error = telegram.send(&attempt(&message, 0)).await.unwrap_err();
        assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
        shows_no_token(&error);
    }
}

#[tokio::test]
async fn a_connection_that_closes_after_the_request_leaves_the_outcome_unknown() {
    for message in [text_message("да"), paper()] {
        let server = Server::answering([String::new()]).await;
        let error = server.telegram().send(&attempt(&message, 0)).await.unwrap_err();
        assert!(matches!(error, SendError::Unknown(_)), "{error:?}");
        shows_no_token(&error);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_leaves_the_outcome_unknown() {
    let server =
        Server::answering(["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"ok\":tr".to_owned()]).await;
    let error = server.telegram().send(&attempt(&text_message("да"), 0)).await.unwrap_err();
    assert!(matches!(error, SendError::Unknown(_)), "{error:?}");
}

/// Without the end of the file the provider had no complete request.
#[tokio::test]
async fn an_upload_that_our_own_store_breaks_off_was_surely_not_sent() {
    let server = Server::answering([String::new()]).await;
    let (message, store) = (paper(), Store::Broken);
    let error = server.telegram().send(&with_files(&message, 0, &store)).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
    shows_no_token(&error);
}

fn through_manager() -> connector_api::OutboundMessage {
    in_conversation("BcExample01Anna:6100000001", text_message("да"))
}

fn forgotten() -> String {
    let words = "Forbidden: bot can't initiate conversation with a user";
    http_answer("403 Forbidden", &format!(r#"{{"ok":false,"error_code":403,"description":"{words}"}}"#))
}

#[tokio::test]
async fn a_connection_that_the_server_forgot_is_asked_for_and_the_message_tried_again() {
    let known =
        r#"{"ok":true,"result":{"id":"BcExample01Anna","is_enabled":true,"rights":{"can_reply":true}}}"#;
    let server = Server::answering([forgotten(), http_answer("200 OK", known)]).await;
    let error = server.telegram().send(&attempt(&through_manager(), 0)).await.unwrap_err();
    assert!(matches!(error, SendError::Temporary(_)), "{error:?}");
    assert!(server.asked()[1].contains("/getBusinessConnection "));
}

#[tokio::test]
async fn a_connection_that_was_cut_is_refused_in_words() {
    let cut = r#"{"ok":true,"result":{"id":"BcExample01Anna","is_enabled":false}}"#;
    let server = Server::answering([forgotten(), http_answer("200 OK", cut)]).await;
    let error = server.telegram().send(&attempt(&through_manager(), 0)).await.unwrap_err();
    assert!(matches!(&error, SendError::Rejected { code, .. } if code == "business_cut"), "{error:?}");
}

#[tokio::test]
async fn a_press_answered_too_late_is_no_failure() {
    let late = r#"{"ok":false,"error_code":400,"description":"Bad Request: query is too old and response timeout expired"}"#;
    let server = Server::answering([http_answer("400 Bad Request", late)]).await;
    let telegram = server.telegram();
    telegram.mark_read(&connector_api::ExternalId::new("callback/4382"), true).await.unwrap();
    assert!(server.asked()[0].contains("/answerCallbackQuery "));
}

#[tokio::test]
async fn what_changes_a_message_is_done_again_when_nobody_knows_and_a_message_is_not() {
    let telegram = Server::gone().await.telegram();
    let edit = OutboundAction::Edit {
        message: vec![ExternalId::new("6100000001/31")],
        sent_at: hours_ago(1),
        caption: false,
        grows: false,
        text: "да".to_owned(),
        buttons: Vec::new(),
    };
    for (message, expected) in [(text_message("да"), LookUp::CannotTell), (acting(edit), LookUp::NotArrived)]
    {
        assert_eq!(telegram.look_up(&attempt(&message, 0)).await.unwrap(), expected);
    }
}
