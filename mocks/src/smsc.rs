//! SMSC.ru: delivery reports and inbound SMS as signed forms (`sms.md`, 4.3).

mod server;

use bytes::Bytes;
use chrono::{DateTime, Duration, Utc};
use md5::{Digest, Md5};
use serde::{Deserialize, Serialize};

pub use server::Server;

use crate::outgoing::{Method, Outgoing, Provider, form, form_header};

/// Whose account it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Config {
    /// Where the callbacks go.
    pub hook_url: String,
    /// The secret word of the signature.
    pub secret: String,
    /// Our rented number, digits.
    pub our_number: String,
    /// The key for sending.
    pub apikey: String,
    /// The other way in: the log-in …
    pub login: String,
    /// … and its password.
    pub password: String,
}

impl Config {
    /// Invented values, with this hook URL.
    pub fn example(hook_url: &str) -> Self {
        Self {
            hook_url: hook_url.to_owned(),
            secret: "hub-secret-1".to_owned(),
            our_number: "79000999900".to_owned(),
            apikey: "invented-smsc-key-0001".to_owned(),
            login: "example".to_owned(),
            password: "invented-smsc-password-0001".to_owned(),
        }
    }
}

/// What the provider tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Something became of a message of ours.
    Report {
        /// The message's id.
        id: u64,
        /// Digits of the recipient.
        phone: String,
        /// 1 delivered, 0 handed over, 3 expired, 20 undeliverable and so on.
        status: i32,
        /// When it changed.
        at: DateTime<Utc>,
    },
    /// A client answers.
    Inbound {
        /// The provider's id; may be missing.
        id: Option<u64>,
        /// Digits of the sender, as the provider writes them.
        phone: String,
        /// The text.
        text: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// A verification call.
    Call {
        /// Digits of the caller.
        phone: String,
        /// When.
        at: DateTime<Utc>,
    },
}

/// A pure maker of callbacks.
#[derive(Debug, Clone)]
pub struct FakeSmsc {
    config: Config,
}

impl FakeSmsc {
    /// A fake for this account.
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    /// What it was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The request for one action.
    pub fn request(&self, action: &Action) -> Outgoing {
        let mut fields: Vec<(&str, String)> = Vec::new();
        let (signed, fact) = match action {
            Action::Report { id, phone, status, at } => {
                fields.push(("id", id.to_string()));
                fields.push(("phone", phone.clone()));
                fields.push(("status", status.to_string()));
                fields.push(("time", moscow(*at)));
                fields.push(("ts", at.timestamp().to_string()));
                if !(0..=2).contains(status) {
                    fields.push(("err", "1".to_owned()));
                }
                fields.push(("cnt", "1".to_owned()));
                fields.push(("cost", "8.20".to_owned()));
                fields.push(("type", "0".to_owned()));
                (format!("{id}:{phone}:{status}"), format!("{id} {status}"))
            }
            Action::Inbound { id, phone, text, at } => {
                fields.push(("phone", phone.clone()));
                fields.push(("mes", text.clone()));
                fields.push(("to", self.config.our_number.clone()));
                fields.push(("smsc", "+79000099999".to_owned()));
                if let Some(id) = id {
                    fields.push(("id", id.to_string()));
                }
                fields.push(("time", moscow(*at)));
                let fact = id.map_or_else(|| format!("{phone} {}", at.timestamp()), |id| id.to_string());
                (format!("{phone}:{text}:{}", self.config.our_number), fact)
            }
            Action::Call { phone, at } => {
                let ts = at.timestamp();
                fields.push(("phone", phone.clone()));
                fields.push(("waitcall", "1".to_owned()));
                fields.push(("ts", ts.to_string()));
                (format!("{phone}:{ts}"), format!("{phone} {ts}"))
            }
        };
        fields.push(("md5", self.md5(&signed)));
        let fields: Vec<(String, String)> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Outgoing {
            provider: Provider::Smsc,
            lane: None,
            method: Method::Post,
            url: self.config.hook_url.clone(),
            query: String::new(),
            headers: form_header(),
            body: Bytes::from(form(&fields)),
            facts: vec![fact],
        }
    }

    fn md5(&self, signed: &str) -> String {
        hex::encode(Md5::digest(format!("{signed}:{}", self.config.secret)))
    }
}

/// `DD.MM.YYYY hh:mm:ss` in Moscow, which has had no other offset since 2014.
fn moscow(at: DateTime<Utc>) -> String {
    (at + Duration::hours(3)).format("%d.%m.%Y %H:%M:%S").to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn fields(action: &Action) -> BTreeMap<String, String> {
        let mut config = Config::example("http://127.0.0.1:1/hooks/smsc");
        config.our_number = "79000000900".to_owned();
        form_urlencoded::parse(&FakeSmsc::new(config).request(action).body).into_owned().collect()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).expect("in range")
    }

    #[test]
    fn a_report_has_the_signature_of_the_sheet() {
        let report =
            Action::Report { id: 4001, phone: "79000000001".to_owned(), status: 1, at: at(1_795_338_331) };
        let fields = fields(&report);
        assert_eq!(fields["md5"], "db1c0c6e6a77e4ca9f51057ae4812709");
        assert_eq!(fields["time"], "22.11.2026 12:05:31");
        assert!(!fields.contains_key("mes"));
    }

    #[test]
    fn an_inbound_text_has_the_signature_of_the_sheet() {
        let inbound = Action::Inbound {
            id: None,
            phone: "79000000001".to_owned(),
            text: "Да, жду в четверг".to_owned(),
            at: at(1_795_338_331),
        };
        assert_eq!(fields(&inbound)["md5"], "747a3e0a8321b0bde065c36b6e85b15c");
    }

    #[test]
    fn a_verification_call_has_the_signature_of_the_sheet() {
        let call = Action::Call { phone: "79000000001".to_owned(), at: at(1_795_252_000) };
        assert_eq!(fields(&call)["md5"], "9d196d19ed0a88283c77224f8700e9e3");
    }

    #[test]
    fn an_inbound_text_survives_the_form_exactly() {
        let text = "+7 & ещё\nстрока 👋 100%";
        let inbound = Action::Inbound {
            id: Some(7),
            phone: "89000000001".to_owned(),
            text: text.to_owned(),
            at: at(0),
        };
        assert_eq!(fields(&inbound)["mes"], text);
    }
}
