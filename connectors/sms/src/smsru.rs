//! SMS.ru: reports on our messages, by its callback. It brings no messages of clients.

mod parse;
mod verify;
mod wire;

use connector_api::{
    Acknowledgement, Channel, ConfigError, Connector, ParseError, Parsed, RawEvent, Setting, Verified,
    VerifyError, WebhookRequest,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// One SMS.ru account.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The account's key, which also signs the callbacks.
    pub api_id: SecretString,
}

/// The fields of an account's set-up form.
pub const SETTINGS: &[Setting] = &[Setting {
    name: "api_id",
    secret: true,
    required: true,
    hint: "Ключ api_id из личного кабинета SMS.ru: им же подписаны отчёты о доставке",
}];

/// One SMS.ru account.
#[derive(Debug)]
pub struct SmsRu {
    api_id: SecretString,
}

impl SmsRu {
    /// An empty key is an error: everybody could sign with it.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        if config.api_id.expose_secret().is_empty() {
            return Err(ConfigError("api_id is empty".into()));
        }
        Ok(Self { api_id: config.api_id })
    }
}

impl Connector for SmsRu {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        verify::verify(request, &self.api_id)
    }

    /// Anything but these three characters makes the provider repeat for days.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { content_type: Some("text/plain"), body: "100" }
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        parse::parse(raw)
    }
}
