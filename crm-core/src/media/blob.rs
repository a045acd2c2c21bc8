//! Bytes in the store, once for all files with the same contents.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

pub use store::reserve;

/// Bytes that a file has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// 64 lower-case hex digits.
    pub sha256: String,
    /// Exact.
    pub size_bytes: u64,
    /// Sniffed.
    pub mime_type: String,
}

/// Bytes that nobody reserved for so long and that no file has are dropped.
const UNUSED_FOR: TimeDelta = TimeDelta::hours(2);

/// Names of bytes that no file has any more. Each is to be dropped in a transaction of its own, see [`let_go`].
pub async fn unused_unscoped(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    limit: i64,
) -> sqlx::Result<Vec<String>> {
    store::unused(conn, now - UNUSED_FOR, limit).await
}

/// Forgets bytes if still no file has them. When it says yes, the caller removes them from the store before committing:
/// whoever wants to use them again waits at the row until then, and writes them anew.
pub async fn let_go_unscoped(
    conn: &mut PgConnection,
    sha256: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    store::let_go(conn, sha256, now - UNUSED_FOR).await
}
