//! How far our messages got. Checks 6, 7, 10.

use connector_api::{DeliveryState, DeliveryUpdate, EventKind, Parsed};

use crate::{find, id, parse};

fn update<'a>(parsed: &'a Parsed, fact: &str) -> &'a DeliveryUpdate {
    match &find(parsed, fact).kind {
        EventKind::Delivery(update) => update,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_state_is_a_fact_of_its_own_with_its_time() {
    let parsed = parse("statuses");
    for (fact, state, seconds) in [
        ("wamid.OUT1:read", DeliveryState::Read, 1_793_520_205),
        ("wamid.OUT1:sent", DeliveryState::Sent, 1_793_520_201),
        ("wamid.OUT1:delivered", DeliveryState::Delivered, 1_793_520_203),
        ("wamid.OUT4:played", DeliveryState::Played, 1_793_520_206),
        ("wamid.OUT5:pending", DeliveryState::Queued, 1_793_520_199),
        ("wamid.OUT3:failed", DeliveryState::Failed, 1_793_520_300),
        ("wamid.OUT6:read:79000000002", DeliveryState::Read, 1_793_520_301),
        ("wamid.OUT6:read:79000000006", DeliveryState::Read, 1_793_520_302),
    ] {
        assert_eq!(update(&parsed, fact).state, state, "{fact}");
        assert_eq!(find(&parsed, fact).occurred_at.timestamp(), seconds, "{fact}");
    }
}

#[test]
fn a_failure_after_the_window_closed_says_so_in_russian() {
    let reason = update(&parse("statuses"), "wamid.OUT3:failed").reason.clone().expect("a reason");
    assert_eq!(reason.code, "131047");
    assert_eq!(
        reason.text,
        "Прошло больше 24 часов с последнего сообщения клиента: можно отправить только шаблон"
    );
}

#[test]
fn a_status_gives_back_our_own_reference() {
    let parsed = parse("statuses");
    assert_eq!(update(&parsed, "wamid.OUT1:sent").reference.as_deref(), Some("msg-0001"));
    assert_eq!(update(&parsed, "wamid.OUT1:sent").message, id("wamid.OUT1"));
    assert_eq!(update(&parsed, "wamid.OUT1:delivered").reference, None);
}

#[test]
fn a_status_is_one_fact_and_makes_no_person() {
    let parsed = parse("statuses");
    assert!(parsed.events.iter().all(|event| matches!(event.kind, EventKind::Delivery(_))));
}
