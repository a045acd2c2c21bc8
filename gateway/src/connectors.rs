//! The only list of connectors.

use connector_api::{Channel, ConfigError, Connector, Region, Setting};
use crm_core::access::Token;
use provider_http::ClientOptions;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::sealed::Secrets;

/// What is known of a connector without an account.
#[derive(Clone, Copy, Debug)]
pub struct ConnectorInfo {
    /// The word in the database and in JSON.
    pub name: &'static str,
    /// The network.
    pub channel: Channel,
    /// As people see it.
    pub title: &'static str,
    /// The fields of its set-up form.
    pub settings: &'static [Setting],
    /// Secrets that are ours to invent; made at random where nobody gave one.
    pub invented: &'static [Invented],
    /// The secret that stands in the webhook address, where the provider does not sign.
    pub in_address: Option<&'static str>,
    /// The least that it is built with, as JSON: for reading bodies without an account (`uzel parse`).
    pub least: &'static str,
}

/// A secret that is ours to invent.
#[derive(Clone, Copy, Debug)]
pub struct Invented {
    /// Name of the setting.
    pub name: &'static str,
    /// Another secret that does the same work: where it is given, none is invented.
    pub unless: Option<&'static str>,
}

const KNOWN: &[ConnectorInfo] = &[
    ConnectorInfo {
        name: "whatsapp",
        channel: Channel::Whatsapp,
        title: "WhatsApp Business (Meta Cloud API)",
        settings: whatsapp::SETTINGS,
        invented: &[Invented { name: "verify_token", unless: None }],
        in_address: None,
        least: r#"{"app_secret":"none","verify_token":"none"}"#,
    },
    ConnectorInfo {
        name: "telphin",
        channel: Channel::Telephony,
        title: "Телфин: телефония",
        settings: telphin::SETTINGS,
        invented: &[Invented { name: "secret", unless: None }],
        in_address: Some("secret"),
        least: r#"{"secret":"none"}"#,
    },
    ConnectorInfo {
        name: "telegram",
        channel: Channel::Telegram,
        title: "Telegram: бот компании",
        settings: telegram::SETTINGS,
        invented: &[Invented { name: "secret_token", unless: None }],
        in_address: None,
        least: r#"{"token":"1:none","intake":"poll"}"#,
    },
    ConnectorInfo {
        name: "smsc",
        channel: Channel::Sms,
        title: "SMS через SMSC.ru",
        settings: sms::smsc::SETTINGS,
        invented: &[Invented { name: "url_secret", unless: Some("secret") }],
        in_address: Some("url_secret"),
        least: r#"{"secret":"none"}"#,
    },
    ConnectorInfo {
        name: "smsru",
        channel: Channel::Sms,
        title: "SMS через SMS.ru",
        settings: sms::smsru::SETTINGS,
        invented: &[],
        in_address: None,
        least: r#"{"api_id":"none"}"#,
    },
    ConnectorInfo {
        name: "max",
        channel: Channel::Max,
        title: "MAX: бот компании",
        settings: max::SETTINGS,
        invented: &[Invented { name: "secret", unless: None }],
        in_address: None,
        least: r#"{"token":"none","intake":"poll"}"#,
    },
];

/// All connectors.
pub fn known() -> &'static [ConnectorInfo] {
    KNOWN
}

/// The connector of this name.
pub fn find(name: &str) -> Option<&'static ConnectorInfo> {
    KNOWN.iter().find(|info| info.name == name)
}

/// A connector of one account. `config` holds settings and secrets together; a field that the connector does not know
/// is an error that names it.
pub fn build(
    connector: &str,
    config: Value,
    http: &reqwest::Client,
) -> Result<Box<dyn Connector>, ConfigError> {
    let info = find(connector).ok_or_else(|| ConfigError(format!("there is no connector {connector:?}")))?;
    let Value::Object(mut fields) = config else {
        return Err(ConfigError("the settings are not an object".into()));
    };
    if let Some(unknown) = fields.keys().find(|name| info.setting(name).is_none()) {
        return Err(ConfigError(format!("unknown setting {unknown:?}")));
    }
    // A form sends a field that was left empty as an empty text.
    fields.retain(|_, value| !value.is_null() && value.as_str() != Some(""));
    let http = client_of(&mut fields, http)?;
    Ok(match connector {
        "whatsapp" => {
            if let Some(missing) = info.missing(|name| fields.contains_key(name)) {
                return Err(ConfigError(format!("{} is missing", missing.name)));
            }
            number(&mut fields, "messages_per_second");
            number(&mut fields, "window_margin_minutes");
            Box::new(whatsapp::WhatsApp::new(read(fields)?, http)?)
        }
        "telphin" => Box::new(telphin::Telphin::new(read(fields)?, http)?),
        "telegram" => {
            number(&mut fields, "poll_timeout_s");
            Box::new(telegram::Telegram::new(read(fields)?, http)?)
        }
        "smsc" => {
            number(&mut fields, "settles_after_s");
            Box::new(sms::Smsc::new(read(fields)?, http)?)
        }
        "smsru" => Box::new(sms::SmsRu::new(read(fields)?, http)?),
        "max" => {
            number(&mut fields, "poll_timeout_s");
            Box::new(max::Max::new(read(fields)?, http)?)
        }
        other => unreachable!("the connector {other} stands in the list and is not built"),
    })
}

/// The client of an account: the common one, or its own where the account goes through a proxy or must trust another
/// certificate. Other accounts do not get to trust it.
fn client_of(
    fields: &mut Map<String, Value>,
    common: &reqwest::Client,
) -> Result<reqwest::Client, ConfigError> {
    let mut text = |name| match fields.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(ConfigError(format!("{name} is not a text"))),
    };
    let (proxy, trusted_roots) = (text(Setting::PROXY.name)?, text(Setting::TRUSTED_ROOTS.name)?);
    if proxy.is_none() && trusted_roots.is_none() {
        return Ok(common.clone());
    }
    let options = ClientOptions { proxy: proxy.map(Into::into), trusted_roots, ..ClientOptions::default() };
    provider_http::build(&options).map_err(|error| ConfigError(error.to_string()))
}

fn read<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, ConfigError> {
    serde_path_to_error::deserialize(Value::Object(fields)).map_err(|error| ConfigError(error.to_string()))
}

/// A form sends a number as text.
fn number(fields: &mut Map<String, Value>, name: &str) {
    let parsed = fields.get(name).and_then(Value::as_str).and_then(|text| text.trim().parse::<u64>().ok());
    if let Some(parsed) = parsed {
        fields.insert(name.to_owned(), parsed.into());
    }
}

/// The whole configuration of an account for [`build`].
pub fn config(connector: &str, settings: &Value, region: Region, secrets: &Secrets) -> Value {
    let mut config = settings.as_object().cloned().unwrap_or_default();
    if find(connector).is_some_and(|info| info.setting("region").is_some()) {
        config.insert("region".into(), region.as_str().into());
    }
    for (name, secret) in secrets {
        config.insert(name.clone(), secret.expose_secret().into());
    }
    Value::Object(config)
}

/// Fields of a form, apart: what may be shown and what may not.
#[derive(Debug, Default)]
pub struct SplitFields {
    /// Settings that are no secrets; `null` clears.
    pub settings: Map<String, Value>,
    /// Secrets that are given; `None` clears. One that should stay does not stand here.
    pub secrets: Vec<(&'static str, Option<SecretString>)>,
    /// How numbers are read, where the form says.
    pub region: Option<Region>,
}

/// Which field of a form does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// The connector does not know it.
    #[error("the field {0} is unknown")]
    Unknown(String),
    /// Secrets are texts.
    #[error("the secret {0} is not a text")]
    NotText(&'static str),
    /// Not one of the countries whose numbers we read.
    #[error("the region is unknown")]
    Region,
}

impl ConnectorInfo {
    /// The setting of this name.
    pub fn setting(&self, name: &str) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.name == name)
    }

    /// The first required setting that is not there.
    pub fn missing(&self, is_there: impl Fn(&str) -> bool) -> Option<&'static Setting> {
        self.settings.iter().find(|setting| setting.required && !is_there(setting.name))
    }

    /// Takes the fields of a form apart. A secret that is `null` stays as it is, an empty one is cleared.
    pub fn split(&self, fields: Map<String, Value>) -> Result<SplitFields, FieldError> {
        let mut split = SplitFields::default();
        for (name, value) in fields {
            let Some(setting) = self.setting(&name) else { return Err(FieldError::Unknown(name)) };
            match value {
                Value::Null if setting.secret => {}
                Value::String(text) if setting.secret => {
                    split.secrets.push((setting.name, (!text.is_empty()).then(|| text.into())));
                }
                _ if setting.secret => return Err(FieldError::NotText(setting.name)),
                Value::Null if setting.name == "region" => split.region = Some(Region::default()),
                value if setting.name == "region" => {
                    let code = value.as_str().map(str::trim).filter(|code| !code.is_empty());
                    let code = code.unwrap_or(Region::default().as_str());
                    split.region = Some(Region::from_code(code).ok_or(FieldError::Region)?);
                }
                value => {
                    let value = if value.as_str() == Some("") { Value::Null } else { value };
                    split.settings.insert(name, value);
                }
            }
        }
        Ok(split)
    }

    /// Invents the secrets that are ours to invent and that nobody gave. Returns their names.
    pub fn invent(&self, secrets: &mut Secrets) -> Vec<&'static str> {
        let there = |name: &str| secrets.contains_key(name);
        let missing: Vec<&str> = self
            .invented
            .iter()
            .filter(|invented| !there(invented.name) && !invented.unless.is_some_and(there))
            .map(|invented| invented.name)
            .collect();
        for name in &missing {
            secrets.insert((*name).to_owned(), Token::new("").into_text().into());
        }
        missing
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    pub(crate) fn http() -> reqwest::Client {
        // The second time the provider is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder().build().expect("a client without options is built")
    }

    fn error_of(connector: &str, config: Value) -> String {
        let Err(error) = build(connector, config, &http()) else {
            panic!("{connector} was built");
        };
        error.to_string()
    }

    #[test]
    fn every_connector_of_the_list_is_built_and_says_the_channel_of_the_list() {
        let configs = json!({
            "whatsapp": {
                "app_secret": "a", "verify_token": "v", "region": "KZ", "access_token": "t", "phone_number_id": "1",
                "messages_per_second": "20", "proxy": "socks5h://127.0.0.1:1080",
            },
            "telphin": {"secret": "s", "groups": "099:menu", "allowed_networks": "", "app_id": "A", "app_secret": "B"},
            "telegram": {"token": "7000000001:AAH", "secret_token": "s", "poll_timeout_s": "20"},
            "smsc": {"url_secret": "u"},
            "smsru": {"api_id": "a"},
            "max": {"token": "t", "secret": "s3cret", "poll_timeout_s": "20"},
        });
        let http = http();
        for info in known() {
            let built = build(info.name, configs[info.name].clone(), &http).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(built.channel(), info.channel, "{}", info.name);
            for name in info.invented.iter().map(|invented| invented.name).chain(info.in_address) {
                assert!(info.setting(name).is_some_and(|setting| setting.secret), "{name}");
            }
        }
    }

    #[test]
    fn a_field_or_a_connector_that_nobody_knows_is_named() {
        assert!(error_of("whatsapp", json!({"app_secret": "a", "colour": 1})).contains("\"colour\""));
        assert!(error_of("fax", json!({})).contains("\"fax\""));
        assert!(
            error_of("whatsapp", json!({"app_secret": "a", "verify_token": ""})).contains("verify_token")
        );
        assert!(error_of("smsru", json!({})).contains("api_id"));
    }

    #[test]
    fn secrets_and_settings_go_apart() {
        let info = find("telphin").unwrap();
        let fields = json!({"secret": "s", "extensions": "101", "groups": "", "region": "KZ"});
        let split = info.split(fields.as_object().unwrap().clone()).unwrap();
        assert_eq!(Value::Object(split.settings), json!({"extensions": "101", "groups": null}));
        assert_eq!(split.region, Some(Region::Kazakhstan));
        assert_eq!(split.secrets.len(), 1);

        let split = |fields: Value| info.split(fields.as_object().unwrap().clone());
        assert!(split(json!({"secret": null})).unwrap().secrets.is_empty(), "null keeps");
        assert!(split(json!({"secret": ""})).unwrap().secrets[0].1.is_none(), "empty clears");
        assert_eq!(split(json!({"secret": 5})).unwrap_err(), FieldError::NotText("secret"));
        assert_eq!(split(json!({"fax": 5})).unwrap_err(), FieldError::Unknown("fax".into()));
        assert_eq!(split(json!({"region": "Луна"})).unwrap_err(), FieldError::Region);
    }
}
