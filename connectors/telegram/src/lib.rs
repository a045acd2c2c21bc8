#![doc = include_str!("../README.md")]

use connector_api::{
    Channel, ConfigError, Connector, MediaSource, Outbound, ParseError, Parsed, Poller, Probe, RawEvent,
    Region, Setting, Threads, Verified, VerifyError, WebhookRequest,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

mod api;
mod connection;
mod media;
mod parse;
mod place;
mod poll;
mod press;
mod probe;
mod reply;
mod send;
mod threads;
mod verify;
mod wire;

/// One bot.
pub struct Telegram {
    config: Config,
    http: reqwest::Client,
    reading: parse::Reading,
    memory: send::Memory,
}

/// What an account must be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    /// As given by `@BotFather`, `<bot id>:<35 characters>`.
    pub token: SecretString,
    /// What the provider repeats in the header of every webhook. Needed for the webhook intake only.
    pub secret_token: SecretString,
    /// Without `/bot…`: the provider, a Bot API server of our own, or a fake one.
    pub api_url: String,
    /// Whom the bot serves.
    pub purpose: Purpose,
    /// How updates come.
    pub intake: Intake,
    /// How long one request of polling waits for news, in seconds; kept between 1 and 50.
    pub poll_timeout_s: u64,
    /// The country whose way of writing phone numbers is assumed on visiting cards.
    pub region: Region,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            token: SecretString::default(),
            secret_token: SecretString::default(),
            api_url: "https://api.telegram.org".into(),
            purpose: Purpose::default(),
            intake: Intake::default(),
            poll_timeout_s: 30,
            region: Region::default(),
        }
    }
}

/// Whom a bot serves. The bridge has a bot of its own, so that no employee becomes a client and no client an employee.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Clients write to it, and to managers who have connected it to their accounts.
    #[default]
    Clients,
    /// The director answers chats of the company through it.
    Bridge,
}

/// How updates come. The provider allows one of the two at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intake {
    /// The provider posts them to us.
    #[default]
    Webhook,
    /// We ask for them.
    Poll,
}

/// The fields of the account's form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "token",
        secret: true,
        required: true,
        hint: "Токен бота. Его выдаёт @BotFather: команда /mybots, выберите бота, «API Token». \
               Выглядит как 7000000001:AAH…",
    },
    Setting {
        name: "secret_token",
        secret: true,
        required: false,
        hint: "Секрет вебхука: придумайте сами, от 1 до 256 знаков из латинских букв, цифр, «_» и «-». \
               Telegram присылает его с каждым обновлением. Обязателен, если обновления приходят вебхуком.",
    },
    Setting {
        name: "intake",
        secret: false,
        required: false,
        hint: "Как получать обновления: webhook (Telegram обращается к нам; нужен открытый снаружи адрес HTTPS) \
               или poll (мы сами спрашиваем Telegram; подходит за NAT и через прокси). По умолчанию webhook.",
    },
    Setting {
        name: "purpose",
        secret: false,
        required: false,
        hint: "Кому служит бот: clients (клиентам) или bridge (мост в Telegram руководителя; клиенты такому боту не пишут). \
               По умолчанию clients.",
    },
    Setting {
        name: "api_url",
        secret: false,
        required: false,
        hint: "Адрес Bot API без «/bot…». Меняйте, только если у вас свой сервер Bot API. \
               По умолчанию https://api.telegram.org",
    },
    Setting {
        name: "poll_timeout_s",
        secret: false,
        required: false,
        hint: "Для poll: сколько секунд один запрос ждёт новостей, от 1 до 50. По умолчанию 30.",
    },
    Setting {
        name: "region",
        secret: false,
        required: false,
        hint: "Страна, по правилам которой читаются номера без кода страны: RU, KZ, BY или KG. По умолчанию RU.",
    },
    Setting::PROXY,
];

impl Telegram {
    /// A bot that calls the provider through `http`, which knows the proxy and the time-out for connecting.
    pub fn new(config: Config, http: reqwest::Client) -> Result<Self, ConfigError> {
        let reading =
            parse::Reading { bot_id: checked(&config)?, region: config.region, purpose: config.purpose };
        Ok(Self { config, http, reading, memory: send::Memory::default() })
    }
}

/// The bot's id, when the configuration can work.
fn checked(config: &Config) -> Result<i64, ConfigError> {
    let wrong = |text: &str| Err(ConfigError(text.into()));
    let token = config.token.expose_secret();
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    let bot_id = match token.split_once(':') {
        Some((id, key)) if !key.is_empty() && plain(key) => id.parse::<i64>().ok().filter(|id| *id > 0),
        _ => None,
    };
    let Some(bot_id) = bot_id else { return wrong("`token` is not of the form `<number>:<letters>`") };
    let secret = config.secret_token.expose_secret();
    if !plain(secret) || secret.len() > 256 {
        return wrong("`secret_token` may hold up to 256 of A-Z, a-z, 0-9, _ and -");
    }
    if secret.is_empty() && config.intake == Intake::Webhook {
        return wrong("`secret_token` is needed for webhooks");
    }
    match reqwest::Url::parse(&config.api_url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(bot_id),
        _ => wrong("`api_url` is not an http or https address"),
    }
}

impl Connector for Telegram {
    fn channel(&self) -> Channel {
        Channel::Telegram
    }

    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError> {
        verify::verify(self.config.secret_token.expose_secret(), request)
    }

    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError> {
        parse::parse(&self.reading, raw)
    }

    fn poller(&self) -> Option<&dyn Poller> {
        (self.config.intake == Intake::Poll).then_some(self as &dyn Poller)
    }

    /// 2: a connection without the right to answer is a cut one.
    fn mapping(&self) -> i16 {
        2
    }

    fn outbound(&self) -> Option<&dyn Outbound> {
        Some(self)
    }

    fn threads(&self) -> Option<&dyn Threads> {
        (self.config.purpose == Purpose::Bridge).then_some(self as &dyn Threads)
    }

    fn media(&self) -> Option<&dyn MediaSource> {
        Some(self)
    }

    fn probe(&self) -> Option<&dyn Probe> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config {
            token: "7000000001:AAHexample_example-example0000000000".into(),
            secret_token: "s3cret_-".into(),
            ..Config::default()
        }
    }

    #[test]
    fn the_number_in_the_token_is_the_bots_id() {
        assert_eq!(checked(&config()).unwrap(), 7_000_000_001);
    }

    type Break = fn(&mut Config);

    #[test]
    fn a_configuration_that_cannot_work_is_refused_without_showing_secrets() {
        let broken: [(&str, Break); 7] = [
            ("token", |c| c.token = "".into()),
            ("token", |c| c.token = "AAHexample".into()),
            ("token", |c| c.token = "7000000001:AA/../x".into()),
            ("secret_token", |c| c.secret_token = "".into()),
            ("secret_token", |c| c.secret_token = "пароль".into()),
            ("api_url", |c| c.api_url = "api.telegram.org".into()),
            ("api_url", |c| c.api_url = "file:///etc".into()),
        ];
        for (field, breaks) in broken {
            let mut config = config();
            breaks(&mut config);
            let error = checked(&config).unwrap_err().to_string();
            assert!(error.contains(&format!("`{field}`")), "{error}");
            assert!(!error.contains("AA"), "{error}");
        }
    }

    #[test]
    fn polling_needs_no_webhook_secret() {
        let config = Config { secret_token: "".into(), intake: Intake::Poll, ..config() };
        assert!(checked(&config).is_ok());
    }

    #[test]
    fn a_configuration_names_only_what_differs_and_never_prints_its_secrets() {
        let config: Config =
            serde_json::from_str(r#"{"token":"7000000001:AAH","intake":"poll","region":"KZ"}"#).unwrap();
        assert_eq!(config.intake, Intake::Poll);
        assert_eq!(config.region, Region::Kazakhstan);
        assert_eq!(config.api_url, "https://api.telegram.org");
        assert_eq!(config.poll_timeout_s, 30);
        assert!(!format!("{config:?}").contains("AAH"));
    }

    #[test]
    fn every_setting_is_a_field_of_the_configuration() {
        // The way to the provider is read by whoever builds the client.
        for setting in SETTINGS.iter().filter(|setting| **setting != Setting::PROXY) {
            let text = format!(r#"{{"{}":[]}}"#, setting.name);
            assert!(serde_json::from_str::<Config>(&text).is_err(), "{}", setting.name);
        }
    }
}
