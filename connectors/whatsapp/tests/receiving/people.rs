//! Who people are. Checks 20, 21, 27.

use connector_api::{Address, ConversationState, EventKind, IdentityUpdate, Parsed};

use crate::{find, id, message, messages, parse, phone, user_id};

fn moved(parsed: &Parsed, fact: &str) -> (String, Vec<Address>, Vec<Address>) {
    match &find(parsed, fact).kind {
        EventKind::Identity(IdentityUpdate::Moved { conversation, from, to }) => {
            (conversation.to_string(), from.clone(), to.clone())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_message_without_a_phone_is_of_a_person_known_by_the_user_id() {
    let parsed = parse("hidden_phone");
    let hidden = message(&parsed, "wamid.HIDDEN1");
    assert_eq!(hidden.conversation, id("900000000000002:RU.9000000000000000003"));
    assert_eq!(hidden.party.addresses, [user_id("RU.9000000000000000003")]);
    assert_eq!(hidden.party.username.as_deref(), Some("oleg_sklad"), "without the at sign");
}

#[test]
fn the_phone_that_comes_later_stands_beside_the_same_user_id() {
    let parsed = parse("hidden_phone");
    let shown = message(&parsed, "wamid.HIDDEN2");
    assert_eq!(shown.conversation, id("900000000000002:79000000003"));
    assert_eq!(shown.party.addresses, [phone("+79000000003"), user_id("RU.9000000000000000003")]);
}

#[test]
fn a_changed_number_moves_the_person_and_is_no_message() {
    let parsed = parse("moved");
    assert!(messages(&parsed).is_empty());
    let (conversation, from, to) = moved(&parsed, "wamid.MOVED1");
    assert_eq!(conversation, "900000000000002:79000000002");
    assert_eq!(from, [phone("+79000000002"), user_id("RU.9000000000000000002")]);
    assert_eq!(to, [phone("+79000000005"), user_id("RU.9000000000000000005")]);
    let (_, from, to) = moved(&parsed, "wamid.MOVED3");
    assert_eq!((from, to), (vec![phone("+79000000006")], vec![phone("+79000000007")]), "the older shape");
    assert_eq!(parsed.ignored.len(), 1, "a changed security code");
}

#[test]
fn a_changed_user_id_leaves_the_phone_alone() {
    let (conversation, from, to) = moved(&parse("moved"), "wamid.MOVED2");
    assert_eq!(conversation, "900000000000002:RU.9000000000000000003");
    assert_eq!(from, [user_id("RU.9000000000000000003")]);
    assert_eq!(to, [user_id("RU.9000000000000000008")]);
}

#[test]
fn the_field_user_id_update_does_the_same_and_repeats_as_one_fact() {
    let (first, again) = (parse("user_id_update"), parse("user_id_update"));
    assert_eq!(first.events.len(), 1);
    assert_eq!(first, again);
    let (conversation, from, to) = moved(&first, first.events[0].external_id.as_str());
    assert_eq!(conversation, "900000000000002:79000000002");
    assert_eq!(from, [user_id("RU.9000000000000000002")], "the phone is not left");
    assert_eq!(to, [phone("+79000000002"), user_id("RU.9000000000000000012")]);
}

#[test]
fn the_address_book_names_people_and_forgets_them() {
    let parsed = parse("address_book");
    let entries: Vec<_> = parsed
        .events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Identity(IdentityUpdate::AddressBook { party, removed }) => (party.clone(), *removed),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(entries.len(), 2);
    assert_eq!(entries[0].0.name.as_deref(), Some("Ирина Склад"));
    assert_eq!(entries[0].0.addresses, [phone("+79000000002"), user_id("RU.9000000000000000002")]);
    assert_eq!((entries[1].0.addresses.clone(), entries[1].1), (vec![phone("+79000000006")], true));
    assert_eq!(parsed.unknown.len(), 1, "labels are not known");
}

#[test]
fn a_person_stops_and_resumes_advertising() {
    let parsed = parse("user_preferences");
    let states: Vec<_> = parsed
        .events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Conversation(update) => (update.conversation.to_string(), update.state),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        states,
        [
            ("900000000000002:79000000002".to_owned(), ConversationState::MarketingStopped),
            ("900000000000002:RU.9000000000000000003".to_owned(), ConversationState::MarketingResumed),
        ]
    );
}
