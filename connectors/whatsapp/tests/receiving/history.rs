//! What was said before the number was connected.

use connector_api::{Content, DeliveryState, Direction, NoticeLevel, Origin};

use crate::{find, id, message, messages, notices, parse, phone, user_id};

#[test]
fn the_history_has_the_right_sides_and_states() {
    let parsed = parse("history");
    assert!(messages(&parsed).iter().all(|message| message.origin == Origin::History));
    for (fact, direction, delivery) in [
        ("wamid.HIST1", Direction::Inbound, None),
        ("wamid.HIST2", Direction::Outbound, Some(DeliveryState::Delivered)),
        ("wamid.HIST3", Direction::Inbound, None),
        ("wamid.HIST4", Direction::Outbound, Some(DeliveryState::Failed)),
        ("wamid.HIST5", Direction::Inbound, None),
    ] {
        let message = message(&parsed, fact);
        assert_eq!((message.direction, message.delivery), (direction, delivery), "{fact}");
    }
    let ours = message(&parsed, "wamid.HIST4");
    assert_eq!(ours.party.addresses, [phone("+79000000002"), user_id("RU.9000000000000000002")]);
    assert_eq!(ours.party.username.as_deref(), Some("irina"));
    let both = message(&parsed, "wamid.HIST8");
    assert_eq!(both.party.addresses, [phone("+79000000006"), user_id("RU.9000000000000000006")]);
    let hidden = message(&parsed, "wamid.HIST5");
    assert_eq!(hidden.conversation, id("900000000000002:RU.9000000000000000003"));
    assert_eq!(find(&parsed, "wamid.HIST5").occurred_at.timestamp(), 1_790_000_200);
    assert!(parsed.unknown.is_empty());
    assert_eq!(parsed.ignored.len(), 1, "the last chunk has no threads");
}

#[test]
fn a_file_of_the_history_is_a_placeholder_until_it_follows_under_the_same_id() {
    let first = parse("history");
    let placeholder = message(&first, "wamid.HIST3");
    assert!(placeholder.placeholder);
    assert!(matches!(&placeholder.content, Content::Unsupported { kind, .. } if kind == "media_placeholder"));
    let later = parse("history_media");
    let full = message(&later, "wamid.HIST3");
    assert!(!full.placeholder);
    let Content::Media { media, caption } = &full.content else { panic!("a file") };
    assert_eq!((media.sha256.clone(), caption.as_deref()), (Some("cd".repeat(32)), Some("насос")));
    assert_eq!(full.conversation, placeholder.conversation);
}

#[test]
fn a_follow_up_in_the_wrong_list_keeps_the_side_of_its_sender() {
    let parsed = parse("history_media");
    for fact in ["wamid.HIST6", "wamid.HIST7"] {
        let message = message(&parsed, fact);
        assert_eq!((message.direction, message.origin), (Direction::Outbound, Origin::History), "{fact}");
        assert_eq!(message.conversation, id("900000000000002:79000000002"), "{fact}");
    }
}

#[test]
fn the_refusal_to_share_the_history_is_told_with_and_without_the_envelope() {
    for name in ["history_refused", "history_refused_bare"] {
        let parsed = parse(name);
        let notice = notices(&parsed)[0];
        assert_eq!(
            (notice.code.as_str(), notice.level),
            ("history_declined", NoticeLevel::Warning),
            "{name}"
        );
        assert_eq!((parsed.events.len(), parsed.unknown.len()), (1, 0), "{name}");
    }
}

#[test]
fn five_thousand_messages_are_five_thousand_facts() {
    let line: Vec<_> = (0..5000)
        .map(|n| {
            serde_json::json!({
                "from": if n % 3 == 0 { "79000000001" } else { "79000000002" }, "id": format!("wamid.H{n}"),
                "timestamp": (1_780_000_000 + n).to_string(), "type": "text", "text": { "body": "слово" },
            })
        })
        .collect();
    let body = serde_json::json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": [{
        "field": "history", "value": {
            "metadata": { "display_phone_number": "+7 900 000-00-01", "phone_number_id": "900000000000002" },
            "history": [{ "metadata": { "phase": 0, "chunk_order": 1, "progress": 20 },
                "threads": [{ "id": "79000000002", "messages": line }] }],
        } }] }] });
    let parsed = crate::parse_value(&body);
    assert_eq!((parsed.events.len(), parsed.unknown.len()), (5000, 0));
    let outbound =
        messages(&parsed).iter().filter(|message| message.direction == Direction::Outbound).count();
    assert_eq!(outbound, 1667, "the display number is compared by its digits");
}
