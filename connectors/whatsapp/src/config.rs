//! What an account of WhatsApp must be told.

use connector_api::{ConfigError, Region, Setting};
use secrecy::{ExposeSecret, SecretString};
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
    /// The key to the provider's API. Without it, or without `phone_number_id`, the account only receives.
    pub access_token: SecretString,
    /// The one number of this account. When set, facts about other numbers are quarantined and reported; when not set,
    /// all numbers that come in are taken.
    pub phone_number_id: Option<String>,
    /// The WhatsApp Business account of the number: templates and subscriptions belong to it.
    pub waba_id: Option<String>,
    /// Inside which portfolio the provider's user ids (BSUID) are unique. Accounts of one portfolio give the same word,
    /// so that a person known by one number is known by all. Never holds `/`.
    pub portfolio: String,
    /// How numbers without a country code are read (visiting cards, the phone's address book).
    pub region: Region,
    /// The provider's API without the version: the provider, a relay, or a fake one.
    pub api_url: String,
    /// Version of the API: `v25.0`.
    pub api_version: String,
    /// Domains, separated by commas, whose hosts get the access token with a download. The host of `api_url` gets it
    /// too.
    pub media_hosts: String,
    /// Messages a second that this number may send.
    pub messages_per_second: u32,
    /// How many minutes before its real end the 24-hour window counts as closed.
    pub window_margin_minutes: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            app_secret: SecretString::default(),
            app_secret_previous: None,
            verify_token: SecretString::default(),
            access_token: SecretString::default(),
            phone_number_id: None,
            waba_id: None,
            portfolio: "default".into(),
            region: Region::default(),
            api_url: "https://graph.facebook.com".into(),
            api_version: "v25.0".into(),
            media_hosts: "fbsbx.com, facebook.com, fbcdn.net".into(),
            messages_per_second: 80,
            window_margin_minutes: 1,
        }
    }
}

impl Config {
    /// Refuses what cannot work. Ids and version stand in addresses, so they hold nothing that an address would read
    /// otherwise.
    pub(crate) fn checked(self) -> Result<Self, ConfigError> {
        let wrong = |text: String| Err(ConfigError(text));
        match reqwest::Url::parse(&self.api_url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {}
            _ => return wrong("`api_url` is not an http or https address".into()),
        }
        let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
        for (name, text) in [
            ("api_version", Some(&self.api_version)),
            ("phone_number_id", self.phone_number_id.as_ref()),
            ("waba_id", self.waba_id.as_ref()),
        ] {
            if !text.is_none_or(|text| plain(text)) {
                return wrong(format!("`{name}` holds more than letters and digits"));
            }
        }
        if self.access_token.expose_secret().bytes().any(|byte| !byte.is_ascii_graphic()) {
            return wrong("`access_token` holds blanks or strange characters".into());
        }
        Ok(self)
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
        name: "access_token",
        secret: true,
        required: false,
        hint: "Токен доступа системного пользователя с правами whatsapp_business_messaging и \
               whatsapp_business_management: Meta Business Suite → «Настройки» → «Системные пользователи» → \
               «Сгенерировать токен», срок «Никогда». Пусто — канал только принимает.",
    },
    Setting {
        name: "phone_number_id",
        secret: false,
        required: false,
        hint: "Идентификатор номера телефона (Phone number ID), не сам номер: WhatsApp → «Настройка API» → «От». Нужен, \
               чтобы писать клиентам. Пусто — принимать все номера, которые присылает приложение.",
    },
    Setting {
        name: "waba_id",
        secret: false,
        required: false,
        hint: "ID аккаунта WhatsApp Business: WhatsApp → «Настройка API», под номером телефона. Нужен для шаблонов и \
               проверки подписки на уведомления.",
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
    Setting {
        name: "messages_per_second",
        secret: false,
        required: false,
        hint: "Сколько сообщений в секунду отправлять с номера: 80, а если номер одновременно работает в приложении \
               WhatsApp Business — 20. По умолчанию 80.",
    },
    Setting {
        name: "window_margin_minutes",
        secret: false,
        required: false,
        hint: "За сколько минут до конца 24-часового окна считать его закрытым. По умолчанию 1.",
    },
    Setting {
        name: "api_url",
        secret: false,
        required: false,
        hint: "Адрес Graph API без версии. Меняйте, только если обращения идут через свой ретранслятор. По умолчанию \
               https://graph.facebook.com",
    },
    Setting {
        name: "api_version",
        secret: false,
        required: false,
        hint: "Версия Graph API. По умолчанию v25.0, её поддержка кончается в июле 2028 года.",
    },
    Setting {
        name: "media_hosts",
        secret: false,
        required: false,
        hint: "Домены через запятую, которым при скачивании файлов передаётся токен. По умолчанию \
               fbsbx.com, facebook.com, fbcdn.net; узел из адреса Graph API доверенный всегда.",
    },
    Setting::PROXY,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_an_address_is_refused_and_named() {
        let fine = Config::default().checked();
        assert!(fine.is_ok());
        let usual = Config::default;
        for (config, name) in [
            (Config { api_url: "graph.facebook.com".into(), ..usual() }, "api_url"),
            (Config { api_version: "v25.0/../x".into(), ..usual() }, "api_version"),
            (Config { phone_number_id: Some("1?x=2".into()), ..usual() }, "phone_number_id"),
            (Config { waba_id: Some("+7 900".into()), ..usual() }, "waba_id"),
            (Config { access_token: "EAA b\n".into(), ..usual() }, "access_token"),
        ] {
            let error = config.checked().expect_err("refused").to_string();
            assert!(error.contains(name), "{error}");
        }
    }
}
