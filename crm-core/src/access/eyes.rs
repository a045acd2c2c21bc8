//! «Глазами сотрудника»: what a colleague may, where each right comes from, and whose eyes lists are read with. Nothing can be
//! changed this way: whoever looks is no more than a reader, and every look is in the audit log.

mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::user::UserError;
use super::{Forbidden, Right, Scope, Viewer, user};
use crate::UserId;

/// What a colleague may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Sight {
    /// Who.
    pub user_id: UserId,
    /// His name.
    pub name: String,
    /// Every right of the matrix, in its order.
    pub rights: Vec<SightRight>,
    /// How many clients of others are open to him.
    pub lent: usize,
}

/// One right of a colleague.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SightRight {
    /// Which.
    pub right: Right,
    /// How far it goes; none where he does not have it.
    #[schema(required = true)]
    pub scope: Option<Scope>,
    /// The roles of his that give it.
    pub from: Vec<SightRole>,
}

/// A role that gives a right.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SightRole {
    /// Its name.
    pub name: String,
    /// How far the right goes by it.
    pub scope: Scope,
}

/// What is looked at; the word stands in the audit log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// His rights.
    Rights,
    /// The list of clients.
    Clients,
    /// The list of conversations.
    Conversations,
}

impl Looked {
    fn word(self) -> &'static str {
        match self {
            Self::Rights => "rights",
            Self::Clients => "clients",
            Self::Conversations => "conversations",
        }
    }
}

/// The rights of a colleague and where each comes from. Wants a transaction: the look is audited.
pub async fn rights(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<Sight, UserError> {
    let eyes = of(conn, viewer, id, Looked::Rights, now).await?;
    let mut from: BTreeMap<Right, Vec<SightRole>> = BTreeMap::new();
    for row in store::sources(conn, id).await? {
        let Some(right) = Right::from_word(&row.right_name) else { continue };
        let scope = if row.all { Scope::All } else { Scope::Own };
        from.entry(right).or_default().push(SightRole { name: row.role, scope });
    }
    let right = |right: &Right| SightRight {
        right: *right,
        scope: eyes.scope(*right),
        from: from.remove(right).unwrap_or_default(),
    };
    Ok(Sight {
        user_id: id,
        rights: Right::ALL.iter().map(right).collect(),
        lent: eyes.readable_clients().lent().len(),
        name: eyes.name,
    })
}

/// The colleague as the viewer of lists. Only for those who manage users, and who themselves read all clients: nobody sees more
/// through another's eyes than with his own. For reading alone. Wants a transaction: the look is audited.
pub async fn of(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    looked: Looked,
    now: DateTime<Utc>,
) -> Result<Viewer, UserError> {
    viewer.require(Right::UsersManage)?;
    if looked != Looked::Rights && viewer.scope(Right::ClientsRead) != Some(Scope::All) {
        return Err(Forbidden(Right::ClientsRead).into());
    }
    let mut eyes = user::viewer_unscoped(conn, id).await?.ok_or(UserError::Missing)?;
    eyes.lent = user::lent(conn, id, Some(now)).await?;
    let after = serde_json::json!({ "looked_at": looked.word() });
    let subject = Subject::new("user", &id);
    audit::record(conn, &Actor::User(viewer), "user.look_through", subject, None, Some(after), now).await?;
    Ok(eyes)
}
