//! SQL of STOP words.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Known;

pub(super) async fn all(conn: &mut PgConnection) -> sqlx::Result<Vec<Known>> {
    sqlx::query_as!(
        Known,
        "select word, nullif(since, '-infinity'::timestamptz) as since, until from stop_words"
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn in_force(conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(r#"select word from stop_words where until is null order by word collate "C""#)
        .fetch_all(conn)
        .await
}

pub(super) async fn lock(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("lock table stop_words in share row exclusive mode").execute(conn).await?;
    Ok(())
}

/// Ends the words that are not among these.
pub(super) async fn close(
    conn: &mut PgConnection,
    wanted: &[String],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update stop_words set until = $2 where until is null and word <> all($1)", wanted, now)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn open(conn: &mut PgConnection, words: &[String], now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into stop_words (word, since) select word, $2 from unnest($1::text[]) as word
         on conflict (word, since) do update set until = null",
        words,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}
