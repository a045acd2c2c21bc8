//! Scenarios: the same seed gives the same bytes, and every body is what its provider would send.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use mocks::scenario::{
    DAY, Scenario, Step, call_transferred_twice, company_day, one_person_in_eight_id_forms, storm, trickle,
};
use mocks::whatsapp::signature;
use mocks::{Hooks, Provider, Providers};
use serde_json::Value;

fn providers() -> Providers {
    Providers::example(&Hooks::under("http://127.0.0.1:1/hooks"))
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_338_000, 0).expect("in range")
}

fn all(seed: u64) -> Vec<Scenario> {
    let providers = providers();
    let live: Vec<Step> = trickle(&providers, now(), seed).take(300).collect();
    vec![
        company_day(&providers, now(), seed, 24),
        storm(&providers, now(), seed, 1000),
        call_transferred_twice(&providers, now()),
        one_person_in_eight_id_forms(&providers, now()),
        Scenario { starts_at: now(), people: Vec::new(), steps: live },
    ]
}

fn form(step: &Step) -> BTreeMap<String, String> {
    form_urlencoded::parse(&step.outgoing.body).into_owned().collect()
}

fn json(step: &Step) -> Value {
    serde_json::from_slice(&step.outgoing.body).expect("a body is JSON")
}

fn of(scenario: &Scenario, provider: Provider) -> impl Iterator<Item = &Step> {
    scenario.steps.iter().filter(move |step| step.outgoing.provider == provider)
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(all(11), all(11));
    assert_ne!(all(11)[0], all(12)[0]);
    assert_ne!(all(11)[1], all(12)[1]);
}

#[test]
fn steps_are_in_time_order() {
    for scenario in all(5) {
        assert!(scenario.steps.is_sorted_by_key(|step| step.at));
    }
}

#[test]
fn whatsapp_bodies_are_signed_ascii_json_with_the_required_keys() {
    for step in all(5).iter().flat_map(|scenario| of(scenario, Provider::WhatsApp)) {
        let outgoing = &step.outgoing;
        assert!(outgoing.body.is_ascii());
        let signed = signature("test-app-secret-0001", &outgoing.body);
        assert_eq!(outgoing.header("X-Hub-Signature-256"), Some(signed.as_str()));
        let body = json(step);
        assert_eq!(body["object"], "whatsapp_business_account");
        let change = &body["entry"][0]["changes"][0];
        let value = &change["value"];
        assert_eq!(value["metadata"]["phone_number_id"], "900000000000002");
        match change["field"].as_str() {
            Some("messages") if value["messages"].is_array() => {
                let message = &value["messages"][0];
                assert!(message["from"].is_string() || message["from_user_id"].is_string());
                assert!(message["id"].as_str().is_some_and(|id| id.starts_with("wamid.")));
                assert!(message["timestamp"].as_str().is_some_and(|at| at.parse::<i64>().is_ok()));
                let kind = message["type"].as_str().expect("a type");
                assert!(!message[kind].is_null(), "{message}");
                assert!(value["contacts"][0]["profile"]["name"].is_string());
            }
            Some("messages") => {
                let status = &value["statuses"][0];
                assert!(status["status"].is_string() && status["id"].is_string());
                assert!(status["recipient_id"].is_string());
            }
            Some("smb_message_echoes") => {
                let echo = &value["message_echoes"][0];
                assert_eq!(echo["from"], value["metadata"]["display_phone_number"]);
                assert!(echo["to"].is_string());
            }
            other => panic!("an unexpected field {other:?}"),
        }
    }
}

#[test]
fn telegram_bodies_are_updates_of_one_kind_under_the_secret() {
    for step in all(5).iter().flat_map(|scenario| of(scenario, Provider::Telegram)) {
        assert!(step.outgoing.header("X-Telegram-Bot-Api-Secret-Token").is_some());
        assert!(step.outgoing.lane.is_some());
        let update = json(step);
        let keys: Vec<&String> = update.as_object().expect("an object").keys().collect();
        assert_eq!(keys.len(), 2, "{update}");
        assert!(update["update_id"].is_i64());
        let kind = keys.iter().find(|key| **key != "update_id").expect("a kind");
        let object = &update[kind.as_str()];
        assert!(object["chat"]["id"].is_i64() || object["user_chat_id"].is_i64());
    }
}

#[test]
fn forms_hold_the_required_fields() {
    for scenario in all(5) {
        for fields in of(&scenario, Provider::Telphin).map(form) {
            for field in
                ["EventType", "EventTime", "CallID", "SubCallID", "CallFlow", "CallStatus", "CalledNumber"]
            {
                assert!(!fields[field].is_empty());
            }
            assert_eq!(fields["EventTime"].len(), 16, "microseconds");
        }
        for fields in of(&scenario, Provider::Smsc).map(form) {
            assert_eq!(fields["md5"].len(), 32);
            assert!(fields.contains_key("mes") || fields.contains_key("status"));
        }
        for fields in of(&scenario, Provider::SmsRu).map(form) {
            assert_eq!(fields["hash"].len(), 64);
            assert!(fields["data[0]"].starts_with("sms_status\n"));
        }
    }
}

#[test]
fn updates_of_one_chat_keep_their_order_and_ids_grow() {
    let day = company_day(&providers(), now(), 5, 30);
    let ids: Vec<i64> =
        of(&day, Provider::Telegram).filter_map(|step| json(step)["update_id"].as_i64()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for update in of(&day, Provider::Telegram).map(json).filter(|update| update["message"].is_object()) {
        let message = &update["message"];
        let id = message["message_id"].as_i64().expect("a number");
        let before = last.insert(message["chat"]["id"].to_string(), id);
        assert!(before.is_none_or(|before| before < id));
    }
}

#[test]
fn a_day_has_eight_clients_on_all_four_channels_and_ends_before_now() {
    let day = company_day(&providers(), now(), 5, 20);
    assert_eq!(day.people.len(), 20);
    assert!(day.steps.iter().all(|step| step.at < DAY));
    let mut heard: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut hear = |phone: &str, channel| {
        heard.entry(phone.trim_start_matches('+').to_owned()).or_default().insert(channel);
    };
    for step in of(&day, Provider::WhatsApp) {
        let message = &json(step)["entry"][0]["changes"][0]["value"]["messages"][0];
        hear(message["from"].as_str().unwrap_or_default(), "whatsapp");
    }
    for fields in of(&day, Provider::Telphin).map(form) {
        hear(fields.get("CallerIDNum").map_or("", String::as_str), "call");
    }
    for step in of(&day, Provider::Telegram) {
        let contact = &json(step)["message"]["contact"];
        hear(contact["phone_number"].as_str().unwrap_or_default(), "telegram");
    }
    for fields in of(&day, Provider::Smsc).map(form).filter(|fields| fields.contains_key("mes")) {
        hear(&fields["phone"], "sms");
    }
    for person in &day.people[..8] {
        let channels = heard.get(&person.phone).cloned().unwrap_or_default();
        let calls = channels.contains("call") || form_of_outgoing(&day, &person.phone_with_eight());
        assert!(calls, "{} never talks", person.name());
        for channel in ["whatsapp", "telegram", "sms"] {
            assert!(channels.contains(channel), "{} is not heard by {channel}", person.name());
        }
    }
}

fn form_of_outgoing(day: &Scenario, number: &str) -> bool {
    of(day, Provider::Telphin).map(form).any(|fields| fields["CalledNumber"] == number)
}

#[test]
fn nothing_happens_after_now() {
    let day = company_day(&providers(), now(), 9, 40);
    for fields in of(&day, Provider::Telphin).map(form) {
        let micros: i64 = fields["EventTime"].parse().expect("a number");
        assert!(micros <= now().timestamp_micros());
        assert!(micros >= (now() - Duration::hours(9)).timestamp_micros());
    }
}

#[test]
fn a_call_transferred_twice_is_one_call_of_three_talks() {
    let scenario = call_transferred_twice(&providers(), now());
    let events: Vec<_> = scenario.steps.iter().map(form).collect();
    let calls: BTreeSet<_> = events.iter().map(|event| event["CallID"].clone()).collect();
    let answers: BTreeSet<_> = events
        .iter()
        .filter(|event| event["EventType"] == "answer")
        .map(|event| event["CalledNumber"].clone())
        .collect();
    assert_eq!((calls.len(), answers.len()), (1, 3));
    assert_eq!(events.iter().filter(|event| event.contains_key("RecID")).count(), 3);
}

#[test]
fn one_person_comes_in_eight_forms() {
    let scenario = one_person_in_eight_id_forms(&providers(), now());
    let person = &scenario.people[0];
    let forms: Vec<BTreeMap<String, String>> = of(&scenario, Provider::Telphin).map(form).collect();
    let has =
        |field: &str, value: &str| forms.iter().any(|fields| fields.get(field).is_some_and(|is| is == value));
    assert!(has("CallerIDNum", &person.phone_e164()));
    assert!(has("CalledNumber", &person.phone_with_eight()));
    assert!(has("CalledNumber", person.phone_bare()));
    let senders: Vec<(bool, bool)> = of(&scenario, Provider::WhatsApp)
        .map(|step| json(step)["entry"][0]["changes"][0]["value"]["messages"][0].clone())
        .map(|message| (message["from"].is_string(), message["from_user_id"].is_string()))
        .collect();
    assert_eq!(senders, [(true, false), (true, true), (false, true)]);
    assert_eq!(scenario.count(Provider::Telegram), 3);
    let sms: Vec<_> = of(&scenario, Provider::Smsc).map(form).collect();
    assert_eq!(sms[0]["phone"], person.phone_with_eight());
}

#[test]
fn a_storm_has_exactly_the_posts_that_were_asked_for_and_some_are_doubles() {
    let scenario = storm(&providers(), now(), 5, 2000);
    assert_eq!(scenario.steps.len(), 2000);
    let different: BTreeSet<_> = scenario.steps.iter().map(|step| step.number).collect();
    assert!((1700..1950).contains(&different.len()), "{}", different.len());
    for provider in Provider::ALL {
        assert!(scenario.count(provider) > 15, "{provider:?}");
    }
    assert!(scenario.facts().len() >= different.len());
}

#[test]
fn two_scenarios_of_one_hub_share_no_ids() {
    let scenarios = all(5);
    let sets: Vec<_> = scenarios.iter().map(Scenario::facts).collect();
    for (place, one) in sets.iter().enumerate() {
        for other in &sets[place + 1..] {
            assert_eq!(one.intersection(other).next(), None);
        }
    }
}
