//! Reads a body that a strict parser may refuse, and frees it from what a database refuses.

use std::fmt::Write;

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The body as a value. Halves of broken emoji (lone surrogates in `\uXXXX`) and bytes that are not UTF-8 become
/// U+FFFD, so that one cut character does not lose a batch; NUL becomes U+FFFD in all texts.
pub(super) fn read(body: &[u8]) -> serde_json::Result<Value> {
    let mut value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(_) => serde_json::from_str(&repaired(body))?,
    };
    replace_nul(&mut value);
    Ok(value)
}

/// Replaces NUL in all texts and keys.
pub(super) fn replace_nul(value: &mut Value) {
    match value {
        Value::String(text) => {
            if text.contains('\0') {
                *text = text.replace('\0', "\u{fffd}");
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(replace_nul),
        Value::Object(fields) => {
            if fields.keys().any(|key| key.contains('\0')) {
                *fields = std::mem::take(fields)
                    .into_iter()
                    .map(|(key, value)| (key.replace('\0', "\u{fffd}"), value))
                    .collect();
            }
            fields.values_mut().for_each(replace_nul);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn repaired(body: &[u8]) -> String {
    let body = String::from_utf8_lossy(body);
    let mut out = String::with_capacity(body.len());
    let mut rest = body.as_ref();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let length = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                out.push_str("\\ufffd");
                rest = &escape[6..];
                continue;
            }
            // An escaped character of any length in UTF-8, or a backslash at the very end.
            _ => 1 + escape[1..].chars().next().map_or(0, char::len_utf8),
        };
        out.push_str(&escape[..length]);
        rest = &escape[length..];
    }
    out.push_str(rest);
    out
}

/// The code unit of an escape `\uXXXX` at the beginning of the text.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// SHA-256 over the parts in one form that does not depend on the order of keys.
pub(super) fn fingerprint(parts: &[&Value]) -> String {
    let mut text = String::new();
    for part in parts {
        canonical(part, &mut text);
        text.push('\n');
    }
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Array(elements) => {
            out.push('[');
            for element in elements {
                canonical(element, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (key, value) in fields {
                let _ = write!(out, "{}:", Value::from(key.as_str()));
                canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_pairs_and_escaped_backslashes_survive_the_repair() {
        let body = br#"["\ud83d\udc4b","\\ud83d","x\ud83d","\udc4by","\ud83d\ud83d\udc4b","\u0041\n"]"#;
        let value = read(body).expect("the halves are repaired");
        assert_eq!(
            value,
            serde_json::json!(["👋", "\\ud83d", "x\u{fffd}", "\u{fffd}y", "\u{fffd}👋", "A\n"])
        );
    }

    #[test]
    fn bytes_that_are_not_utf_8_do_not_lose_the_body() {
        assert_eq!(read(b"[\"a\xff\"]").expect("repaired"), serde_json::json!(["a\u{fffd}"]));
    }

    #[test]
    fn the_fingerprint_does_not_depend_on_the_order_of_keys() {
        let one: Value = serde_json::from_str(r#"{"a":1,"b":[{"c":2,"d":3}]}"#).expect("valid");
        let other: Value = serde_json::from_str(r#"{"b":[{"d":3,"c":2}],"a":1}"#).expect("valid");
        assert_eq!(fingerprint(&[&one]), fingerprint(&[&other]));
    }
}
