//! Dropping of what nobody can use any more.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{password_link, session, throttle};

/// Drops expired sessions, dead one-time links and forgotten wrong passwords. For a daily job; safe at any time.
pub async fn expired_unscoped(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let sessions = session::sweep(conn, now).await?;
    let links = password_link::sweep(conn, now).await?;
    let failures = throttle::sweep(conn, now).await?;
    Ok(sessions + links + failures)
}
