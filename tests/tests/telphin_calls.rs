//! What calls are made of: the cases of the provider's protocol, by the real connector and the real rule.

use std::collections::BTreeMap;

use bytes::Bytes;
use connector_api::{Address, Connector, Direction, EventKind, RawEvent};
use crm_core::timeline::call::{Call, CallFact, CallState, assemble};
use gateway::{connectors, http_client};
use serde_json::json;

use crate::world::end;

const CALL: &str = "7c11c05dff7b9c8f9a4cbd787f6c813e";
const CLIENT: &str = "+79000000001";
/// The legs of both phones and of the menu.
const LEG_101: &str = "410101-be559c854d6e2aad4ebbd0c6d548d393";
pub(crate) const LEG_102: &str = "410102-c5f96e75c454fa23d827923c76e6b5d1";
const LEG_099: &str = "410099-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const TALK_US: i64 = 134_739_958;

pub(crate) fn telphin() -> Box<dyn Connector> {
    let config =
        json!({ "secret": "s", "extensions": "101, 102, 103, 104", "groups": "099:menu, 200:queue" });
    let http = http_client::build().expect("an HTTP client");
    connectors::build("telphin", config, &http).expect("the settings fit")
}

pub(crate) type Fields = BTreeMap<String, String>;

/// A body of these fields.
fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// An event of a leg that somebody outside began.
fn inbound(kind: &str, time: &str, leg: &str, extension: &str, status: &str) -> Fields {
    let id = &leg[..6];
    fields(&[
        ("EventType", kind),
        ("EventTime", time),
        ("CallID", CALL),
        ("SubCallID", leg),
        ("CallFlow", "in"),
        ("CallStatus", status),
        ("CallerIDNum", CLIENT),
        ("CallerIDName", CLIENT),
        ("CalledDID", "74950000101"),
        ("CalledNumber", &format!("10129*{extension}")),
        ("CalledExtension", &format!("10129*{extension}@sipproxy.telphin.ru")),
        ("CalledExtensionID", id),
    ])
}

/// An event of a leg that extension 101 began.
fn outbound(kind: &str, time: &str, number: &str, status: &str) -> Fields {
    fields(&[
        ("EventType", kind),
        ("EventTime", time),
        ("CallID", CALL),
        ("SubCallID", &format!("410101-{CALL}")),
        ("CallFlow", "out"),
        ("CallStatus", status),
        ("CallerIDNum", "10129*101"),
        ("CallerExtension", "10129*101@sipproxy.telphin.ru"),
        ("CallerExtensionID", "410101"),
        ("CalledNumber", number),
    ])
}

fn with(mut event: Fields, more: &[(&str, &str)]) -> Fields {
    event.extend(fields(more));
    event
}

/// The usual example: two phones ring, 102 answers.
pub(crate) fn example() -> Vec<Fields> {
    let talked = [("Duration", "134739958"), ("RecID", LEG_102)];
    vec![
        inbound("dial-in", "1773738904120045", LEG_101, "101", "CALLING"),
        inbound("dial-in", "1773738904140052", LEG_102, "102", "CALLING"),
        inbound("answer", "1773738911560061", LEG_102, "102", "ANSWER"),
        inbound("hangup", "1773738911640007", LEG_101, "101", "CANCEL"),
        with(inbound("hangup", "1773739046300019", LEG_102, "102", "ANSWER"), &talked),
        with(inbound("hangup", "1773739046420033", LEG_099, "099", "ANSWER"), &[("Bridged", "yes")]),
    ]
}

/// What the connector reads in a request.
pub(crate) fn facts(event: &Fields) -> Vec<CallFact> {
    let body: String = form(event);
    let raw = RawEvent {
        source: "webhook".to_owned(),
        received_at: end(),
        content_type: Some("application/x-www-form-urlencoded".to_owned()),
        query: String::new(),
        body: Bytes::from(body),
    };
    let parsed = telphin().parse(&raw).expect("a form");
    assert!(parsed.unknown.is_empty(), "{:?}", parsed.unknown);
    parsed
        .events
        .into_iter()
        .filter_map(|read| match read.kind {
            EventKind::Call(update) => {
                Some(CallFact { external_id: read.external_id.to_string(), at: read.occurred_at, update })
            }
            _ => None,
        })
        .collect()
}

fn form(event: &Fields) -> String {
    let encode = |text: &str| -> String {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect()
    };
    event.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&")
}

fn call_of(events: &[Fields]) -> Option<Call> {
    assemble(&events.iter().flat_map(facts).collect::<Vec<_>>())
}

fn number(call: &Call) -> Vec<String> {
    call.party.addresses.iter().map(Address::key).collect()
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let longer = |shorter: Vec<usize>| {
        (0..count).map(move |place| {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            longer
        })
    };
    permutations(count - 1).into_iter().flat_map(longer).collect()
}

#[test]
fn check_1_the_example_is_one_answered_call_of_102() {
    let call = call_of(&example()).expect("a call");
    assert_eq!((call.direction, call.view.outcome), (Direction::Inbound, CallState::Answered));
    assert_eq!(call.view.extension.as_ref().map(|extension| extension.number.as_str()), Some("102"));
    assert_eq!(call.view.talk_us, Some(TALK_US));
    assert_eq!(call.view.ring_us, Some(7_420_009));
    assert_eq!(call.view.recordings.len(), 1);
    assert!(call.view.recordings[0].id.to_string().contains(LEG_102));
    assert_eq!(number(&call), [format!("phone:{CLIENT}")]);
    assert_eq!(call.view.segments.len(), 2, "the phone that only rang is shown as such");
}

#[test]
fn check_2_all_720_orders_once_and_twice_give_the_same_call() {
    let facts: Vec<Vec<CallFact>> = example().iter().map(facts).collect();
    let expected = assemble(&facts.concat()).expect("a call");
    for order in permutations(facts.len()) {
        let once: Vec<CallFact> = order.iter().flat_map(|&place| facts[place].clone()).collect();
        assert_eq!(assemble(&once).as_ref(), Some(&expected), "{order:?}");
        let twice: Vec<CallFact> = once.iter().chain(once.iter().rev()).cloned().collect();
        assert_eq!(assemble(&twice).as_ref(), Some(&expected), "{order:?}, twice");
    }
}

#[test]
fn check_3_the_two_hangups_alone_are_still_the_answered_call() {
    let example = example();
    let call = call_of(&example[3..5]).expect("a call");
    assert_eq!(call.view.outcome, CallState::Answered);
    assert_eq!(call.view.extension.map(|extension| extension.number), Some("102".to_owned()));
    assert_eq!(call.view.talk_us, Some(TALK_US));
    let answered_us = call.view.answered_at.map(|at| at.timestamp_micros());
    assert_eq!(answered_us, Some(1_773_739_046_300_019 - TALK_US));
}

#[test]
fn check_4_a_call_lost_in_the_queue_is_missed_by_the_queue() {
    let leg_200 = LEG_099.replace("410099", "410200");
    let not_bridged = [("Bridged", "no")];
    let mut events = [
        with(inbound("hangup", "1773738934120333", LEG_099, "099", "NOANSWER"), &not_bridged),
        with(inbound("hangup", "1773738934420333", &leg_200, "200", "NOANSWER"), &not_bridged),
    ];
    for _ in 0..2 {
        let call = call_of(&events).expect("a call");
        assert_eq!((call.direction, call.view.outcome), (Direction::Inbound, CallState::Missed));
        assert_eq!(call.view.extension.as_ref().map(|extension| extension.number.as_str()), Some("200"));
        assert_eq!(number(&call), [format!("phone:{CLIENT}")]);
        events.reverse();
    }
}

#[test]
fn check_5_a_menu_that_passed_the_call_on_is_no_call() {
    assert_eq!(call_of(&example()[5..]), None);
}

#[test]
fn check_6_talks_between_extensions_are_on_no_timeline() {
    for number in ["10129*102", "102"] {
        let events = [
            outbound("dial-out", "1773741000000001", number, "CALLING"),
            with(outbound("hangup", "1773741009000001", number, "ANSWER"), &[("Duration", "5000000")]),
        ];
        assert_eq!(call_of(&events), None, "{number}");
    }
}

#[test]
fn check_7_a_call_passed_on_is_one_call_of_two_segments_with_the_client() {
    let next = "410102-77665544332211009988aabbccddeeff";
    let passed = [("CallerIDNum", "10129*101"), ("RemoteNumber", CLIENT)];
    let events = [
        inbound("dial-in", "1773738904120045", LEG_101, "101", "CALLING"),
        inbound("answer", "1773738911560061", LEG_101, "101", "ANSWER"),
        with(inbound("dial-in", "1773738960000500", next, "102", "CALLING"), &passed),
        with(inbound("answer", "1773738963000500", next, "102", "ANSWER"), &passed),
        with(inbound("hangup", "1773738964000500", LEG_101, "101", "ANSWER"), &[("Duration", "52440439")]),
        with(
            inbound("hangup", "1773738999000500", next, "102", "ANSWER"),
            &[passed[0], ("Duration", "36000000")],
        ),
    ];
    let facts: Vec<Vec<CallFact>> = events.iter().map(facts).collect();
    for order in permutations(facts.len()) {
        let ordered: Vec<CallFact> = order.iter().flat_map(|&place| facts[place].clone()).collect();
        let call = assemble(&ordered).expect("a call");
        assert_eq!((call.direction, call.view.outcome), (Direction::Inbound, CallState::Answered));
        assert_eq!(call.view.segments.len(), 2);
        assert_eq!(call.view.extension.as_ref().map(|first| first.number.as_str()), Some("101"));
        assert_eq!(call.view.talk_us, Some(52_440_439 + 36_000_000));
        assert_eq!(number(&call), [format!("phone:{CLIENT}")], "{order:?}");
    }
}

#[test]
fn check_8_a_forwarded_leg_makes_no_outgoing_call() {
    let mut events = example();
    let forwarded = outbound("dial-out", "1773738912000077", "89000000077", "CALLING");
    let own_leg = ("SubCallID", "410101-1029384756abcdef1029384756abcdef");
    events.push(with(forwarded, &[("Transfered", "yes"), ("CallerIDNum", CLIENT), own_leg]));
    let call = call_of(&events).expect("a call");
    assert_eq!(call.direction, Direction::Inbound);
    assert_eq!(number(&call), [format!("phone:{CLIENT}")]);
}

#[test]
fn check_9_every_spelling_of_a_number_leads_to_the_same_client() {
    for spelling in ["89000000001", "+79000000001", "79000000001", "9000000001"] {
        let call = call_of(&[outbound("dial-out", "1773741000000001", spelling, "CALLING")]).expect("a call");
        assert_eq!(call.direction, Direction::Outbound);
        assert_eq!(number(&call), [format!("phone:{CLIENT}")], "{spelling}");
    }
}

#[test]
fn check_10_a_withheld_number_is_a_call_of_nobody() {
    for caller in [None, Some(""), Some("anonymous")] {
        let mut events = example();
        for event in &mut events {
            event.remove("CallerIDName");
            match caller {
                Some(caller) => event.insert("CallerIDNum".to_owned(), caller.to_owned()),
                None => event.remove("CallerIDNum"),
            };
        }
        let call = call_of(&events).expect("a call");
        assert!(call.party.addresses.is_empty(), "{caller:?}: {:?}", call.party);
        assert!(call.view.number_withheld, "{caller:?}");
        assert_eq!(call.view.outcome, CallState::Answered);
    }
}

#[test]
fn check_12_an_event_of_an_unknown_kind_changes_nothing() {
    for kind in ["voicemail", "message-in", "call-status-change"] {
        let mut events = example();
        let expected = call_of(&events);
        let body = form(&inbound(kind, "1773738905000000", LEG_101, "101", "CALLING"));
        let raw = RawEvent {
            source: "webhook".to_owned(),
            received_at: end(),
            content_type: None,
            query: String::new(),
            body: Bytes::from(body),
        };
        let parsed = telphin().parse(&raw).expect("a form");
        assert!(parsed.events.is_empty(), "{kind}");
        events.reverse();
        assert_eq!(call_of(&events), expected);
    }
}

#[test]
fn check_13_a_failed_call_is_no_conversation_and_an_unknown_word_is_kept() {
    let words = [
        ("CHANUNAVAIL", CallState::Unavailable),
        ("CONGESTION", CallState::Failed),
        ("FOO", CallState::Unknown),
    ];
    for (word, state) in words {
        let events = [
            outbound("dial-out", "1773741000000001", "89000000001", "CALLING"),
            outbound("hangup", "1773741009000001", "89000000001", word),
        ];
        let call = call_of(&events).expect("a call");
        assert_eq!(call.view.outcome, state);
        assert_eq!(call.view.talk_us, None);
        assert_eq!(call.view.status.as_deref(), Some(word));
    }
}
