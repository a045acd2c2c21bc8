//! One-time links: the first administrator's set-up, and a password for a user who has none or lost it.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::user::{self, NewUser, UserError};
use super::{ADMINISTRATOR, Token, token};
use crate::UserId;

/// How long a link is good for.
pub const LIFETIME: TimeDelta = TimeDelta::hours(72);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LinkPurpose {
    /// A user's password.
    Password,
    /// The first administrator.
    Setup,
}

/// The first administrator.
#[derive(Clone, Debug, Deserialize)]
pub struct Administrator {
    /// In any letter case.
    pub login: String,
    /// As others see it.
    pub name: String,
}

/// Whose password a link sets.
#[derive(Clone, Debug)]
pub struct Addressee {
    /// The user.
    pub user_id: UserId,
    /// His login, which the password must not equal.
    pub login: String,
    /// His name.
    pub name: String,
}

/// Why a link did nothing.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// It is unknown, used, too old, or its user is disabled.
    #[error("the link is not good any more")]
    Dead,
    /// The first administrator cannot be created like this.
    #[error(transparent)]
    User(#[from] UserError),
    /// The database failed.
    #[error("the link could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// A new link for a user; his former ones die.
pub(super) async fn issue(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Token> {
    let token = Token::new("");
    store::delete_of_user(conn, user).await?;
    store::insert(conn, &token.hash(), Some(user), "password", now, now + LIFETIME).await?;
    audit::record(conn, actor, "user.password_link", Subject::new("user", &user), None, None, now).await?;
    Ok(token)
}

/// A new link for the set-up of the first administrator; the former one dies. `None` when there is an administrator.
pub(super) async fn issue_setup(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Option<Token>> {
    if user::somebody_administers(conn).await? {
        return Ok(None);
    }
    let token = Token::new("");
    store::delete_setup(conn).await?;
    store::insert(conn, &token.hash(), None, "setup", now, now + LIFETIME).await?;
    Ok(Some(token))
}

/// Whose password this link sets, without using it up.
pub async fn addressee(
    conn: &mut PgConnection,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Addressee, LinkError> {
    store::find(conn, &token::hash(token), now).await?.ok_or(LinkError::Dead)
}

/// Sets the password by this link and uses it up. All sessions of the user end.
pub async fn redeem(
    conn: &mut PgConnection,
    token: &str,
    password_hash: &str,
    remote: Option<&str>,
    now: DateTime<Utc>,
) -> Result<UserId, LinkError> {
    let token_hash = token::hash(token);
    let addressee = store::find(conn, &token_hash, now).await?.ok_or(LinkError::Dead)?;
    let user_id = addressee.user_id;
    let active = user::lock_active_by_id(conn, user_id).await?.is_some();
    if !active || !store::use_up(conn, &token_hash, "password", now).await? {
        return Err(LinkError::Dead);
    }
    let actor = Actor::Arriving { user_id, name: &addressee.name, remote };
    user::set_password(conn, &actor, user_id, password_hash, None, now).await?;
    Ok(user_id)
}

/// Whether this link may still set up the first administrator, without using it up.
pub async fn is_setup(conn: &mut PgConnection, token: &str, now: DateTime<Utc>) -> sqlx::Result<bool> {
    store::is_setup(conn, &token::hash(token), now).await
}

/// Whether this link still does what it is for, without using it up.
pub async fn is_live(
    conn: &mut PgConnection,
    token: &str,
    purpose: LinkPurpose,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    match purpose {
        LinkPurpose::Password => Ok(store::find(conn, &token::hash(token), now).await?.is_some()),
        LinkPurpose::Setup => is_setup(conn, token, now).await,
    }
}

/// Creates the first administrator by the set-up link and uses it up.
pub async fn set_up(
    conn: &mut PgConnection,
    token: &str,
    administrator: Administrator,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<UserId, LinkError> {
    let used_up = store::use_up(conn, &token::hash(token), "setup", now).await?;
    if !used_up || user::somebody_administers(conn).await? {
        return Err(LinkError::Dead);
    }
    let Administrator { login, name } = administrator;
    let new =
        NewUser { login, name, post: None, phone: None, email: None, roles: vec![ADMINISTRATOR.to_owned()] };
    let actor = Actor::System("Ссылка первой настройки");
    let id = user::insert(conn, &actor, new, now).await?;
    user::set_password(conn, &actor, id, password_hash, None, now).await?;
    Ok(id)
}

/// The links of a user die.
pub(super) async fn drop_all(conn: &mut PgConnection, user: UserId) -> sqlx::Result<()> {
    store::delete_of_user(conn, user).await
}

/// Drops what has expired.
pub(super) async fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    store::delete_expired(conn, now).await
}
