//! What a setting may be: every kind is read from text, the same in the file and in the environment.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono_tz::Tz;
use crm_core::rates::Currency;
use email::Security;
use secrecy::{ExposeSecret, SecretBox, SecretString};

/// A kind of setting.
pub trait Setting: Sized {
    /// Ends the sentence "… must be".
    const EXPECTED: &'static str;
    /// The value is never repeated in a message.
    const IS_SECRET: bool = false;

    /// Reads it; `None` when it is not what is expected.
    fn from_text(text: &str) -> Option<Self>;

    /// What stands for "not set"; only an optional setting has it.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Setting> Setting for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;
    const IS_SECRET: bool = T::IS_SECRET;

    fn from_text(text: &str) -> Option<Self> {
        T::from_text(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl Setting for String {
    const EXPECTED: &'static str = "a text";

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Setting for SecretString {
    const EXPECTED: &'static str = "a text";
    const IS_SECRET: bool = true;

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }
}

impl Setting for PathBuf {
    const EXPECTED: &'static str = "a path";

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_text(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

impl Setting for u16 {
    const EXPECTED: &'static str = "a number up to 65535";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for u32 {
    const EXPECTED: &'static str = "a whole number";

    fn from_text(text: &str) -> Option<Self> {
        text.replace('_', "").parse().ok()
    }
}

impl Setting for u64 {
    const EXPECTED: &'static str = "a whole number";

    fn from_text(text: &str) -> Option<Self> {
        text.replace('_', "").parse().ok()
    }
}

impl Setting for SocketAddr {
    const EXPECTED: &'static str = "an address with a port, such as 127.0.0.1:8080 or 0.0.0.0:8080";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for Tz {
    const EXPECTED: &'static str = "a zone, such as Europe/Moscow or Asia/Bishkek";

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// Currencies to keep rates of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Currencies(pub Vec<Currency>);

impl Setting for Currencies {
    const EXPECTED: &'static str = "codes of 1 to 10 foreign currencies, such as USD,CNY,KGS, each once";

    fn from_text(text: &str) -> Option<Self> {
        let all: Vec<Currency> =
            text.split(',').map(|code| code.trim().parse()).collect::<Result<_, _>>().ok()?;
        let once = all.iter().enumerate().all(|(at, currency)| !all[..at].contains(currency));
        (once && all.len() <= 10 && !all.contains(&Currency::RUB)).then_some(Self(all))
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl Setting for LogFormat {
    const EXPECTED: &'static str = "text or json";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl Setting for Security {
    const EXPECTED: &'static str = "tls, starttls or plain";

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "tls" => Some(Self::Tls),
            "starttls" => Some(Self::StartTls),
            "plain" => Some(Self::Plain),
            _ => None,
        }
    }
}

/// The installation's key: 32 bytes.
pub struct SecretKey(SecretBox<[u8; 32]>);

impl SecretKey {
    /// The bytes, for sealing and opening.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose_secret()
    }
}

impl Clone for SecretKey {
    fn clone(&self) -> Self {
        Self(SecretBox::new(Box::new(*self.expose())))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(…)")
    }
}

impl Setting for SecretKey {
    const EXPECTED: &'static str =
        "32 bytes as 64 hexadecimal digits or as base64; `openssl rand -hex 32` makes one";
    const IS_SECRET: bool = true;

    fn from_text(text: &str) -> Option<Self> {
        let bytes = hex::decode(text).or_else(|_| STANDARD.decode(text)).ok()?;
        let bytes: [u8; 32] = bytes.try_into().ok()?;
        Some(Self(SecretBox::new(Box::new(bytes))))
    }
}
