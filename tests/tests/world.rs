//! A database with an account of each connector, to which requests of the fake providers are applied without a server.

use std::collections::BTreeMap;

use bytes::Bytes;
use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use connector_api::RawEvent;
use crm_core::AccountId;
use crm_core::access::{Right, Scope, Viewer, bootstrap};
use crm_core::accounts::{self, NewAccount, Sealed};
use crm_core::timeline::dump::canonical;
use crm_core::timeline::ingest::{self, ApplyError, ReadRaw};
use crm_core::timeline::raw_event::{StoredRaw, insert_group};
use gateway::accounts::Accounts;
use gateway::sealed::SealKey;
use gateway::{connectors, http_client, reading};
use mocks::{Hooks, Outgoing, Provider, Providers, ProvidersConfig};
use sqlx::{PgConnection, PgPool};

/// The moment at which everything begins.
pub fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 22, 9, 0, 0).single().expect("the moment exists")
}

/// When everything is over: later than any receipt.
pub fn end() -> DateTime<Utc> {
    start() + TimeDelta::hours(20)
}

/// The database, the accounts, and who posts to them.
#[derive(Clone)]
pub struct World {
    pub pool: PgPool,
    pub accounts: Accounts,
    pub viewer: Viewer,
    pub providers: Providers,
    ids: BTreeMap<Provider, AccountId>,
}

impl World {
    pub async fn new(pool: PgPool) -> Self {
        let config = ProvidersConfig::example(&Hooks::under("http://127.0.0.1:1"));
        let key = SealKey::from_bytes([7; 32]);
        let mut conn = pool.acquire().await.expect("a connection");
        let password = "a password for tests";
        let user = bootstrap::put_user_with_password(
            &mut conn,
            "admin",
            "Сергей Админов",
            "administrator",
            password,
            start(),
        );
        let viewer = Viewer {
            user_id: user.await.expect("a user"),
            name: "Сергей Админов".to_owned(),
            remote: None,
            rights: Right::ALL.into_iter().map(|right| (right, Scope::All)).collect(),
            lent: Vec::new(),
        };
        let mut ids = BTreeMap::new();
        for provider in Provider::ALL {
            let info = connectors::find(provider.name()).expect("the connector is known");
            let fields = config.form(provider).as_object().cloned().unwrap_or_default();
            let split = info.split(fields).expect("the settings fit");
            let mut secrets: gateway::sealed::Secrets = split
                .secrets
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect();
            info.invent(&mut secrets);
            let id = AccountId::at(start());
            let new = NewAccount {
                id,
                connector: provider.name().to_owned(),
                channel: info.channel,
                name: provider.name().to_owned(),
                region: split.region.unwrap_or_default(),
                settings: split.settings.into(),
                secrets: Sealed { bytes: key.seal(id, &secrets), changed: Vec::new() },
                enabled: true,
            };
            accounts::create(&mut conn, &viewer, new, start()).await.expect("an account");
            ids.insert(provider, id);
        }
        drop(conn);
        let http = http_client::build().expect("an HTTP client");
        let accounts = Accounts::load(pool.clone(), key, http).await.expect("accounts");
        assert!(accounts.broken().is_empty(), "{:?}", accounts.broken());
        Self { pool, accounts, viewer, providers: Providers::new(config), ids }
    }

    /// A request as the intake stores it.
    pub fn raw(&self, outgoing: &Outgoing, received_at: DateTime<Utc>) -> StoredRaw {
        let raw = RawEvent {
            source: "webhook".to_owned(),
            received_at,
            content_type: outgoing.header("content-type").map(str::to_owned),
            query: outgoing.query.clone(),
            body: Bytes::clone(&outgoing.body),
        };
        StoredRaw::new(self.ids[&outgoing.provider], raw)
    }

    /// Requests in their order, a second between two receipts.
    pub fn raws(&self, outgoing: &[Outgoing]) -> Vec<StoredRaw> {
        let received = |place| start() + TimeDelta::hours(10) + TimeDelta::seconds(place);
        (0..).zip(outgoing).map(|(place, outgoing)| self.raw(outgoing, received(place))).collect()
    }

    /// What the real connector reads in it.
    pub fn read(&self, stored: &StoredRaw) -> ReadRaw {
        reading::read(stored, &self.accounts.by_id(stored.account_id).expect("the account works"))
    }

    /// Empties everything but the accounts and the user.
    pub async fn clean(&self) {
        let tables = "interactions message_facts message_aliases call_facts conversations conversation_heads media \
             conversation_states account_notices address_book identity_links proposals join_ledger invitation_uses invitations \
             identities contact_clients contacts clients raw_outcomes raw_left raw_events feed";
        let clean: Vec<String> =
            tables.split_whitespace().map(|table| format!("delete from {table}")).collect();
        let clean = clean.join(";");
        sqlx::raw_sql(sqlx::AssertSqlSafe(clean)).execute(&self.pool).await.expect("emptied");
    }

    /// Stores requests without applying them.
    pub async fn store(&self, raws: &[StoredRaw]) {
        insert_group(&mut self.pool.acquire().await.expect("a connection"), raws, false)
            .await
            .expect("stored");
    }

    /// Applies batches one after another.
    pub async fn apply(&self, batches: &[Vec<StoredRaw>]) {
        let mut conn = self.pool.acquire().await.expect("a connection");
        for batch in batches {
            let read: Vec<ReadRaw> = batch.iter().map(|stored| self.read(stored)).collect();
            if apply(&mut conn, &read).await {
                settle(&mut conn).await;
            }
        }
    }

    /// The canonical text, when everything is settled.
    pub async fn dump(&self) -> String {
        let mut conn = self.pool.acquire().await.expect("a connection");
        settle(&mut conn).await;
        canonical(&mut conn).await.expect("dumped")
    }
}

/// As the workers do it: what is in the way passes.
async fn apply(conn: &mut PgConnection, batch: &[ReadRaw]) -> bool {
    loop {
        match ingest::apply(conn, batch, end()).await {
            Ok(unsettled) => return unsettled,
            Err(ApplyError::Again(sqlx::Error::Database(_))) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}: {:?}", std::error::Error::source(&error)),
        }
    }
}

async fn settle(conn: &mut PgConnection) {
    while let Err(error) = ingest::settle(conn, end()).await {
        assert!(
            error.as_database_error().is_some_and(|error| error.code().is_some_and(|c| c.starts_with("40"))),
            "{error}"
        );
    }
}

/// The first lines in which two texts differ.
pub fn difference(expected: &str, found: &str) -> String {
    let only = |one: &str, other: &str, sign: &str| {
        let other: Vec<&str> = other.lines().collect();
        let lines = one.lines().filter(|line| !other.contains(line)).take(6);
        lines.map(|line| [sign, line].join(" ")).collect::<Vec<_>>().join("\n")
    };
    [only(expected, found, "-"), only(found, expected, "+")].join("\n")
}
