//! «Мой профиль»: what a user sees and changes of himself (S1.4).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::second_factor::{self, Standing};
use super::user::{self, UserError};
use super::{Right, Scope, Viewer};
use crate::UserId;

/// The viewer himself.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Profile {
    /// His id.
    pub id: UserId,
    /// In small letters.
    pub login: String,
    /// As others see it.
    pub name: String,
    /// What he does in the company.
    #[schema(required = true)]
    pub post: Option<String>,
    /// As he wrote it.
    #[schema(required = true)]
    pub phone: Option<String>,
    /// Where the hub writes to him; the administrator changes it.
    #[schema(required = true)]
    pub email: Option<String>,
    /// Codes of roles, sorted.
    pub roles: Vec<String>,
    /// Whether a code is asked for at the log-in.
    pub second_factor: Standing,
    /// What this request may do, and how far: by a key less than by a session.
    pub rights: BTreeMap<Right, Scope>,
}

/// The viewer as he is now.
pub async fn get(conn: &mut PgConnection, viewer: &Viewer, now: DateTime<Utc>) -> Result<Profile, UserError> {
    let found = user::find(conn, viewer.user_id, now).await?.ok_or(UserError::Missing)?;
    Ok(Profile {
        id: found.id,
        login: found.login,
        name: found.name,
        post: found.post,
        phone: found.phone,
        email: found.email,
        roles: found.roles,
        second_factor: second_factor::standing(conn, viewer.user_id).await?,
        rights: viewer.rights.clone(),
    })
}

/// Changes the viewer's own phone; an empty text takes it away. Everything else of a user is the administrator's.
pub async fn set_phone(
    conn: &mut PgConnection,
    viewer: &Viewer,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<Profile, UserError> {
    user::set_phone(conn, viewer, phone, now).await?;
    get(conn, viewer, now).await
}
