//! SQL of users and the roles they have.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as, query_scalar};

use super::fields::Fields;
use super::{Colleague, Filter, Key, SigningIn, User};
use crate::{ClientId, UserId};

pub(super) struct RightRow {
    pub(super) right_name: String,
    pub(super) all: bool,
}

pub(super) async fn rights(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<RightRow>> {
    query_as!(
        RightRow,
        r#"select r.right_name, bool_or(r.scope = 'all') as "all!"
           from user_roles u join role_rights r on r.role_code = u.role_code
           where u.user_id = $1
           group by r.right_name"#,
        user.0,
    )
    .fetch_all(conn)
    .await
}

/// A card that was joined into another is not open until it is split off again: the other may be anybody's.
pub(super) async fn lent(
    conn: &mut PgConnection,
    user: UserId,
    now: Option<DateTime<Utc>>,
) -> sqlx::Result<Vec<ClientId>> {
    query_scalar!(
        r#"select l.client_id as "client_id: ClientId"
           from client_loans l join clients c on c.id = l.client_id and c.root_id = c.id
           where l.user_id = $1 and l.ended_at is null and ($2::timestamptz is null or l.ends_at is null or l.ends_at > $2)"#,
        user.0,
        now
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: UserId,
    fields: &Fields,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "insert into users (id, login, name, post, phone, email, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        id.0,
        fields.login,
        fields.name,
        fields.post,
        fields.phone,
        fields.email,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn update(
    conn: &mut PgConnection,
    id: UserId,
    fields: &Fields,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "update users set login = $2, name = $3, post = $4, phone = $5, email = $6, updated_at = $7 where id = $1",
        id.0,
        fields.login,
        fields.name,
        fields.post,
        fields.phone,
        fields.email,
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The user, with nobody else changing him until the end of the transaction.
pub(super) async fn lock(
    conn: &mut PgConnection,
    id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<User>> {
    query!("select id from users where id = $1 for update", id.0).fetch_optional(&mut *conn).await?;
    find(conn, id, now).await
}

pub(super) async fn find(
    conn: &mut PgConnection,
    id: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<User>> {
    query_as!(
        User,
        r#"select u.id as "id: UserId", u.login, u.name, u.post, u.phone, u.email,
                  array(select role_code from user_roles where user_id = u.id order by role_code) as "roles!",
                  u.password_hash is not null as "has_password!", u.second_factor_required,
                  exists (select from second_factors s where s.user_id = u.id and s.confirmed_at is not null)
                      as "second_factor!", u.disabled_at,
                  f.locked_until as "locked_until?", u.created_at, u.updated_at
           from users u
           left join login_failures f on f.subject = 'login:' || u.login and f.locked_until > $2
           where u.id = $1"#,
        id.0,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn list(
    conn: &mut PgConnection,
    filter: &Filter,
    behind: Option<&Key>,
    rows: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<User>> {
    query_as!(
        User,
        r#"select u.id as "id: UserId", u.login, u.name, u.post, u.phone, u.email,
                  array(select role_code from user_roles where user_id = u.id order by role_code) as "roles!",
                  u.password_hash is not null as "has_password!", u.second_factor_required,
                  exists (select from second_factors s where s.user_id = u.id and s.confirmed_at is not null)
                      as "second_factor!", u.disabled_at,
                  f.locked_until as "locked_until?", u.created_at, u.updated_at
           from users u
           left join login_failures f on f.subject = 'login:' || u.login and f.locked_until > $7
           where ($1::text is null or (u.name, u.id) > ($1, $2::uuid))
             and ($3::text is null or strpos(lower(u.name), lower($3)) > 0 or strpos(u.login, lower($3)) > 0)
             and ($4::text is null
                  or exists (select from user_roles r where r.user_id = u.id and r.role_code = $4))
             and ($5 or u.disabled_at is null)
           order by u.name, u.id
           limit $6"#,
        behind.map(|key| key.0.as_str()),
        behind.map(|key| key.1.0),
        filter.text,
        filter.role,
        filter.with_disabled,
        rows,
        now,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn colleagues(
    conn: &mut PgConnection,
    behind: Option<&Key>,
    rows: i64,
) -> sqlx::Result<Vec<Colleague>> {
    query_as!(
        Colleague,
        r#"select id as "id: UserId", name, post, disabled_at is not null as "disabled!"
           from users
           where $1::text is null or (name, id) > ($1, $2::uuid)
           order by name, id
           limit $3"#,
        behind.map(|key| key.0.as_str()),
        behind.map(|key| key.1.0),
        rows,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn set_disabled(
    conn: &mut PgConnection,
    id: UserId,
    disabled_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!("update users set disabled_at = $2, updated_at = $3 where id = $1", id.0, disabled_at, now)
        .execute(conn)
        .await?;
    Ok(())
}

/// The login of the user comes back.
pub(super) async fn set_password(
    conn: &mut PgConnection,
    id: UserId,
    password_hash: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<String> {
    query_scalar!(
        "update users set password_hash = $2, updated_at = $3 where id = $1 returning login",
        id.0,
        password_hash,
        now,
    )
    .fetch_one(conn)
    .await
}

/// Gives a user these roles and no others. Those that exist come back.
pub(super) async fn replace_roles(
    conn: &mut PgConnection,
    id: UserId,
    roles: &[String],
) -> sqlx::Result<Vec<String>> {
    query!("delete from user_roles where user_id = $1 and role_code <> all($2)", id.0, roles)
        .execute(&mut *conn)
        .await?;
    query!(
        "insert into user_roles (user_id, role_code)
         select $1, code from roles where code = any($2)
         on conflict do nothing",
        id.0,
        roles,
    )
    .execute(&mut *conn)
    .await?;
    query_scalar!("select role_code from user_roles where user_id = $1", id.0).fetch_all(conn).await
}

/// Changes of administrators go one after the other: two of them must not remove each other at once.
pub(super) async fn lock_administrators(conn: &mut PgConnection) -> sqlx::Result<()> {
    query!("select code from roles where code = 'administrator' for no key update")
        .fetch_optional(conn)
        .await?;
    Ok(())
}

/// How many administrators can sign in.
pub(super) async fn administrators(conn: &mut PgConnection) -> sqlx::Result<i64> {
    query_scalar!(
        r#"select count(*) as "count!"
           from users u join user_roles r on r.user_id = u.id
           where r.role_code = 'administrator' and u.disabled_at is null and u.password_hash is not null"#,
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn active_name(conn: &mut PgConnection, id: UserId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select name from users where id = $1 and disabled_at is null", id.0)
        .fetch_optional(conn)
        .await
}

pub(super) async fn find_active_by_login(
    conn: &mut PgConnection,
    login: &str,
) -> sqlx::Result<Option<SigningIn>> {
    query_as!(
        SigningIn,
        r#"select id as "id: UserId", name, password_hash
           from users where login = $1 and disabled_at is null"#,
        login,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn lock_active_by_id(
    conn: &mut PgConnection,
    id: UserId,
) -> sqlx::Result<Option<SigningIn>> {
    query_as!(
        SigningIn,
        r#"select id as "id: UserId", name, password_hash
           from users where id = $1 and disabled_at is null
           for update"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}
