//! What an account must be told, and which of it can work.

use connector_api::{ConfigError, Region, Setting};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// What an account must be told.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub struct Config {
    /// As shown in the settings of the bot.
    pub token: SecretString,
    /// What the provider repeats in the header of every webhook. Needed for the webhook intake only.
    pub secret: SecretString,
    /// The provider, or a fake one. The provider has moved before.
    pub api_url: String,
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
            secret: SecretString::default(),
            api_url: "https://platform-api2.max.ru".into(),
            intake: Intake::default(),
            poll_timeout_s: 30,
            region: Region::default(),
        }
    }
}

/// How updates come. The provider allows one of the two at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intake {
    /// The provider posts them to us.
    #[default]
    Webhook,
    /// We ask for them. The provider declares it unfit for production.
    Poll,
}

/// The fields of the account's form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "token",
        secret: true,
        required: true,
        hint: "Токен бота: business.max.ru, раздел «Чат-боты», выберите бота, меню, «Настройки». \
               Токен получают проверенные российские компании, ИП и самозанятые.",
    },
    Setting {
        name: "secret",
        secret: true,
        required: false,
        hint: "Секрет вебхука: от 5 до 256 знаков из латинских букв, цифр, «_» и «-». MAX присылает его с каждым \
               событием. Если оставить пустым, придумаем сами.",
    },
    Setting {
        name: "intake",
        secret: false,
        required: false,
        hint: "Как получать события: webhook (MAX обращается к нам; нужен открытый снаружи адрес HTTPS на порту 443) \
               или poll (мы сами спрашиваем MAX; только для проб: MAX хранит такие события недолго). \
               По умолчанию webhook.",
    },
    Setting {
        name: "api_url",
        secret: false,
        required: false,
        hint: "Адрес Bot API. Меняйте, только если MAX переехал. По умолчанию https://platform-api2.max.ru",
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
    Setting::TRUSTED_ROOTS,
];

/// Whether the configuration can work.
pub(crate) fn check(config: &Config) -> Result<(), ConfigError> {
    let wrong = |text: &str| Err(ConfigError(text.into()));
    let token = config.token.expose_secret();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return wrong("`token` is empty or holds what no token holds");
    }
    let secret = config.secret.expose_secret();
    let plain = secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if !secret.is_empty() && (!plain || !(5..=256).contains(&secret.len())) {
        return wrong("`secret` may hold 5 to 256 of A-Z, a-z, 0-9, _ and -");
    }
    if secret.is_empty() && config.intake == Intake::Webhook {
        return wrong("`secret` is needed for webhooks");
    }
    match reqwest::Url::parse(&config.api_url) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(()),
        _ => wrong("`api_url` is not an http or https address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config { token: "example-token-1".into(), secret: "s3cret_-".into(), ..Config::default() }
    }

    type Break = fn(&mut Config);

    #[test]
    fn a_configuration_that_cannot_work_is_refused_without_showing_secrets() {
        assert!(check(&config()).is_ok());
        let broken: [(&str, Break); 7] = [
            ("token", |c| c.token = "".into()),
            ("token", |c| c.token = "example token-1\n".into()),
            ("secret", |c| c.secret = "".into()),
            ("secret", |c| c.secret = "s3cr".into()),
            ("secret", |c| c.secret = "пароль".into()),
            ("api_url", |c| c.api_url = "platform-api2.max.ru".into()),
            ("api_url", |c| c.api_url = "file:///etc".into()),
        ];
        for (field, breaks) in broken {
            let mut config = config();
            breaks(&mut config);
            let error = check(&config).unwrap_err().to_string();
            assert!(error.contains(&format!("`{field}`")), "{error}");
            assert!(!error.contains("s3cr") && !error.contains("example"), "{error}");
        }
    }

    #[test]
    fn polling_needs_no_webhook_secret() {
        assert!(check(&Config { secret: "".into(), intake: Intake::Poll, ..config() }).is_ok());
    }

    #[test]
    fn a_configuration_names_only_what_differs_and_never_prints_its_secrets() {
        let config: Config =
            serde_json::from_str(r#"{"token":"example-token-1","intake":"poll","region":"KZ"}"#).unwrap();
        assert_eq!((config.intake, config.region), (Intake::Poll, Region::Kazakhstan));
        assert_eq!(config.api_url, "https://platform-api2.max.ru");
        assert!(!format!("{config:?}").contains("example-token"));
    }

    #[test]
    fn every_setting_is_a_field_of_the_configuration_or_belongs_to_the_http_client() {
        let of_client = [Setting::PROXY.name, Setting::TRUSTED_ROOTS.name];
        for setting in SETTINGS.iter().filter(|setting| !of_client.contains(&setting.name)) {
            let text = format!(r#"{{"{}":[]}}"#, setting.name);
            assert!(serde_json::from_str::<Config>(&text).is_err(), "{}", setting.name);
        }
    }
}
