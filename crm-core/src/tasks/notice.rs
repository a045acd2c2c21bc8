//! Reminders: whoever is to do a task hears of it once when its time has come.

mod store;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::change::tell;

/// Tells of what is due by `now`, each once, and says how many it were and when the next one is due. Wants a transaction;
/// repeats safely.
pub async fn tell_due_unscoped(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<(usize, Option<DateTime<Utc>>)> {
    let due = store::take_due(conn, now).await?;
    let count = due.len();
    if count > 0 {
        tell(conn, due, now).await?;
    }
    Ok((count, store::next(conn).await?))
}
