//! Whatever arrives, parsing ends without a panic, and a fact never comes without its id.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::checks::{raw, reading};
use super::parse;

static FIXTURES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(fixtures);

fn fixtures() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut bodies = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            continue;
        }
        let body = fs::read(path).unwrap();
        match serde_json::from_slice(&body) {
            Ok(Value::Array(updates)) => {
                bodies.extend(updates.iter().map(|one| one.to_string().into_bytes()));
            }
            _ => bodies.push(body),
        }
    }
    bodies.sort();
    bodies
}

/// Replaces the value that stands at `at`, counted through the whole tree.
fn replace(value: &mut Value, at: &mut usize, by: &Value) {
    if *at == 0 {
        *value = by.clone();
    }
    // Wraps at the value replaced, so that no second one is met.
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, at, by)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, at, by)),
        _ => {}
    }
}

fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!(""),
        json!("\0"),
        json!("text"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "user_id": i64::MIN, "mid": "", "text": [] }),
    ]
}

fn reads_in_peace(body: &[u8]) {
    let Ok(parsed) = parse(&reading(), &raw(body)) else { return };
    let parts = parsed.events.len() + parsed.ignored.len() + parsed.unknown.len();
    assert!(parts > 0, "an update without a trace: {}", String::from_utf8_lossy(body));
    assert!(parsed.events.iter().all(|event| !event.external_id.as_str().is_empty()));
    assert!(!serde_json::to_string(&parsed).unwrap().contains("\\u0000"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_in_peace(body in prop::collection::vec(any::<u8>(), 0..300)) {
        reads_in_peace(&body);
    }

    #[test]
    fn any_update_with_any_kind_is_read_in_peace(kind in "[a-z_\0]{0,12}", text in ".{0,40}") {
        reads_in_peace(json!({ "update_type": kind, "message": { "body": { "text": text } } }).to_string().as_bytes());
    }

    #[test]
    fn a_fixture_with_damaged_bytes_is_read_in_peace(
        fixture in any::<Index>(),
        damage in prop::collection::vec((any::<Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<Index>()),
    ) {
        let mut body = fixture.get(&FIXTURES).clone();
        for (at, byte) in damage {
            let at = at.index(body.len());
            body[at] = byte;
        }
        if let Some(cut) = cut {
            body.truncate(cut.index(body.len()));
        }
        reads_in_peace(&body);
    }

    #[test]
    fn a_fixture_with_odd_values_is_read_in_peace(
        fixture in any::<Index>(),
        changes in prop::collection::vec((any::<Index>(), any::<Index>()), 1..3),
    ) {
        let body = fixture.get(&FIXTURES).clone();
        let Ok(mut tree) = serde_json::from_slice::<Value>(&body) else { return Ok(()) };
        for (at, odd) in changes {
            let mut at = at.index(size(&tree));
            replace(&mut tree, &mut at, odd.get(&odd_values()));
        }
        reads_in_peace(tree.to_string().as_bytes());
    }
}
