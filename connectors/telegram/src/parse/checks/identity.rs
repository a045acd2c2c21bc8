//! Invitations, visiting cards, names.

use connector_api::{Address, Content, Event, EventKind, IdentityUpdate, Invitation, Party};

use super::{all, fixture, id, is_oleg, message, messages, text};

fn invitations(fixture: &[u8]) -> Vec<Invitation> {
    let invitation = |event: Event| match event.kind {
        EventKind::Invitation(invitation) => Some(invitation),
        _ => None,
    };
    all(fixture).into_iter().flat_map(|parsed| parsed.events).filter_map(invitation).collect()
}

#[test]
fn a_start_with_a_payload_is_an_invitation_and_a_message() {
    let invitations = invitations(fixture!("start_with_invitation"));
    assert_eq!(invitations.len(), 1);
    assert_eq!(invitations[0].token, "c_8fK2mQ9x");
    assert_eq!(invitations[0].conversation, id("6100000001"));
    assert!(is_oleg(&invitations[0].party));
    assert_eq!(message(fixture!("start_with_invitation")).1.content, text("/start c_8fK2mQ9x"));
}

#[test]
fn only_a_payload_sent_to_the_bot_itself_is_an_invitation() {
    let parsed = all(fixture!("start_variants"));
    let with_invitation: Vec<usize> = parsed
        .iter()
        .enumerate()
        .filter(|(_, parsed)| parsed.events.iter().any(|e| matches!(e.kind, EventKind::Invitation(_))))
        .map(|(at, _)| at)
        .collect();
    // Plain, addressed by name, too long, Cyrillic, another command, two words, forwarded, to a manager, edited.
    assert_eq!(with_invitation, [1]);
    assert!(parsed.iter().all(|parsed| parsed.unknown.is_empty() && !parsed.events.is_empty()));
}

fn shared(fixture: &[u8]) -> Vec<Party> {
    let party = |event: Event| match event.kind {
        EventKind::Identity(IdentityUpdate::SamePerson { party, .. }) => Some(party),
        _ => None,
    };
    all(fixture).into_iter().flat_map(|parsed| parsed.events).filter_map(party).collect()
}

#[test]
fn a_persons_own_card_ties_the_phone_to_the_account() {
    let shared = shared(fixture!("contact_own"));
    assert_eq!(shared.len(), 1);
    let keys: Vec<String> = shared[0].addresses.iter().map(Address::key).collect();
    assert_eq!(keys, ["telegram/6100000001", "phone:+79000000001"]);
    assert!(matches!(message(fixture!("contact_own")).1.content, Content::Contacts { .. }));
}

#[test]
fn anybody_elses_card_is_only_a_message() {
    // Another user, no user, forwarded, forwarded in the old form, unreadable number, the manager's own card.
    assert_eq!(shared(fixture!("contacts_not_trusted")), []);
    let messages = messages(fixture!("contacts_not_trusted"));
    assert_eq!(messages.len(), 6);
    assert!(messages.iter().all(|(_, m)| matches!(m.content, Content::Contacts { .. })));
    assert!(messages.iter().all(|(_, m)| is_oleg(&m.party)), "a card says nothing of the sender");
}

#[test]
fn a_name_is_made_of_what_is_there() {
    let names: Vec<Option<String>> =
        messages(fixture!("names")).into_iter().map(|(_, message)| message.party.name).collect();
    assert_eq!(names, [Some("Олег Смирнов".into()), None]);
}
