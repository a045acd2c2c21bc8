//! The escaping and the signature of a body (`whatsapp.md`, 3.2).

use std::fmt::Write;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Writes every non-ASCII character of a JSON text as `\uXXXX` with lower-case digits, a pair beyond the basic plane.
///
/// In JSON such characters stand in strings only, so a walk over the text is enough.
pub fn escape_non_ascii(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() * 2);
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            write!(escaped, "\\u{unit:04x}").expect("a string takes any text");
        }
    }
    escaped
}

/// The value of `X-Hub-Signature-256` for these bytes.
pub fn signature(app_secret: &str, body: &[u8]) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_emoji_are_escaped_in_lower_case() {
        assert_eq!(escape_non_ascii(r#"{"a":"Ы\n👋"}"#), r#"{"a":"\u042b\n\ud83d\udc4b"}"#);
    }

    #[test]
    fn the_escaped_text_means_the_same() {
        let text = r#"{"body":"Привет «насос» — 5 м³/ч 👨‍👩‍👧 \"да\""}"#;
        let plain: serde_json::Value = serde_json::from_str(text).expect("JSON");
        let escaped: serde_json::Value = serde_json::from_str(&escape_non_ascii(text)).expect("JSON");
        assert_eq!(plain, escaped);
        assert!(escape_non_ascii(text).is_ascii());
    }

    #[test]
    fn the_body_with_real_letters_has_another_signature() {
        let escaped = include_str!("signature_vector.json").trim_end();
        let plain = escaped
            .replace(r"\u0418\u0440\u0438\u043d\u0430", "Ирина")
            .replace(r"\u041f\u0440\u0438\u0432\u0435\u0442 \ud83d\udc4b", "Привет 👋");
        assert_eq!(plain.len(), 435);
        assert_eq!(
            signature("test-app-secret-0001", plain.as_bytes()),
            "sha256=4c80e641242a078528fef5e6c6d88485fc9d528cce3c0bd60f335b1c7eecb854"
        );
    }
}
