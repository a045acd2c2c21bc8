//! What sending must hold to, against a server on this machine.

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    BoxError, ByteStream, ContactCard, ConversationFacts, ConversationState, ExternalId, FileSource, LookUp,
    MediaKind, Outbound, OutboundAction, OutboundContent, OutboundFile, OutboundMessage, Permission,
    PhoneNumber, Region, SendAttempt, SendError,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Max;
use crate::failure::tests::in_words;
use crate::server::{self, Asked, Reply, Server};

const CHAT: &str = "182000001";

/// A store in which every file holds its own name.
struct Store;

#[async_trait::async_trait]
impl FileSource for Store {
    async fn open(&self, file: &OutboundFile) -> Result<ByteStream, BoxError> {
        let bytes = Bytes::from(file.file_name.clone());
        Ok(Box::pin(futures::stream::iter([Ok(bytes)])))
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_250_400, 0).unwrap()
}

fn doing(action: OutboundAction) -> OutboundMessage {
    OutboundMessage { id: Uuid::from_u128(7), conversation: ExternalId::new(CHAT), to: Vec::new(), action }
}

fn saying(content: OutboundContent) -> OutboundMessage {
    doing(OutboundAction::Send { content, quote: None })
}

fn text(text: &str) -> OutboundMessage {
    saying(OutboundContent::Text { text: text.into() })
}

fn file(kind: MediaKind, mime_type: &str, file_name: &str) -> OutboundFile {
    OutboundFile {
        id: Uuid::from_u128(1),
        kind,
        mime_type: mime_type.into(),
        file_name: file_name.into(),
        size_bytes: file_name.len() as u64,
        sha256: file_name.into(),
        duration_s: None,
    }
}

async fn attempt(max: &Max, message: &OutboundMessage, part: u16) -> Result<Option<String>, SendError> {
    let attempt = SendAttempt {
        message,
        part,
        sent: &[],
        files: &Store,
        first_tried_at: now(),
        tried_at: now(),
        now: now(),
    };
    let accepted = max.send(&attempt).await?;
    Ok(accepted.external_id.map(|id| id.to_string()))
}

fn sent(mid: &str) -> Reply {
    Reply::json(200, &json!({"message": {"body": {"mid": mid, "seq": 1}}}).to_string())
}

fn bodies(server: &Server) -> Vec<Value> {
    let messages = |asked: &Asked| asked.target.starts_with("POST /messages");
    let read = |asked: Asked| serde_json::from_str(&asked.body).unwrap();
    server.asked().into_iter().filter(messages).map(read).collect()
}

fn targets(server: &Server) -> Vec<String> {
    server.asked().into_iter().map(|asked| asked.target).collect()
}

#[tokio::test]
async fn the_token_stands_in_its_header_exactly_and_nowhere_else() {
    let server = server::start(vec![sent("mid.1")]).await;
    let id = attempt(&server.max(), &text("Добрый день"), 0).await.unwrap();
    assert_eq!(id.as_deref(), Some("182000001/mid.1"));
    let asked = server.asked().remove(0);
    assert_eq!(asked.authorization.as_deref(), Some(server::TOKEN));
    assert_eq!(asked.target, "POST /messages?chat_id=182000001");
    assert_eq!(serde_json::from_str::<Value>(&asked.body).unwrap(), json!({"text": "Добрый день"}));
}

#[tokio::test]
async fn a_dead_network_is_told_without_the_token() {
    let server = server::start(Vec::new()).await;
    let max = server.max();
    drop(server);
    tokio::task::yield_now().await;
    let error = attempt(&max, &text("x"), 0).await.unwrap_err();
    assert_eq!(in_words(&error), "temporary");
    assert!(!format!("{error:?}").contains(server::TOKEN));
}

#[tokio::test]
async fn a_text_too_long_is_two_messages_in_order() {
    let server = server::start(vec![sent("mid.1"), sent("mid.2")]).await;
    let (max, long) = (server.max(), text(&"я".repeat(4001)));
    assert_eq!(max.parts(&long).unwrap(), 2);
    for part in 0..2 {
        attempt(&max, &long, part).await.unwrap();
    }
    let lengths: Vec<usize> =
        bodies(&server).iter().map(|body| body["text"].as_str().unwrap().chars().count()).collect();
    assert_eq!(lengths, [4000, 1]);
}

fn place(server: &Server, token: Option<&str>) -> Reply {
    Reply::json(200, &json!({"url": server.url("/up?sig=1"), "token": token}).to_string())
}

#[tokio::test]
async fn each_kind_of_upload_is_sent_with_its_own_token() {
    let server = server::start(Vec::new()).await;
    let max = server.max();
    for (file, given, answer, expected) in [
        (
            file(MediaKind::Image, "image/jpeg", "a.jpg"),
            None,
            r#"{"photos":{"k":{"token":"p1"}}}"#,
            json!({"type": "image", "payload": {"token": "p1"}}),
        ),
        (
            file(MediaKind::Document, "application/pdf", "b.pdf"),
            None,
            r#"{"token":"f1","fileId":7}"#,
            json!({"type": "file", "payload": {"token": "f1"}}),
        ),
        (
            file(MediaKind::Video, "video/mp4", "c.mp4"),
            Some("v1"),
            "<retval>1</retval>",
            json!({"type": "video", "payload": {"token": "v1"}}),
        ),
        (
            file(MediaKind::Voice, "audio/ogg; codecs=opus", "d.ogg"),
            Some("a1"),
            "<retval>1</retval>",
            json!({"type": "audio", "payload": {"token": "a1"}}),
        ),
    ] {
        server.then(vec![place(&server, given), Reply::text(200, answer), sent("mid.1")]);
        let name = file.file_name.clone();
        let message = saying(OutboundContent::Media { files: vec![file], caption: None });
        attempt(&max, &message, 0).await.unwrap();
        assert_eq!(bodies(&server).last().unwrap()["attachments"], json!([expected]));
        let asked = server.asked();
        let upload = &asked[asked.len() - 2];
        assert_eq!((upload.target.as_str(), upload.authorization.as_deref()), ("POST /up?sig=1", None));
        assert!(upload.content_type.starts_with("multipart/form-data"));
        assert!(upload.body.contains("name=\"data\"") && upload.body.contains(&name), "{}", upload.body);
    }
}

#[tokio::test]
async fn a_file_that_is_not_ready_is_uploaded_once_and_sent_once() {
    let not_ready = || Reply::json(400, r#"{"code":"attachment.not.ready","message":"not processed"}"#);
    let server = server::start(Vec::new()).await;
    server.then(vec![place(&server, None), Reply::text(200, r#"{"token":"f1"}"#)]);
    server.then(vec![not_ready(), not_ready(), sent("mid.1")]);
    let max = server.max();
    let files = vec![file(MediaKind::Document, "application/pdf", "b.pdf")];
    let message = saying(OutboundContent::Media { files, caption: Some("Счёт".into()) });
    for _ in 0..2 {
        let error = attempt(&max, &message, 0).await.unwrap_err();
        assert_eq!(in_words(&error), "not ready");
    }
    assert_eq!(attempt(&max, &message, 0).await.unwrap().as_deref(), Some("182000001/mid.1"));
    let uploads = targets(&server).iter().filter(|target| target.contains("/up")).count();
    assert_eq!(uploads, 2, "asked for a place once and uploaded once");
}

#[tokio::test]
async fn an_upload_that_expired_is_made_again() {
    let server = server::start(Vec::new()).await;
    let uploaded = |token: &str| Reply::text(200, &json!({ "token": token }).to_string());
    let refused = || Reply::json(400, r#"{"code":"proto.payload","message":"unknown token"}"#);
    server.then(vec![place(&server, None), uploaded("f1"), sent("mid.1")]);
    server.then(vec![refused()]);
    server.then(vec![place(&server, None), uploaded("f2"), refused()]);
    let max = server.max();
    let files = vec![file(MediaKind::Document, "application/pdf", "b.pdf")];
    let message = saying(OutboundContent::Media { files, caption: None });
    attempt(&max, &message, 0).await.unwrap();
    assert_eq!(in_words(&attempt(&max, &message, 0).await.unwrap_err()), "temporary");
    // Refused with a fresh upload, it is refused for good.
    let error = attempt(&max, &message, 0).await.unwrap_err();
    assert_eq!(in_words(&error), "rejected proto.payload None");
}

#[tokio::test]
async fn only_pictures_and_films_share_a_message_and_the_text_goes_with_the_first() {
    let server = server::start(Vec::new()).await;
    let max = server.max();
    let files = vec![
        file(MediaKind::Document, "application/pdf", "a.pdf"),
        file(MediaKind::Image, "image/png", "b.png"),
        file(MediaKind::Image, "image/jpeg", "c.jpg"),
        file(MediaKind::Image, "image/webp", "d.webp"),
    ];
    let message = saying(OutboundContent::Media { files, caption: Some("Акт и фото".into()) });
    assert_eq!(max.parts(&message).unwrap(), 3);
    let photo = |token: &str| Reply::json(200, &json!({"photos": {"k": {"token": token}}}).to_string());
    let (plain, place) =
        (|token: &str| Reply::text(200, &json!({ "token": token }).to_string()), || place(&server, None));
    server.then(vec![place(), plain("f1"), sent("mid.1")]);
    server.then(vec![place(), photo("p1"), place(), photo("p2"), sent("mid.2")]);
    server.then(vec![place(), plain("f2"), sent("mid.3")]);
    let mut ids = Vec::new();
    for part in 0..3 {
        ids.extend(attempt(&max, &message, part).await.unwrap());
    }
    assert_eq!(ids, ["182000001/mid.1", "182000001/mid.2", "182000001/mid.3"]);
    let bodies = bodies(&server);
    let shapes: Vec<(Value, Vec<&str>)> = bodies
        .iter()
        .map(|body| {
            let kinds = body["attachments"].as_array().unwrap().iter();
            (body["text"].clone(), kinds.filter_map(|one| one["type"].as_str()).collect())
        })
        .collect();
    assert_eq!(shapes[0], (json!("Акт и фото"), vec!["file"]));
    assert_eq!(shapes[1], (Value::Null, vec!["image", "image"]));
    // A form of picture that the provider does not take goes as a file.
    assert_eq!(shapes[2], (Value::Null, vec!["file"]));
}

#[test]
fn sizes_decide_how_a_file_goes_and_whether_it_goes() {
    use crate::compose::UploadKind;
    const MB: u64 = 1024 * 1024;
    let kind = |kind, mime, size_bytes, duration_s| {
        UploadKind::of(&OutboundFile { size_bytes, duration_s, ..file(kind, mime, "x") }).ok()
    };
    let image = |size| kind(MediaKind::Image, "image/jpeg", size, None);
    assert_eq!(image(50 * MB), Some(UploadKind::Image));
    assert_eq!(image(50 * MB + 1), Some(UploadKind::File));
    assert_eq!(kind(MediaKind::Video, "video/quicktime", 250 * MB, None), Some(UploadKind::Video));
    assert_eq!(kind(MediaKind::Video, "video/x-msvideo", MB, None), Some(UploadKind::File));
    assert_eq!(kind(MediaKind::Recording, "audio/mpeg", MB, Some(3600)), Some(UploadKind::Audio));
    assert_eq!(kind(MediaKind::Recording, "audio/mpeg", MB, Some(3601)), Some(UploadKind::File));
    assert_eq!(kind(MediaKind::Document, "image/jpeg", MB, None), Some(UploadKind::File));
    assert_eq!(kind(MediaKind::Document, "application/zip", 4096 * MB + 1, None), None);
}

#[tokio::test]
async fn a_caption_too_long_comes_before_its_file() {
    let server = server::start(Vec::new()).await;
    let files = vec![file(MediaKind::Document, "application/pdf", "a.pdf")];
    let message = saying(OutboundContent::Media { files, caption: Some("я".repeat(4001)) });
    assert_eq!(server.max().parts(&message).unwrap(), 3);
}

#[tokio::test]
async fn a_place_and_a_card_are_attachments_of_their_own() {
    let server = server::start(vec![sent("mid.1"), sent("mid.2")]).await;
    let max = server.max();
    let place = OutboundContent::Location {
        latitude: "55.03".parse().unwrap(),
        longitude: "82.920".parse().unwrap(),
        name: Some("База".into()),
        address: Some("ул. Придуманная, 14".into()),
    };
    attempt(&max, &saying(place), 0).await.unwrap();
    let card = ContactCard {
        name: Some("Сергей; Рулевой".into()),
        phones: PhoneNumber::parse("+79000000009", Region::Russia).into_iter().collect(),
        ..ContactCard::default()
    };
    attempt(&max, &saying(OutboundContent::Contacts { cards: vec![card] }), 0).await.unwrap();
    let bodies = bodies(&server);
    assert_eq!(
        bodies[0],
        json!({"text": "База\nул. Придуманная, 14",
            "attachments": [{"type": "location", "latitude": 55.03, "longitude": 82.92}]})
    );
    let payload = &bodies[1]["attachments"][0]["payload"];
    assert_eq!(payload["vcf_phone"], "+79000000009");
    let vcard =
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Сергей\\; Рулевой\r\nTEL;TYPE=cell:+79000000009\r\nEND:VCARD\r\n";
    assert_eq!(payload["vcf_info"], vcard);
}

#[tokio::test]
async fn what_cannot_be_said_here_is_refused_before_any_request() {
    let server = server::start(Vec::new()).await;
    let max = server.max();
    let id = |text: &str| ExternalId::new(text);
    let quote = OutboundAction::Send {
        content: OutboundContent::Text { text: "x".into() },
        quote: Some(id("foreign")),
    };
    let stranger = OutboundMessage { conversation: id("wa:1"), ..text("x") };
    for message in [
        text(" \n"),
        doing(OutboundAction::React { message: id("182000001/mid.1"), emoji: Some("👍".into()) }),
        doing(OutboundAction::Delete { message: Vec::new(), sent_at: now() }),
        doing(quote),
        stranger,
        saying(OutboundContent::Contacts { cards: Vec::new() }),
    ] {
        let error = attempt(&max, &message, 0).await.unwrap_err();
        assert!(in_words(&error).starts_with("rejected"), "{error:?}");
        assert!(max.parts(&message).is_err());
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_reply_names_the_message_answered_and_goes_without_it_when_that_is_gone() {
    let gone = Reply::json(404, r#"{"code":"not.found","message":"link: message mid.9 is not found"}"#);
    let server = server::start(vec![sent("mid.1"), gone, sent("mid.2")]).await;
    let max = server.max();
    let reply = doing(OutboundAction::Send {
        content: OutboundContent::Text { text: "Да".into() },
        quote: Some(ExternalId::new("182000001/mid.9/2")),
    });
    attempt(&max, &reply, 0).await.unwrap();
    attempt(&max, &reply, 0).await.unwrap();
    let bodies = bodies(&server);
    let link = json!({"type": "reply", "mid": "mid.9"});
    assert_eq!((&bodies[0]["link"], &bodies[1]["link"], &bodies[2]["link"]), (&link, &link, &Value::Null));
}

#[tokio::test]
async fn an_answer_that_is_not_whole_leaves_the_outcome_open() {
    let replies = vec![
        Reply::broken(200, r#"{"message":"#),
        Reply::json(200, r#"{"message":{"body":{}}}"#),
        Reply::json(200, ""),
        Reply::json(500, ""),
        Reply::json(200, r#"{"success":false,"message":"no"}"#),
    ];
    let server = server::start(replies).await;
    let max = server.max();
    for expected in ["unknown", "unknown", "unknown", "unknown", "rejected refused None"] {
        assert_eq!(in_words(&attempt(&max, &text("x"), 0).await.unwrap_err()), expected);
    }
}

/// The answer was lost, and the history decides whether the message is sent again.
#[tokio::test]
async fn a_message_whose_answer_was_lost_is_found_in_the_history() {
    let history = json!({"messages": [{"sender": {"is_bot": true}, "timestamp": now().timestamp_millis() + 700,
        "body": {"mid": "mid.5", "text": "Отгрузка в четверг"}}]});
    let replies = vec![Reply::json(200, &history.to_string()), Reply::json(200, r#"{"messages":[]}"#)];
    let server = server::start(replies).await;
    let (max, message) = (server.max(), text("Отгрузка в четверг"));
    let look_up = async || {
        let attempt = SendAttempt {
            message: &message,
            part: 0,
            sent: &[],
            files: &Store,
            first_tried_at: now(),
            tried_at: now(),
            now: now() + TimeDelta::seconds(40),
        };
        max.look_up(&attempt).await.unwrap()
    };
    assert_eq!(look_up().await, LookUp::Arrived(connector_api::Accepted::with_id("182000001/mid.5")));
    assert_eq!(look_up().await, LookUp::NotArrived);
    assert!(targets(&server)[0].starts_with("GET /messages?chat_id=182000001"));
}

fn edit(texts: &str, ids: &[&str], sent_at: DateTime<Utc>) -> OutboundMessage {
    doing(OutboundAction::Edit {
        message: ids.iter().map(|id| ExternalId::new(*id)).collect(),
        sent_at,
        caption: false,
        grows: false,
        text: texts.into(),
        buttons: Vec::new(),
    })
}

#[tokio::test]
async fn an_edit_leaves_attachments_alone_and_takes_back_what_the_text_needs_no_more() {
    let done = || Reply::json(200, r#"{"success":true}"#);
    let server = server::start(vec![done(), done()]).await;
    let max = server.max();
    let message = edit("Короче", &["182000001/mid.1", "182000001/mid.2"], now());
    assert_eq!(max.parts(&message).unwrap(), 2);
    for part in 0..2 {
        assert_eq!(attempt(&max, &message, part).await.unwrap(), None);
    }
    let asked = server.asked();
    assert_eq!(asked[0].target, "PUT /messages?message_id=mid.1");
    assert_eq!(asked[0].body, r#"{"text":"Короче"}"#);
    assert_eq!(asked[1].target, "DELETE /messages?message_id=mid.2");
    let longer = edit(&"я".repeat(4001), &["182000001/mid.1"], now());
    assert_eq!(in_words(&max.parts(&longer).unwrap_err()), "rejected too_long None");
}

#[tokio::test]
async fn a_message_older_than_seven_days_is_not_edited_any_more() {
    let server = server::start(vec![Reply::json(200, r#"{"success":true}"#)]).await;
    let max = server.max();
    let of = |age| edit("Иначе", &["182000001/mid.1"], now() - age);
    assert!(attempt(&max, &of(TimeDelta::days(7)), 0).await.is_ok());
    let error = attempt(&max, &of(TimeDelta::days(7) + TimeDelta::seconds(1)), 0).await.unwrap_err();
    assert_eq!(in_words(&error), "rejected too_old None");
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_refused_deletion_is_a_failure_and_what_is_gone_is_deleted() {
    let server = server::start(vec![
        Reply::json(200, r#"{"success":false,"message":"Message is too old"}"#),
        Reply::json(404, r#"{"code":"not.found"}"#),
        Reply::json(503, ""),
    ])
    .await;
    let max = server.max();
    let message =
        doing(OutboundAction::Delete { message: vec![ExternalId::new("182000001/mid.1")], sent_at: now() });
    let error = attempt(&max, &message, 0).await.unwrap_err();
    let SendError::Rejected { reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(reason, "MAX отказал: Message is too old");
    assert_eq!(attempt(&max, &message, 0).await.unwrap(), None);
    // Deleting twice is like deleting once.
    assert_eq!(in_words(&attempt(&max, &message, 0).await.unwrap_err()), "temporary");
}

#[tokio::test]
async fn reading_and_typing_are_shown_in_the_chat_of_the_message() {
    let server = server::start(vec![Reply::json(400, ""), Reply::json(200, r#"{"success":true}"#)]).await;
    let message = ExternalId::new("182000001/mid.1");
    server.max().mark_read(&message, true).await.unwrap();
    let asked = server.asked();
    assert!(asked.iter().all(|asked| asked.target == "POST /chats/182000001/actions"));
    assert_eq!(
        (asked[0].body.as_str(), asked[1].body.as_str()),
        (r#"{"action":"mark_seen"}"#, r#"{"action":"typing_on"}"#,)
    );
}

#[tokio::test]
async fn a_revoked_token_stops_the_account_at_every_call() {
    let revoked = || Reply::json(401, r#"{"code":"verify.token","message":"Invalid access_token"}"#);
    let server = server::start((0..4).map(|_| revoked()).collect()).await;
    let max = server.max();
    let files = vec![file(MediaKind::Document, "application/pdf", "b.pdf")];
    let delete = OutboundAction::Delete { message: vec![ExternalId::new("182000001/mid.1")], sent_at: now() };
    for message in [
        text("x"),
        saying(OutboundContent::Media { files, caption: None }),
        edit("x", &["182000001/mid.1"], now()),
        doing(delete),
    ] {
        let error = attempt(&max, &message, 0).await.unwrap_err();
        assert_eq!(in_words(&error), "stopped verify.token");
    }
}

#[test]
fn a_dialog_that_the_client_stopped_is_closed_until_he_is_back() {
    let config = crate::Config { token: "t".into(), secret: "s3cret".into(), ..crate::Config::default() };
    let max = Max::new(config, server::http()).unwrap();
    let permission =
        |state| max.can_send(&ConversationFacts { state, ..ConversationFacts::default() }, now());
    for state in [None, Some(ConversationState::Open)] {
        assert_eq!(permission(state), Permission::Open { until: None });
    }
    assert!(matches!(permission(Some(ConversationState::Blocked)), Permission::Closed { .. }));
}

mod certificate;
