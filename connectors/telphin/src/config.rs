//! What an account must be told, and the checks of it.

use std::net::IpAddr;

use connector_api::{ConfigError, Region, Setting};
use ipnet::IpNet;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer};

/// One Telphin account. Lists may also be given as one text, as a form field holds it: `101, 102`.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
    /// The secret segment of the webhook's path.
    pub secret: SecretString,
    /// Networks in CIDR form, or single addresses, from which events are taken. Empty: from everywhere.
    #[serde(default, deserialize_with = "texts")]
    pub allowed_networks: Vec<String>,
    /// Numbers of the extensions, with or without the account's prefix. Empty: short numbers count as extensions.
    #[serde(default, deserialize_with = "texts")]
    pub extensions: Vec<String>,
    /// Extensions that no person answers.
    #[serde(default, deserialize_with = "groups")]
    pub groups: Vec<Group>,
    /// How numbers without a country code are read.
    #[serde(default)]
    pub region: Region,
    /// `App ID` of a trusted application. Without it and its secret nothing is asked of the provider.
    #[serde(default)]
    pub app_id: String,
    /// `App Secret` of it.
    #[serde(default)]
    pub app_secret: SecretString,
    /// The API's host, without a path.
    #[serde(default = "provider_url")]
    pub api_url: String,
    /// Our public number, digits, that clients see when we call from here. Empty: the extension's own.
    #[serde(default)]
    pub shown_number: String,
    /// The variable of the voice menu whose number its next step rings.
    #[serde(default = "usual_variable")]
    pub route_variable: String,
}

fn provider_url() -> String {
    "https://apiproxy.telphin.ru".to_owned()
}

fn usual_variable() -> String {
    "number".to_owned()
}

/// An extension that no person answers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Group {
    /// Its number (`099`, `10129*099`) or the provider's id of it (`410099`).
    pub extension: String,
    /// Which of the two it is.
    pub kind: GroupKind,
}

/// The kinds of groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A voice menu.
    Menu,
    /// A queue.
    Queue,
}

/// The fields of an account's set-up form.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "secret",
        secret: true,
        required: true,
        hint: "Секретная часть адреса, на который Телфин присылает события: длинная случайная строка без знаков «/» и «?»",
    },
    Setting {
        name: "allowed_networks",
        secret: false,
        required: false,
        hint: "С каких адресов принимать события: сети через запятую, например 213.170.84.96/27. Пусто: с любых. Список уточните у Телфина",
    },
    Setting {
        name: "extensions",
        secret: false,
        required: false,
        hint: "Добавочные номера сотрудников через запятую, например 101, 102. Звонки между ними не попадают в карточки клиентов",
    },
    Setting {
        name: "groups",
        secret: false,
        required: false,
        hint: "Голосовые меню и очереди через запятую: номер или идентификатор добавочного, двоеточие, menu или queue. Например 099:menu, 200:queue",
    },
    Setting {
        name: "region",
        secret: false,
        required: false,
        hint: "Страна, по правилам которой читаются номера без кода страны: RU, KZ, KG или BY. По умолчанию RU",
    },
    Setting {
        name: "app_id",
        secret: false,
        required: false,
        hint: "App ID доверенного приложения: создаётся в кабинете Телфина. Нужен для звонков по кнопке, записей \
               разговоров, истории звонков и подписок на события",
    },
    Setting {
        name: "app_secret", secret: true, required: false, hint: "App Secret того же приложения"
    },
    Setting {
        name: "api_url",
        secret: false,
        required: false,
        hint: "Адрес API без пути. По умолчанию https://apiproxy.telphin.ru",
    },
    Setting {
        name: "shown_number",
        secret: false,
        required: false,
        hint: "Номер компании, который видит клиент при звонке по кнопке: цифрами, например 74950000101. \
               Пусто: как настроено у добавочного",
    },
    Setting {
        name: "route_variable",
        secret: false,
        required: false,
        hint: "Переменная голосового меню, в которую подставляется добавочный ответственного (Call Interactive). \
               По умолчанию number",
    },
    Setting::PROXY,
];

/// One of the two without the other would look like a working account that cannot do anything.
pub(crate) fn check_application(config: &Config) -> Result<(), ConfigError> {
    if config.app_id.is_empty() != config.app_secret.expose_secret().is_empty() {
        return Err(ConfigError("app_id and app_secret belong together: one of them is empty".into()));
    }
    Ok(())
}

/// An empty secret would let everybody in.
pub(crate) fn check_secret(secret: &SecretString) -> Result<(), ConfigError> {
    if secret.expose_secret().is_empty() {
        return Err(ConfigError("secret is empty".into()));
    }
    Ok(())
}

/// Reads the networks; a single address is a network of one.
pub(crate) fn networks(texts: &[String]) -> Result<Vec<IpNet>, ConfigError> {
    texts
        .iter()
        .map(|text| text.trim())
        .filter(|text| !text.is_empty())
        .map(|text| {
            text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
                ConfigError(format!("allowed_networks: {text:?} is not a network such as 192.0.2.0/24"))
            })
        })
        .collect()
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ListOrText<T> {
    List(Vec<T>),
    Text(String),
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Ok(match ListOrText::deserialize(deserializer)? {
        ListOrText::List(list) => list,
        ListOrText::Text(text) => items(&text).map(str::to_owned).collect(),
    })
}

fn groups<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Group>, D::Error> {
    match ListOrText::deserialize(deserializer)? {
        ListOrText::List(list) => Ok(list),
        ListOrText::Text(text) => {
            items(&text).map(group).collect::<Result<_, _>>().map_err(serde::de::Error::custom)
        }
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || c == ',' || c == ';').filter(|item| !item.is_empty())
}

fn group(item: &str) -> Result<Group, String> {
    let kind = match item.split_once(':') {
        Some((_, "menu")) => GroupKind::Menu,
        Some((_, "queue")) => GroupKind::Queue,
        _ => return Err(format!("groups: {item:?} is not of the form 099:menu or 200:queue")),
    };
    let extension = item.split(':').next().unwrap_or_default().to_owned();
    Ok(Group { extension, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_from_a_form_field_as_from_a_list() {
        let typed: Config = serde_json::from_str(
            r#"{"secret":"s","extensions":"101, 102\n103","groups":"099:menu, 200:queue","region":"KZ"}"#,
        )
        .expect("a form's fields are a configuration");
        let listed: Config = serde_json::from_str(
            r#"{"secret":"s","extensions":["101","102","103"],
                "groups":[{"extension":"099","kind":"menu"},{"extension":"200","kind":"queue"}]}"#,
        )
        .expect("lists are a configuration");
        assert_eq!(typed.extensions, listed.extensions);
        assert_eq!(typed.groups, listed.groups);
        assert_eq!((typed.region, listed.region), (Region::Kazakhstan, Region::Russia));
    }

    #[test]
    fn a_group_of_an_unknown_kind_is_refused() {
        assert!(serde_json::from_str::<Config>(r#"{"secret":"s","groups":"099:fax"}"#).is_err());
    }
}
