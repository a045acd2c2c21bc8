//! SQL of one-time links.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as, query_scalar};

use super::Addressee;
use crate::UserId;

pub(super) async fn insert(
    conn: &mut PgConnection,
    token_hash: &[u8],
    user: Option<UserId>,
    purpose: &str,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "insert into password_links (token_hash, user_id, purpose, created_at, expires_at)
         values ($1, $2, $3, $4, $5)",
        token_hash,
        user.map(|user| user.0),
        purpose,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn find(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Addressee>> {
    query_as!(
        Addressee,
        r#"select u.id as "user_id: UserId", u.login, u.name
           from password_links l join users u on u.id = l.user_id
           where l.token_hash = $1 and l.purpose = 'password' and l.used_at is null and l.expires_at > $2
             and u.disabled_at is null"#,
        token_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn is_setup(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    query_scalar!(
        r#"select exists (
               select from password_links
               where token_hash = $1 and purpose = 'setup' and used_at is null and expires_at > $2
           ) as "exists!""#,
        token_hash,
        now,
    )
    .fetch_one(conn)
    .await
}

/// Whether it was good until now.
pub(super) async fn use_up(
    conn: &mut PgConnection,
    token_hash: &[u8],
    purpose: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let used = query!(
        "update password_links set used_at = $3
         where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
        token_hash,
        purpose,
        now,
    )
    .execute(conn)
    .await?;
    Ok(used.rows_affected() > 0)
}

pub(super) async fn delete_of_user(conn: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    query!("delete from password_links where user_id = $1", user.0).execute(conn).await?;
    Ok(())
}

pub(super) async fn delete_setup(conn: &mut PgConnection) -> sqlx::Result<()> {
    query!("delete from password_links where purpose = 'setup'").execute(conn).await?;
    Ok(())
}

pub(super) async fn delete_expired(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = query!("delete from password_links where expires_at <= $1", now).execute(conn).await?;
    Ok(gone.rows_affected())
}
