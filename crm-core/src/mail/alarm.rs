//! What administrators are told by mail: that something went wrong, and that it is well again.
//!
//! At most one letter an hour on each topic: what goes on and off meanwhile is told as it stands when the hour is over.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::Words;

/// Between two letters on one topic.
pub const PAUSE: TimeDelta = TimeDelta::hours(1);

/// How a thing stands, and the words for whoever was last told otherwise.
#[derive(Clone, Debug)]
pub enum Standing {
    /// Somebody has to look at it.
    Wrong(Words),
    /// All is well; told only where the opposite was told before.
    Well(Words),
}

/// Notes how a thing stands, and writes to the administrators where they were told otherwise. To be called in the transaction
/// that found it out, as often as it is found out. Returns whether they are told now.
pub async fn note(
    conn: &mut PgConnection,
    topic: &str,
    standing: &Standing,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let (is_raised, words) = match standing {
        Standing::Wrong(words) => (true, words),
        Standing::Well(words) => (false, words),
    };
    let is_news = store::turn(conn, topic, is_raised, now - PAUSE, now).await?;
    if is_news {
        super::to_administrators(conn, words, now).await?;
    }
    Ok(is_news)
}
