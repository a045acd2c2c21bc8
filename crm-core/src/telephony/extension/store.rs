//! SQL of extensions.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::Extension;
use crate::{AccountId, UserId, clients::client::Person};

pub(super) async fn list(conn: &mut PgConnection) -> sqlx::Result<Vec<Extension>> {
    let rows = sqlx::query!(
        r#"select e.account_id as "account_id: AccountId", e.number, e.user_id as "user_id: UserId", u.name
           from extensions e join users u on u.id = e.user_id
           order by e.account_id, e.number"#
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Extension {
            account_id: row.account_id,
            number: row.number,
            user: Person { id: row.user_id, name: row.name },
        })
        .collect())
}

/// Two who seat at once wait for each other; `false` where there is no such account.
pub(super) async fn lock_account(conn: &mut PgConnection, account: AccountId) -> sqlx::Result<bool> {
    let found = sqlx::query!("select id from accounts where id = $1 for no key update", account.0)
        .fetch_optional(conn)
        .await?;
    Ok(found.is_some())
}

pub(super) async fn user_at(
    conn: &mut PgConnection,
    account: AccountId,
    number: &str,
) -> sqlx::Result<Option<UserId>> {
    sqlx::query_scalar!(
        r#"select user_id as "user_id: UserId" from extensions where account_id = $1 and number = $2"#,
        account.0,
        number,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn is_active(conn: &mut PgConnection, user: UserId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"select exists (select from users where id = $1 and disabled_at is null) as "active!""#,
        user.0
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn seat(
    conn: &mut PgConnection,
    account: AccountId,
    number: &str,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into extensions (account_id, number, user_id, seated_at) values ($1, $2, $3, $4)
         on conflict (account_id, number) do update set user_id = excluded.user_id, seated_at = excluded.seated_at",
        account.0,
        number,
        user.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn free(conn: &mut PgConnection, account: AccountId, number: &str) -> sqlx::Result<()> {
    sqlx::query!("delete from extensions where account_id = $1 and number = $2", account.0, number)
        .execute(conn)
        .await?;
    Ok(())
}

/// Where a user sits: at this account, or at the first enabled one.
pub(crate) async fn of_user(
    conn: &mut PgConnection,
    user: UserId,
    account: Option<AccountId>,
) -> sqlx::Result<Option<(AccountId, String)>> {
    let row = sqlx::query!(
        r#"select e.account_id as "account_id: AccountId", e.number
           from extensions e join accounts a on a.id = e.account_id
           where e.user_id = $1 and a.enabled and ($2::uuid is null or e.account_id = $2)
           order by e.account_id, e.number limit 1"#,
        user.0,
        account.map(|account| account.0),
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.account_id, row.number)))
}

/// The numbers at which a user sits in an account.
pub(crate) async fn numbers_of(
    conn: &mut PgConnection,
    user: UserId,
    account: AccountId,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select number from extensions where user_id = $1 and account_id = $2",
        user.0,
        account.0
    )
    .fetch_all(conn)
    .await
}
