//! SQL of second factors.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as, query_scalar};

use super::Standing;
use crate::UserId;

pub(super) async fn standing(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Standing>> {
    query_as!(
        Standing,
        r#"select f.confirmed_at is not null as "enabled!", u.second_factor_required as required,
                  (select count(*) from recovery_codes c where c.user_id = u.id and c.used_at is null)
                      as "recovery_codes!"
           from users u left join second_factors f on f.user_id = u.id where u.id = $1"#,
        user.0,
    )
    .fetch_optional(conn)
    .await
}

/// `false` where a confirmed one stands.
pub(super) async fn begin(
    conn: &mut PgConnection,
    user: UserId,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = query!(
        "insert into second_factors (user_id, sealed, created_at) values ($1, $2, $3)
         on conflict (user_id) do update set sealed = excluded.sealed, created_at = excluded.created_at
         where second_factors.confirmed_at is null",
        user.0,
        sealed,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Locks it, so that a second tab cannot put another secret under the code that is being checked.
pub(super) async fn waiting(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Vec<u8>>> {
    query_scalar!(
        "select sealed from second_factors where user_id = $1 and confirmed_at is null for update",
        user.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn confirmed(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Vec<u8>>> {
    query_scalar!(
        "select sealed from second_factors where user_id = $1 and confirmed_at is not null",
        user.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn confirm(
    conn: &mut PgConnection,
    user: UserId,
    step: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = query!(
        "update second_factors set confirmed_at = $3, last_step = $2 where user_id = $1 and confirmed_at is null",
        user.0,
        step,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn add_recovery_codes(
    conn: &mut PgConnection,
    user: UserId,
    hashes: &[Vec<u8>],
) -> sqlx::Result<()> {
    query!(
        "insert into recovery_codes (user_id, code_hash) select $1, hash from unnest($2::bytea[]) hash",
        user.0,
        hashes,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// `false` while no code is asked for.
pub(super) async fn lock_confirmed(conn: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    let found = query_scalar!(
        "select user_id from second_factors where user_id = $1 and confirmed_at is not null for update",
        user.0,
    )
    .fetch_optional(conn)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn delete_recovery_codes(conn: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    query!("delete from recovery_codes where user_id = $1", user.0).execute(conn).await?;
    Ok(())
}

pub(super) async fn delete(conn: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    let gone = query!("delete from second_factors where user_id = $1", user.0).execute(conn).await?;
    Ok(gone.rows_affected() > 0)
}

/// Whether it changed anything.
pub(super) async fn set_required(
    conn: &mut PgConnection,
    user: UserId,
    required: bool,
) -> sqlx::Result<bool> {
    let done = query!(
        "update users set second_factor_required = $2 where id = $1 and second_factor_required <> $2",
        user.0,
        required,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn use_step(conn: &mut PgConnection, user: UserId, step: i64) -> sqlx::Result<bool> {
    let done = query!(
        "update second_factors set last_step = $2
         where user_id = $1 and last_step < $2 and confirmed_at is not null",
        user.0,
        step,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn use_recovery_code(
    conn: &mut PgConnection,
    user: UserId,
    hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = query!(
        "update recovery_codes set used_at = $3 where user_id = $1 and code_hash = $2 and used_at is null",
        user.0,
        hash,
        now,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}
