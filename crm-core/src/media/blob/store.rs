//! SQL of bytes.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Bytes;

/// Notes down bytes before they get their name in the store; from then on nobody drops them. To be committed first.
pub async fn reserve(conn: &mut PgConnection, bytes: &Bytes, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into blobs as known (sha256, size_bytes, mime_type, reserved_at) values ($1, $2, $3, $4)
         on conflict (sha256) do update
         set reserved_at = greatest(known.reserved_at, excluded.reserved_at), mime_type = excluded.mime_type",
        bytes.sha256,
        i64::try_from(bytes.size_bytes).unwrap_or(i64::MAX),
        bytes.mime_type,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn unused(
    conn: &mut PgConnection,
    before: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select sha256 from blobs b
         where reserved_at < $1 and not exists (select from media m where m.sha256 = b.sha256)
         limit $2",
        before,
        limit,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn let_go(
    conn: &mut PgConnection,
    sha256: &str,
    before: DateTime<Utc>,
) -> sqlx::Result<bool> {
    // A file that gets these bytes at this moment holds the row's key: one of the two waits.
    let gone = sqlx::query!(
        "delete from blobs b
         where sha256 = $1 and reserved_at < $2 and not exists (select from media m where m.sha256 = b.sha256)",
        sha256,
        before,
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected() == 1)
}
