//! Shutting a user out and letting him in.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{User, UserError, somebody_stays, store};
use crate::UserId;
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Right, Token, Viewer, api_key, password_link, session, throttle};

/// Shuts a user out at once: sessions end, keys and links die. His name stays in the history.
pub async fn deactivate(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<User, UserError> {
    viewer.require(Right::UsersManage)?;
    if id == viewer.user_id {
        return Err(UserError::Oneself);
    }
    store::lock_administrators(conn).await?;
    let before = store::lock(conn, id, now).await?.ok_or(UserError::Missing)?;
    if before.disabled_at.is_none() {
        store::set_disabled(conn, id, Some(now), now).await?;
        somebody_stays(conn, &before).await?;
        let sessions = session::close_all(conn, id).await?;
        let keys = api_key::revoke_all(conn, id, now).await?;
        password_link::drop_all(conn, id).await?;
        let after = serde_json::json!({ "sessions_ended": sessions, "keys_revoked": keys });
        let subject = Subject::new("user", &id);
        audit::record(conn, &Actor::User(viewer), "user.deactivate", subject, None, Some(after), now).await?;
    }
    store::find(conn, id, now).await?.ok_or(UserError::Missing)
}

/// Lets a user sign in again, with the password that he had. Keys stay revoked.
pub async fn activate(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<User, UserError> {
    viewer.require(Right::UsersManage)?;
    let before = store::lock(conn, id, now).await?.ok_or(UserError::Missing)?;
    if before.disabled_at.is_some() {
        store::set_disabled(conn, id, None, now).await?;
        let subject = Subject::new("user", &id);
        audit::record(conn, &Actor::User(viewer), "user.activate", subject, None, None, now).await?;
    }
    store::find(conn, id, now).await?.ok_or(UserError::Missing)
}

/// Opens the login of a user whom wrong passwords have locked out.
pub async fn unlock(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<User, UserError> {
    viewer.require(Right::UsersManage)?;
    let user = store::lock(conn, id, now).await?.ok_or(UserError::Missing)?;
    if throttle::unlock(conn, &user.login).await? {
        let subject = Subject::new("user", &id);
        audit::record(conn, &Actor::User(viewer), "login.unlock", subject, None, None, now).await?;
    }
    store::find(conn, id, now).await?.ok_or(UserError::Missing)
}

/// Signs a user out on all his devices. How many it were.
pub async fn sign_out(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<u64, UserError> {
    viewer.require(Right::UsersManage)?;
    store::lock(conn, id, now).await?.ok_or(UserError::Missing)?;
    let sessions = session::close_all(conn, id).await?;
    if sessions > 0 {
        let subject = Subject::new("user", &id);
        let after = serde_json::json!({ "sessions": sessions });
        audit::record(conn, &Actor::User(viewer), "user.sign_out", subject, None, Some(after), now).await?;
    }
    Ok(sessions)
}

/// A new one-time link for a user who has lost his password; the former links die.
pub async fn new_password_link(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Token, UserError> {
    viewer.require(Right::UsersManage)?;
    let user = store::lock(conn, id, now).await?.ok_or(UserError::Missing)?;
    if user.disabled_at.is_some() {
        return Err(UserError::Missing);
    }
    Ok(password_link::issue(conn, &Actor::User(viewer), id, now).await?)
}
