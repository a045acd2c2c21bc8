//! What single events become. Fixtures are folded for reading; the line breaks are no part of the bodies.

use std::sync::LazyLock;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use connector_api::{
    Address, CallOutcome, CallPhase, CallUpdate, Connector, Direction, Event, EventKind, ExternalId, LegSide,
    Parsed, Party, RawEvent, Verified, VerifyError, WebhookRequest,
};
use http::{HeaderMap, Method};
use proptest::prelude::*;
use telphin::{Config, Telphin};

const SECRET: &str = "9f2c6b1d4e8a7035";

fn received_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_750_000, 0).expect("a time within the calendar")
}

fn config(more: &str) -> Config {
    serde_json::from_str(&format!(r#"{{"secret":"{SECRET}"{more}}}"#)).expect("a configuration")
}

/// Building one takes longer than reading thousands of events.
static HTTP: LazyLock<reqwest::Client> = LazyLock::new(|| {
    let _ = rustls::crypto::ring::default_provider().install_default();
    provider_http::build(&provider_http::ClientOptions::default()).expect("a client")
});

fn http() -> reqwest::Client {
    HTTP.clone()
}

fn telphin() -> Telphin {
    Telphin::new(config(""), http()).expect("the configuration is right")
}

fn fixture(name: &str) -> String {
    let path = format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).expect("the fixture exists");
    text.lines().collect()
}

fn raw(query: &str, body: &str) -> RawEvent {
    RawEvent {
        source: "webhook".into(),
        received_at: received_at(),
        content_type: Some("application/x-www-form-urlencoded".into()),
        query: query.into(),
        body: Bytes::copy_from_slice(body.as_bytes()),
    }
}

fn parse(body: &str) -> Parsed {
    telphin().parse(&raw("", body)).expect("the body is readable")
}

fn only_event(parsed: Parsed) -> Event {
    assert!(parsed.unknown.is_empty(), "{parsed:?}");
    let [event] = <[Event; 1]>::try_from(parsed.events).expect("one request is one fact");
    event
}

fn call(body: &str) -> CallUpdate {
    let EventKind::Call(call) = only_event(parse(body)).kind else { panic!("a fact about a call") };
    call
}

/// The addresses of the outside person, as keys; `None` where the event does not tell.
fn addresses(call: &CallUpdate) -> Option<Vec<String>> {
    call.party.as_ref().map(|party| party.addresses.iter().map(Address::key).collect())
}

fn extension(call: &CallUpdate) -> Option<&str> {
    call.extension.as_ref().map(|extension| extension.number.as_str())
}

const CLIENT: &str = "phone:+79000000001";

const INCOMING: [&str; 6] = [
    "incoming-1-dial-in-101.form",
    "incoming-2-dial-in-102.form",
    "incoming-3-answer-102.form",
    "incoming-4-hangup-101.form",
    "incoming-5-hangup-102.form",
    "incoming-6-hangup-menu.form",
];

#[test]
fn check_1_the_events_of_an_incoming_call_tell_its_facts() {
    let events = INCOMING.map(|name| only_event(parse(&fixture(name))));
    let calls = events.each_ref().map(|event| {
        let EventKind::Call(call) = &event.kind else { panic!("a fact about a call") };
        call
    });
    for call in calls {
        assert_eq!(call.call.as_str(), "7c11c05dff7b9c8f9a4cbd787f6c813e");
        assert_eq!((call.direction, call.internal, call.forwarded), (Direction::Inbound, false, false));
        assert_eq!(call.line.as_deref(), Some("74950000101"));
        assert_eq!(addresses(call), Some(vec![CLIENT.to_owned()]));
        assert_eq!(
            call.party.as_ref().and_then(|party| party.name.as_deref()),
            None,
            "the number is no name"
        );
    }
    assert_eq!(calls.map(extension), ["101", "102", "102", "101", "102", "099"].map(Some));
    assert_eq!(calls[1].leg, calls[4].leg);
    assert_ne!(calls[0].leg, calls[1].leg);
    let rang = events[2].occurred_at - events[1].occurred_at;
    assert_eq!(rang.num_microseconds(), Some(7_440_009));
    assert_eq!((&calls[0].phase, &calls[2].phase), (&CallPhase::Started, &CallPhase::Answered));
    let CallPhase::Ended { outcome, talk_us, recording, .. } = &calls[4].phase else {
        panic!("the leg ended")
    };
    assert_eq!((*outcome, *talk_us), (CallOutcome::Answered, Some(134_739_958)));
    let recording = recording.as_ref().map(|media| media.id.as_str());
    assert_eq!(recording, Some("410102-c5f96e75c454fa23d827923c76e6b5d1"));
    assert_eq!(calls[5].side, LegSide::Group { rank: 0 });
    assert_eq!(calls[5].phase, CallPhase::GroupEnded { connected: true, status: "ANSWER".into() });
    insta::assert_json_snapshot!("incoming", events);
}

#[test]
fn check_2_a_repeated_event_is_the_same_fact() {
    let ids = INCOMING.map(|name| only_event(parse(&fixture(name))).external_id);
    let again = INCOMING.map(|name| {
        let late =
            RawEvent { received_at: received_at() + chrono::TimeDelta::hours(1), ..raw("", &fixture(name)) };
        only_event(telphin().parse(&late).expect("the body is readable")).external_id
    });
    assert_eq!(ids, again);
    assert_eq!(ids[0].as_str(), "dial-in:410101-be559c854d6e2aad4ebbd0c6d548d393:1773738904120045");
    let timeless = "EventType=hangup&CallID=AB&SubCallID=410101-AB";
    assert_eq!(only_event(parse(timeless)).external_id.as_str(), "hangup:410101-ab:-");
}

#[test]
fn check_4_a_hangup_of_a_queue_is_a_groups_and_outranks_a_menu_where_the_account_names_it() {
    let missed = fixture("missed-queue.form");
    let parsed = parse(&missed);
    assert_eq!(parsed.ignored.len(), 1, "the group's recording is told to be left");
    let queue = call(&missed);
    assert_eq!(queue.phase, CallPhase::GroupEnded { connected: false, status: "NOANSWER".into() });
    assert_eq!(queue.side, LegSide::Group { rank: 0 });
    for groups in [r#","groups":"200:queue, 099:menu""#, r#","groups":"410200:queue""#] {
        let telphin = Telphin::new(config(groups), http()).expect("the configuration is right");
        let parsed = telphin.parse(&raw("", &missed)).expect("the body is readable");
        let EventKind::Call(queue) = only_event(parsed).kind else { panic!("a fact about a call") };
        assert_eq!(queue.side, LegSide::Group { rank: 1 }, "{groups}");
    }
    insta::assert_json_snapshot!("missed_queue", parsed);
}

#[test]
fn check_6_a_call_between_extensions_is_internal() {
    let dial_out = fixture("internal-dial-out.form");
    let short = dial_out.replace("CalledNumber=10129%2A102", "CalledNumber=102");
    for body in [dial_out, short, fixture("internal-dial-in.form")] {
        let call = call(&body);
        assert!(call.internal, "{body}");
        assert_eq!((&call.party, &call.party_text), (&None, &None));
    }
    // Where the account lists its extensions, a service number is a call like any other.
    let listed =
        Telphin::new(config(r#","extensions":["101","102"]"#), http()).expect("the configuration is right");
    let emergency = fixture("internal-dial-out.form").replace("CalledNumber=10129%2A102", "CalledNumber=112");
    let parsed = listed.parse(&raw("", &emergency)).expect("the body is readable");
    let EventKind::Call(call) = only_event(parsed).kind else { panic!("a fact about a call") };
    assert!(!call.internal);
    assert_eq!((addresses(&call), call.party_text.as_deref()), (Some(vec![]), Some("112")));
}

#[test]
fn check_7_the_remote_number_of_a_transferred_leg_is_the_client() {
    let transfer = call(&fixture("transfer-dial-in.form"));
    assert_eq!(transfer.call.as_str(), "7c11c05dff7b9c8f9a4cbd787f6c813e");
    assert_eq!((extension(&transfer), transfer.internal), (Some("102"), false));
    assert_eq!(addresses(&transfer), Some(vec![CLIENT.to_owned()]));
    assert_eq!(
        transfer.party.and_then(|party| party.name),
        None,
        "CallerIDName is the employee's who transferred the call"
    );
    let answer = call(&fixture("answer-short-caller.form"));
    assert_eq!(
        (&answer.party, answer.direction),
        (&None, Direction::Inbound),
        "an extension overwrites no client"
    );
}

#[test]
fn check_8_a_forwarded_leg_is_told_apart_and_names_no_client() {
    let forwarded = call(&fixture("forwarded-dial-out.form"));
    assert!(forwarded.forwarded);
    assert_eq!((forwarded.direction, extension(&forwarded)), (Direction::Outbound, Some("101")));
    assert_eq!((forwarded.internal, forwarded.party), (false, None));
    assert!(!call(&fixture("outgoing-hangup.form")).forwarded);
}

#[test]
fn check_9_every_way_of_dialling_leads_to_one_client() {
    let outgoing = fixture("outgoing-hangup.form");
    for dialled in ["89000000001", "%2B79000000001", "+79000000001", "79000000001", "9000000001"] {
        let call = call(&outgoing.replace("89000000001", dialled));
        assert_eq!(addresses(&call), Some(vec![CLIENT.to_owned()]), "{dialled}");
        assert_eq!(
            (call.direction, extension(&call), call.line.as_deref()),
            (Direction::Outbound, Some("101"), None)
        );
    }
    let call = call(&outgoing);
    assert_eq!(call.party_text.as_deref(), Some("89000000001"));
    assert_eq!(call.extension.and_then(|extension| extension.name).as_deref(), Some("Иванов"));
    insta::assert_json_snapshot!("outgoing", parse(&outgoing));
}

#[test]
fn check_10_a_hidden_number_is_a_call_without_client() {
    let incoming = fixture(INCOMING[0]).replace("CallerIDName=%2B79000000001", "CallerIDName=Anonymous");
    let number = "CallerIDNum=%2B79000000001";
    for hidden in ["", "CallerIDNum=", "CallerIDNum=anonymous", "CallerIDNum=Anonymous%40anonymous.invalid"] {
        let call = call(&incoming.replace(number, hidden));
        assert_eq!(call.party, Some(Party::default()), "{hidden:?}");
        assert!(!call.internal, "{hidden:?}");
    }
    assert_eq!(call(&incoming.replace(number, "CallerIDNum=UNKNOWN")).party_text, None);
    let unreadable = call(&incoming.replace(number, "CallerIDNum=2345678"));
    assert_eq!((addresses(&unreadable), unreadable.party_text.as_deref()), (Some(vec![]), Some("2345678")));
}

fn request<'a>(
    method: &'a Method,
    secret: Option<&'a str>,
    headers: &'a HeaderMap,
    remote: &str,
) -> WebhookRequest<'a> {
    WebhookRequest {
        method,
        url_secret: secret,
        query: "",
        headers,
        body: b"",
        remote: remote.parse().expect("an address"),
        received_at: received_at(),
    }
}

#[test]
fn check_11_fields_are_read_from_query_and_body_and_only_with_the_secret() {
    let form = fixture(INCOMING[0]);
    let from_body = only_event(parse(&form));
    let from_query = telphin().parse(&raw(&form, "")).expect("the query is readable");
    assert_eq!(only_event(from_query), from_body);
    let (query, body) = form.split_once("&CallFlow").expect("the fixture has the field");
    let merged = telphin().parse(&raw(query, &format!("CallFlow{body}"))).expect("the two are readable");
    assert_eq!(only_event(merged), from_body);
    let shouted = telphin().parse(&raw("calledNUMBER=10129*777", &form.replace("EventType", "EVENTTYPE")));
    assert_eq!(only_event(shouted.expect("names have no case")), from_body, "the body wins");
    let json = only_event(parse(&fixture("dial-in.json")));
    assert_eq!((json.external_id, json.occurred_at), (from_body.external_id, from_body.occurred_at));

    let telphin = telphin();
    let headers = HeaderMap::new();
    let verify = |method, secret| telphin.verify(&request(method, secret, &headers, "192.0.2.7"));
    assert_eq!(verify(&Method::GET, Some(SECRET)), Ok(Verified::Genuine));
    assert_eq!(verify(&Method::POST, Some(SECRET)), Ok(Verified::Genuine));
    assert_eq!(verify(&Method::POST, Some("9f2c6b1d4e8a7036")), Err(VerifyError::WrongSignature));
    assert_eq!(verify(&Method::POST, Some("")), Err(VerifyError::WrongSignature));
    assert_eq!(verify(&Method::POST, None), Err(VerifyError::MissingSignature));
    assert_eq!(verify(&Method::PUT, Some(SECRET)), Err(VerifyError::Method));
    assert!(!format!("{telphin:?}").contains(SECRET), "the secret does not reach a log");
}

#[test]
fn a_configured_list_of_networks_refuses_the_others() {
    let telphin =
        Telphin::new(config(r#","allowed_networks":"192.0.2.0/28, 2001:db8::/32, 198.51.100.7""#), http())
            .expect("the configuration is right");
    let headers = HeaderMap::new();
    let verify = |remote| telphin.verify(&request(&Method::POST, Some(SECRET), &headers, remote));
    for remote in ["192.0.2.15", "::ffff:192.0.2.15", "2001:db8::1", "198.51.100.7"] {
        assert_eq!(verify(remote), Ok(Verified::Genuine), "{remote}");
    }
    for remote in ["192.0.2.16", "198.51.100.8", "::1"] {
        assert_eq!(verify(remote), Err(VerifyError::Refused), "{remote}");
    }
}

#[test]
fn a_wrong_configuration_is_told_at_start() {
    for more in [r#","allowed_networks":["192.0.2.0/33"]"#, r#","allowed_networks":["telphin.ru"]"#] {
        assert!(Telphin::new(config(more), http()).is_err(), "{more}");
    }
    let empty: Config = serde_json::from_str(r#"{"secret":""}"#).expect("a configuration");
    assert!(Telphin::new(empty, http()).is_err());
}

#[test]
fn check_12_unknown_events_are_left_for_quarantine() {
    for (body, reason) in [
        ("EventType=voicemail&CallID=ab", r#"unknown event type "voicemail""#),
        ("EventType=message-in&EventTime=1773738904120045", r#"unknown event type "message-in""#),
        ("EventType=agent-login", r#"unknown event type "agent-login""#),
        (&*fixture("extension-status.form"), r#"unknown event type "call-status-change""#),
        ("EventType=hangup&CallStatus=ANSWER", "hangup without CallID"),
        ("CallID=ab", "no EventType"),
    ] {
        let parsed = parse(body);
        assert_eq!(parsed.unknown.iter().map(|part| &*part.reason).collect::<Vec<_>>(), [reason], "{body}");
        assert!(parsed.events.is_empty() && parsed.ignored.is_empty(), "{body}");
    }
}

#[test]
fn a_question_where_to_route_is_ignored() {
    let parsed = parse(&fixture("call-interactive.form"));
    assert_eq!((parsed.events.len(), parsed.ignored.len(), parsed.unknown.len()), (0, 1, 0));
}

#[test]
fn a_request_without_fields_cannot_be_read() {
    for body in ["", "&&", "EventType=", "{}", "{\"EventType\":"] {
        assert!(telphin().parse(&raw("", body)).is_err(), "{body:?}");
    }
}

#[test]
fn check_13_only_answer_is_a_conversation_and_unknown_words_are_kept() {
    let hangup = fixture("outgoing-hangup.form");
    for (word, expected) in [
        ("ANSWER", CallOutcome::Answered),
        ("answer", CallOutcome::Answered),
        ("BUSY", CallOutcome::Busy),
        ("NOANSWER", CallOutcome::NotAnswered),
        ("CANCEL", CallOutcome::Cancelled),
        ("CONGESTION", CallOutcome::Failed),
        ("CHANUNAVAIL", CallOutcome::Unavailable),
        ("FOO", CallOutcome::Unknown),
        ("", CallOutcome::Unknown),
    ] {
        let phase = call(&hangup.replace("NOANSWER", word)).phase;
        let CallPhase::Ended { outcome, status, talk_us, .. } = phase else { panic!("the leg ended") };
        assert_eq!((outcome, &*status, talk_us), (expected, word, None));
    }
}

#[test]
fn times_that_cannot_be_give_way_to_the_time_of_receipt() {
    let body = fixture(INCOMING[0]);
    let latest = received_at().timestamp_micros() + 86_400_000_000;
    for (text, believed) in [
        ("1420070400000000".to_owned(), true),
        (latest.to_string(), true),
        ((latest + 1).to_string(), false),
        ("1420070399999999".to_owned(), false),
        ("1773738904120".to_owned(), false),
        (i64::MAX.to_string(), false),
        ("yesterday".to_owned(), false),
        (String::new(), false),
    ] {
        let event = only_event(parse(&body.replace("1773738904120045", &text)));
        assert_eq!(event.occurred_at != received_at(), believed, "{text}");
    }
}

#[test]
fn a_talk_that_cannot_be_is_not_told() {
    let body = fixture("incoming-5-hangup-102.form");
    for (text, expected) in [("0", Some(0)), ("-1", None), ("9223372036854775807", None), ("long", None)] {
        let CallPhase::Ended { talk_us, .. } = call(&body.replace("134739958", text)).phase else {
            panic!("the leg ended")
        };
        assert_eq!(talk_us, expected, "{text}");
    }
}

#[test]
fn a_leg_without_an_id_is_named_by_its_extension() {
    let body = fixture(INCOMING[0]).replace("SubCallID", "Nothing");
    assert_eq!(call(&body).leg.as_str(), "7c11c05dff7b9c8f9a4cbd787f6c813e:410101");
    let unnumbered = body.replace("CalledExtensionID", "Nothing");
    assert_eq!(call(&unnumbered).leg.as_str(), "7c11c05dff7b9c8f9a4cbd787f6c813e:101");
}

#[test]
fn without_a_flow_the_direction_is_seen_from_the_ends() {
    for (name, expected) in [
        ("outgoing-hangup.form", Direction::Outbound),
        ("internal-dial-out.form", Direction::Outbound),
        ("incoming-5-hangup-102.form", Direction::Inbound),
        ("missed-queue.form", Direction::Inbound),
        ("internal-dial-in.form", Direction::Inbound),
    ] {
        assert_eq!(call(&fixture(name).replace("CallFlow", "Nothing")).direction, expected, "{name}");
    }
}

#[test]
fn a_call_that_we_asked_for_names_our_request() {
    let call = call(&fixture("outgoing-requested.form"));
    assert_eq!(call.requested.as_ref().map(ExternalId::as_str), Some("5e0c1d2b3a49586776859403a2b1c0df"));
    assert_eq!(call.control.as_deref(), Some("cb-3584709739-5e0c1d2b-3a49-5867-7685-9403a2b1c0df"));
    assert_eq!(
        call.extension.and_then(|extension| extension.name),
        None,
        "the name is what we asked to show"
    );
}

#[test]
fn the_name_of_an_outside_caller_is_kept() {
    let party = call(&fixture("missed-queue.form")).party.expect("the caller is told");
    assert_eq!(party.name.as_deref(), Some("ООО Ромашка"));
}

/// Fields that matter with values that are almost right.
fn near_miss() -> impl Strategy<Value = String> {
    let name = prop::sample::select(vec![
        "EventType",
        "EventTime",
        "CallID",
        "SubCallID",
        "CallFlow",
        "CallStatus",
        "CallerIDNum",
        "CallerIDName",
        "CalledNumber",
        "CalledExtension",
        "CallerExtension",
        "Duration",
        "RecID",
        "Bridged",
        "RemoteNumber",
        "Transfered",
        "CalledDID",
    ]);
    let value = prop_oneof![
        prop::sample::select(vec![
            "dial-in", "dial-out", "answer", "hangup", "in", "out", "yes", "no", "*", "@", "*@"
        ])
        .prop_map(str::to_owned),
        "[0-9+*@-]{0,20}",
        ".{0,12}",
    ];
    prop::collection::vec((name, value), 0..20).prop_map(|fields| {
        fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
    })
}

proptest! {
    #[test]
    fn no_bytes_make_parsing_panic(query in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = telphin().parse(&RawEvent { body: body.into(), ..raw(&query, "") });
    }

    #[test]
    fn no_event_makes_parsing_panic(fields in near_miss()) {
        let body = format!("EventType=hangup&CallID=ab&{fields}");
        let parsed = telphin().parse(&raw("", &body)).expect("there are fields");
        prop_assert_eq!(parsed.events.len() + parsed.unknown.len(), 1);
    }
}
