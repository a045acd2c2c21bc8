//! What people say. Checks 4, 11, 12, 15 to 19, 22, 23.

use connector_api::{
    Author, Content, Direction, Event, EventKind, IdentityUpdate, LinkReason, MediaKind, Message, Origin,
    Parsed,
};
use rust_decimal::Decimal;

use crate::{find, id, message, messages, parse, phone, user_id};

fn text<'a>(parsed: &'a Parsed, id: &str) -> &'a str {
    match &message(parsed, id).content {
        Content::Text { text } => text,
        other => panic!("{id} is {other:?}"),
    }
}

fn file<'a>(parsed: &'a Parsed, id: &str) -> (&'a connector_api::MediaRef, Option<&'a str>) {
    match &message(parsed, id).content {
        Content::Media { media, caption } => (media, caption.as_deref()),
        other => panic!("{id} is {other:?}"),
    }
}

#[test]
fn a_batch_of_five_messages_and_four_statuses_gives_nine_facts_on_the_right_lines() {
    let parsed = parse("batch");
    assert_eq!(parsed.events.len(), 9);
    assert_eq!((parsed.ignored.len(), parsed.unknown.len()), (0, 0));
    let conversations: Vec<&str> =
        messages(&parsed).iter().map(|message| message.conversation.as_str()).collect();
    assert_eq!(
        conversations,
        [
            "900000000000002:79000000002",
            "900000000000002:79000000002",
            "900000000000002:79000000006",
            "900000000000003:79000000002",
            "900000000000003:79000000002",
        ]
    );
    let names: Vec<_> = messages(&parsed).iter().map(|message| message.party.name.as_deref()).collect();
    assert_eq!(names[1..3], [Some("Ирина К."), Some("Пётр")]);
}

#[test]
fn the_first_message_from_an_advertisement_brings_both_addresses_and_the_advertisement() {
    let parsed = parse("text_from_ad");
    let first = message(&parsed, "wamid.TEXT1");
    assert_eq!(first.party.addresses, [phone("+79000000002"), user_id("RU.9000000000000000002")]);
    assert_eq!(first.party.name.as_deref(), Some("Ирина К."));
    assert_eq!((first.direction, first.origin), (Direction::Inbound, Origin::Live));
    let referral = first.referral.as_ref().expect("came from an advertisement");
    assert_eq!(referral.click_id.as_deref(), Some("ARinventedClickId0001"));
    assert_eq!(referral.product.as_deref(), Some("SKU-1"));
    assert_eq!(find(&parsed, "wamid.TEXT1").occurred_at.timestamp(), 1_793_520_000);
}

#[test]
fn text_is_kept_exactly_but_for_nul() {
    let parsed = parse("exact_texts");
    assert_eq!(text(&parsed, "wamid.EXACT1"), "Добрый день! *Жирный* 👍🏽 👩‍👩‍👧‍👦");
    assert_eq!(text(&parsed, "wamid.EXACT2"), "\u{200f}שלום\u{200f} \u{202e}задом\u{202c}  ");
    assert_eq!(text(&parsed, "wamid.EXACT3"), " \u{200b} ");
    assert_eq!(text(&parsed, "wamid.EXACT4"), "до\u{fffd}после");
}

#[test]
fn a_voice_message_is_marked_as_voice_and_its_hash_is_hex_from_either_form() {
    let parsed = parse("media");
    let (voice, _) = file(&parsed, "wamid.VOICE1");
    assert_eq!(voice.kind, MediaKind::Voice);
    assert_eq!(voice.mime_type.as_deref(), Some("audio/ogg; codecs=opus"));
    assert_eq!(voice.sha256, Some("ab".repeat(32)), "base64");
    assert!(voice.url.as_deref().is_some_and(|url| url.starts_with("https://lookaside.fbsbx.com/")));
    let (audio, _) = file(&parsed, "wamid.AUDIO1");
    assert_eq!((audio.kind, audio.sha256.clone()), (MediaKind::Audio, Some("ab".repeat(32))), "hex");
    assert_eq!(audio.id, id("1200000000000005"), "an id written as a number");
}

#[test]
fn files_keep_their_captions_names_and_kinds() {
    let parsed = parse("media");
    let (image, caption) = file(&parsed, "wamid.IMAGE1");
    assert_eq!((image.kind, image.mime_type.as_deref()), (MediaKind::Image, Some("image/webp")));
    assert_eq!(caption, Some("Вот шильдик"));
    let (nameless, caption) = file(&parsed, "wamid.DOC1");
    assert_eq!((nameless.file_name.as_deref(), caption), (None, Some("реквизиты")));
    assert_eq!(nameless.sha256, None, "a hash that cannot be read is left out");
    let (document, _) = file(&parsed, "wamid.DOC2");
    assert_eq!(document.file_name.as_deref(), Some("Карточка предприятия.pdf"));
    assert_eq!(file(&parsed, "wamid.VIDEO1").0.kind, MediaKind::Video);
    assert_eq!(file(&parsed, "wamid.STICKER1").0.kind, MediaKind::Sticker);
}

#[test]
fn a_place_keeps_its_digits() {
    let Content::Location { latitude, longitude, .. } =
        message(&parse("media"), "wamid.PLACE1").content.clone()
    else {
        panic!("a place")
    };
    assert_eq!((latitude, longitude), (Decimal::new(550_302, 4), Decimal::new(829_204, 4)));
}

#[test]
fn replies_name_their_message_and_forwards_are_marked() {
    let parsed = parse("quotes_and_forwards");
    let quote = message(&parsed, "wamid.QUOTE1").quote.clone().expect("a reply");
    assert_eq!(quote.message, Some(id("wamid.OUT1")));
    let forwarded = |id: &str| message(&parsed, id).forward.as_ref().map(|forward| forward.many_times);
    assert_eq!(forwarded("wamid.QUOTE1"), None);
    assert_eq!(forwarded("wamid.FORWARD1"), Some(false));
    assert_eq!(forwarded("wamid.FORWARD2"), Some(true));
    assert_eq!(message(&parsed, "wamid.FORWARD1").quote, None);
    let product = message(&parsed, "wamid.PRODUCT1");
    assert_eq!(product.referral.as_ref().and_then(|from| from.product.as_deref()), Some("SKU-1"));
    assert_eq!(product.quote, None);
}

#[test]
fn a_reaction_is_no_message_and_both_ways_of_removing_it_are_understood() {
    let parsed = parse("reactions");
    assert!(messages(&parsed).is_empty());
    let reactions: Vec<_> = parsed
        .events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Reaction(reaction) => (event.external_id.as_str(), reaction.emoji.as_deref()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        reactions,
        [
            ("wamid.REACT1", Some("👍🏻")),
            ("wamid.REACT2", Some("❤️")),
            ("wamid.REACT3", None),
            ("wamid.REACT4", None),
        ]
    );
}

#[test]
fn answers_by_buttons_lists_and_forms_are_readable_and_keep_their_ids() {
    let parsed = parse("choices");
    let choice = |id: &str| match &message(&parsed, id).content {
        Content::Choice { id, title, description } => (id.clone(), title.clone(), description.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(choice("wamid.CHOICE1"), ("confirm-17".into(), "Подтверждаю".into(), None));
    assert_eq!(choice("wamid.CHOICE2"), ("slot-3".into(), "После обеда".into(), Some("14:00-18:00".into())));
    assert_eq!(choice("wamid.CHOICE4"), ("CALLBACK".into(), "Да, перезвоните".into(), None));
    let Content::Form { name, fields, text } = &message(&parsed, "wamid.CHOICE3").content else {
        panic!("a form")
    };
    assert_eq!((name.as_str(), text.as_deref()), ("flow", Some("Sent")));
    assert_eq!(*fields, serde_json::json!({ "flow_token": "ft-1", "inn": "0000000000" }));
    assert_eq!(message(&parsed, "wamid.CHOICE5").content.text(), Some("Клиент разрешил звонить ему"));
    assert!(parsed.unknown.is_empty());
}

#[test]
fn an_order_with_fractional_prices_has_an_exact_total() {
    let parsed = parse("order");
    let Content::Order { items, text, .. } = &message(&parsed, "wamid.ORDER1").content else {
        panic!("an order")
    };
    let total: Decimal = items.iter().map(|item| item.price * item.quantity).sum();
    assert_eq!(total, Decimal::new(599_800, 2), "3 of 1999.1 and 2 of 0.35");
    assert_eq!(text.as_deref(), Some("Срочно"));
}

#[test]
fn a_contact_card_keeps_both_phones_and_is_not_the_sender() {
    let parsed = parse("contact_card");
    assert_eq!(parsed.events.len(), 1, "a card alone ties nobody");
    let Content::Contacts { cards } = &message(&parsed, "wamid.CARD1").content else { panic!("cards") };
    assert_eq!(cards[0].name.as_deref(), Some("Пётр"));
    let phones: Vec<&str> = cards[0].phones.iter().map(connector_api::PhoneNumber::e164).collect();
    assert_eq!(phones, ["+79000000004", "+74950000101"]);
    assert_eq!(cards[0].phone_texts, ["+7 900 000-00-04", "8 (495) 000-01-01"]);
    let sender = &message(&parsed, "wamid.CARD1").party;
    assert_eq!(sender.addresses[0], phone("+79000000002"));
}

#[test]
fn a_shared_number_is_tied_to_the_sender_wherever_the_origin_stands() {
    for name in ["contact_request_beside", "contact_request_inside"] {
        let parsed = parse(name);
        let card = message(&parsed, "wamid.SHARE1");
        assert!(matches!(&card.content, Content::Contacts { cards } if cards[0].name.is_none()), "{name}");
        assert_eq!(card.party.addresses, [user_id("RU.9000000000000000003")], "{name}");
        let EventKind::Identity(IdentityUpdate::SamePerson { party, reason }) =
            &find(&parsed, "wamid.SHARE1:shared").kind
        else {
            panic!("{name}")
        };
        assert_eq!(*reason, LinkReason::SharedByPerson);
        assert_eq!(party.addresses, [user_id("RU.9000000000000000003"), phone("+79000000003")]);
    }
}

#[test]
fn an_echo_is_outbound_from_the_phone() {
    let parsed = parse("echoes");
    for id in ["wamid.ECHO1", "wamid.ECHO3"] {
        let echo = message(&parsed, id);
        assert_eq!((echo.direction, echo.origin), (Direction::Outbound, Origin::Phone));
    }
    let echo = message(&parsed, "wamid.ECHO1");
    assert_eq!(echo.conversation, id("900000000000002:79000000002"));
    assert_eq!(echo.party.addresses, [phone("+79000000002"), user_id("RU.9000000000000000002")]);
    let hidden = message(&parsed, "wamid.ECHO3");
    assert_eq!(hidden.conversation, id("900000000000002:RU.9000000000000000003"));
    assert_eq!(hidden.party.addresses, [user_id("RU.9000000000000000003")]);
    assert!(
        matches!(&find(&parsed, "wamid.ECHO2").kind, EventKind::Reaction(r) if r.author == Author::Company)
    );
}

#[test]
fn edits_and_revokes_of_both_sides_name_the_original() {
    let parsed = parse("edits_and_revokes");
    let edit = |id: &str| match &find(&parsed, id).kind {
        EventKind::Edit(edit) => edit.clone(),
        other => panic!("{other:?}"),
    };
    let theirs = edit("wamid.EDIT1");
    assert_eq!((theirs.message, theirs.direction), (id("wamid.IMAGE1"), Direction::Inbound));
    assert_eq!(theirs.conversation, id("900000000000002:79000000002"));
    assert_eq!(theirs.party.addresses.len(), 2, "the user id is taken from the contacts");
    let words = theirs.content.as_ref().and_then(Content::text);
    assert_eq!(words, Some("Вот шильдик, номер 12"));
    let ours = edit("wamid.EDIT2");
    assert_eq!((ours.message, ours.direction), (id("wamid.ECHO1"), Direction::Outbound));
    for (fact, original, by) in
        [("wamid.REVOKE1", "wamid.DOC1", Author::Client), ("wamid.REVOKE2", "wamid.ECHO1", Author::Company)]
    {
        let Event { kind: EventKind::Deletion(deletion), .. } = find(&parsed, fact) else { panic!("{fact}") };
        assert_eq!((&deletion.message, deletion.by), (&id(original), Some(by)));
    }
    assert!(messages(&parsed).is_empty());
}

#[test]
fn a_group_is_the_conversation_and_the_sender_the_party() {
    let parsed = parse("group");
    let Message { conversation, party, .. } = message(&parsed, "wamid.GROUP1");
    assert_eq!(*conversation, id("900000000000002:120363000000000001"));
    assert_eq!(party.addresses[0], phone("+79000000002"));
}

#[test]
fn messages_held_by_the_providers_agent_are_not_lost() {
    let parsed = parse("standby");
    let question = message(&parsed, "wamid.STANDBY1");
    assert_eq!((question.direction, question.origin), (Direction::Inbound, Origin::Live));
    let answer = message(&parsed, "wamid.STANDBY2");
    assert_eq!((answer.direction, answer.origin), (Direction::Outbound, Origin::OtherSystem));
    assert_eq!(answer.author_name.as_deref(), Some("Meta Business Agent"));
}
