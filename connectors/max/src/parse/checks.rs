//! What a receiver of updates must hold to.

use chrono::{DateTime, SubsecRound, Utc};
use connector_api::{
    Address, Content, ConversationState, Event, EventKind, ExternalId, IdentityUpdate, Message, Parsed,
    RawEvent, Region,
};
use serde_json::value::RawValue;

use super::{Reading, parse};

pub(super) fn reading() -> Reading {
    Reading { token: "example-token-1".into(), region: Region::Russia }
}

/// The bytes of a fixture.
macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/", $name, ".json")).as_slice()
    };
}
pub(super) use fixture;

pub(super) fn received_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_260_000, 250_000_000).unwrap()
}

pub(super) fn raw(body: &[u8]) -> RawEvent {
    RawEvent {
        source: "webhook".into(),
        received_at: received_at(),
        content_type: Some("application/json".into()),
        query: String::new(),
        body: body.to_vec().into(),
    }
}

/// One fixture holds one update, or a list of those that belong together.
pub(super) fn all(fixture: &[u8]) -> Vec<Parsed> {
    let updates: Vec<&RawValue> = serde_json::from_slice(fixture)
        .unwrap_or_else(|_| vec![serde_json::from_slice(fixture).expect("a fixture is JSON")]);
    updates.iter().map(|update| parse(&reading(), &raw(update.get().as_bytes())).unwrap()).collect()
}

/// The events of a fixture in which everything is a fact.
fn events(fixture: &[u8]) -> Vec<Event> {
    let parsed = all(fixture);
    let facts_only = parsed.iter().all(|parsed| parsed.ignored.is_empty() && parsed.unknown.is_empty());
    assert!(facts_only, "{parsed:#?}");
    parsed.into_iter().flat_map(|parsed| parsed.events).collect()
}

fn messages(fixture: &[u8]) -> Vec<(String, DateTime<Utc>, Message)> {
    let message = |event: Event| match event.kind {
        EventKind::Message(message) => Some((event.external_id.to_string(), event.occurred_at, message)),
        _ => None,
    };
    all(fixture).into_iter().flat_map(|parsed| parsed.events).filter_map(message).collect()
}

fn states(fixture: &[u8]) -> Vec<ConversationState> {
    let state = |event: Event| match event.kind {
        EventKind::Conversation(update) => Some(update.state),
        _ => None,
    };
    events(fixture).into_iter().filter_map(state).collect()
}

fn reasons(fixture: &[u8], of: fn(Parsed) -> Vec<connector_api::Part>) -> Vec<String> {
    let parsed = all(fixture);
    assert!(parsed.iter().all(|parsed| parsed.events.is_empty()), "{parsed:#?}");
    let reasons = |parsed| of(parsed).into_iter().map(|part| part.reason);
    let count = parsed.len();
    let found: Vec<String> = parsed.into_iter().flat_map(reasons).collect();
    assert_eq!(found.len(), count);
    found
}

#[test]
fn a_place_in_the_chat_beyond_2_to_the_53_orders_messages_of_one_millisecond() {
    let (id, at, _) = messages(fixture!("text")).remove(0);
    assert_eq!(id, "182000001/mid.000000000ad91b41019e1a2b3c4d5e01");
    // Milliseconds of the message; below them the last three digits of 117653512345678901.
    assert_eq!(at.timestamp_micros(), 1_795_250_101_123_901);
    let swapped = messages(fixture!("same_millisecond"));
    assert_eq!(swapped[0].1.trunc_subsecs(3), swapped[1].1.trunc_subsecs(3));
    assert!(swapped[1].1 < swapped[0].1, "the first came last");
}

#[test]
fn the_same_update_again_is_the_same_facts() {
    let bytes = fixture!("several_pictures");
    assert_eq!(all(bytes), all(bytes));
}

#[test]
fn a_message_of_the_history_is_the_fact_that_the_webhook_told() {
    assert_eq!(events(fixture!("from_history")), events(fixture!("text")));
}

#[test]
fn several_attachments_are_one_row_that_bears_the_messages_own_id() {
    let parts = messages(fixture!("several_pictures"));
    let id = "182000001/mid.000000000ad91b41019e1a2b3c4d5e03";
    let ids: Vec<&str> = parts.iter().map(|(id, _, _)| id.as_str()).collect();
    assert_eq!(ids, [format!("{id}/1"), format!("{id}/2"), format!("{id}/3")]);
    assert!(parts.iter().all(|(_, _, message)| message.album == Some(ExternalId::new(id))));
    let captions: Vec<Option<&str>> = parts.iter().map(|(_, _, message)| message.content.text()).collect();
    assert_eq!(captions, [Some("Шильдик и место"), None, None]);
}

#[test]
fn every_message_of_a_client_says_that_he_can_be_written_to() {
    assert_eq!(states(fixture!("text")), [ConversationState::Open]);
}

#[test]
fn stopping_the_bot_and_removing_the_dialog_both_close_the_conversation() {
    assert_eq!(states(fixture!("stopped")), [ConversationState::Blocked; 2]);
    let ids: Vec<String> = events(fixture!("stopped")).iter().map(|e| e.external_id.to_string()).collect();
    assert_ne!(ids[0], ids[1]);
}

#[test]
fn a_start_ties_by_its_payload_only_where_there_is_one() {
    let invitations: Vec<(String, String)> = events(fixture!("starts"))
        .into_iter()
        .filter_map(|event| match event.kind {
            EventKind::Invitation(invitation) => Some((event.external_id.to_string(), invitation.token)),
            _ => None,
        })
        .collect();
    let id = "bot_started/182000001/300000001/1795250001000".to_owned();
    assert_eq!(invitations, [(id, "c_8fK2mQ9x".to_owned())]);
    assert_eq!(states(fixture!("starts")), [ConversationState::Open; 3]);
}

fn proven_addresses(fixture: &[u8]) -> Vec<Vec<Address>> {
    let proven = |event: Event| match event.kind {
        EventKind::Identity(IdentityUpdate::SamePerson { party, .. }) => Some(party.addresses),
        _ => None,
    };
    events(fixture).into_iter().filter_map(proven).collect()
}

#[test]
fn only_a_card_with_the_right_hash_ties_the_number() {
    let keys: Vec<String> =
        proven_addresses(fixture!("contact_own")).concat().iter().map(Address::key).collect();
    assert_eq!(keys, ["max/300000001", "phone:+79000000001"]);
    assert!(proven_addresses(fixture!("contacts_not_trusted")).is_empty());
    let shown = messages(fixture!("contacts_not_trusted"));
    assert!(shown.iter().all(|(_, _, message)| matches!(message.content, Content::Contacts { .. })));
}

#[test]
fn a_forward_shows_the_words_of_the_link_and_where_they_come_from() {
    let forwards = messages(fixture!("forwards"));
    let text = |index: usize| forwards[index].2.content.text();
    assert_eq!(text(0), Some("Машина 12 выехала"));
    assert_eq!((text(1), text(2)), (Some("Это наша?"), Some("Машина 12 выехала")));
    let from = |index: usize| forwards[index].2.forward.as_ref().unwrap().from.as_deref();
    assert_eq!((from(0), from(3)), (Some("Склад"), None));
    assert!(matches!(forwards[3].2.content, Content::Media { .. }));
}

#[test]
fn a_reply_names_our_message_as_sending_it_did() {
    let (_, _, reply) = messages(fixture!("replies")).remove(0);
    let quote = reply.quote.unwrap();
    assert_eq!(quote.message, Some(ExternalId::new("182000001/mid.000000000ad91b41019e1a2b3c4d5e70")));
    assert_eq!(quote.text.as_deref(), Some("Отгрузка в четверг"));
}

#[test]
fn a_removal_and_an_edit_name_the_message() {
    let removed = events(fixture!("removed")).remove(0);
    let EventKind::Deletion(deletion) = removed.kind else { panic!() };
    assert_eq!(deletion.message.as_str(), messages(fixture!("text"))[0].0);
    let edited = events(fixture!("edited"));
    let ids: Vec<&str> = edited.iter().map(|event| event.external_id.as_str()).collect();
    let id = "182000001/mid.000000000ad91b41019e1a2b3c4d5e";
    assert_eq!(
        ids,
        [
            format!("{id}01@1795250160500"),
            format!("{id}03/1@1795250170500"),
            format!("{id}03/2@1795250170500"),
        ]
    );
}

#[test]
fn what_the_bot_itself_wrote_is_ignored() {
    assert_eq!(reasons(fixture!("by_the_bot"), |parsed| parsed.ignored), ["written by the bot"; 2]);
}

#[test]
fn groups_and_channels_are_set_aside() {
    let found = reasons(fixture!("groups"), |parsed| parsed.ignored);
    let group = "a group's message";
    assert_eq!(found, [group, "a channel's message", group, "in a group", "in a group"]);
}

#[test]
fn kinds_that_are_not_used_are_ignored_and_kinds_that_nobody_knows_are_quarantined() {
    assert_eq!(reasons(fixture!("unwanted_kinds"), |parsed| parsed.ignored).len(), 8);
    let unknown = reasons(fixture!("unknown_kind"), |parsed| parsed.unknown);
    assert_eq!(unknown, ["unknown kind of update \"message_reaction_added\""]);
}

#[test]
fn a_message_of_a_strange_form_is_shown_with_what_could_be_read() {
    let shown = messages(fixture!("strange_shapes"));
    let empty = Content::Unsupported { kind: "empty".into(), text: None };
    assert_eq!((&shown[0].2.content, &shown[1].2.content), (&empty, &empty));
    let hologram = Content::Unsupported { kind: "hologram".into(), text: Some("Слова".into()) };
    assert_eq!(shown[2].2.content, hologram);
}

#[test]
fn what_is_no_json_is_an_error_that_shows_nothing_of_the_body() {
    for body in ["", "secret words", "{\"text\":\"secret words"] {
        let error = parse(&reading(), &raw(body.as_bytes())).unwrap_err();
        assert!(!error.0.contains("secret"), "{error}");
    }
}
