//! SMSC.ru: reports on our messages and answers of clients, by its callback.

mod account;
mod parse;
mod send;
mod states;
mod verify;
mod wire;

use chrono::TimeDelta;
use connector_api::{
    Acknowledgement, Channel, ConfigError, Connector, Outbound, ParseError, Parsed, Probe, RawEvent, Region,
    Setting, StateSource, Verified, VerifyError, WebhookRequest,
};
use reqwest::Url;
use rust_decimal::Decimal;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use account::Access;

/// One SMSC.ru account. At least one of the two secrets must be there.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The word with which SMSC signs its callbacks.
    #[serde(default)]
    pub secret: Option<SecretString>,
    /// The secret segment of the webhook's path.
    #[serde(default)]
    pub url_secret: Option<SecretString>,
    /// The account's key; with it neither login nor password is needed.
    #[serde(default)]
    pub apikey: Option<SecretString>,
    /// The account's name.
    #[serde(default)]
    pub login: Option<String>,
    /// The account's password.
    #[serde(default)]
    pub password: Option<SecretString>,
    /// A registered name, or a rented number to which clients can answer.
    #[serde(default)]
    pub sender: Option<String>,
    /// Addresses of the provider separated by commas, tried in turn.
    #[serde(default)]
    pub api_url: Option<String>,
    /// After how many seconds a message that the provider does not know surely did not arrive.
    #[serde(default)]
    pub settles_after_s: Option<u32>,
    /// Below this sum in roubles the balance is low.
    #[serde(default)]
    pub balance_alarm: Option<Decimal>,
    /// How numbers without a country code are read.
    #[serde(default)]
    pub region: Region,
}

/// The provider and its reserve.
const HOSTS: &str = "https://smsc.ru,https://www2.smsc.ru,https://www3.smsc.ru";

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
        name: "apikey",
        secret: true,
        required: false,
        hint: "Ключ API из личного кабинета SMSC.ru: им отправляются сообщения. Вместо него можно указать логин и пароль",
    },
    Setting {
        name: "login", secret: false, required: false, hint: "Логин SMSC.ru, если нет ключа API"
    },
    Setting {
        name: "password", secret: true, required: false, hint: "Пароль SMSC.ru, если нет ключа API"
    },
    Setting {
        name: "sender",
        secret: false,
        required: false,
        hint: "От кого: согласованное имя (до 11 латинских букв и цифр) или арендованный номер, на который можно ответить. \
               Пусто: имя по умолчанию из кабинета",
    },
    Setting {
        name: "api_url",
        secret: false,
        required: false,
        hint: "Адреса SMSC.ru через запятую, по порядку. По умолчанию основной и два запасных",
    },
    Setting {
        name: "settles_after_s",
        secret: false,
        required: false,
        hint: "Через сколько секунд считать, что сообщение, о котором SMSC.ru не знает, не ушло. По умолчанию 120",
    },
    Setting {
        name: "balance_alarm",
        secret: false,
        required: false,
        hint: "Предупреждать, когда на счёте меньше стольких рублей. По умолчанию 100",
    },
    Setting::PROXY,
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
    access: Option<Access>,
    sender: String,
    hosts: Vec<Url>,
    settles_after: TimeDelta,
    balance_alarm: Decimal,
    region: Region,
    http: reqwest::Client,
}

impl Smsc {
    /// An account without any secret is an error: nothing would tell a callback from an invention. One without key and
    /// password only receives.
    pub fn new(config: Config, http: reqwest::Client) -> Result<Self, ConfigError> {
        let filled = |secret: Option<SecretString>| secret.filter(|text| !text.expose_secret().is_empty());
        let secrets = verify::Secrets { word: filled(config.secret), url: filled(config.url_secret) };
        if secrets.word.is_none() && secrets.url.is_none() {
            return Err(ConfigError("either secret or url_secret is needed".into()));
        }
        let login = config.login.filter(|login| !login.is_empty());
        let access = match (filled(config.apikey), login, filled(config.password)) {
            (Some(key), _, _) => Some(Access::Key(key)),
            (None, Some(login), Some(password)) => Some(Access::Password { login, password }),
            (None, None, None) => None,
            _ => return Err(ConfigError("login and password are needed together".into())),
        };
        let hosts = config.api_url.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| HOSTS.into());
        let hosts: Option<Vec<Url>> = hosts.split(',').map(send::host).collect();
        let hosts =
            hosts.ok_or_else(|| ConfigError("api_url holds something that is no http address".into()))?;
        let settles_after = config.settles_after_s.map(|seconds| TimeDelta::seconds(seconds.into()));
        Ok(Self {
            secrets,
            access,
            sender: config.sender.unwrap_or_default(),
            hosts,
            settles_after: settles_after.unwrap_or(send::SETTLES_AFTER),
            balance_alarm: config.balance_alarm.unwrap_or(Decimal::ONE_HUNDRED),
            region: config.region,
            http,
        })
    }
}

/// The name of a message: ids are ours and of 31 bits, so the number keeps two of them apart.
fn message_id(id: &str, phone: &str) -> String {
    format!("{id}:{phone}")
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

    /// 2: reports name a message by id and number.
    fn mapping(&self) -> i16 {
        2
    }

    fn outbound(&self) -> Option<&dyn Outbound> {
        Some(self)
    }

    /// Without key or password nobody can be asked.
    fn states(&self) -> Option<&dyn StateSource> {
        self.access.as_ref().map(|_| self as &dyn StateSource)
    }

    fn probe(&self) -> Option<&dyn Probe> {
        Some(self)
    }
}
