//! An account as the API shows it: of secrets only whether they are there.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, FixedOffset, NaiveTime, Utc};
use connector_api::Setting;
use crm_core::AccountId;
use crm_core::access::Viewer;
use crm_core::accounts::{self, Activity, StoredAccount};
use http::{HeaderMap, header};
use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

use super::change::Revealed;
use crate::app::App;
use crate::connectors::{self, ConnectorInfo};
use crate::http::ApiResult;

/// An account without its secrets.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct AccountView {
    id: AccountId,
    name: String,
    connector: String,
    channel: String,
    /// How numbers without a country code are read: RU, KZ, KG or BY.
    region: &'static str,
    enabled: bool,
    /// Fields that are no secrets.
    #[schema(value_type = Object)]
    settings: Value,
    /// Secret fields and whether each is there.
    secrets: BTreeMap<&'static str, bool>,
    webhook: Webhook,
    /// Why the account cannot work; `null` when it can.
    #[schema(required = true)]
    error: Option<String>,
    #[serde(flatten)]
    activity: Activity,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// What to enter at the provider.
#[derive(Serialize, utoipa::ToSchema)]
struct Webhook {
    /// A path only, where our own address is not known.
    url: String,
    secret_part: SecretPart,
}

/// Whether the address ends with a secret.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum SecretPart {
    /// It does not.
    None,
    /// It does: `/` and the secret belong behind `url`. They were shown when the secret was set.
    Hidden,
    /// It stands in `url`, this once.
    Shown,
}

/// An account just changed.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ChangedAccount {
    account: AccountView,
    /// Secrets that we made ourselves. They are shown this once.
    invented_secrets: BTreeMap<&'static str, String>,
}

/// What can be connected.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct ConnectorView {
    name: &'static str,
    channel: &'static str,
    /// In Russian.
    title: &'static str,
    settings: Vec<SettingView>,
}

/// A field of a set-up form.
#[derive(Serialize, utoipa::ToSchema)]
struct SettingView {
    name: &'static str,
    /// Never shown again.
    secret: bool,
    required: bool,
    /// Made at random when left empty.
    invented: bool,
    /// What to enter and where to find it, in Russian.
    hint: &'static str,
}

impl ConnectorView {
    pub(super) fn new(info: &ConnectorInfo) -> Self {
        let setting = |setting: &Setting| SettingView {
            name: setting.name,
            secret: setting.secret,
            required: setting.required,
            invented: info.invented.iter().any(|invented| invented.name == setting.name),
            hint: setting.hint,
        };
        Self {
            name: info.name,
            channel: info.channel.as_str(),
            title: info.title,
            settings: info.settings.iter().map(setting).collect(),
        }
    }
}

/// What is needed beside the account itself.
pub(super) struct Viewing<'a> {
    app: &'a App,
    base_url: String,
    activity: BTreeMap<AccountId, Activity>,
    errors: HashMap<AccountId, String>,
}

impl<'a> Viewing<'a> {
    pub(super) async fn new(
        app: &'a App,
        conn: &mut PgConnection,
        viewer: &Viewer,
        headers: &HeaderMap,
    ) -> ApiResult<Self> {
        let activity = accounts::activity(conn, viewer, day_start(app.now())).await?;
        let errors = app.accounts.broken().into_iter().map(|broken| (broken.id, broken.error)).collect();
        Ok(Self { app, base_url: base_url(app, headers), activity, errors })
    }

    pub(super) fn changed(&self, stored: &StoredAccount, revealed: &Revealed) -> ChangedAccount {
        let in_address = revealed.in_address.as_ref().map(ExposeSecret::expose_secret);
        let account = self.view(stored, in_address);
        let invented_secrets = revealed
            .invented
            .iter()
            .map(|(name, secret)| (*name, secret.expose_secret().to_owned()))
            .collect();
        ChangedAccount { account, invented_secrets }
    }

    /// `in_address` is the secret of the webhook address, where it may be shown.
    pub(super) fn view(&self, stored: &StoredAccount, in_address: Option<&str>) -> AccountView {
        let info = connectors::find(&stored.connector);
        let opened =
            stored.secrets.as_ref().and_then(|s| self.app.accounts.seal_key().open(stored.id, s).ok());
        let there = |name: &str| opened.as_ref().is_some_and(|secrets| secrets.contains_key(name));
        let settings = info.map(|info| info.settings).unwrap_or_default();
        let secret_part = match (info.and_then(|info| info.in_address), in_address) {
            (Some(_), Some(_)) => SecretPart::Shown,
            (Some(name), None) if there(name) => SecretPart::Hidden,
            _ => SecretPart::None,
        };
        let mut url = format!("{}/hooks/{}", self.base_url, stored.key);
        if let Some(secret) = in_address {
            url.push_str(&crate::accounts::secret_part(secret));
        }
        AccountView {
            id: stored.id,
            name: stored.name.clone(),
            connector: stored.connector.clone(),
            channel: stored.channel.clone(),
            region: stored.region.as_str(),
            enabled: stored.enabled,
            settings: stored.settings.clone(),
            secrets: settings.iter().filter(|s| s.secret).map(|s| (s.name, there(s.name))).collect(),
            webhook: Webhook { url, secret_part },
            error: self.errors.get(&stored.id).cloned(),
            activity: self.activity.get(&stored.id).cloned().unwrap_or_default(),
            created_at: stored.created_at,
            updated_at: stored.updated_at,
        }
    }
}

/// The configured address, else the one by which we were asked.
fn base_url(app: &App, headers: &HeaderMap) -> String {
    if let Some(public) = &app.settings.public_url {
        return public.trim_end_matches('/').to_owned();
    }
    let scheme = if app.settings.secure_cookies { "https" } else { "http" };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    host.map(|host| format!("{scheme}://{host}")).unwrap_or_default()
}

/// The day of the company begins at midnight in Moscow, the whole year.
fn day_start(now: DateTime<Utc>) -> DateTime<Utc> {
    let moscow = FixedOffset::east_opt(3 * 3600).expect("three hours are an offset");
    let midnight = now.with_timezone(&moscow).date_naive().and_time(NaiveTime::MIN);
    midnight.and_local_timezone(moscow).single().map_or(now, |midnight| midnight.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_at_midnight_in_moscow() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(day_start(at("2026-11-22T20:59:59Z")), at("2026-11-21T21:00:00Z"));
        assert_eq!(day_start(at("2026-11-22T21:00:00Z")), at("2026-11-22T21:00:00Z"));
    }
}
