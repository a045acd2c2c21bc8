//! SQL of login failures.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as, query_scalar};

use super::Record;

/// The record, locked until the end of the transaction; a clean one is made where there is none.
pub(super) async fn lock(conn: &mut PgConnection, subject: &str, now: DateTime<Utc>) -> sqlx::Result<Record> {
    query!(
        "insert into login_failures (subject, failures, last_failure_at) values ($1, 0, $2)
         on conflict (subject) do nothing",
        subject,
        now,
    )
    .execute(&mut *conn)
    .await?;
    query_as!(
        Record,
        "select failures, last_failure_at, locked_until from login_failures where subject = $1 for update",
        subject,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn save(conn: &mut PgConnection, subject: &str, record: Record) -> sqlx::Result<()> {
    query!(
        "update login_failures set failures = $2, last_failure_at = $3, locked_until = $4 where subject = $1",
        subject,
        record.failures,
        record.last_failure_at,
        record.locked_until,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn forget(conn: &mut PgConnection, subject: &str) -> sqlx::Result<bool> {
    let gone = query!("delete from login_failures where subject = $1", subject).execute(conn).await?;
    Ok(gone.rows_affected() > 0)
}

pub(super) async fn give_back(conn: &mut PgConnection, subject: &str) -> sqlx::Result<()> {
    query!("update login_failures set failures = greatest(failures - 1, 0) where subject = $1", subject)
        .execute(conn)
        .await?;
    Ok(())
}

/// As if this attempt had not been: nobody gets here through a lock, so one that stands was made by the attempt itself.
pub(super) async fn take_back(conn: &mut PgConnection, subject: &str) -> sqlx::Result<()> {
    query!(
        "update login_failures set failures = greatest(failures - 1, 0), locked_until = null where subject = $1",
        subject,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn locked_until(
    conn: &mut PgConnection,
    subject: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    query_scalar!(
        r#"select locked_until as "at!" from login_failures where subject = $1 and locked_until > $2"#,
        subject,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn forget_before(conn: &mut PgConnection, moment: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = query!(
        "delete from login_failures where last_failure_at < $1 and (locked_until is null or locked_until < $1)",
        moment,
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected())
}
