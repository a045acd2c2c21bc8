//! What the calls of the history become.

use bytes::Bytes;
use chrono::DateTime;
use connector_api::{
    CallOutcome, CallPhase, CallUpdate, Connector, Direction, Event, EventKind, LegSide, Parsed, RawEvent,
};
use telphin::{Config, Telphin};

fn parse(body: &str) -> Parsed {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config: Config = serde_json::from_str(r#"{"secret":"s"}"#).expect("a configuration");
    let http = provider_http::build(&provider_http::ClientOptions::default()).expect("a client");
    let raw = RawEvent {
        source: "history".into(),
        received_at: DateTime::from_timestamp(1_773_750_000, 0).expect("a moment"),
        content_type: None,
        query: String::new(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    };
    Telphin::new(config, http).expect("right").parse(&raw).expect("readable")
}

fn calls(parsed: &Parsed) -> Vec<&CallUpdate> {
    let call = |event: &'static str, kind: &EventKind| panic!("{event}: {kind:?}");
    parsed
        .events
        .iter()
        .map(|event| match &event.kind {
            EventKind::Call(call) => call,
            other => call("a fact about a call", other),
        })
        .collect()
}

const INCOMING: &str = include_str!("../fixtures/history-incoming.json");
const MISSED: &str = include_str!("../fixtures/history-missed.json");
const OUTGOING: &str = include_str!("../fixtures/history-outgoing.json");

#[test]
fn check_14_the_recording_is_found_in_the_third_leg() {
    let before = INCOMING.replace("\"410102-C5F96E75C454FA23D827923C76E6B5D1\"", "null");
    let ended = |parsed: &Parsed| -> Vec<(String, Option<String>)> {
        let of = |event: &Event| match &event.kind {
            EventKind::Call(CallUpdate { phase: CallPhase::Ended { recording, .. }, .. }) => {
                Some((event.external_id.to_string(), recording.as_ref().map(|media| media.id.to_string())))
            }
            _ => None,
        };
        parsed.events.iter().filter_map(of).collect()
    };
    let (early, late) = (ended(&parse(&before)), ended(&parse(INCOMING)));
    assert!(early.iter().all(|(_, recording)| recording.is_none()));
    assert_eq!(late[1].1.as_deref(), Some("410102-c5f96e75c454fa23d827923c76e6b5d1"));
    assert_eq!(early[0], late[0], "the other leg is the same fact");
    assert!(early[1].0 < late[1].0, "a fact of its own, which sorts behind the one without a recording");
}

#[test]
fn check_15_a_call_of_the_history_is_the_call_of_the_webhooks_in_lower_case() {
    let parsed = parse(INCOMING);
    let calls = calls(&parsed);
    assert!(calls.iter().all(|call| call.call.as_str() == "7c11c05dff7b9c8f9a4cbd787f6c813e"));
    assert!(calls.iter().all(|call| call.from_history && call.direction == Direction::Inbound));
    assert!(
        calls.iter().all(|call| call.side == LegSide::Person),
        "a menu that passed the call on says nothing"
    );
    assert_eq!(calls[0].line.as_deref(), Some("74950000101"));
    let phases: Vec<_> = calls
        .iter()
        .map(|call| {
            let number =
                call.extension.as_ref().map(|extension| extension.number.as_str()).unwrap_or_default();
            let phase = match &call.phase {
                CallPhase::Started => "started".to_owned(),
                CallPhase::Answered => "answered".to_owned(),
                CallPhase::Ended { outcome, talk_us, .. } => format!("{outcome:?} {talk_us:?}"),
                CallPhase::GroupEnded { .. } => "group".to_owned(),
            };
            (number, phase)
        })
        .collect();
    let expected = [
        ("101", "started"),
        ("101", "Cancelled None"),
        ("102", "started"),
        ("102", "answered"),
        ("102", "Answered Some(135000000)"),
    ];
    assert_eq!(phases, expected.map(|(number, phase)| (number, phase.to_owned())));
    assert_eq!(parsed, parse(INCOMING), "the same bytes are the same facts");
}

#[test]
fn a_missed_call_of_the_history_tells_who_was_rung_and_which_queue_lost_it() {
    let parsed = parse(MISSED);
    let lost: Vec<_> = calls(&parsed)
        .into_iter()
        .filter(|call| matches!(call.phase, CallPhase::GroupEnded { connected: false, .. }))
        .map(|call| (call.side, call.extension.as_ref().map(|extension| extension.number.as_str())))
        .collect();
    let expected = [(LegSide::Group { rank: 0 }, Some("099")), (LegSide::Group { rank: 1 }, Some("200"))];
    assert_eq!(lost, expected);
    assert_eq!(parsed.events.len(), 4);
}

#[test]
fn an_outgoing_call_that_we_asked_for_is_recognised_and_an_empty_recording_is_none_yet() {
    let parsed = parse(OUTGOING);
    let calls = calls(&parsed);
    assert!(calls.iter().all(|call| call.direction == Direction::Outbound && !call.internal));
    assert_eq!(calls[0].requested.as_ref(), Some(&calls[0].call));
    let CallPhase::Ended { outcome, talk_us, recording, .. } = &calls[2].phase else { panic!("it ended") };
    assert_eq!((*outcome, *talk_us, recording), (CallOutcome::Answered, Some(40_000_000), &None));
}

#[test]
fn a_colleagues_call_is_internal_and_a_call_that_goes_on_waits() {
    let inner = INCOMING.replace("+79000000001", "10129*103");
    assert!(calls(&parse(&inner)).iter().all(|call| call.internal && call.party.is_none()));
    let colleague = MISSED.replace("+79000000001", "10129*103");
    assert!(calls(&parse(&colleague)).iter().all(|call| call.internal));
    let running = INCOMING.replace(r#""hangup_time_gmt":"2026-03-17 09:17:26""#, r#""hangup_time_gmt":null"#);
    let parsed = parse(&running);
    assert_eq!((parsed.events.len(), parsed.ignored.len()), (0, 1));
}
