//! Updates as a whole: unknown kinds, strange forms, repetitions.

use connector_api::EventKind;

use super::{READING, events, fixture, ignored, is_oleg, message, messages, raw, text, unknown};
use crate::parse::parse;

#[test]
fn an_unknown_kind_of_update_is_quarantined_by_its_name() {
    let unknown = unknown(fixture!("unknown_kind_of_update"));
    assert_eq!(unknown, [("telepathy".into(), "unknown kind of update \"telepathy\"".into())]);
}

#[test]
fn a_body_that_is_no_update_is_quarantined_as_a_whole() {
    let unknown = unknown(fixture!("not_an_update"));
    assert_eq!(unknown.len(), 6);
    assert!(unknown.iter().all(|(path, _)| path == "$"), "{unknown:?}");
    assert!(parse(&READING, &raw(b"<html>")).is_err());
}

#[test]
fn kinds_of_updates_that_are_not_used_are_ignored() {
    assert_eq!(ignored(fixture!("unwanted_kinds")).len(), 4);
}

#[test]
fn a_part_that_lacks_what_makes_it_a_fact_is_quarantined() {
    assert_eq!(unknown(fixture!("broken_parts")).len(), 10);
}

#[test]
fn messages_without_a_number_are_not_one_message() {
    let messages = messages(fixture!("without_a_number"));
    assert_eq!(messages[0].0, "6100000001/0.810000401");
    assert_eq!(messages[1].0, "6100000001/0.810000402");
}

#[test]
fn fields_of_a_strange_form_cost_nothing_but_themselves() {
    let (number, message) = message(fixture!("strange_forms"));
    assert_eq!(number, "6100000001/131");
    assert_eq!(message.content, text("Читаемо"));
    assert!(is_oleg(&message.party));
    assert_eq!((message.quote, message.forward, message.album), (None, None, None));
}

#[test]
fn half_a_surrogate_pair_loses_no_update() {
    let body = fixture!("half_a_surrogate");
    let parsed = parse(&READING, &raw(body)).unwrap();
    let EventKind::Message(message) = &parsed.events[0].kind else { panic!("{parsed:?}") };
    assert_eq!(message.content, text("смайл 😀 и половина \u{fffd}"));
    assert_eq!(message.party.name.as_deref(), Some("Олег \u{fffd}"));
}

/// 2, the reading side.
#[test]
fn the_same_update_twice_is_the_same_fact() {
    for fixture in [fixture!("contact_own"), fixture!("edit_of_text"), fixture!("deleted_three")] {
        assert_eq!(events(fixture), events(fixture));
    }
}
