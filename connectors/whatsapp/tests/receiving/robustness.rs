//! What does not fit loses only itself. Checks 25 and 26, and the edges of the format.

use connector_api::{Connector, Content, NoticeLevel, Parsed};
use serde_json::json;
use whatsapp::Config;

use crate::{
    connector, find, id, message, messages, notices, parse, parse_as, parse_value, phone, raw, received_at,
};

fn kind<'a>(parsed: &'a Parsed, id: &str) -> (&'a str, Option<&'a str>) {
    match &message(parsed, id).content {
        Content::Unsupported { kind, text } => (kind, text.as_deref()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_the_provider_does_not_carry_is_a_placeholder_and_known() {
    let parsed = parse("unsupported");
    for (fact, expected) in [
        ("wamid.UNS1", "poll_creation"),
        ("wamid.UNS2", "unknown"),
        ("wamid.UNS3", "unavailable"),
        ("wamid.UNS4", "media_unavailable"),
        ("wamid.UNS5", "image"),
        ("wamid.UNS6", "interactive"),
        ("wamid.UNS7", "unknown"),
        ("wamid.UNS8", "edit"),
    ] {
        assert_eq!(kind(&parsed, fact).0, expected, "{fact}");
        assert!(message(&parsed, fact).placeholder, "{fact}");
        assert_eq!(message(&parsed, fact).party.addresses.len(), 2, "{fact}");
    }
    assert!(kind(&parsed, "wamid.UNS3").1.is_some_and(|text| text.contains("откройте WhatsApp на телефоне")));
    assert!(kind(&parsed, "wamid.UNS8").1.is_some_and(|text| text.contains("изменил сообщение")));
    assert!(parsed.unknown.is_empty());
    assert_eq!(notices(&parsed)[0].code, "provider_error");
}

#[test]
fn unknown_parts_are_quarantined_and_their_neighbours_applied() {
    let parsed = parse("unknown_parts");
    let unknown: Vec<(&str, &str)> =
        parsed.unknown.iter().map(|part| (part.path.as_str(), part.reason.as_str())).collect();
    let value = "entry[0].changes[0].value";
    let expected = [
        ("messages[0]", "unknown message type \"hologram\""),
        ("messages[2]", "the content of \"text\" cannot be read"),
        ("messages[3]", "a message without an id"),
        ("messages[4]", "a message that is no object"),
        ("messages[6]", "the content of \"interactive.product_reply\" cannot be read"),
        ("statuses[0]", "unknown status \"teleported\""),
        ("polls", "an unknown list"),
    ];
    for (path, reason) in expected {
        assert!(unknown.contains(&(format!("{value}.{path}").as_str(), reason)), "{path}: {unknown:?}");
    }
    assert!(unknown.contains(&("entry[0].changes[1].value", "unknown field \"telepathy\"")));
    assert!(unknown.contains(&("entry[0].changes[2].value", "a change without a value")));
    let nobodys = "entry[0].changes[3].value.messages[0]";
    assert!(unknown.contains(&(nobodys, "unknown message type \"hologram\"")));
    assert!(unknown.contains(&(nobodys, "a message that does not say whose it is")));
    assert_eq!(message(&parsed, "wamid.UNK2").content.text(), Some("рядом"));
    assert_eq!(message(&parsed, "wamid.UNK6").content.text(), Some("без типа"));
    assert_eq!(find(&parsed, "wamid.OUT1:sent").occurred_at.timestamp(), 1_793_520_201);
}

#[test]
fn a_message_of_an_unknown_type_still_has_a_sender_and_a_conversation() {
    let parsed = parse("unknown_parts");
    for (fact, expected) in
        [("wamid.UNK1", "hologram"), ("wamid.UNK3", "text"), ("wamid.UNK5", "interactive.product_reply")]
    {
        assert_eq!(kind(&parsed, fact), (expected, None));
        let placeholder = message(&parsed, fact);
        assert!(placeholder.placeholder);
        assert_eq!(placeholder.conversation, id("900000000000002:79000000002"));
        assert_eq!(placeholder.party.addresses[0], phone("+79000000002"));
    }
}

#[test]
fn ids_as_numbers_and_numbers_as_strings_are_read() {
    let parsed = parse("unknown_parts");
    let numeric = message(&parsed, "12345678901234567890");
    assert_eq!(numeric.content.text(), Some("17"));
    assert_eq!(numeric.party.addresses[0], phone("+79000000002"));
}

#[test]
fn halves_of_a_broken_emoji_do_not_lose_the_batch() {
    let parsed = parse("lone_surrogates");
    assert_eq!(message(&parsed, "wamid.HALF1").content.text(), Some("Привет \u{fffd}"));
    assert_eq!(message(&parsed, "wamid.HALF2").content.text(), Some("целый 👋"));
    assert_eq!(message(&parsed, "wamid.HALF1").party.name.as_deref(), Some("Ирина \u{fffd}"));
}

#[test]
fn a_test_of_the_dashboard_makes_no_client() {
    let parsed = parse("dashboard_test");
    assert!(messages(&parsed).is_empty());
    assert_eq!(parsed.ignored[0].path, "entry[0].changes[0].value.messages[0]");
    let notice = notices(&parsed)[0];
    assert_eq!((notice.level, notice.code.as_str()), (NoticeLevel::Info, "test_notification"));
}

#[test]
fn another_number_is_reported_and_quarantined_when_the_account_has_its_own() {
    let config = Config { phone_number_id: Some("900000000000002".into()), ..Config::default() };
    let parsed = parse_as(config, "two_numbers");
    assert_eq!(messages(&parsed).len(), 1);
    assert_eq!(message(&parsed, "wamid.LINE1").conversation, id("900000000000002:79000000002"));
    assert_eq!(parsed.unknown[0].path, "entry[0].changes[1].value");
    let notice = notices(&parsed)[0];
    assert_eq!((notice.level, notice.code.as_str()), (NoticeLevel::Warning, "unknown_phone_number"));
}

#[test]
fn an_account_without_a_number_of_its_own_takes_all_lines_apart() {
    let parsed = parse("two_numbers");
    assert_eq!(message(&parsed, "wamid.LINE1").conversation, id("900000000000002:79000000002"));
    assert_eq!(message(&parsed, "wamid.LINE2").conversation, id("900000000000003:79000000002"));
}

#[test]
fn a_message_without_a_time_has_the_time_of_receipt() {
    let value = json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{
        "field": "messages", "value": { "metadata": { "phone_number_id": 5 }, "messages": [
            { "from": "79000000002", "id": "a", "type": "text", "text": { "body": "x" } },
            { "from": "79000000002", "id": "b", "timestamp": "soon", "type": "text", "text": { "body": "x" } },
            { "from": "79000000002", "id": "c", "timestamp": 1e300, "type": "text", "text": { "body": "x" } },
            { "from": "79000000002", "id": "d", "timestamp": "-5", "type": "text", "text": { "body": "x" } },
        ] } }] }] });
    let parsed = parse_value(&value);
    assert_eq!(parsed.events.len(), 4);
    assert!(parsed.events.iter().all(|event| event.occurred_at == received_at()));
}

#[test]
fn the_only_contact_belongs_only_to_an_only_sender() {
    let message = |from: &str, id: &str| json!({ "from": from, "id": id, "timestamp": "1793520000", "type": "text", "text": { "body": "x" } });
    let body = |messages: serde_json::Value| {
        json!({ "entry": [{ "changes": [{ "field": "messages", "value": {
            "metadata": { "phone_number_id": "1" },
            "contacts": [{ "profile": { "name": "Хуан" }, "wa_id": "5215500000001", "user_id": "MX.1" }],
            "messages": messages } }] }] })
    };
    // The WhatsApp id of a Mexican number differs from the number.
    let one = parse_value(&body(json!([message("525500000001", "a")])));
    assert_eq!(messages(&one)[0].party.name.as_deref(), Some("Хуан"));
    let two = parse_value(&body(json!([message("525500000001", "a"), message("79000000002", "b")])));
    assert!(messages(&two).iter().all(|message| message.party.name.is_none()));
}

#[test]
fn an_opened_chat_is_no_message() {
    let parsed =
        parse_value(&json!({ "entry": [{ "changes": [{ "field": "messages", "value": { "messages": [
        { "from": "79000000002", "id": "a", "timestamp": "1793520000", "type": "request_welcome" },
    ] } }] }] }));
    assert_eq!((parsed.events.len(), parsed.ignored.len(), parsed.unknown.len()), (0, 1, 0));
}

#[test]
fn reasons_of_quarantine_hold_no_content() {
    let parsed =
        parse_value(&json!({ "entry": [{ "changes": [{ "field": "messages", "value": { "messages": [
        { "from": "79000000002", "id": "a", "type": "text", "text": "секрет клиента" },
        { "from": "79000000002", "id": "b", "type": "order", "order": { "product_items": "секрет клиента" } },
    ] } }] }] }));
    assert_eq!((parsed.events.len(), parsed.unknown.len()), (2, 2));
    assert!(parsed.unknown.iter().all(|part| !part.reason.contains("секрет")));
}

#[test]
fn bodies_that_hold_nothing_say_so() {
    for (body, ignored, unknown) in [
        (json!({ "object": "whatsapp_business_account", "entry": [] }), 1, 0),
        (json!({ "object": "page", "entry": [{ "id": "1" }] }), 1, 0),
        (json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [] }] }), 1, 0),
        (json!({ "entry": [{ "changes": [{ "field": "messages", "value": {} }] }] }), 1, 0),
        (json!({ "entry": [{ "id": "1" }, 5] }), 0, 2),
        (json!({ "entry": [{ "changes": [{ "field": "messages", "value": { "messages": "x" } }] }] }), 0, 1),
        (json!([]), 0, 1),
        (json!({}), 0, 1),
    ] {
        let parsed = parse_value(&body);
        assert_eq!((parsed.ignored.len(), parsed.unknown.len()), (ignored, unknown), "{body}");
        assert!(parsed.events.is_empty(), "{body}");
    }
}

#[test]
fn a_body_that_is_no_json_is_refused_as_a_whole() {
    let connector = connector(Config::default());
    for body in [&b""[..], b"{", b"hello", b"\xff\xfe"] {
        assert!(connector.parse(&raw(body)).is_err());
    }
}
