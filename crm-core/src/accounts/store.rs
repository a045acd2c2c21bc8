//! SQL of accounts.

use chrono::{DateTime, Utc};
use connector_api::Region;
use serde_json::Value;
use sqlx::{PgConnection, query, query_as};

use super::StoredAccount;
use crate::AccountId;

struct Row {
    id: AccountId,
    key: String,
    connector: String,
    channel: String,
    name: String,
    region: String,
    settings: Value,
    secrets: Option<Vec<u8>>,
    enabled: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl Row {
    fn account(self) -> StoredAccount {
        StoredAccount {
            id: self.id,
            key: self.key,
            connector: self.connector,
            channel: self.channel,
            name: self.name,
            region: Region::from_code(&self.region).unwrap_or_default(),
            settings: self.settings,
            secrets: self.secrets,
            enabled: self.enabled,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

pub(super) async fn all(conn: &mut PgConnection) -> sqlx::Result<Vec<StoredAccount>> {
    let rows = query_as!(
        Row,
        r#"select id as "id: AccountId", key, connector, channel, name, region, settings, secrets, enabled,
                  created_at, updated_at
           from accounts order by id"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Row::account).collect())
}

pub(super) async fn get(conn: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<StoredAccount>> {
    let row = query_as!(
        Row,
        r#"select id as "id: AccountId", key, connector, channel, name, region, settings, secrets, enabled,
                  created_at, updated_at
           from accounts where id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Row::account))
}

pub(super) async fn lock(conn: &mut PgConnection, id: AccountId) -> sqlx::Result<Option<StoredAccount>> {
    query!("select id from accounts where id = $1 for update", id.0).fetch_optional(&mut *conn).await?;
    get(conn, id).await
}

pub(super) async fn insert(conn: &mut PgConnection, account: &StoredAccount) -> sqlx::Result<()> {
    query!(
        "insert into accounts
             (id, key, connector, channel, name, region, settings, secrets, enabled, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        account.id.0,
        account.key,
        account.connector,
        account.channel,
        account.name,
        account.region.as_str(),
        account.settings,
        account.secrets,
        account.enabled,
        account.created_at,
        account.updated_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn update(conn: &mut PgConnection, account: &StoredAccount) -> sqlx::Result<()> {
    query!(
        "update accounts
         set name = $2, region = $3, settings = $4, secrets = $5, enabled = $6, updated_at = $7
         where id = $1",
        account.id.0,
        account.name,
        account.region.as_str(),
        account.settings,
        account.secrets,
        account.enabled,
        account.updated_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Tells every copy of the program, once the transaction is committed.
pub(super) async fn tell(conn: &mut PgConnection) -> sqlx::Result<()> {
    query!("select pg_notify($1, '')", super::NOTIFY_CHANNEL).execute(conn).await?;
    Ok(())
}
