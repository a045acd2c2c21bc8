//! SQL of pauses.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::AccountId;

/// No file of the account is asked for before this moment. A longer pause is never cut short.
pub async fn pause_unscoped(
    conn: &mut PgConnection,
    account: AccountId,
    until: DateTime<Utc>,
    reason: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into media_pauses as known (account_id, until, reason) values ($1, $2, $3)
         on conflict (account_id) do update set until = excluded.until, reason = excluded.reason
         where excluded.until > known.until",
        account.0,
        until,
        reason,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Until when and why the files of an account wait, if they do.
pub async fn paused_unscoped(
    conn: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(DateTime<Utc>, String)>> {
    let row = sqlx::query!(
        "select until, reason from media_pauses where account_id = $1 and until > $2",
        account.0,
        now
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.until, row.reason)))
}
