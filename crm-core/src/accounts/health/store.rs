//! SQL of channel health.

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{Finding, NoticeLevel};
use sqlx::PgConnection;

use super::{Probed, Repairing, Subscription};
use crate::AccountId;

/// Takes it upon the caller to ask an account's provider now; `false` when it was asked a moment ago, by whomever.
pub async fn claim_probe(
    conn: &mut PgConnection,
    account: AccountId,
    every: TimeDelta,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let claimed = sqlx::query!(
        "insert into account_probes as known (account_id, next_at) values ($1, $2)
         on conflict (account_id) do update set next_at = excluded.next_at where known.next_at <= $3",
        account.0,
        now + every,
        now,
    )
    .execute(conn)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

pub(super) async fn hurry(
    conn: &mut PgConnection,
    account: AccountId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update account_probes set next_at = $2 where account_id = $1", account.0, now)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn probed(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Probed> {
    let row = sqlx::query_as!(
        Probed,
        "select asked_at, failing_since from account_probes where account_id = $1",
        account.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.unwrap_or_default())
}

pub(super) async fn findings(
    conn: &mut PgConnection,
    account: AccountId,
) -> sqlx::Result<Vec<(Finding, DateTime<Utc>)>> {
    let rows = sqlx::query!(
        "select code, level, text, repairable, found_at from account_findings where account_id = $1 order by code",
        account.0
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let level = level_of(&row.level);
            (Finding { level, code: row.code, text: row.text, repairable: row.repairable }, row.found_at)
        })
        .collect())
}

/// Replaces what was found; what stays keeps its first moment. Returns whether anything came or went.
pub(super) async fn found(
    conn: &mut PgConnection,
    account: AccountId,
    findings: &[Finding],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    let gone = sqlx::query!(
        "delete from account_findings where account_id = $1 and code <> all($2)",
        account.0,
        &codes as _
    )
    .execute(&mut *conn)
    .await?
    .rows_affected();
    let mut changed = gone > 0;
    for finding in findings {
        let new = sqlx::query_scalar!(
            r#"insert into account_findings as known (account_id, code, level, text, repairable, found_at)
               values ($1, $2, $3, $4, $5, $6)
               on conflict (account_id, code) do update
               set level = excluded.level, text = excluded.text, repairable = excluded.repairable
               returning (xmax = 0) as "new!""#,
            account.0,
            finding.code,
            level_word(finding.level),
            finding.text,
            finding.repairable,
            now,
        )
        .fetch_one(&mut *conn)
        .await?;
        changed |= new;
    }
    let recovered = sqlx::query_scalar!(
        r#"with before as (select failing_since from account_probes where account_id = $1)
           insert into account_probes (account_id, next_at, asked_at) values ($1, $2, $2)
           on conflict (account_id) do update set asked_at = excluded.asked_at, failing_since = null, error = null
           returning exists (select from before where failing_since is not null) as "recovered!""#,
        account.0,
        now,
    )
    .fetch_one(conn)
    .await?;
    Ok(changed || recovered)
}

/// Notes that the provider could not be asked, and since when.
pub(super) async fn failed(
    conn: &mut PgConnection,
    account: AccountId,
    error: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into account_probes as known (account_id, next_at, asked_at, failing_since, error)
         values ($1, $2, $2, $2, $3)
         on conflict (account_id) do update
         set asked_at = excluded.asked_at, failing_since = coalesce(known.failing_since, excluded.failing_since),
             error = excluded.error",
        account.0,
        now,
        error,
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn level_word(level: NoticeLevel) -> &'static str {
    match level {
        NoticeLevel::Info => "info",
        NoticeLevel::Warning => "warning",
        NoticeLevel::Alarm => "alarm",
    }
}

fn level_of(word: &str) -> NoticeLevel {
    match word {
        "alarm" => NoticeLevel::Alarm,
        "warning" => NoticeLevel::Warning,
        _ => NoticeLevel::Info,
    }
}

pub(super) async fn claim_repair(
    conn: &mut PgConnection,
    account: AccountId,
    pauses_s: &[f64],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let claimed = sqlx::query!(
        "insert into account_repairs as known (account_id, next_at, tries, tried_at)
         values ($1, $2::timestamptz + make_interval(secs => ($3::float8[])[1]), 1, $2)
         on conflict (account_id) do update
         set tries = known.tries + 1, tried_at = $2, error = null,
             next_at = $2::timestamptz + make_interval(secs => ($3::float8[])[least(known.tries + 1, cardinality($3::float8[]))])
         where known.next_at <= $2",
        account.0,
        now,
        pauses_s,
    )
    .execute(conn)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

pub(super) async fn repair_failed(
    conn: &mut PgConnection,
    account: AccountId,
    error: &str,
) -> sqlx::Result<()> {
    sqlx::query!("update account_repairs set error = $2 where account_id = $1", account.0, error)
        .execute(conn)
        .await?;
    Ok(())
}

/// The trouble has gone: the next one begins anew, but not before its time.
pub(super) async fn repair_over(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<()> {
    sqlx::query!("update account_repairs set tries = 0 where account_id = $1 and tries > 0", account.0)
        .execute(conn)
        .await?;
    Ok(())
}

/// How the mending goes; `None` while nothing is being mended.
pub(super) async fn repairing(
    conn: &mut PgConnection,
    account: AccountId,
) -> sqlx::Result<Option<Repairing>> {
    sqlx::query_as!(
        Repairing,
        "select tries, next_at, error from account_repairs where account_id = $1 and tries > 0",
        account.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn subscription(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Subscription> {
    sqlx::query_as!(
        Subscription,
        r#"select exists (
               select from account_findings where account_id = $1 and code in ('webhook_missing', 'webhook_types')
           ) as "is_lost!", (select tried_at from account_repairs where account_id = $1) as made_anew_at"#,
        account.0
    )
    .fetch_one(conn)
    .await
}
