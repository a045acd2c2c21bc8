//! SQL of how accounts send.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Pause, PauseKind, Sending};
use crate::AccountId;

/// How the account is doing; the default where nothing was ever said.
pub async fn of_account(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Sending> {
    let row = sqlx::query_as!(
        Sending,
        r#"select paused_until, pause as "pause: PauseKind", code, reason, failures, failing_since, last_accepted_at
           from account_sending where account_id = $1"#,
        account.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.unwrap_or_default())
}

pub(super) async fn pause(
    conn: &mut PgConnection,
    account: AccountId,
    pause: &Pause,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let counts = pause.kind != PauseKind::Limited;
    sqlx::query!(
        "insert into account_sending as known (account_id, paused_until, pause, code, reason, failures, failing_since)
         values ($1, $2, $3, $4, $5, case when $6 then 1 else 0 end, case when $6 then $7::timestamptz end)
         on conflict (account_id) do update
         set paused_until = greatest(known.paused_until, excluded.paused_until),
             pause = case when known.paused_until > excluded.paused_until then known.pause else excluded.pause end,
             code = excluded.code, reason = excluded.reason,
             failures = known.failures + excluded.failures,
             failing_since = coalesce(known.failing_since, excluded.failing_since)",
        account.0,
        pause.until,
        pause.kind as PauseKind,
        pause.code,
        pause.reason,
        counts,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn failed(
    conn: &mut PgConnection,
    account: AccountId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into account_sending as known (account_id, reason, failures, failing_since) values ($1, $2, 1, $3)
         on conflict (account_id) do update
         set reason = excluded.reason, failures = known.failures + 1,
             failing_since = coalesce(known.failing_since, excluded.failing_since)",
        account.0,
        reason,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A message was accepted: whatever was wrong is over.
pub async fn accepted(conn: &mut PgConnection, account: AccountId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into account_sending as known (account_id, last_accepted_at) values ($1, $2)
         on conflict (account_id) do update
         set last_accepted_at = greatest(known.last_accepted_at, excluded.last_accepted_at), failures = 0,
             failing_since = null, reason = null, code = null,
             pause = case when known.pause = 'limited' and known.paused_until > $2 then known.pause end,
             paused_until = case when known.pause = 'limited' and known.paused_until > $2 then known.paused_until end",
        account.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends every pause: the account's settings changed, or a person wants it tried now.
pub async fn clear(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!(
        "update account_sending set paused_until = null, pause = null where account_id = $1",
        account.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How many deliveries of an account wait in lanes, and since when the oldest does.
pub async fn waiting(
    conn: &mut PgConnection,
    account: AccountId,
) -> sqlx::Result<(i64, Option<DateTime<Utc>>)> {
    let row = sqlx::query!(
        r#"select count(*) as "count!", min(d.created_at) as oldest
           from lanes l join deliveries d on d.conversation_id = l.conversation_id
           where l.account_id = $1 and l.due_at is not null and d.finished_at is null and d.position is not null"#,
        account.0
    )
    .fetch_one(conn)
    .await?;
    Ok((row.count, row.oldest))
}

/// How many deliveries of an account wait for a person.
pub async fn stuck(conn: &mut PgConnection, account: AccountId, since: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from deliveries
           where account_id = $1 and state in ('failed', 'unknown') and created_at >= $2"#,
        account.0,
        since
    )
    .fetch_one(conn)
    .await
}
