//! From bytes to a JSON tree, with the damage repaired that would otherwise cost a whole update.

use std::borrow::Cow;

use connector_api::ParseError;
use serde_json::Value;

/// Reads a body. Half surrogate pairs and bytes that are not UTF-8 become U+FFFD, and so does NUL, which our database
/// cannot hold.
pub(crate) fn read(body: &[u8]) -> Result<Value, ParseError> {
    let mut value = serde_json::from_slice(body)
        .or_else(|_| serde_json::from_str(&without_half_pairs(&String::from_utf8_lossy(body))))
        .map_err(|error| {
            ParseError(format!("not JSON (line {}, column {})", error.line(), error.column()))
        })?;
    replace_nul(&mut value);
    Ok(value)
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
            assert_eq!(read(body.as_bytes()).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn nul_and_foreign_bytes_become_the_replacement_character() {
        assert_eq!(read(br#"{"a":["x\u0000y"]}"#).unwrap(), json!({"a": ["x\u{fffd}y"]}));
        assert_eq!(read(br#"{"a\u0000":{"b":1}}"#).unwrap(), json!({"a\u{fffd}": {"b": 1}}));
        assert_eq!(read(b"[\"x\xffy\"]").unwrap(), json!(["x\u{fffd}y"]));
    }

    #[test]
    fn what_is_no_json_is_an_error_that_shows_nothing_of_the_body() {
        for body in ["", "secret words", r#"{"text":"secret words"#, "<html>secret words</html>", "\\"] {
            let ParseError(text) = read(body.as_bytes()).unwrap_err();
            assert!(text.starts_with("not JSON") && !text.contains("secret"), "{text}");
        }
    }
}
