//! SQL of the freeze.

use sqlx::PgConnection;

pub(super) async fn is_on(conn: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!("select enabled from contact_freeze").fetch_one(conn).await
}

/// `false`: it is so already.
pub(super) async fn set(conn: &mut PgConnection, on: bool) -> sqlx::Result<bool> {
    let done =
        sqlx::query!("update contact_freeze set enabled = $1 where enabled <> $1", on).execute(conn).await?;
    Ok(done.rows_affected() == 1)
}
