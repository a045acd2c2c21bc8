//! From bytes to a JSON tree and to structs, with the damage borne that would otherwise cost a whole event.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::ParseError;

/// Reads a body. Half surrogate pairs and bytes that are not UTF-8 become U+FFFD, and so does NUL, which our database
/// cannot hold.
pub fn read_json(body: &[u8]) -> Result<Value, ParseError> {
    let mut value = serde_json::from_slice(body)
        .or_else(|_| serde_json::from_str(&without_half_pairs(&String::from_utf8_lossy(body))))
        .map_err(|error| {
            ParseError(format!("not JSON (line {}, column {})", error.line(), error.column()))
        })?;
    replace_nul(&mut value);
    Ok(value)
}

/// A value of a strange form is `None`.
pub fn of_json<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

/// For `deserialize_with`: a field of a strange form counts as absent and never costs the rest.
pub fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let value = Value::deserialize(deserializer)?;
    Ok(if value.is_null() { None } else { T::deserialize(value).ok() })
}

/// Structs of a provider's format, all of whose fields are optional and [`lenient`]. They are crate-private; the names of
/// the fields are the provider's.
#[macro_export]
macro_rules! tolerant {
    ($($(#[$of_struct:meta])* struct $name:ident {
        $($(#[$of_field:meta])* $field:ident: $type:ty,)*
    })*) => {
        $(
            $(#[$of_struct])*
            #[derive(Debug, Default, serde::Deserialize)]
            #[serde(default)]
            pub(crate) struct $name {
                $(
                    $(#[$of_field])*
                    #[serde(deserialize_with = "connector_api::lenient")]
                    pub(crate) $field: Option<$type>,
                )*
            }
        )*
    };
}

/// JSON may write half of a surrogate pair as an escape; a Rust string cannot hold it.
fn without_half_pairs(text: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    let mut copied = 0;
    let mut at = 0;
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        match escape(bytes, at) {
            Some(0xD800..=0xDBFF) if matches!(escape(bytes, at + 6), Some(0xDC00..=0xDFFF)) => at += 12,
            Some(0xD800..=0xDFFF) => {
                repaired.push_str(&text[copied..at]);
                repaired.push_str("\\ufffd");
                at += 6;
                copied = at;
            }
            Some(_) => at += 6,
            // An escape of one character, which is ASCII in JSON; in anything else the copy below stays the same.
            None => at += 2,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(&text[copied..]);
    Cow::Owned(repaired)
}

/// The code unit of `\uXXXX` at `at`.
fn escape(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| {
        let digit = char::from(*digit).to_digit(16).and_then(|digit| u16::try_from(digit).ok())?;
        Some(unit * 16 + digit)
    })
}

fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) if text.contains('\0') => *text = text.replace('\0', "\u{fffd}"),
        Value::Array(items) => items.iter_mut().for_each(replace_nul),
        Value::Object(fields) => {
            fields.values_mut().for_each(replace_nul);
            if fields.keys().any(|key| key.contains('\0')) {
                let named = std::mem::take(fields).into_iter();
                *fields = named.map(|(key, value)| (key.replace('\0', "\u{fffd}"), value)).collect();
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_surrogate_pairs_become_the_replacement_character() {
        for (body, expected) in [
            (r#"["a\ud83db"]"#, json!(["a\u{fffd}b"])),
            (r#"["\udc00"]"#, json!(["\u{fffd}"])),
            (r#"["\ud83d\ud83d\ude00"]"#, json!(["\u{fffd}😀"])),
            (r#"["\uD83D\u0041"]"#, json!(["\u{fffd}A"])),
            (r#"["\ud83d\ude00"]"#, json!(["😀"])),
            // A written backslash before `ud83d` is text and no escape; the other half is repaired.
            (r#"["\\ud83d","\ud83d"]"#, json!(["\\ud83d", "\u{fffd}"])),
        ] {
            assert_eq!(read_json(body.as_bytes()).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn nul_and_foreign_bytes_become_the_replacement_character() {
        assert_eq!(read_json(br#"{"a":["x\u0000y"]}"#).unwrap(), json!({"a": ["x\u{fffd}y"]}));
        assert_eq!(read_json(br#"{"a\u0000":{"b":1}}"#).unwrap(), json!({"a\u{fffd}": {"b": 1}}));
        assert_eq!(read_json(b"[\"x\xffy\"]").unwrap(), json!(["x\u{fffd}y"]));
    }

    mod connector_api {
        pub(super) use crate::json::lenient;
    }

    crate::tolerant! {
        struct Person {
            id: i64,
            name: String,
        }
    }

    #[test]
    fn a_field_of_a_strange_form_does_not_cost_the_others() {
        let read = |value| of_json::<Person>(&value).map(|person| (person.id, person.name));
        assert_eq!(
            read(json!({"id": 117_653_512_345_678_901_i64, "name": ["x"], "new": 1})),
            Some((Some(117_653_512_345_678_901), None))
        );
        assert_eq!(read(json!({"id": "7", "name": null})), Some((None, None)));
        assert_eq!(read(json!("text")), None);
    }

    #[test]
    fn what_is_no_json_is_an_error_that_shows_nothing_of_the_body() {
        for body in ["", "secret words", r#"{"text":"secret words"#, "<html>secret words</html>", "\\"] {
            let ParseError(text) = read_json(body.as_bytes()).unwrap_err();
            assert!(text.starts_with("not JSON") && !text.contains("secret"), "{text}");
        }
    }
}
