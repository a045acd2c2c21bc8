//! The first users: from the command line and by the set-up link.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::audit::Actor;
use super::password::{self, WeakPassword};
use super::password_link;
use super::user::{self, NewUser, UserError};
use crate::UserId;

/// Why a user was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// The password is not good enough.
    #[error(transparent)]
    WeakPassword(#[from] WeakPassword),
    /// The rest is not.
    #[error(transparent)]
    User(#[from] UserError),
}

/// Adds a user who can sign in at once. For the command line, whose right is the machine itself.
/// Hashes the password on the calling thread.
pub async fn create_user_with_password(
    conn: &mut PgConnection,
    login: &str,
    name: &str,
    role: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<UserId, AddError> {
    password::check(&user::normal_login(login), password)?;
    let hash = password::hash(password);
    let actor = Actor::System("Командная строка");
    let new = NewUser {
        login: login.to_owned(),
        name: name.to_owned(),
        post: None,
        phone: None,
        email: None,
        roles: vec![role.to_owned()],
    };
    let id = user::insert(conn, &actor, new, now).await?;
    user::set_password(conn, &actor, id, &hash, None, now).await.map_err(UserError::from)?;
    Ok(id)
}

/// The same for a log-in that may be there already: then it gets the new password. For the demo.
pub async fn put_user_with_password(
    conn: &mut PgConnection,
    login: &str,
    name: &str,
    role: &str,
    password: &str,
    now: DateTime<Utc>,
) -> Result<UserId, AddError> {
    match user::find_active_by_login(conn, &user::normal_login(login)).await.map_err(UserError::from)? {
        None => create_user_with_password(conn, login, name, role, password, now).await,
        Some(known) => {
            let actor = Actor::System("Демонстрация");
            user::set_password(conn, &actor, known.id, &password::hash(password), None, now)
                .await
                .map_err(UserError::from)?;
            Ok(known.id)
        }
    }
}

/// The token of a new set-up link as long as there is no administrator; the former one dies.
pub async fn setup_link(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Option<String>> {
    let token = password_link::issue_setup(conn, now).await?;
    Ok(token.map(super::Token::into_text))
}
