//! SQL of what the bot has heard.

use chrono::{DateTime, Utc};
use connector_api::ExternalId;
use sqlx::PgConnection;

use crate::AccountId;

/// Whether this is heard for the first time.
pub(in crate::bridge) async fn heard(
    conn: &mut PgConnection,
    account: AccountId,
    external_id: &ExternalId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into bridge_heard (account_id, external_id, heard_at) values ($1, $2, $3) on conflict do nothing",
        account.0,
        external_id.as_str(),
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Returns how many went.
pub(in crate::bridge) async fn forget_before(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let gone = sqlx::query!("delete from bridge_heard where heard_at < $1", before).execute(conn).await?;
    Ok(gone.rows_affected())
}
