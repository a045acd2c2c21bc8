//! Raw events are shown without secrets: fields that are named like one, tokens inside addresses, and the account's own
//! secrets wherever they stand. Everything else is shown exactly as it came.

mod json;
mod words;

use std::borrow::Cow;

use secrecy::{ExposeSecret, SecretString};

use crate::sealed::Secrets;

/// What stands in the place of a secret.
pub const MASK: &str = "***";

/// Shorter secrets would be found in innocent words; a field that is named like a secret is masked whatever its length.
const SHORTEST_KNOWN: usize = 6;

/// Whether a field of this name holds a secret or a proof of one.
pub fn is_secret_name(name: &str) -> bool {
    const PARTS: [&str; 10] = [
        "token",
        "secret",
        "passw",
        "psw",
        "api_id",
        "api_key",
        "apikey",
        "signature",
        "authorization",
        "hash",
    ];
    let name = name.to_lowercase();
    PARTS.iter().any(|part| name.contains(part)) || matches!(name.as_str(), "md5" | "sha1" | "crc32" | "pass")
}

/// Masks the texts of one account.
#[derive(Default)]
pub struct Masker {
    known: Vec<SecretString>,
}

/// A body as it may be shown.
#[derive(Debug, PartialEq, Eq)]
pub enum MaskedBody {
    /// Exact, but for the secrets.
    Text(String),
    /// Not UTF-8: bytes, exact but for the secrets.
    Bytes(Vec<u8>),
}

/// How the bytes of a body are to be understood.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Fields,
    Words,
}

impl Masker {
    /// Knows the secrets of an account.
    pub fn new(secrets: Secrets) -> Self {
        let mut known: Vec<SecretString> =
            secrets.into_values().filter(|secret| secret.expose_secret().len() >= SHORTEST_KNOWN).collect();
        // A secret may be a part of another.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.expose_secret().len()));
        Self { known }
    }

    /// A body of any form.
    pub fn body(&self, body: &[u8]) -> MaskedBody {
        if let Ok(text) = std::str::from_utf8(body) {
            return MaskedBody::Text(self.of_form(form_of(text), text));
        }
        // Every byte is a letter here and back again, and the mask is the same in both.
        let letters: String = body.iter().copied().map(char::from).collect();
        let masked = self.of_form(form_of(&letters), &letters);
        MaskedBody::Bytes(masked.chars().map(|letter| u8::try_from(letter).unwrap_or(b'?')).collect())
    }

    /// Fields of a query string, decoded.
    pub fn query(&self, query: &str) -> Vec<(String, String)> {
        form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| {
                let value = if is_secret_name(&name) { MASK.into() } else { self.text(&value).into_owned() };
                (self.text(&name).into_owned(), value)
            })
            .collect()
    }

    /// JSON, exact but for the secrets. What is no JSON is masked as words.
    pub fn json(&self, text: &str) -> String {
        self.of_form(if is_json(text) { Form::Json } else { Form::Words }, text)
    }

    /// Words of any kind: addresses in them, known secrets, things that look like a bot's token.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let inner = text.trim_start();
        if (inner.starts_with('{') || inner.starts_with('[')) && is_json(text) {
            let masked = json::mask(self, text);
            return if masked == text { Cow::Borrowed(text) } else { Cow::Owned(masked) };
        }
        let mut masked = words::mask(text);
        for secret in &self.known {
            if masked.contains(secret.expose_secret()) {
                masked = Cow::Owned(masked.replace(secret.expose_secret(), MASK));
            }
        }
        masked
    }

    fn of_form(&self, form: Form, text: &str) -> String {
        match form {
            Form::Json => json::mask(self, text),
            Form::Fields => self.fields(text),
            Form::Words => self.text(text).into_owned(),
        }
    }

    /// A form: only values that change are written anew.
    fn fields(&self, text: &str) -> String {
        let pairs: Vec<Cow<'_, str>> = text
            .split('&')
            .map(|pair| {
                let Some((raw_name, _)) = pair.split_once('=') else { return self.text(pair) };
                let Some((name, value)) = form_urlencoded::parse(pair.as_bytes()).next() else {
                    return Cow::Borrowed(pair);
                };
                if is_secret_name(&name) {
                    return Cow::Owned(format!("{raw_name}={MASK}"));
                }
                match self.text(&value) {
                    Cow::Owned(masked) => {
                        let encoded: String = form_urlencoded::byte_serialize(masked.as_bytes()).collect();
                        Cow::Owned(format!("{raw_name}={}", encoded.replace("%2A", "*")))
                    }
                    Cow::Borrowed(_) => Cow::Borrowed(pair),
                }
            })
            .collect();
        pairs.join("&")
    }
}

fn form_of(text: &str) -> Form {
    if is_json(text) {
        Form::Json
    } else if text.contains('=') && !text.trim().contains(char::is_whitespace) {
        Form::Fields
    } else {
        Form::Words
    }
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masker() -> Masker {
        Masker::new(Secrets::from([
            ("app_secret".into(), "канарейка/1".into()),
            ("short".into(), "abc".into()),
        ]))
    }

    fn text_of(body: &str) -> String {
        match masker().body(body.as_bytes()) {
            MaskedBody::Text(text) => text,
            MaskedBody::Bytes(_) => panic!("a text became bytes"),
        }
    }

    #[test]
    fn fields_named_like_secrets_are_masked_in_json_and_nothing_else_changes() {
        let cases = [
            (r#"{"a": 1,  "token":"x", "b": 1.50}"#, r#"{"a": 1,  "token":"***", "b": 1.50}"#),
            (r#"{"access_token" : 12345}"#, r#"{"access_token" : "***"}"#),
            (r#"{"Secret": {"a": ["}", 1]}, "b": []}"#, r#"{"Secret": "***", "b": []}"#),
            (r#"{"psw":"\"x\"","hash":null,"md5":"f"}"#, r#"{"psw":"***","hash":"***","md5":"***"}"#),
            (r#"{"x":{"to\u006ben":"s"},"x":1}"#, r#"{"x":{"to\u006ben":"***"},"x":1}"#),
            (r#"["token", "secret"]"#, r#"["token", "secret"]"#),
            (r#"{"text":"пароль secret: нет"}"#, r#"{"text":"пароль secret: нет"}"#),
        ];
        for (body, expected) in cases {
            assert_eq!(text_of(body), expected);
        }
    }

    #[test]
    fn json_inside_of_a_text_is_masked_too() {
        assert_eq!(text_of(r#"{"inner":"{\"token\":\"x\"}"}"#), r#"{"inner":"{\"token\":\"***\"}"}"#);
        assert_eq!(text_of("data=%7B%22token%22%3A%22x%22%7D"), "data=%7B%22token%22%3A%22***%22%7D");
    }

    #[test]
    fn tokens_inside_of_addresses_are_masked() {
        let bot =
            "https://api.telegram.org/file/bot7000000001:AAHexample_example-example0000000000/photos/1.jpg";
        assert_eq!(text_of(bot), "https://api.telegram.org/file/bot7000000001:***/photos/1.jpg");
        let json = r#"{"url":"https:\/\/cdn\/x?id=7&access_token=EAAG&ext=1"}"#;
        assert_eq!(text_of(json), r#"{"url":"https://cdn/x?id=7&access_token=***&ext=1"}"#);
        assert_eq!(text_of("см. https://u:p@host/x?hash=5 и"), "см. https://u:***@host/x?hash=*** и");
    }

    #[test]
    fn fields_of_forms_and_queries_are_masked() {
        assert_eq!(text_of("id=1&psw=x%20y&phone=%2B7900&hash=f"), "id=1&psw=***&phone=%2B7900&hash=***");
        let url = "u=https%3A%2F%2Fh%2F%3Ftoken%3Dx&b=2";
        assert_eq!(text_of(url), "u=https%3A%2F%2Fh%2F%3Ftoken%3D***&b=2");
        let query = masker().query("hub.verify_token=x&hub.mode=subscribe&n=%D0%AF");
        let shown: Vec<(&str, &str)> = query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(shown, [("hub.verify_token", "***"), ("hub.mode", "subscribe"), ("n", "Я")]);
    }

    #[test]
    fn the_accounts_own_secrets_are_masked_wherever_they_stand() {
        assert_eq!(text_of("a канарейка/1 b abc"), "a *** b abc");
        assert_eq!(text_of(r#"{"t":"канарейка\/1"}"#), r#"{"t":"***"}"#);
        let encoded: String = form_urlencoded::byte_serialize("канарейка/1".as_bytes()).collect();
        assert_eq!(text_of(&format!("a={encoded}")), "a=***");
        assert_eq!(text_of(r#"{"канарейка/1":1}"#), r#"{"***":1}"#);
    }

    #[test]
    fn bytes_that_are_no_text_are_masked_as_bytes() {
        let body = b"text=\xcf\xf0\xe8&psw=\xff\xfe&b=1";
        assert_eq!(masker().body(body), MaskedBody::Bytes(b"text=\xcf\xf0\xe8&psw=***&b=1".to_vec()));
        let body = b"\xff\xd8\xff\xe0 \x00\x01";
        assert_eq!(masker().body(body), MaskedBody::Bytes(body.to_vec()));
    }
}
