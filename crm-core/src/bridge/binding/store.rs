//! SQL of bindings.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Arrival, Binding};
use crate::{AccountId, UserId};

pub(super) async fn of_user(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Binding>> {
    sqlx::query_as!(Binding, "select name, bound_at from bridge_bindings where user_id = $1", user.0)
        .fetch_optional(conn)
        .await
}

pub(super) async fn user(
    conn: &mut PgConnection,
    account: AccountId,
    address: &str,
) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select user_id as "id: UserId" from bridge_bindings where account_id = $1 and address = $2"#,
        account.0,
        address
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn users(conn: &mut PgConnection) -> sqlx::Result<Vec<UserId>> {
    sqlx::query_scalar!(r#"select user_id as "id: UserId" from bridge_bindings order by bound_at"#)
        .fetch_all(conn)
        .await
}

/// Their own chats with the bot.
pub(super) async fn chats(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("select chat from bridge_bindings where account_id = $1 order by bound_at", account.0)
        .fetch_all(conn)
        .await
}

pub(super) async fn put_code(
    conn: &mut PgConnection,
    user: UserId,
    hash: &[u8],
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bridge_codes (user_id, code_hash, expires_at) values ($1, $2, $3)
         on conflict (user_id) do update set code_hash = excluded.code_hash, expires_at = excluded.expires_at",
        user.0,
        hash,
        expires_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn drop_code(conn: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    sqlx::query!("delete from bridge_codes where user_id = $1", user.0).execute(conn).await?;
    Ok(())
}

pub(super) async fn drop_expired(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = sqlx::query!("delete from bridge_codes where expires_at <= $1", now).execute(conn).await?;
    Ok(gone.rows_affected())
}

pub(super) async fn use_code(
    conn: &mut PgConnection,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"delete from bridge_codes where code_hash = $1 and expires_at > $2 returning user_id as "id: UserId""#,
        hash,
        now
    )
    .fetch_optional(conn)
    .await
}

/// Returns the address that the employee had before.
pub(super) async fn put(
    conn: &mut PgConnection,
    arrival: &Arrival<'_>,
    user: UserId,
    address: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<String>> {
    let former = delete(conn, user).await?;
    sqlx::query!(
        "delete from bridge_bindings where account_id = $1 and address = $2",
        arrival.account.0,
        address
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into bridge_bindings (user_id, account_id, address, name, chat, bound_at)
         values ($1, $2, $3, $4, $5, $6)",
        user.0,
        arrival.account.0,
        address,
        arrival.sender.name,
        arrival.chat,
        now
    )
    .execute(conn)
    .await?;
    Ok(former)
}

pub(super) async fn delete(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("delete from bridge_bindings where user_id = $1 returning address", user.0)
        .fetch_optional(conn)
        .await
}

/// Whether he was not answered since `before`; then he counts as answered now.
pub(super) async fn stranger(
    conn: &mut PgConnection,
    account: AccountId,
    address: &str,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into bridge_strangers as known (account_id, address, answered_at) values ($1, $2, $3)
         on conflict (account_id, address) do update set answered_at = excluded.answered_at
         where known.answered_at < $4",
        account.0,
        address,
        now,
        before
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
