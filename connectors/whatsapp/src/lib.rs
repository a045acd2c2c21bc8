#![doc = include_str!("../README.md")]

mod parse;
mod verify;
mod wire;

use connector_api::{
    Channel, Connector, ParseError, Parsed, RawEvent, Region, Setting, Verified, VerifyError, WebhookRequest,
};
use secrecy::SecretString;
use serde::Deserialize;

/// What an account of WhatsApp must be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    /// Key of the signature under every notification.
    pub app_secret: SecretString,
    /// The former key, accepted as well while the secret is being changed.
    pub app_secret_previous: Option<SecretString>,
    /// Our own random text by which the provider's handshake is known.
    pub verify_token: SecretString,
    /// The one number of this account. When set, facts about other numbers are quarantined and reported; when not set,
    /// all numbers that come in are taken.
    pub phone_number_id: Option<String>,
    /// Inside which portfolio the provider's user ids (BSUID) are unique. Accounts of one portfolio give the same word,
    /// so that a person known by one number is known by all. Never holds `/`.
    pub portfolio: String,
    /// How numbers without a country code are read (visiting cards, the phone's address book).
    pub region: Region,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            app_secret: SecretString::default(),
            app_secret_previous: None,
            verify_token: SecretString::default(),
            phone_number_id: None,
            portfolio: "default".into(),
            region: Region::default(),
        }
    }
}

/// The fields of an account's set-up form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "app_secret",
        secret: true,
        required: true,
        hint: "Секрет приложения (App Secret): кабинет разработчика Meta, «Настройки приложения» → «Основное» → \
               «Секрет приложения» → «Показать». По нему проверяется подпись каждого уведомления.",
    },
    Setting {
        name: "app_secret_previous",
        secret: true,
        required: false,
        hint: "Прежний секрет приложения. Заполните на время смены секрета и очистите, когда уведомления пойдут с \
               новым.",
    },
    Setting {
        name: "verify_token",
        secret: true,
        required: true,
        hint: "Маркер подтверждения: придумайте длинную случайную строку и впишите её же в кабинете разработчика Meta, \
               WhatsApp → «Конфигурация» → «Webhook» → «Подтверждение маркера».",
    },
    Setting {
        name: "phone_number_id",
        secret: false,
        required: false,
        hint: "Идентификатор номера телефона (Phone number ID), не сам номер: WhatsApp → «Настройка API» → «От». Пусто — \
               принимать все номера, которые присылает приложение.",
    },
    Setting {
        name: "portfolio",
        secret: false,
        required: false,
        hint: "Бизнес-портфолио: Meta Business Suite → «Настройки» → «Информация о компании» → «ID компании». У \
               нескольких номеров одного портфолио впишите одно и то же, тогда клиент без видимого телефона узнаётся на \
               каждом из них.",
    },
    Setting {
        name: "region",
        secret: false,
        required: false,
        hint: "Страна, по правилам которой читаются номера без кода страны: RU, KZ, KG или BY.",
    },
];

/// WhatsApp through one of our accounts: the receiving side.
#[derive(Clone, Debug)]
pub struct WhatsApp {
    config: Config,
}

impl WhatsApp {
    /// A connector of one account.
    pub fn new(config: Config) -> Self {
        Self { config }
    }
}

impl Connector for WhatsApp {
    fn channel(&self) -> Channel {
        Channel::Whatsapp
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        verify::verify(&self.config, request)
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        parse::parse(&self.config, raw)
    }
}
