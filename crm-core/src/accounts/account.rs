//! One account: what is stored of it, and who may change it.

use chrono::{DateTime, Utc};
use connector_api::{Channel, Region};
use serde_json::{Value, json};
use sqlx::PgConnection;

use super::store;
use crate::AccountId;
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Forbidden, Right, Viewer};
use crate::schedule;
use crate::templates::sync;

/// One of our own ends at a provider: a number, a bot, an exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredAccount {
    /// Which.
    pub id: AccountId,
    /// The last part of the webhook address.
    pub key: String,
    /// Name of the connector that speaks with the provider.
    pub connector: String,
    /// The network.
    pub channel: String,
    /// As people see it.
    pub name: String,
    /// How numbers without a country code are read.
    pub region: Region,
    /// The settings that are no secrets, an object.
    pub settings: Value,
    /// The secrets as the caller sealed them.
    pub secrets: Option<Vec<u8>>,
    /// Whether it takes and sends anything.
    pub enabled: bool,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Moves with every change.
    pub updated_at: DateTime<Utc>,
}

/// Secrets, sealed by the caller: here nobody can open them.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// All secrets of the account.
    pub bytes: Vec<u8>,
    /// Names of those that changed, for the audit log.
    pub changed: Vec<String>,
}

/// What a new account is made of.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Made by the caller, because the secrets are sealed for it.
    pub id: AccountId,
    /// Name of the connector.
    pub connector: String,
    /// The network, as the connector says.
    pub channel: Channel,
    /// As people see it.
    pub name: String,
    /// How numbers without a country code are read.
    pub region: Region,
    /// The settings that are no secrets, an object.
    pub settings: Value,
    /// The secrets.
    pub secrets: Sealed,
    /// Whether it takes and sends anything.
    pub enabled: bool,
}

/// What changes; `None` stays.
#[derive(Clone, Debug, Default)]
pub struct AccountEdit {
    /// As people see it.
    pub name: Option<String>,
    /// How numbers without a country code are read.
    pub region: Option<Region>,
    /// All settings that are no secrets.
    pub settings: Option<Value>,
    /// All secrets.
    pub secrets: Option<Sealed>,
    /// Whether it takes and sends anything.
    pub enabled: Option<bool>,
}

/// Why accounts were not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such account.
    #[error("there is no such account")]
    Missing,
    /// The name is empty, has several lines or more than 200 characters.
    #[error("the name is not acceptable")]
    Name,
    /// The database failed.
    #[error("accounts could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// All accounts, in the order in which they were made.
pub async fn list(conn: &mut PgConnection, viewer: &Viewer) -> Result<Vec<StoredAccount>, AccountError> {
    viewer.require(Right::AccountsManage)?;
    Ok(store::all(conn).await?)
}

/// One account.
pub async fn get(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AccountId,
) -> Result<StoredAccount, AccountError> {
    viewer.require(Right::AccountsManage)?;
    store::get(conn, id).await?.ok_or(AccountError::Missing)
}

/// One account that nobody else changes until the end of the transaction.
pub async fn lock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AccountId,
) -> Result<StoredAccount, AccountError> {
    viewer.require(Right::AccountsManage)?;
    store::lock(conn, id).await?.ok_or(AccountError::Missing)
}

/// All accounts, for the directory of the running program.
pub async fn load_all_unscoped(conn: &mut PgConnection) -> sqlx::Result<Vec<StoredAccount>> {
    store::all(conn).await
}

/// Makes an account with a new key. To be called in a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewAccount,
    now: DateTime<Utc>,
) -> Result<StoredAccount, AccountError> {
    viewer.require(Right::AccountsManage)?;
    let account = StoredAccount {
        id: new.id,
        key: random_key(),
        connector: new.connector,
        channel: new.channel.as_str().to_owned(),
        name: checked_name(&new.name)?,
        region: new.region,
        settings: new.settings,
        secrets: Some(new.secrets.bytes),
        enabled: new.enabled,
        created_at: now,
        updated_at: now,
    };
    store::insert(conn, &account).await?;
    let after = shown(&account, &new.secrets.changed);
    record(conn, viewer, "account.create", account.id, None, after, now).await?;
    // Its templates are asked for soon, not at the next regular time.
    schedule::bring_forward(conn, sync::TASK, now).await?;
    store::tell(conn).await?;
    Ok(account)
}

/// Changes an account; where nothing changes nothing is written. To be called in a transaction, after [`lock`] where the change depends on what was there.
pub async fn edit(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: AccountId,
    edit: AccountEdit,
    now: DateTime<Utc>,
) -> Result<StoredAccount, AccountError> {
    let before = lock(conn, viewer, id).await?;
    let mut after = StoredAccount { updated_at: now, ..before.clone() };
    if let Some(name) = edit.name {
        after.name = checked_name(&name)?;
    }
    if let Some(region) = edit.region {
        after.region = region;
    }
    if let Some(settings) = edit.settings {
        after.settings = settings;
    }
    if let Some(enabled) = edit.enabled {
        after.enabled = enabled;
    }
    let mut changed = Vec::new();
    if let Some(sealed) = edit.secrets {
        after.secrets = Some(sealed.bytes);
        changed = sealed.changed;
    }
    if (StoredAccount { updated_at: before.updated_at, ..after.clone() }) == before {
        return Ok(before);
    }
    store::update(conn, &after).await?;
    let values = (shown(&before, &[]), shown(&after, &changed));
    record(conn, viewer, "account.edit", id, Some(values.0), values.1, now).await?;
    // Its templates are asked for soon, not at the next regular time.
    schedule::bring_forward(conn, sync::TASK, now).await?;
    store::tell(conn).await?;
    Ok(after)
}

async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    action: &str,
    id: AccountId,
    before: Option<Value>,
    after: Value,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let subject = Subject::new("account", &id);
    audit::record(conn, &Actor::User(viewer), action, subject, before, Some(after), now).await
}

/// What the audit log keeps of an account: of secrets only the names of those that changed.
fn shown(account: &StoredAccount, changed: &[String]) -> Value {
    let mut shown = json!({
        "connector": account.connector,
        "name": account.name,
        "region": account.region,
        "settings": account.settings,
        "enabled": account.enabled,
    });
    if !changed.is_empty() {
        shown["secrets_changed"] = json!(changed);
    }
    shown
}

fn checked_name(name: &str) -> Result<String, AccountError> {
    let name = name.trim();
    let fits = !name.is_empty() && name.chars().count() <= 200 && !name.contains(char::is_control);
    fits.then(|| name.to_owned()).ok_or(AccountError::Name)
}

/// 24 letters and digits: 142 random bits.
fn random_key() -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    (0..24).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_24_letters_and_digits_and_never_the_same() {
        let (one, two) = (random_key(), random_key());
        assert_eq!(one.len(), 24);
        assert!(one.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(one, two);
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(checked_name("  WhatsApp отдела продаж ").unwrap(), "WhatsApp отдела продаж");
        assert!(checked_name(" ").is_err());
        assert!(checked_name("два\nряда").is_err());
        assert!(checked_name(&"я".repeat(201)).is_err());
    }
}
