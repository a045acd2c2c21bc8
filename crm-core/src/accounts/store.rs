//! SQL of accounts.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use connector_api::Region;
use serde_json::Value;
use sqlx::{PgConnection, query, query_as};

use super::{Activity, Notice, StoredAccount};
use uuid::Uuid;

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

/// Other secrets may be those of another bot, whose updates are counted anew: polling starts from its beginning, which
/// repeats safely.
pub(super) async fn update(conn: &mut PgConnection, account: &StoredAccount) -> sqlx::Result<()> {
    query!(
        "update accounts
         set name = $2, region = $3, settings = $4, secrets = $5, enabled = $6, updated_at = $7,
             poll_cursor = case when secrets is not distinct from $5 then poll_cursor end
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

/// Without the refused requests. The last event is asked for as the greatest of the index: asked for by `account_id = a.id`,
/// an account that has none is looked for in the whole log.
pub(super) async fn received(
    conn: &mut PgConnection,
    day_start: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<AccountId, Activity>> {
    let rows = query!(
        r#"select a.id as "id: AccountId",
                  (select count(*) from raw_events r where r.account_id = a.id and r.received_at >= $1) as "received_today!",
                  (select case when r.account_id = a.id then r.received_at end
                   from raw_events r where r.account_id <= a.id
                   order by r.account_id desc, r.id desc limit 1) as last_received_at,
                  (select count(*) from account_notices n where n.account_id = a.id) as "notices!"
           from accounts a"#,
        day_start,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let activity = Activity {
                received_today: row.received_today,
                last_received_at: row.last_received_at,
                refused: BTreeMap::new(),
                notices: row.notices,
            };
            (row.id, activity)
        })
        .collect())
}

pub(super) async fn refused(conn: &mut PgConnection) -> sqlx::Result<Vec<(AccountId, String, i64)>> {
    let rows = query!(
        r#"select account_id as "account_id: AccountId", reason, sum(requests)::bigint as "requests!"
           from refused_requests group by account_id, reason"#,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row.reason, row.requests)).collect())
}

pub(super) async fn notices(
    conn: &mut PgConnection,
    account: AccountId,
    behind: Option<(DateTime<Utc>, Uuid)>,
    rows: i64,
) -> sqlx::Result<Vec<Notice>> {
    query_as!(
        Notice,
        "select id, at, level, code, subject, detail from account_notices
         where account_id = $1 and ($2::timestamptz is null or (at, id) < ($2, $3::uuid))
         order by at desc, id desc
         limit $4",
        account.0,
        behind.map(|(at, _)| at),
        behind.map(|(_, id)| id),
        rows,
    )
    .fetch_all(conn)
    .await
}
