//! A call that webhooks told in part or not at all, completed by the provider's history.

use bytes::Bytes;
use connector_api::{Direction, EventKind, RawEvent};
use crm_core::timeline::call::{Call, CallFact, CallState, assemble};

use crate::telphin_calls::{LEG_102, example, facts, telphin};
use crate::world::end;

const ANSWERED: &str = include_str!("../../connectors/telphin/fixtures/history-incoming.json");
const MISSED: &str = include_str!("../../connectors/telphin/fixtures/history-missed.json");

fn history(body: &str) -> Vec<CallFact> {
    let raw = RawEvent {
        source: "history".to_owned(),
        received_at: end(),
        content_type: None,
        query: String::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    };
    let parsed = telphin().parse(&raw).expect("a call of the history");
    let call = |read: connector_api::Event| match read.kind {
        EventKind::Call(update) => {
            Some(CallFact { external_id: read.external_id.to_string(), at: read.occurred_at, update })
        }
        _ => None,
    };
    parsed.events.into_iter().filter_map(call).collect()
}

fn in_words(call: &Call) -> (Direction, CallState, Option<&str>, usize, usize) {
    let view = &call.view;
    let number = view.extension.as_ref().map(|extension| extension.number.as_str());
    (call.direction, view.outcome, number, view.segments.len(), view.recordings.len())
}

#[test]
fn check_15_history_adds_nothing_to_a_call_that_was_told_whole() {
    let live: Vec<CallFact> = example().iter().flat_map(facts).collect();
    let both: Vec<CallFact> = history(ANSWERED).into_iter().chain(live.clone()).collect();
    assert_eq!(assemble(&both), assemble(&live));
}

#[test]
fn whatever_webhooks_were_lost_history_makes_it_one_answered_call_in_any_order() {
    let live: Vec<Vec<CallFact>> = example().iter().map(facts).collect();
    for lost in 0_u32..64 {
        let kept = live.iter().enumerate().filter(|(place, _)| lost & (1 << place) == 0);
        let told: Vec<CallFact> =
            kept.flat_map(|(_, facts)| facts.clone()).chain(history(ANSWERED)).collect();
        let call = assemble(&told).expect("a call");
        let expected = (Direction::Inbound, CallState::Answered, Some("102"), 2, 1);
        assert_eq!(in_words(&call), expected, "lost: {lost:06b}");
        let talk_us = call.view.talk_us.expect("they talked");
        assert!((133_000_000..=136_000_000).contains(&talk_us), "{talk_us}, lost: {lost:06b}");
        let mut backwards = told.clone();
        backwards.reverse();
        backwards.extend(told);
        assert_eq!(assemble(&backwards), Some(call), "lost: {lost:06b}");
    }
}

#[test]
fn check_14_a_recording_that_no_webhook_named_comes_by_history() {
    let mut events = example();
    events[4].remove("RecID");
    let live: Vec<CallFact> = events.iter().flat_map(facts).collect();
    assert!(assemble(&live).expect("a call").view.recordings.is_empty());
    let early = ANSWERED.replace("\"410102-C5F96E75C454FA23D827923C76E6B5D1\"", "null");
    let at_first: Vec<CallFact> = live.into_iter().chain(history(&early)).collect();
    assert!(assemble(&at_first).expect("a call").view.recordings.is_empty());
    let later: Vec<CallFact> = at_first.into_iter().chain(history(ANSWERED)).collect();
    let call = assemble(&later).expect("a call");
    assert_eq!(call.view.recordings.iter().map(|media| media.id.as_str()).collect::<Vec<_>>(), [LEG_102]);
    let expected = assemble(&example().iter().flat_map(facts).collect::<Vec<_>>());
    assert_eq!(Some(call), expected, "the same call as if the webhook had named it");
}

#[test]
fn a_missed_call_of_which_no_webhook_told_is_missed_by_the_queue() {
    let call = assemble(&history(MISSED)).expect("a call");
    assert_eq!(in_words(&call), (Direction::Inbound, CallState::Missed, Some("200"), 1, 0));
    assert_eq!(call.view.ended_at.map(|at| at.timestamp()), Some(1_773_738_931));
}
