//! What a message becomes on the wire, and when it may be sent at all.

use connector_api::{
    Button, ContactCard, ConversationFacts, ConversationState, ExternalId, MediaKind, OutboundAction,
    OutboundContent, OutboundFile, OutboundMessage, Permission, PhoneNumber, Region, SendError,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::memory::Memory;
use super::request::request_for;
use super::shape::Shape;
use super::testing::{
    acting, attempt, file, hours_ago, in_conversation, message_of, now, photo, text_message,
};
use super::{attention_for, permission};
use crate::api::Call;

const BUSINESS: &str = "BcExample01Anna:6100000001";

fn call(message: &OutboundMessage, part: u16) -> Call {
    request_for(&Memory::default(), &attempt(message, part)).unwrap().call
}

fn body(call: &Call) -> (&'static str, Value) {
    (call.method, Value::Object(call.fields.clone()))
}

fn refused(message: &OutboundMessage) -> String {
    match request_for(&Memory::default(), &attempt(message, 0)) {
        Err(SendError::Rejected { code, reason, .. }) => {
            assert!(reason.chars().any(|c| ('а'..='я').contains(&c)), "{reason}");
            code
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_text_goes_exactly_as_it_is_and_without_mark_up() {
    for text in ["a < b && c > d", "</b>", "*не жирный* _нет_ `да`"] {
        let (method, fields) = body(&call(&text_message(text), 0));
        assert_eq!(method, "sendMessage");
        assert_eq!(fields, json!({ "chat_id": 6_100_000_001_i64, "text": text }));
    }
}

#[test]
fn the_parts_of_a_long_text_are_asked_for_one_by_one() {
    let message = text_message(&"🚚".repeat(4096));
    for part in 0..2 {
        assert_eq!(body(&call(&message, part)).1["text"], "🚚".repeat(2048));
    }
    assert_eq!(
        request_for(&Memory::default(), &attempt(&message, 2)).unwrap_err().to_string(),
        "rejected by the provider: no_such_part"
    );
}

#[test]
fn a_quote_stands_at_the_first_part_and_its_loss_does_not_block_the_answer() {
    let content = OutboundContent::Text { text: "я".repeat(5000) };
    let message = acting(OutboundAction::Send { content, quote: Some(ExternalId::new("6100000001/15")) });
    let quote = json!({ "message_id": 15, "allow_sending_without_reply": true });
    assert_eq!(body(&call(&message, 0)).1["reply_parameters"], quote);
    assert_eq!(body(&call(&message, 1)).1["reply_parameters"], Value::Null);
}

/// The same number means another message there.
#[test]
fn a_quote_of_another_chat_is_left_out() {
    for quote in ["BcExample01Anna:6100000001/15", "6100000002/15", "callback/15"] {
        let content = OutboundContent::Text { text: "да".into() };
        let message = acting(OutboundAction::Send { content, quote: Some(ExternalId::new(quote)) });
        assert_eq!(body(&call(&message, 0)).1["reply_parameters"], Value::Null, "{quote}");
    }
}

#[test]
fn a_message_in_a_managers_chat_goes_through_the_connection() {
    let (_, fields) = body(&call(&in_conversation(BUSINESS, text_message("В четверг.")), 0));
    assert_eq!(fields["business_connection_id"], "BcExample01Anna");
    assert_eq!(fields["chat_id"], 6_100_000_001_i64);
}

#[test]
fn a_topic_is_named_and_the_main_stream_is_not() {
    let thread = |conversation: &str| {
        body(&call(&in_conversation(conversation, text_message("да")), 0)).1["message_thread_id"].clone()
    };
    assert_eq!(thread("-1002000000001/34"), 34);
    assert_eq!(thread("-1002000000001/1"), Value::Null);
    assert_eq!(thread("-1002000000001"), Value::Null);
}

#[test]
fn a_file_is_uploaded_once_and_then_named_by_its_handle() {
    let message =
        message_of(OutboundContent::Media { files: vec![photo(1)], caption: Some("Чек".into()) });
    let memory = Memory::default();
    let first = request_for(&memory, &attempt(&message, 0)).unwrap().call;
    assert_eq!(
        body(&first),
        ("sendPhoto", json!({ "chat_id": 6_100_000_001_i64, "photo": "attach://file0", "caption": "Чек" }))
    );
    assert_eq!(first.uploads.len(), 1);
    memory.keep_file(&photo(1), Shape::Photo, "AgAC-1".into());
    let second = request_for(&memory, &attempt(&message, 0)).unwrap().call;
    assert_eq!(second.fields["photo"], "AgAC-1");
    assert!(second.uploads.is_empty());
}

#[test]
fn an_album_is_one_request_with_the_words_at_its_first_file() {
    let film = OutboundFile { duration_s: Some(5), ..file(MediaKind::Video, "video/mp4") };
    let files = vec![photo(1), film];
    let message = message_of(OutboundContent::Media { files, caption: Some("Склад".into()) });
    let call = call(&message, 0);
    assert_eq!(call.method, "sendMediaGroup");
    assert_eq!(
        call.fields["media"],
        json!([
            { "type": "photo", "media": "attach://file0", "caption": "Склад" },
            { "type": "video", "media": "attach://file1", "duration": 5, "supports_streaming": true },
        ])
    );
    assert_eq!(call.uploads.len(), 2);
}

#[test]
fn a_document_stays_a_document() {
    let files = vec![file(MediaKind::Document, "image/jpeg")];
    let (method, fields) = body(&call(&message_of(OutboundContent::Media { files, caption: None }), 0));
    assert_eq!((method, &fields["disable_content_type_detection"]), ("sendDocument", &json!(true)));
}

#[test]
fn a_place_goes_as_a_point_or_with_its_name_and_address() {
    let place = |name: Option<&str>, address: Option<&str>| {
        let (latitude, longitude) = (Decimal::new(55_030_204, 6), Decimal::new(82_920_430, 6));
        let (name, address) = (name.map(str::to_owned), address.map(str::to_owned));
        let content = OutboundContent::Location { latitude, longitude, name, address };
        body(&call(&message_of(content), 0))
    };
    let (method, fields) = place(None, None);
    assert_eq!((method, fields["latitude"].to_string().as_str()), ("sendLocation", "55.030204"));
    let (method, fields) = place(Some("Склад"), None);
    assert_eq!(
        (method, &fields["title"], &fields["address"]),
        ("sendVenue", &json!("Склад"), &json!("Склад"))
    );
}

#[test]
fn a_visiting_card_carries_all_its_numbers() {
    let phone = |text| PhoneNumber::parse(text, Region::Russia).unwrap();
    let card = ContactCard {
        name: Some("Олег; снабжение".into()),
        phones: vec![phone("+79000000001"), phone("+79000000002")],
        emails: vec!["oleg@example.ru".into()],
        ..ContactCard::default()
    };
    let (method, fields) = body(&call(&message_of(OutboundContent::Contacts { cards: vec![card] }), 0));
    assert_eq!((method, &fields["phone_number"]), ("sendContact", &json!("+79000000001")));
    let vcard = fields["vcard"].as_str().unwrap();
    assert!(vcard.contains("TEL:+79000000002\r\n") && vcard.contains("EMAIL:oleg@example.ru\r\n"), "{vcard}");
    assert!(vcard.contains("FN:Олег\\; снабжение\r\n"), "{vcard}");
    let nameless = ContactCard { name: Some("Олег".into()), ..ContactCard::default() };
    let message = message_of(OutboundContent::Contacts { cards: vec![nameless] });
    assert_eq!(refused(&message), "contact_without_phone");
}

fn ids(numbers: &[i64], chat: &str) -> Vec<ExternalId> {
    numbers.iter().map(|number| ExternalId::new(format!("{chat}/{number}"))).collect()
}

#[test]
fn an_edit_changes_the_text_or_the_caption() {
    let edit = |caption, conversation: &str| {
        let message = ids(&[15], conversation);
        let action = OutboundAction::Edit {
            message,
            sent_at: hours_ago(1),
            caption,
            grows: false,
            text: "Новое".into(),
            buttons: Vec::new(),
        };
        body(&call(&in_conversation(conversation, acting(action)), 0))
    };
    assert_eq!(
        edit(false, "6100000001"),
        ("editMessageText", json!({ "chat_id": 6_100_000_001_i64, "message_id": 15, "text": "Новое" }))
    );
    let (method, fields) = edit(true, BUSINESS);
    assert_eq!((method, &fields["caption"]), ("editMessageCaption", &json!("Новое")));
    assert_eq!(fields["business_connection_id"], "BcExample01Anna");
}

#[test]
fn buttons_go_along_and_come_off_with_an_edit() {
    let button = |label: &str| Button { label: label.into(), data: format!("d/{label}") };
    let rows = vec![vec![button("да"), button("нет")], vec![button("потом")]];
    let keyboard = json!({ "inline_keyboard": [
        [{ "text": "да", "callback_data": "d/да" }, { "text": "нет", "callback_data": "d/нет" }],
        [{ "text": "потом", "callback_data": "d/потом" }],
    ]});
    let question =
        message_of(OutboundContent::Buttons { text: "Согласны?".into(), rows: rows.clone() });
    assert_eq!(body(&call(&question, 0)).1["reply_markup"], keyboard);
    let edit = |buttons| OutboundAction::Edit {
        message: ids(&[15], "6100000001"),
        sent_at: hours_ago(1),
        caption: false,
        grows: false,
        text: "Согласен: Пётр".into(),
        buttons,
    };
    assert_eq!(body(&call(&acting(edit(rows)), 0)).1["reply_markup"], keyboard);
    assert_eq!(body(&call(&acting(edit(Vec::new())), 0)).1.get("reply_markup"), None);
}

#[test]
fn a_press_is_answered_in_its_place_and_nothing_else_is() {
    let answer = |press: &str| {
        acting(OutboundAction::Answer { press: ExternalId::new(press), text: "Принято".into() })
    };
    let expected = json!({ "callback_query_id": "4382", "text": "Принято" });
    assert_eq!(body(&call(&answer("callback/4382"), 0)), ("answerCallbackQuery", expected));
    assert_eq!(refused(&answer("6100000001/15")), "no_press");
}

#[test]
fn a_deletion_names_all_parts_and_is_refused_after_48_hours() {
    let delete = |numbers: &[i64], conversation: &str, hours| {
        let message = ids(numbers, conversation);
        let action = OutboundAction::Delete { message, sent_at: hours_ago(hours) };
        in_conversation(conversation, acting(action))
    };
    let chat = 6_100_000_001_i64;
    assert_eq!(
        body(&call(&delete(&[15], "6100000001", 47), 0)),
        ("deleteMessage", json!({ "chat_id": chat, "message_id": 15 }))
    );
    assert_eq!(
        body(&call(&delete(&[15, 16], "6100000001", 47), 0)),
        ("deleteMessages", json!({ "chat_id": chat, "message_ids": [15, 16] }))
    );
    assert_eq!(
        body(&call(&delete(&[15], BUSINESS, 1), 0)),
        (
            "deleteBusinessMessages",
            json!({ "business_connection_id": "BcExample01Anna", "message_ids": [15] })
        )
    );
    assert_eq!(refused(&delete(&[15], "6100000001", 48)), "too_old");
}

#[test]
fn a_reaction_is_set_and_removed_but_not_in_a_managers_chat() {
    let react = |emoji: Option<&str>, conversation: &str| {
        let message = ExternalId::new(format!("{conversation}/15"));
        let action = OutboundAction::React { message, emoji: emoji.map(str::to_owned) };
        in_conversation(conversation, acting(action))
    };
    let (method, fields) = body(&call(&react(Some("👍"), "6100000001"), 0));
    assert_eq!(method, "setMessageReaction");
    assert_eq!(fields["reaction"], json!([{ "type": "emoji", "emoji": "👍" }]));
    let (_, fields) = body(&call(&react(Some("❤\u{fe0f}"), "6100000001"), 0));
    assert_eq!(fields["reaction"][0]["emoji"], "❤");
    assert_eq!(body(&call(&react(None, "6100000001"), 0)).1["reaction"], json!([]));
    assert_eq!(refused(&react(Some("👍"), BUSINESS)), "no_reactions_here");
}

#[test]
fn what_has_no_number_or_no_chat_is_refused_in_words() {
    let action = OutboundAction::React { message: ExternalId::new("callback/1"), emoji: None };
    assert_eq!(refused(&acting(action)), "no_number");
    assert_eq!(refused(&in_conversation("неизвестно", text_message("да"))), "no_chat");
}

/// The service message about the move may come later than the refusal, or never.
#[test]
fn a_group_that_moved_is_written_to_under_its_new_number() {
    let memory = Memory::default();
    memory.moved(-42, -1_002_000_000_009);
    let content = OutboundContent::Text { text: "да".into() };
    let action = OutboundAction::Send { content, quote: Some(ExternalId::new("-42/7")) };
    let message = in_conversation("-42", acting(action));
    let request = request_for(&memory, &attempt(&message, 0)).unwrap();
    assert_eq!(request.call.fields["chat_id"], -1_002_000_000_009_i64);
}

fn facts(conversation: &str, hours: Option<i64>, state: Option<ConversationState>) -> ConversationFacts {
    ConversationFacts {
        conversation: Some(ExternalId::new(conversation)),
        last_inbound_at: hours.map(hours_ago),
        state,
    }
}

#[test]
fn a_managers_account_answers_within_24_hours_and_not_after() {
    let until = hours_ago(23) + super::BUSINESS_WINDOW;
    let allowed = |hours| permission(&facts(BUSINESS, hours, None), now());
    assert_eq!(allowed(Some(23)), Permission::Open { until: Some(until) });
    for hours in [Some(24), Some(100), None] {
        let Permission::Closed { reason } = allowed(hours) else { panic!("{hours:?}") };
        assert!(reason.contains("24 часа"), "{reason}");
    }
    assert_eq!(permission(&facts("6100000001", Some(100), None), now()), Permission::Open { until: None });
}

#[test]
fn a_cut_connection_and_a_block_close_the_conversation_until_they_end() {
    let allowed = |conversation, state| permission(&facts(conversation, Some(1), Some(state)), now());
    let Permission::Closed { reason } = allowed(BUSINESS, ConversationState::Disconnected) else { panic!() };
    assert!(reason.contains("отключил бота"), "{reason}");
    assert!(matches!(allowed(BUSINESS, ConversationState::Open), Permission::Open { until: Some(_) }));
    let Permission::Closed { reason } = allowed("6100000001", ConversationState::Blocked) else { panic!() };
    assert!(reason.contains("заблокировал"), "{reason}");
    assert_eq!(allowed("6100000001", ConversationState::Open), Permission::Open { until: None });
}

#[test]
fn reading_shows_only_in_a_managers_chat_and_typing_everywhere() {
    let methods = |id: &str, typing| -> Vec<&str> {
        attention_for(&ExternalId::new(id), typing).iter().map(|call| call.method).collect()
    };
    assert_eq!(methods("BcExample01Anna:6100000001/5501", true), ["readBusinessMessage", "sendChatAction"]);
    assert_eq!(methods("6100000001/15", true), ["sendChatAction"]);
    assert!(methods("6100000001/15", false).is_empty());
    assert!(methods("nonsense", true).is_empty());
}
