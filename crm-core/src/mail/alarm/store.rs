//! SQL of alarms.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query};

/// `true` for the one caller who is to tell: the last word was another one, and was given before `spoken_by`.
pub(super) async fn turn(
    conn: &mut PgConnection,
    topic: &str,
    is_raised: bool,
    spoken_by: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let turned = query!(
        "insert into alarms as known (topic, is_raised, told_at)
         select $1, true, $4 where $2 or exists (select from alarms where topic = $1)
         on conflict (topic) do update set is_raised = $2, told_at = $4
         where known.is_raised <> $2 and known.told_at <= $3",
        topic,
        is_raised,
        spoken_by,
        now,
    )
    .execute(conn)
    .await?;
    Ok(turned.rows_affected() == 1)
}
