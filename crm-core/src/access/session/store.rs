//! SQL of sessions.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as};

use crate::{SessionId, UserId};

pub(super) struct Found {
    pub(super) id: SessionId,
    pub(super) user_id: UserId,
    pub(super) name: String,
    pub(super) last_seen_at: DateTime<Utc>,
}

pub(super) async fn find_live(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Found>> {
    query_as!(
        Found,
        r#"select s.id as "id: SessionId", u.id as "user_id: UserId", u.name, s.last_seen_at
           from sessions s join users u on u.id = s.user_id
           where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null"#,
        token_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn touch(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "update sessions set last_seen_at = $2, expires_at = $3 where token_hash = $1 and last_seen_at < $2",
        token_hash,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
