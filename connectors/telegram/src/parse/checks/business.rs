//! Managers' accounts: who wrote, connections, deletions.

use connector_api::{ConversationState, Direction, EventKind, Origin};

use super::{events, fixture, id, is_oleg, message, messages, received_at};

#[test]
fn the_same_person_at_the_bot_and_at_a_manager_is_one_party_in_two_conversations() {
    let both = messages(fixture!("same_person_twice"));
    assert_eq!(both[0].1.party, both[1].1.party);
    assert!(is_oleg(&both[0].1.party));
    assert_eq!(both[0].1.conversation, id("6100000001"));
    assert_eq!(both[1].1.conversation, id("BcExample01Anna:6100000001"));
    assert_eq!(both[0].0, "6100000001/5501");
    assert_eq!(both[1].0, "BcExample01Anna:6100000001/5501");
}

#[test]
fn our_own_message_in_a_managers_chat_is_the_fact_that_the_send_call_told() {
    let (id, echo) = message(fixture!("business_by_our_bot"));
    assert_eq!(id, "BcExample01Anna:6100000001/5502");
    assert_eq!((echo.direction, echo.origin), (Direction::Outbound, Origin::Live));
    assert_eq!(echo.author_name, None);
    assert!(is_oleg(&echo.party));
}

#[test]
fn a_message_of_another_bot_in_a_managers_chat_is_another_systems() {
    let (_, other) = message(fixture!("business_by_another_bot"));
    assert_eq!((other.direction, other.origin), (Direction::Outbound, Origin::OtherSystem));
    assert_eq!(other.author_name.as_deref(), Some("Автоответчик"));
}

#[test]
fn what_the_manager_writes_by_hand_is_outbound_and_bears_the_name() {
    let (_, by_hand) = message(fixture!("business_by_manager"));
    assert_eq!((by_hand.direction, by_hand.origin), (Direction::Outbound, Origin::Phone));
    assert_eq!(by_hand.author_name.as_deref(), Some("Анна Иванова"));
    assert!(is_oleg(&by_hand.party));
    assert_eq!(by_hand.party.name.as_deref(), Some("Олег"));
}

#[test]
fn what_the_client_writes_to_a_manager_is_inbound() {
    let (_, inbound) = message(fixture!("business_by_client"));
    assert_eq!((inbound.direction, inbound.origin), (Direction::Inbound, Origin::Live));
    assert!(is_oleg(&inbound.party));
}

#[test]
fn a_greeting_is_automatic_but_a_message_that_the_client_scheduled_is_the_clients() {
    let both = messages(fixture!("business_automatic"));
    assert_eq!((both[0].1.direction, both[0].1.origin), (Direction::Outbound, Origin::Automatic));
    assert_eq!((both[1].1.direction, both[1].1.origin), (Direction::Inbound, Origin::Live));
}

#[test]
fn a_connection_is_cut_and_comes_back_in_the_order_of_updates() {
    let events = events(fixture!("connection_cut_and_back"));
    let mut states = Vec::new();
    for event in &events {
        let EventKind::Conversation(update) = &event.kind else { panic!("{event:?}") };
        assert_eq!(update.conversation, id("BcExample01Anna"));
        assert_eq!(update.party, None);
        let detail = update.detail.as_ref().unwrap();
        assert_eq!(detail["user"]["first_name"], "Анна");
        assert_eq!(detail["user_chat_id"], 5_000_000_002_i64);
        states.push((event.occurred_at, update.state));
    }
    assert_eq!(
        states.iter().map(|(_, state)| *state).collect::<Vec<_>>(),
        [ConversationState::Open, ConversationState::Disconnected, ConversationState::Open]
    );
    assert!(states.is_sorted_by(|a, b| a.0 < b.0), "{states:?}");
}

/// The manager sees at once why nobody can answer from here.
#[test]
fn a_connection_without_the_right_to_answer_is_as_good_as_cut() {
    let body = br#"{"update_id":810000201,"business_connection":{"id":"Bc","user":{"id":5},"user_chat_id":5,
        "date":1795200000,"is_enabled":true,"rights":{"can_read_messages":true}}}"#;
    let EventKind::Conversation(update) = &events(body)[0].kind else { panic!("a state of a conversation") };
    assert_eq!(update.state, ConversationState::Disconnected);
}

#[test]
fn each_deleted_message_is_a_fact_whether_we_know_it_or_not() {
    let events = events(fixture!("deleted_three"));
    let deleted: Vec<(&str, &str, bool)> = events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Deletion(deletion) => {
                (event.external_id.as_str(), deletion.message.as_str(), deletion.by.is_none())
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        deleted,
        [
            ("BcExample01Anna:6100000001/5501#deleted", "BcExample01Anna:6100000001/5501", true),
            ("BcExample01Anna:6100000001/5502#deleted", "BcExample01Anna:6100000001/5502", true),
            ("BcExample01Anna:6100000001/5999#deleted", "BcExample01Anna:6100000001/5999", true),
        ]
    );
    assert!(events.iter().all(|event| event.occurred_at == received_at()));
}
