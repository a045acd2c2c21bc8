//! «Мой профиль»: what a user sees and changes of himself (S1.4).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::second_factor::{self, Standing};
use super::user::{self, UserError};
use super::{Right, Scope, Viewer};
use crate::UserId;
use crate::mail::{self, Words};

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
    /// Where the hub writes to him.
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

/// Changes where the hub writes to the viewer; an empty text is nowhere. The former address is told. Whoever calls has
/// checked his password.
pub async fn set_email(
    conn: &mut PgConnection,
    viewer: &Viewer,
    email: &str,
    now: DateTime<Utc>,
) -> Result<Profile, UserError> {
    let former = mail::addressee(conn, viewer.user_id).await?;
    if user::set_email(conn, viewer, email, now).await?
        && let Some(former) = former
    {
        mail::write(conn, &former, &email_changed(), now).await?;
    }
    get(conn, viewer, now).await
}

fn email_changed() -> Words {
    Words {
        subject: "Узел больше не пишет на этот адрес".to_owned(),
        text:
            "В вашем профиле указан другой адрес почты или он убран: письма Узла сюда больше не приходят.\n\n\
               Если это сделали не вы, сразу смените пароль и сообщите администратору."
                .to_owned(),
    }
}

/// Changes the viewer's own phone; an empty text takes it away.
pub async fn set_phone(
    conn: &mut PgConnection,
    viewer: &Viewer,
    phone: &str,
    now: DateTime<Utc>,
) -> Result<Profile, UserError> {
    user::set_phone(conn, viewer, phone, now).await?;
    get(conn, viewer, now).await
}
