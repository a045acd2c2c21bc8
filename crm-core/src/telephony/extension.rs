//! Who sits at which extension.

pub(crate) mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use crate::{
    AccountId, UserId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, client::Person},
};

/// An extension and the employee who sits at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Extension {
    /// Whose extension it is.
    pub account_id: AccountId,
    /// As dialled.
    pub number: String,
    /// Who sits there.
    pub user: Person,
}

/// All extensions at which somebody sits. Everybody may know where colleagues sit.
pub async fn list(conn: &mut PgConnection, _viewer: &Viewer) -> sqlx::Result<Vec<Extension>> {
    store::list(conn).await
}

/// Seats an employee at an extension, in place of whoever sat there; `None` leaves it free. Wants a transaction.
pub async fn seat(
    conn: &mut PgConnection,
    viewer: &Viewer,
    account: AccountId,
    number: &str,
    user: Option<UserId>,
    now: DateTime<Utc>,
) -> Result<(), ClientError> {
    viewer.require(Right::AccountsManage)?;
    if !(1..=20).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ClientError::Invalid {
            field: "number", reason: "Добавочный номер: от 1 до 20 цифр."
        });
    }
    if !store::lock_account(conn, account).await? {
        return Err(ClientError::NotFound);
    }
    let before = store::user_at(conn, account, number).await?;
    if before == user {
        return Ok(());
    }
    match user {
        Some(user) if !store::is_active(conn, user).await? => {
            return Err(ClientError::Invalid {
                field: "user_id",
                reason: "Такого действующего пользователя нет.",
            });
        }
        Some(user) => store::seat(conn, account, number, user, now).await?,
        None => store::free(conn, account, number).await?,
    }
    let subject = Subject::new("extension", &format!("{account}/{number}"));
    let value = |user: Option<UserId>| user.map(|user| json!({ "user_id": user }));
    audit::record(conn, &Actor::User(viewer), "extension.seat", subject, value(before), value(user), now)
        .await?;
    Ok(())
}
