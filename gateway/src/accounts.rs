//! The directory of accounts: every request and every worker finds its connector here without asking the database.

mod directory;
#[cfg(test)]
pub mod double;
#[cfg(test)]
mod tests;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use connector_api::{Channel, ConfigError, Connector, Region};
use crm_core::AccountId;
use crm_core::accounts::{self, NOTIFY_CHANNEL, StoredAccount};
use secrecy::ExposeSecret;
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::connectors;
use crate::masking::Masker;
use crate::sealed::SealKey;
use directory::Directory;

/// Changes that no notice told of are seen at the latest after this time.
const REFRESH_EVERY: Duration = Duration::from_secs(30);
/// How long to leave a database alone that has just failed.
const AFTER_FAILURE: Duration = Duration::from_secs(2);

/// One account, ready for work.
pub struct Account {
    /// Which.
    pub id: AccountId,
    /// The last part of the webhook address.
    pub key: String,
    /// As people see it.
    pub name: String,
    /// The network.
    pub channel: Channel,
    /// Name of the connector.
    pub connector_name: String,
    /// The connector with this account's settings.
    pub connector: Box<dyn Connector>,
    /// Whether it takes and sends anything.
    pub enabled: bool,
    /// How numbers without a country code are read.
    pub region: Region,
}

/// An account that cannot work, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenAccount {
    /// Which.
    pub id: AccountId,
    /// The last part of the webhook address.
    pub key: String,
    /// As people see it.
    pub name: String,
    /// Name of the connector.
    pub connector_name: String,
    /// Whether it would take and send anything.
    pub enabled: bool,
    /// Why it was not built; holds no secrets.
    pub error: String,
}

/// How connectors are made: [`connectors::build`], or a double in tests.
pub type Build = Arc<dyn Fn(&str, Value) -> Result<Box<dyn Connector>, ConfigError> + Send + Sync>;

/// All accounts, as they were a moment ago. Cheap to clone; the clones share one directory.
#[derive(Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
}

struct Inner {
    pool: PgPool,
    seal_key: SealKey,
    build: Build,
    directory: RwLock<Arc<Directory>>,
    /// One reload at a time, so that an older reading never replaces a newer one.
    reloading: Mutex<()>,
}

impl Accounts {
    /// An empty directory; [`reload`](Self::reload) fills it.
    pub fn new(pool: PgPool, seal_key: SealKey, http: reqwest::Client) -> Self {
        Self::with_build(
            pool,
            seal_key,
            Arc::new(move |connector: &str, config| connectors::build(connector, config, &http)),
        )
    }

    /// The same with other connectors, for tests.
    pub fn with_build(pool: PgPool, seal_key: SealKey, build: Build) -> Self {
        let directory = RwLock::new(Arc::new(Directory::default()));
        Self { inner: Arc::new(Inner { pool, seal_key, build, directory, reloading: Mutex::new(()) }) }
    }

    /// A directory with everything that the database has.
    pub async fn load(pool: PgPool, seal_key: SealKey, http: reqwest::Client) -> sqlx::Result<Self> {
        let accounts = Self::new(pool, seal_key, http);
        accounts.reload().await?;
        Ok(accounts)
    }

    /// The account of a webhook address, enabled or not. `None` also for a broken one: see [`is_broken`](Self::is_broken).
    pub fn by_key(&self, key: &str) -> Option<Arc<Account>> {
        self.directory().by_key(key)
    }

    /// The account of this id, enabled or not.
    pub fn by_id(&self, id: AccountId) -> Option<Arc<Account>> {
        self.directory().by_id(id)
    }

    /// All accounts that can work, enabled or not, in the order in which they were made.
    pub fn all(&self) -> Vec<Arc<Account>> {
        self.directory().working().cloned().collect()
    }

    /// Accounts that cannot work.
    pub fn broken(&self) -> Vec<BrokenAccount> {
        self.directory().broken().cloned().collect()
    }

    /// Whether the account of this webhook address exists but cannot work: the provider should repeat later.
    pub fn is_broken(&self, key: &str) -> bool {
        self.directory().broken().any(|account| account.key == key)
    }

    /// Hides secrets in the raw events of this account, its own ones among them.
    pub fn masker(&self, id: AccountId) -> Masker {
        let directory = self.directory();
        let sealed = directory.stored(id).and_then(|stored| stored.secrets.as_deref());
        let secrets = sealed.and_then(|sealed| self.inner.seal_key.open(id, sealed).ok());
        Masker::new(secrets.unwrap_or_default())
    }

    /// The whole webhook address of an account, a secret in it included: for the provider alone.
    pub fn webhook_url(&self, base: &str, id: AccountId) -> Option<String> {
        let directory = self.directory();
        let stored = directory.stored(id)?;
        let mut url = format!("{}/hooks/{}", base.trim_end_matches('/'), stored.key);
        if let Some(name) = connectors::find(&stored.connector)?.in_address {
            let secrets = self.inner.seal_key.open(id, stored.secrets.as_deref()?).ok()?;
            if let Some(secret) = secrets.get(name) {
                url.push_str(&secret_part(secret.expose_secret()));
            }
        }
        Some(url)
    }

    /// The installation's key.
    pub fn seal_key(&self) -> &SealKey {
        &self.inner.seal_key
    }

    /// Whether these settings make a connector. The directory stays as it is.
    pub fn check(&self, connector: &str, config: Value) -> Result<Box<dyn Connector>, ConfigError> {
        (self.inner.build)(connector, config)
    }

    /// Reads all accounts anew. Those that did not change stay the same `Arc`; on an error all stay as they were.
    pub async fn reload(&self) -> sqlx::Result<()> {
        let _one_at_a_time = self.inner.reloading.lock().await;
        let mut conn = self.inner.pool.acquire().await?;
        let stored = accounts::load_all_unscoped(&mut conn).await?;
        drop(conn);
        let next = self.directory().next(stored, |account| self.build(account));
        *self.inner.directory.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }

    /// Keeps the directory fresh until `cancel`: at once on a notice of the database, and now and then without one.
    pub async fn keep_fresh(&self, cancel: CancellationToken) {
        let work = async {
            loop {
                let Err(error) = self.follow().await;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "changes of accounts cannot be followed now; the known ones stay"
                );
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        };
        let _: Option<()> = cancel.run_until_cancelled(work).await;
    }

    async fn follow(&self) -> sqlx::Result<std::convert::Infallible> {
        let mut listener = PgListener::connect_with(&self.inner.pool).await?;
        listener.listen(NOTIFY_CHANNEL).await?;
        loop {
            // Also first of all: a change may have come before we listened.
            self.reload().await?;
            if let Ok(notice) = tokio::time::timeout(REFRESH_EVERY, listener.recv()).await {
                notice?;
            }
        }
    }

    fn directory(&self) -> Arc<Directory> {
        self.inner.directory.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn build(&self, stored: &StoredAccount) -> Result<Account, String> {
        let secrets = match &stored.secrets {
            Some(sealed) => self.inner.seal_key.open(stored.id, sealed).map_err(|error| error.to_string())?,
            None => crate::sealed::Secrets::new(),
        };
        let config = connectors::config(&stored.connector, &stored.settings, stored.region, &secrets);
        let connector = (self.inner.build)(&stored.connector, config).map_err(|error| error.to_string())?;
        Ok(Account {
            id: stored.id,
            key: stored.key.clone(),
            name: stored.name.clone(),
            channel: connector.channel(),
            connector_name: stored.connector.clone(),
            connector,
            enabled: stored.enabled,
            region: stored.region,
        })
    }
}

/// The end of a webhook address that holds a secret: `/` and the secret, encoded.
pub fn secret_part(secret: &str) -> String {
    let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    format!("/{}", encoded.replace('+', "%20"))
}
