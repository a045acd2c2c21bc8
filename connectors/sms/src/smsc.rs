//! SMSC.ru: reports on our messages and answers of clients, by its callback.

mod parse;
mod verify;
mod wire;

use connector_api::{
    Acknowledgement, Channel, ConfigError, Connector, ParseError, Parsed, RawEvent, Region, Setting,
    Verified, VerifyError, WebhookRequest,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// One SMSC.ru account. At least one of the two secrets must be there.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The word with which SMSC signs its callbacks.
    #[serde(default)]
    pub secret: Option<SecretString>,
    /// The secret segment of the webhook's path.
    #[serde(default)]
    pub url_secret: Option<SecretString>,
    /// How numbers without a country code are read.
    #[serde(default)]
    pub region: Region,
}

/// The fields of an account's set-up form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "secret",
        secret: true,
        required: false,
        hint: "Секретное слово, которым SMSC.ru подписывает свои обращения: то же, что в личном кабинете рядом с адресом обработчика",
    },
    Setting {
        name: "url_secret",
        secret: true,
        required: false,
        hint: "Секретная часть адреса обработчика. Нужна, если секретное слово не задано; можно задать и то, и другое",
    },
    Setting {
        name: "region",
        secret: false,
        required: false,
        hint: "Страна, по правилам которой читаются номера без кода страны: RU, KZ, KG или BY. По умолчанию RU",
    },
];

/// One SMSC.ru account.
#[derive(Debug)]
pub struct Smsc {
    secrets: verify::Secrets,
    region: Region,
}

impl Smsc {
    /// An account without any secret is an error: nothing would tell a callback from an invention.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        let filled = |secret: Option<SecretString>| secret.filter(|text| !text.expose_secret().is_empty());
        let secrets = verify::Secrets { word: filled(config.secret), url: filled(config.url_secret) };
        if secrets.word.is_none() && secrets.url.is_none() {
            return Err(ConfigError("either secret or url_secret is needed".into()));
        }
        Ok(Self { secrets, region: config.region })
    }
}

impl Connector for Smsc {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        verify::verify(request, &self.secrets)
    }

    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement { content_type: Some("text/plain"), body: "OK" }
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        parse::parse(raw, self.region)
    }
}
