//! Whatever comes, nothing panics; and how facts are batched makes no difference.

use std::collections::BTreeMap;

use connector_api::{Connector, Parsed};
use proptest::prelude::*;
use serde_json::Value;
use whatsapp::Config;

use crate::{connector, fixture, names, parse, parse_value, raw};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = connector(Config::default()).parse(&raw(body));
    }

    #[test]
    fn a_fixture_with_changed_bytes_never_panics(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut body = fixture(which.get::<String>(&names()));
        for (at, byte) in changes {
            let at = at.index(body.len());
            body[at] = byte;
        }
        let _ = connector(Config::default()).parse(&raw(body));
    }

    #[test]
    fn a_fixture_with_a_changed_value_never_panics_nor_loses_a_neighbouring_change(
        which in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just(Value::Null), Just(Value::from("x\u{0}")), Just(Value::from(-1)), Just(Value::from(1e300)),
            Just(serde_json::json!([])), Just(serde_json::json!({})), Just(serde_json::json!([{}, 1])), Just(Value::from(true)),
        ],
    ) {
        let mut body: Value = serde_json::from_str(&repaired(which.get::<String>(&names()))).expect("a fixture");
        let mut paths = Vec::new();
        walk(&body, String::new(), &mut paths);
        let path = at.get(&paths).clone();
        *body.pointer_mut(&path).expect("a path of this body") = value;
        // Another entry behind it must be read whatever happened before.
        let whole: Value = serde_json::from_slice(&fixture("contact_card")).expect("a fixture");
        if let (Some(entries), Some(more)) = (body.get_mut("entry").and_then(Value::as_array_mut), whole.pointer("/entry/0")) {
            entries.push(more.clone());
            if body["object"] == "whatsapp_business_account" {
                let parsed = parse_value(&body);
                prop_assert!(parsed.events.iter().any(|event| event.external_id.as_str() == "wamid.CARD1"));
            }
        } else {
            let _ = parse_value(&body);
        }
    }
}

fn repaired(name: &str) -> String {
    String::from_utf8(fixture(name)).expect("text").replace(r"\ud83d", "").replace(r"\udc4b", "")
}

fn walk(value: &Value, path: String, paths: &mut Vec<String>) {
    match value {
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                walk(element, format!("{path}/{index}"), paths);
            }
        }
        Value::Object(fields) => {
            for (key, element) in fields {
                walk(element, format!("{path}/{key}"), paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}

/// Bodies of one element each, as the provider sends them when it does not batch.
fn split(body: &Value) -> Vec<Value> {
    let mut single = Vec::new();
    for entry in body["entry"].as_array().into_iter().flatten() {
        for change in entry["changes"].as_array().into_iter().flatten() {
            let lists: Vec<(&String, &Vec<Value>)> = change["value"]
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(name, _)| *name != "contacts")
                .filter_map(|(name, value)| Some((name, value.as_array()?)))
                .collect();
            let of_change = |value: Value| {
                let mut entry = entry.clone();
                let mut change = change.clone();
                change["value"] = value;
                entry["changes"] = Value::from(vec![change]);
                serde_json::json!({ "object": body["object"], "entry": [entry] })
            };
            let conversational = change["value"].get("metadata").is_some();
            if lists.is_empty() || !conversational {
                single.push(of_change(change["value"].clone()));
                continue;
            }
            for (name, elements) in &lists {
                for element in *elements {
                    let mut value = change["value"].clone();
                    for (other, _) in &lists {
                        value.as_object_mut().expect("an object").remove(*other);
                    }
                    value[*name] = Value::from(vec![element.clone()]);
                    single.push(of_change(value));
                }
            }
        }
    }
    single
}

/// Facts by their idempotency key. Where the provider repeats a fact in one body, one time of it counts.
fn facts(parsed: impl IntoIterator<Item = Parsed>) -> BTreeMap<(String, String), Value> {
    let mut facts = BTreeMap::new();
    for event in parsed.into_iter().flat_map(|parsed| parsed.events) {
        let value = serde_json::to_value(&event).expect("events are JSON");
        let key = (event.external_id.to_string(), value["event"].to_string());
        facts.entry(key).or_insert(value);
    }
    facts
}

#[test]
fn single_elements_give_the_same_facts_as_their_batch() {
    for name in names() {
        let Ok(body) = serde_json::from_slice::<Value>(&fixture(&name)) else { continue };
        if body.get("entry").is_none() {
            continue;
        }
        let apart = facts(split(&body).iter().map(parse_value));
        assert_eq!(apart, facts([parse(&name)]), "{name}");
    }
}
