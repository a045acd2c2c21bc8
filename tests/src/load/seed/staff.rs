//! The people who sign in, and our own ends at the providers.

use std::path::Path;

use anyhow::Context;
use crm_core::access::{Right, Scope, Viewer, bootstrap};
use crm_core::accounts::{self, NewAccount, Sealed};
use crm_core::{AccountId, UserId};
use gateway::{clock, connectors, sealed};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Log-ins.
pub const ADMINISTRATOR: &str = "load-administrator";
pub const MANAGER: &str = "load-manager";
/// Of everybody; the database is invented as a whole.
pub const PASSWORD: &str = "correct load battery staple";

/// What the fake WhatsApp signs and speaks with.
pub const APP_SECRET: &str = "load-app-secret-0001";
pub const PHONE_NUMBER_ID: &str = "900000000000002";
pub const WABA_ID: &str = "900000000000001";

/// Ids of conversations follow from the account's, so it is the same in every run.
const WHATSAPP: AccountId = AccountId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0001));
const TELEPHONY: AccountId = AccountId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0002));

/// Who and what the seeded rows name.
pub struct Staff {
    pub whatsapp: AccountId,
    pub telephony: AccountId,
    /// The manager with 2 % of the clients.
    pub manager: UserId,
    pub colleagues: Vec<UserId>,
}

/// The WhatsApp account and the key of its webhook address.
pub async fn whatsapp_account(pool: &PgPool) -> anyhow::Result<(AccountId, String)> {
    let key =
        sqlx::query_scalar("select key from accounts where id = $1").bind(WHATSAPP).fetch_one(pool).await?;
    Ok((WHATSAPP, key))
}

/// Adds users and accounts.
pub(super) async fn hire(pool: &PgPool, folder: &Path) -> anyhow::Result<Staff> {
    let mut tx = pool.begin().await?;
    let administrator = user(&mut tx, ADMINISTRATOR, "administrator").await?;
    let manager = user(&mut tx, MANAGER, "manager").await?;
    let mut colleagues = Vec::new();
    for number in 1..=10 {
        colleagues.push(user(&mut tx, &format!("load-colleague-{number}"), "manager").await?);
    }
    let viewer = Viewer {
        user_id: administrator,
        name: ADMINISTRATOR.to_owned(),
        remote: None,
        rights: Right::ALL.into_iter().map(|right| (right, Scope::All)).collect(),
        lent: Vec::new(),
    };
    let whatsapp = json!({
        "app_secret": APP_SECRET,
        "verify_token": "load-verify-0001",
        "phone_number_id": PHONE_NUMBER_ID,
    });
    let telephony = json!({ "secret": "load-telphin-secret-0001", "extensions": "101, 102" });
    account(&mut tx, folder, &viewer, WHATSAPP, ("whatsapp", "WhatsApp компании"), whatsapp).await?;
    account(&mut tx, folder, &viewer, TELEPHONY, ("telphin", "Телфин"), telephony).await?;
    tx.commit().await?;
    Ok(Staff { whatsapp: WHATSAPP, telephony: TELEPHONY, manager, colleagues })
}

async fn user(conn: &mut PgConnection, login: &str, role: &str) -> anyhow::Result<UserId> {
    Ok(bootstrap::create_user_with_password(conn, login, login, role, PASSWORD, clock::now()).await?)
}

async fn account(
    conn: &mut PgConnection,
    folder: &Path,
    viewer: &Viewer,
    id: AccountId,
    (connector, name): (&str, &str),
    fields: Value,
) -> anyhow::Result<()> {
    let info = connectors::find(connector).context("the connector is known")?;
    let split = info.split(fields.as_object().cloned().unwrap_or_default())?;
    let secrets =
        split.secrets.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    let key = sealed::key_from_file(&folder.join("secret.key"))?;
    let new = NewAccount {
        id,
        connector: connector.to_owned(),
        channel: info.channel,
        name: name.to_owned(),
        region: split.region.unwrap_or_default(),
        settings: Value::Object(split.settings),
        secrets: Sealed { bytes: key.seal(id, &secrets), changed: Vec::new() },
        enabled: true,
    };
    accounts::create(conn, viewer, new, clock::now()).await?;
    Ok(())
}
