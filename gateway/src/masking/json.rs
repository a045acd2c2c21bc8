//! Secrets of a JSON text, without writing the rest of it anew: numbers, spaces and doubled keys stay as they came.

use std::borrow::Cow;

use super::{MASK, Masker, is_secret_name};

/// `text` is valid JSON.
pub(super) fn mask(masker: &Masker, text: &str) -> String {
    let mut rest = text;
    let mut shown = String::with_capacity(text.len());
    while let Some(at) = rest.find('"') {
        shown.push_str(&rest[..at]);
        let (literal, after) = literal(&rest[at..]);
        let content: String = serde_json::from_str(literal).unwrap_or_default();
        shown.push_str(&match masker.text(&content) {
            Cow::Borrowed(_) => Cow::Borrowed(literal),
            Cow::Owned(content) => Cow::Owned(written(&content)),
        });
        rest = after;
        let Some(value) = after_colon(after) else { continue };
        if is_secret_name(&content) {
            shown.push_str(&after[..after.len() - value.len()]);
            shown.push_str(&written(MASK));
            rest = behind_value(value);
        }
    }
    shown.push_str(rest);
    shown
}

/// Splits behind the string literal at the beginning.
fn literal(text: &str) -> (&str, &str) {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    });
    text.split_at(end.map_or(text.len(), |end| end + 2))
}

/// The value, where a colon makes the literal before it a key.
fn after_colon(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix(':').map(str::trim_start)
}

/// What stands behind the value at the beginning.
fn behind_value(value: &str) -> &str {
    let mut rest = value;
    let mut depth = 0_usize;
    loop {
        match rest.bytes().next() {
            None => return rest,
            Some(b'"') => rest = literal(rest).1,
            Some(b'{' | b'[') => {
                depth += 1;
                rest = &rest[1..];
                continue;
            }
            Some(b'}' | b']') if depth > 0 => {
                depth -= 1;
                rest = &rest[1..];
            }
            Some(_) if depth > 0 => {
                rest = rest.trim_start_matches(|letter| !matches!(letter, '"' | '{' | '[' | '}' | ']'));
                continue;
            }
            Some(_) => {
                return rest.trim_start_matches(|letter: char| {
                    letter.is_ascii_alphanumeric() || matches!(letter, '-' | '+' | '.')
                });
            }
        }
        if depth == 0 {
            return rest;
        }
    }
}

fn written(content: &str) -> String {
    serde_json::Value::from(content).to_string()
}
