use async_trait::async_trait;
use chrono::DateTime;
use connector_api::{
    Address, BoxError, ByteStream, ExternalId, FileSource, MediaKind, OutboundContent, OutboundFile,
    OutboundMessage, Region,
};
use serde_json::{Value, json};

use super::super::parts;
use super::super::parts::tests::{file, message, send};
use super::*;

struct NoFiles;

#[async_trait]
impl FileSource for NoFiles {
    async fn open(&self, _: &OutboundFile) -> Result<ByteStream, BoxError> {
        Err("a request is made without reading files".into())
    }
}

fn refused(message: &OutboundMessage) -> SendError {
    body_of(message, 0).expect_err("refused")
}

fn body_of(message: &OutboundMessage, part: u16) -> Result<Value, SendError> {
    let now = DateTime::from_timestamp(1_793_606_400, 0).expect("a time of this century");
    let attempt =
        SendAttempt { message, part, sent: &[], files: &NoFiles, first_tried_at: now, tried_at: now, now };
    let part = parts::nth(&attempt)?;
    let outgoing = request_for(&Config::default(), &attempt, &part, Some("1300000000000001"))?;
    Ok(serde_json::to_value(outgoing).expect("JSON"))
}

fn body(message: &OutboundMessage) -> Value {
    body_of(message, 0).expect("it can be sent")
}

fn text(text: &str) -> OutboundContent {
    OutboundContent::Text { text: text.into() }
}

fn to(addresses: Vec<Address>) -> OutboundMessage {
    OutboundMessage { to: addresses, ..send(text("x")) }
}

fn number(text: &str) -> Address {
    Address::Phone(connector_api::PhoneNumber::parse(text, Region::Russia).expect("a number"))
}

fn user(id: &str) -> Address {
    Address::opaque("whatsapp:default", id)
}

#[test]
fn a_text_is_the_document_of_the_sheet_without_a_preview() {
    let quote = Some(ExternalId::new("wamid.AAA1"));
    let message = message(OutboundAction::Send { content: text("Заказ собран."), quote });
    assert_eq!(
        body(&message),
        json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": "+79000000002",
            "type": "text",
            "text": { "body": "Заказ собран.", "preview_url": false },
            "context": { "message_id": "wamid.AAA1" },
            "biz_opaque_callback_data": "00000000-0000-0000-0000-000000000007",
        })
    );
}

#[test]
fn letters_emoji_and_right_to_left_text_go_out_to_the_byte() {
    for words in ["Ёжик 👍🏽 «да»", "مرحبا\u{200f} 5 м³/ч", "  *жирный*\n\tтаб  ", "👨\u{200d}👩\u{200d}👧"]
    {
        assert_eq!(body(&send(text(words)))["text"]["body"], words);
    }
}

#[test]
fn a_number_typed_with_an_eight_goes_out_with_a_plus() {
    assert_eq!(body(&to(vec![number("8 (900) 000-00-02")]))["to"], "+79000000002");
}

#[test]
fn who_hides_the_number_is_written_to_by_the_user_id() {
    let body = body(&to(vec![user("RU.9000000000000000003"), number("+79000000009")]));
    assert_eq!(body["recipient"], "RU.9000000000000000003");
    assert!(body.get("to").is_none());
    let by_key = OutboundMessage {
        conversation: ExternalId::new("900000000000002:RU.9000000000000000003"),
        ..send(text("x"))
    };
    assert_eq!(super::tests::body(&by_key)["recipient"], "RU.9000000000000000003");
}

#[test]
fn addresses_of_other_networks_are_passed_over() {
    let email = Address::Email(connector_api::EmailAddress::parse("a@b.ru").expect("an address"));
    let telegram = Address::opaque("telegram", "61");
    assert_eq!(body(&to(vec![email, telegram]))["to"], "+79000000002", "the conversation's key decides");
}

#[test]
fn a_group_is_never_answered_in_private() {
    let group = OutboundMessage {
        conversation: ExternalId::new("900000000000002:Y2FwaV9ncm91cA"),
        ..to(vec![number("+79000000002")])
    };
    assert!(matches!(refused(&group), SendError::Rejected { code, .. } if code == "group"));
}

#[test]
fn each_kind_of_file_has_its_own_object() {
    let media = |kind, mime: &str, caption: Option<&str>| {
        let caption = caption.map(str::to_owned);
        let message = send(OutboundContent::Media { files: vec![file(kind, mime)], caption });
        let body = body(&message);
        let kind = body["type"].as_str().expect("a type").to_owned();
        (kind.clone(), body[kind].clone())
    };
    let id = "1300000000000001";
    for (found, kind, object) in [
        (media(MediaKind::Image, "image/jpeg", Some("Вот")), "image", json!({ "id": id, "caption": "Вот" })),
        (media(MediaKind::Video, "video/mp4", None), "video", json!({ "id": id })),
        (media(MediaKind::Voice, "audio/ogg", None), "audio", json!({ "id": id, "voice": true })),
        (media(MediaKind::Audio, "audio/mpeg", None), "audio", json!({ "id": id })),
        (media(MediaKind::Sticker, "image/webp", None), "sticker", json!({ "id": id })),
        (
            media(MediaKind::Document, "application/pdf", Some("реквизиты")),
            "document",
            json!({ "id": id, "caption": "реквизиты", "filename": "Счёт 17.pdf" }),
        ),
    ] {
        assert_eq!(found, (kind.to_owned(), object));
    }
}

#[test]
fn only_the_first_part_quotes_and_every_part_has_its_own_reference() {
    let content = text(&"слово ".repeat(1000));
    let message = message(OutboundAction::Send { content, quote: Some(ExternalId::new("wamid.AAA1")) });
    let (first, second) = (body(&message), body_of(&message, 1).expect("a second part"));
    assert_eq!(first["context"]["message_id"], "wamid.AAA1");
    assert!(second.get("context").is_none());
    assert_eq!(second["biz_opaque_callback_data"], "00000000-0000-0000-0000-000000000007.1");
    assert!(matches!(body_of(&message, 2), Err(SendError::Rejected { .. })));
}

#[test]
fn a_place_and_a_card_go_out_as_the_provider_writes_them() {
    let place = send(OutboundContent::Location {
        latitude: "55.030204".parse().expect("a number"),
        longitude: "82.92043".parse().expect("a number"),
        name: Some("Склад".into()),
        address: None,
    });
    assert_eq!(
        body(&place)["location"],
        json!({ "latitude": "55.030204", "longitude": "82.92043", "name": "Склад" })
    );
    let card = ContactCard {
        name: Some("Пётр Снабженец".into()),
        organization: Some("ООО Пример".into()),
        phones: vec![connector_api::PhoneNumber::parse("+79000000004", Region::Russia).expect("a number")],
        phone_texts: vec!["8 900 000-00-04".into()],
        emails: vec!["p@example.ru".into()],
    };
    assert_eq!(
        body(&send(OutboundContent::Contacts { cards: vec![card] }))["contacts"],
        json!([{
            "name": { "formatted_name": "Пётр Снабженец", "first_name": "Пётр Снабженец" },
            "phones": [{ "phone": "+79000000004", "wa_id": "79000000004", "type": "CELL" }],
            "emails": [{ "email": "p@example.ru", "type": "WORK" }],
            "org": { "company": "ООО Пример" },
        }])
    );
}

#[test]
fn a_reaction_is_set_and_an_empty_one_removes_it() {
    let react = |emoji: Option<&str>| {
        let emoji = emoji.map(str::to_owned);
        body(&message(OutboundAction::React { message: ExternalId::new("wamid.AAA1"), emoji }))
    };
    assert_eq!(react(Some("👍🏻"))["reaction"], json!({ "message_id": "wamid.AAA1", "emoji": "👍🏻" }));
    assert_eq!(react(None)["reaction"], json!({ "message_id": "wamid.AAA1", "emoji": "" }));
    assert!(react(None).get("context").is_none());
}

#[test]
fn a_template_carries_its_file_its_values_and_its_buttons() {
    let value = |text: &str| TemplateValue { name: None, text: text.into() };
    let template = FilledTemplate {
        name: "order_ready".into(),
        language: "ru".into(),
        header: Some(TemplateHeader::File(file(MediaKind::Document, "application/pdf"))),
        body: vec![value("17"), value("завтра")],
        buttons: vec![
            TemplateButton { index: 0, kind: "quick_reply".into(), value: "CALLBACK".into() },
            TemplateButton { index: 1, kind: "url".into(), value: "orders/17".into() },
        ],
        text: "Заказ 17 готов, заберите завтра".into(),
    };
    let quote = Some(ExternalId::new("wamid.AAA1"));
    let content = OutboundContent::Template(template);
    let body = body(&message(OutboundAction::Send { content, quote }));
    assert!(body.get("context").is_none(), "templates show no quote");
    assert_eq!(
        body["template"],
        json!({ "name": "order_ready", "language": { "code": "ru" }, "components": [
            { "type": "header", "parameters": [
                { "type": "document", "document": { "id": "1300000000000001", "filename": "Счёт 17.pdf" } }] },
            { "type": "body", "parameters": [
                { "type": "text", "text": "17" }, { "type": "text", "text": "завтра" }] },
            { "type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [
                { "type": "payload", "payload": "CALLBACK" }] },
            { "type": "button", "sub_type": "url", "index": "1", "parameters": [
                { "type": "text", "text": "orders/17" }] } ] })
    );
}

#[test]
fn named_values_carry_their_names_and_a_plain_template_has_no_components() {
    let template = FilledTemplate {
        name: "hello".into(),
        language: "ru".into(),
        header: None,
        body: vec![TemplateValue { name: Some("client".into()), text: "Ирина".into() }],
        buttons: Vec::new(),
        text: "Здравствуйте, Ирина".into(),
    };
    let named = body(&send(OutboundContent::Template(template.clone())));
    assert_eq!(
        named["template"]["components"][0]["parameters"][0],
        json!({ "type": "text", "parameter_name": "client", "text": "Ирина" })
    );
    let plain = body(&send(OutboundContent::Template(FilledTemplate { body: Vec::new(), ..template })));
    assert_eq!(plain["template"], json!({ "name": "hello", "language": { "code": "ru" } }));
}
