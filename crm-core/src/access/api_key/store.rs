//! SQL of API keys.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as};

use crate::{ApiKeyId, UserId};

pub(super) struct Found {
    pub(super) id: ApiKeyId,
    pub(super) name: String,
    pub(super) rights: Vec<String>,
    pub(super) last_used_at: Option<DateTime<Utc>>,
    pub(super) user_id: UserId,
    pub(super) user_name: String,
}

pub(super) async fn find_live(conn: &mut PgConnection, key_hash: &[u8]) -> sqlx::Result<Option<Found>> {
    query_as!(
        Found,
        r#"select k.id as "id: ApiKeyId", k.name, k.rights, k.last_used_at,
                  u.id as "user_id: UserId", u.name as user_name
           from api_keys k join users u on u.id = k.user_id
           where k.key_hash = $1 and k.revoked_at is null and u.disabled_at is null"#,
        key_hash,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn touch(conn: &mut PgConnection, key_hash: &[u8], now: DateTime<Utc>) -> sqlx::Result<()> {
    query!("update api_keys set last_used_at = $2 where key_hash = $1", key_hash, now).execute(conn).await?;
    Ok(())
}
