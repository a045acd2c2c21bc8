//! SMS.ru: reports on our messages, by its callback. It brings no messages of clients.

mod account;
mod parse;
mod send;
mod states;
mod verify;
mod wire;

use connector_api::{
    Acknowledgement, Channel, ConfigError, Connector, Outbound, ParseError, Parsed, Probe, RawEvent, Setting,
    StateSource, Verified, VerifyError, WebhookRequest,
};
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// One SMS.ru account.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The account's key, which also signs the callbacks.
    pub api_id: SecretString,
    /// An approved name.
    #[serde(default)]
    pub sender: Option<String>,
    /// The provider's address.
    #[serde(default)]
    pub api_url: Option<String>,
    /// The provider only pretends to send.
    #[serde(default)]
    pub test: bool,
    /// Below this sum in roubles the balance is low.
    #[serde(default)]
    pub balance_alarm: Option<Decimal>,
}

/// The fields of an account's set-up form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "api_id",
        secret: true,
        required: true,
        hint: "Ключ api_id из личного кабинета SMS.ru: им отправляются сообщения и подписаны отчёты о доставке",
    },
    Setting {
        name: "sender",
        secret: false,
        required: false,
        hint: "Согласованное имя отправителя. Пусто: имя по умолчанию из кабинета",
    },
    Setting {
        name: "api_url",
        secret: false,
        required: false,
        hint: "Адрес SMS.ru. По умолчанию https://sms.ru",
    },
    Setting {
        name: "balance_alarm",
        secret: false,
        required: false,
        hint: "Предупреждать, когда на счёте меньше стольких рублей. По умолчанию 100",
    },
    Setting::PROXY,
];

/// One SMS.ru account.
#[derive(Debug)]
pub struct SmsRu {
    api_id: SecretString,
    sender: String,
    api_url: String,
    test: bool,
    balance_alarm: Decimal,
    http: reqwest::Client,
}

impl SmsRu {
    /// An empty key is an error: everybody could sign with it.
    pub fn new(config: Config, http: reqwest::Client) -> Result<Self, ConfigError> {
        if config.api_id.expose_secret().is_empty() {
            return Err(ConfigError("api_id is empty".into()));
        }
        let api_url = config.api_url.filter(|text| !text.trim().is_empty());
        let api_url = api_url.unwrap_or_else(|| "https://sms.ru".into());
        if reqwest::Url::parse(&api_url).is_err() {
            return Err(ConfigError("api_url is no http address".into()));
        }
        Ok(Self {
            api_id: config.api_id,
            sender: config.sender.unwrap_or_default(),
            api_url: api_url.trim_end_matches('/').to_owned(),
            test: config.test,
            balance_alarm: config.balance_alarm.unwrap_or(Decimal::ONE_HUNDRED),
            http,
        })
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

    fn outbound(&self) -> Option<&dyn Outbound> {
        Some(self)
    }

    fn states(&self) -> Option<&dyn StateSource> {
        Some(self)
    }

    fn probe(&self) -> Option<&dyn Probe> {
        Some(self)
    }
}
