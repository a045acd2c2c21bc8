//! Edits, reactions, presses, blocks, and the order of time.

use chrono::SecondsFormat;
use connector_api::{Content, ConversationState, Direction, EventKind};

use super::{OLEG, edits, events, fixture, id, ignored, messages, received_at, text, unknown};

#[test]
fn a_block_and_its_end_in_one_second_stay_in_order() {
    let events = events(fixture!("blocked_then_unblocked"));
    let states: Vec<ConversationState> = events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Conversation(update) if update.conversation == id(OLEG) => update.state,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(states, [ConversationState::Blocked, ConversationState::Open]);
    assert!(events[0].occurred_at < events[1].occurred_at);
    assert_ne!(events[0].external_id, events[1].external_id);
}

#[test]
fn an_edit_of_a_text_carries_text() {
    let edits = edits(fixture!("edit_of_text"));
    assert_eq!(edits[0].1.message, id("6100000001/21"));
    assert_eq!(edits[0].1.content, Some(text("Нужно 200 штук, не 100")));
    assert!(edits[0].0.starts_with("6100000001/21@1795250360."), "{}", edits[0].0);
}

#[test]
fn an_edit_of_a_caption_keeps_the_file_and_two_in_a_second_are_two_versions() {
    let edits = edits(fixture!("edit_of_caption"));
    let captions: Vec<Option<&str>> = edits
        .iter()
        .map(|(_, edit)| match &edit.content {
            Some(Content::Media { media, caption }) => {
                assert_eq!(media.id, id("AgAC-big-2"));
                caption.as_deref()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(captions, [Some("Накладная, исправлено"), None]);
    assert_eq!(edits[0].1.album, Some(id("6100000001/album/13900000000000001")));
    assert_eq!(edits[0].1.message, edits[1].1.message);
    assert_ne!(edits[0].0, edits[1].0);
    let events = events(fixture!("edit_of_caption"));
    assert!(events[0].occurred_at < events[1].occurred_at);
}

#[test]
fn an_edit_in_a_managers_chat_has_the_side_of_its_author() {
    let edits = edits(fixture!("edit_by_both_sides"));
    let sides: Vec<(&str, Direction)> =
        edits.iter().map(|(_, edit)| (edit.message.as_str(), edit.direction)).collect();
    assert_eq!(
        sides,
        [
            ("BcExample01Anna:6100000001/5501", Direction::Inbound),
            ("BcExample01Anna:6100000001/5504", Direction::Outbound),
        ]
    );
}

#[test]
fn reactions_of_one_second_stay_apart_and_in_order() {
    let events = events(fixture!("reactions"));
    let emojis: Vec<Option<&str>> = events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Reaction(reaction) if reaction.message == id("6100000001/24") => {
                reaction.emoji.as_deref()
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(emojis, [Some("👍"), None, Some("❤ 5368324170671202286 paid")]);
    assert!(events.is_sorted_by(|a, b| a.occurred_at < b.occurred_at && a.external_id != b.external_id));
    assert_eq!(ignored(fixture!("reaction_in_group")), ["a reaction in a group"]);
}

#[test]
fn a_press_shows_what_stood_on_the_button_while_that_can_be_seen() {
    let presses = messages(fixture!("buttons"));
    let titles: Vec<&str> = presses
        .iter()
        .map(|(_, press)| match &press.content {
            Content::Choice { title, .. } => title.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(titles, ["Перезвоните мне", "ok:1", "Да"]);
    assert_eq!(presses[0].0, "callback/4382bfdwdsb323b2d9");
    assert_eq!(presses[2].1.conversation, id("BcExample01Anna:6100000001"));
    assert_eq!(ignored(fixture!("buttons_of_others")).len(), 2);
    assert_eq!(unknown(fixture!("button_without_message")).len(), 1);
}

#[test]
fn messages_of_one_second_keep_the_order_of_their_numbers() {
    let events = events(fixture!("same_second"));
    let times: Vec<String> =
        events.iter().map(|event| event.occurred_at.to_rfc3339_opts(SecondsFormat::Micros, true)).collect();
    assert_eq!(times, ["2026-11-21T08:45:00.999998Z", "2026-11-21T08:45:00.999999Z"]);
}

#[test]
fn a_message_without_a_date_stands_at_our_time_of_receipt() {
    assert_eq!(events(fixture!("without_a_date"))[0].occurred_at, received_at());
}
