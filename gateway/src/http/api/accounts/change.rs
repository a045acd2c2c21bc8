//! From the form of an account to what is stored: settings apart from secrets, secrets sealed.

use chrono::{DateTime, Utc};
use crm_core::AccountId;
use crm_core::accounts::{AccountEdit, NewAccount, Sealed, StoredAccount};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::app::App;
use crate::connectors::{self, ConnectorInfo, SplitFields};
use crate::http::{ApiResult, Problem};
use crate::sealed::Secrets;

/// A new account.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccountForm {
    /// One of `GET /api/connectors`.
    connector: String,
    /// As people see it.
    name: String,
    /// Fields of the connector, secret ones among them.
    #[serde(default)]
    #[schema(value_type = Object)]
    settings: Map<String, Value>,
    /// Whether it takes and sends anything.
    #[serde(default = "yes")]
    enabled: bool,
}

/// What changes; what is absent stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AccountPatch {
    /// As people see it.
    name: Option<String>,
    /// Fields of the connector that change, secret ones among them.
    #[schema(value_type = Option<Object>)]
    settings: Option<Map<String, Value>>,
    /// Whether it takes and sends anything.
    enabled: Option<bool>,
}

fn yes() -> bool {
    true
}

/// Secrets that the answer to this change may show, and no other answer.
#[derive(Default)]
pub(super) struct Revealed {
    /// Those that we made ourselves.
    pub(super) invented: Vec<(&'static str, SecretString)>,
    /// The one that stands in the webhook address, where it was set just now.
    pub(super) in_address: Option<SecretString>,
}

impl NewAccountForm {
    /// Checks everything and seals the secrets.
    pub(super) fn prepare(self, app: &App, now: DateTime<Utc>) -> ApiResult<(NewAccount, Revealed)> {
        let info = connectors::find(&self.connector).ok_or_else(|| {
            Problem::invalid_field("connector", format!("Подключения «{}» нет.", self.connector))
        })?;
        let fields = info.split(self.settings)?;
        let region = fields.region.unwrap_or_default();
        let id = AccountId::at(now);
        let nothing = Map::new();
        let merged = Merged::new(info, &nothing, Secrets::new(), fields);
        merged.check(app, info, region)?;
        let new = NewAccount {
            id,
            connector: info.name.to_owned(),
            channel: info.channel,
            name: self.name,
            region,
            settings: Value::Object(merged.settings),
            secrets: Sealed {
                bytes: app.accounts.seal_key().seal(id, &merged.secrets),
                changed: merged.changed,
            },
            enabled: self.enabled,
        };
        Ok((new, merged.revealed))
    }
}

impl AccountPatch {
    /// The same for a change of `before`.
    pub(super) fn prepare(self, app: &App, before: &StoredAccount) -> ApiResult<(AccountEdit, Revealed)> {
        let mut edit = AccountEdit { name: self.name, enabled: self.enabled, ..AccountEdit::default() };
        let Some(fields) = self.settings else { return Ok((edit, Revealed::default())) };
        let info = connectors::find(&before.connector).ok_or_else(|| {
            Problem::conflict(format!("Подключения «{}» в этой версии нет.", before.connector))
        })?;
        let fields = info.split(fields)?;
        edit.region = fields.region;
        // Secrets that cannot be opened are lost: all of them have to be entered again.
        let key = app.accounts.seal_key();
        let secrets = before.secrets.as_ref().and_then(|sealed| key.open(before.id, sealed).ok());
        let nothing = Map::new();
        let settings = before.settings.as_object().unwrap_or(&nothing);
        let merged = Merged::new(info, settings, secrets.unwrap_or_default(), fields);
        merged.check(app, info, edit.region.unwrap_or(before.region))?;
        edit.settings = Some(Value::Object(merged.settings));
        if !merged.changed.is_empty() {
            let bytes = key.seal(before.id, &merged.secrets);
            edit.secrets = Some(Sealed { bytes, changed: merged.changed });
        }
        Ok((edit, merged.revealed))
    }
}

/// What was there, with the fields of a form over it.
struct Merged {
    settings: Map<String, Value>,
    secrets: Secrets,
    /// Names of secrets that were set or cleared.
    changed: Vec<String>,
    revealed: Revealed,
}

impl Merged {
    fn new(
        info: &ConnectorInfo,
        settings: &Map<String, Value>,
        mut secrets: Secrets,
        fields: SplitFields,
    ) -> Self {
        let mut settings = settings.clone();
        settings.extend(fields.settings);
        settings.retain(|_, value| !value.is_null());
        let mut changed: Vec<&'static str> = Vec::new();
        for (name, secret) in fields.secrets {
            changed.push(name);
            match secret {
                Some(secret) => secrets.insert(name.to_owned(), secret),
                None => secrets.remove(name),
            };
        }
        let invented = info.invent(&mut secrets);
        changed.extend(&invented);
        changed.sort_unstable();
        changed.dedup();
        let shown = |name: &'static str| secrets.get(name).map(|secret| (name, secret.clone()));
        let revealed = Revealed {
            invented: invented.into_iter().filter_map(shown).collect(),
            in_address: info
                .in_address
                .filter(|name| changed.contains(name))
                .and_then(|name| secrets.get(name).cloned()),
        };
        let changed = changed.into_iter().map(str::to_owned).collect();
        Self { settings, secrets, changed, revealed }
    }

    fn check(&self, app: &App, info: &ConnectorInfo, region: connector_api::Region) -> ApiResult<()> {
        let is_there = |name: &str| self.settings.contains_key(name) || self.secrets.contains_key(name);
        if let Some(missing) = info.missing(is_there) {
            return Err(Problem::missing_setting(missing));
        }
        let settings = Value::Object(self.settings.clone());
        let config = connectors::config(info.name, &settings, region, &self.secrets);
        app.accounts.check(info.name, config).map_err(|error| Problem::unfit_settings(&error))?;
        Ok(())
    }
}

/// This copy works with the change at once; the others are told by the database.
pub(super) async fn take_over(app: &App) {
    if let Err(error) = app.accounts.reload().await {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "a change of accounts is taken over later, by the listener"
        );
    }
}
