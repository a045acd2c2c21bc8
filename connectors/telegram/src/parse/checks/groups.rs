//! Topics, groups, service messages and bots.

use connector_api::{ConversationState, EventKind, ExternalId, Quote};

use super::{events, fixture, id, ignored, messages};

#[test]
fn the_opening_of_a_topic_is_not_a_message_answered() {
    let quotes = |fixture: &[u8]| {
        let value: serde_json::Value = serde_json::from_slice(fixture).unwrap();
        let message: crate::wire::Message = crate::wire::read(&value["message"]).unwrap();
        crate::parse::context::quote(&message, &crate::place::Place::of(&message).unwrap())
    };
    assert_eq!(quotes(fixture!("topic_without_a_reply")), None);
    assert_eq!(
        quotes(fixture!("topic_with_a_reply")),
        Some(Quote {
            message: Some(id("-1002000000001/905")), text: Some("Олег: когда отгрузка?".into())
        })
    );
}

#[test]
fn a_thread_is_a_topic_only_where_the_message_says_so() {
    let messages = messages(fixture!("private_topic"));
    let seen: Vec<(&str, Option<&str>)> = messages
        .iter()
        .map(|(_, m)| {
            let quoted = m.quote.as_ref().and_then(|quote| quote.message.as_ref());
            (m.conversation.as_str(), quoted.map(ExternalId::as_str))
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("6100000001/93", None),
            ("6100000001/93", Some("6100000001/101")),
            ("6100000001", Some("6100000001/103")),
        ]
    );
}

#[test]
fn service_messages_are_never_conversation() {
    assert_eq!(ignored(fixture!("service_messages")).len(), 5);
    assert_eq!(ignored(fixture!("topic_service")).len(), 3);
}

#[test]
fn who_speaks_in_a_group_is_told_apart() {
    let reasons = ignored(fixture!("group_by_strangers"));
    assert_eq!(
        reasons,
        [
            "a group's message by a person",
            "a group's message by an anonymous administrator",
            "a group's message by a bot",
            "a group's message in the name of a channel",
        ]
    );
    assert_eq!(ignored(fixture!("topic_with_a_reply")), ["a group's message by a person"]);
}

#[test]
fn what_a_bot_writes_is_nobodys_message() {
    assert_eq!(ignored(fixture!("by_a_bot")), ["written by a bot", "written by a bot"]);
}

#[test]
fn both_chats_tell_the_same_move_of_a_group() {
    let told = events(fixture!("group_moved"));
    assert_eq!(told.len(), 2);
    assert_eq!(told[0], told[1]);
    let EventKind::Conversation(moved) = &told[0].kind else { panic!("{told:?}") };
    assert_eq!((moved.conversation.as_str(), moved.state), ("-2000000001", ConversationState::Migrated));
    assert_eq!(moved.detail, Some(serde_json::json!({ "moved_to": "-1002000000001" })));
}

#[test]
fn our_rights_in_a_group_are_no_clients_block() {
    assert_eq!(ignored(fixture!("rights_in_group")), ["the bot's rights in a group"]);
}
