//! Calls through WhatsApp.

use connector_api::{CallOutcome, CallPhase, CallUpdate, Direction, EventKind, Parsed};

use crate::{find, id, parse, phone};

fn call<'a>(parsed: &'a Parsed, fact: &str) -> &'a CallUpdate {
    match &find(parsed, fact).kind {
        EventKind::Call(update) => update,
        other => panic!("{other:?}"),
    }
}

fn end(update: &CallUpdate) -> (CallOutcome, Option<i64>) {
    match &update.phase {
        CallPhase::Ended { outcome, talk_us, .. } => (*outcome, *talk_us),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_answered_call_has_its_talk_time() {
    let parsed = parse("calls");
    let start = call(&parsed, "wacid.CALL1:connect");
    assert_eq!((&start.phase, start.direction), (&CallPhase::Started, Direction::Inbound));
    let party = start.party.as_ref().expect("the caller");
    assert_eq!(party.addresses[0], phone("+79000000002"));
    assert_eq!(party.name.as_deref(), Some("Ирина К."));
    assert_eq!(end(call(&parsed, "wacid.CALL1:terminate")), (CallOutcome::Answered, Some(55_000_000)));
}

#[test]
fn a_call_of_the_client_that_ends_without_talk_was_missed() {
    let parsed = parse("calls");
    assert_eq!(end(call(&parsed, "wacid.CALL2:terminate")), (CallOutcome::NotAnswered, None));
}

#[test]
fn a_call_of_ours_rings_is_accepted_or_rejected() {
    let parsed = parse("calls");
    assert_eq!(call(&parsed, "wacid.CALL3:RINGING").phase, CallPhase::Started);
    assert_eq!(call(&parsed, "wacid.CALL3:ACCEPTED").phase, CallPhase::Answered);
    assert_eq!(end(call(&parsed, "wacid.CALL5:REJECTED")), (CallOutcome::Busy, None));
    assert_eq!(call(&parsed, "wacid.CALL5:REJECTED").party, None, "this event does not tell");
    let ended = call(&parsed, "wacid.CALL3:terminate");
    assert_eq!((end(ended), ended.direction), ((CallOutcome::Failed, None), Direction::Outbound));
    assert_eq!(ended.requested, Some(id("call-1")));
}

#[test]
fn an_unknown_call_event_is_quarantined_alone() {
    let parsed = parse("calls");
    assert_eq!(parsed.unknown.len(), 1);
    assert_eq!(parsed.unknown[0].reason, "unknown call event \"teleport\"");
    assert_eq!(parsed.events.len(), 8);
}
