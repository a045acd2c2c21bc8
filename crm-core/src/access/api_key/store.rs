//! SQL of API keys.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as};

use super::ApiKey;
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

pub(super) async fn insert(
    conn: &mut PgConnection,
    key_hash: &[u8],
    user: UserId,
    key: &ApiKey,
) -> sqlx::Result<()> {
    query!(
        "insert into api_keys (id, user_id, name, key_hash, prefix, rights, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        key.id.0,
        user.0,
        key.name,
        key_hash,
        key.prefix,
        &key.rights,
        key.created_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn list(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<ApiKey>> {
    query_as!(
        ApiKey,
        r#"select id as "id: ApiKeyId", name, prefix, rights, created_at, last_used_at
           from api_keys where user_id = $1 and revoked_at is null
           order by id desc"#,
        user.0,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn revoke(
    conn: &mut PgConnection,
    user: UserId,
    key: ApiKeyId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let gone = query!(
        "update api_keys set revoked_at = $3 where user_id = $1 and id = $2 and revoked_at is null",
        user.0,
        key.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected() > 0)
}

pub(super) async fn revoke_all(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let gone =
        query!("update api_keys set revoked_at = $2 where user_id = $1 and revoked_at is null", user.0, now)
            .execute(conn)
            .await?;
    Ok(gone.rows_affected())
}
