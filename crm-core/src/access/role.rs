//! Roles: the matrix of role, right and scope, changeable in the product (S4.2).

mod store;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::{ADMINISTRATOR, Forbidden, Right, Scope, Viewer};

/// One line of the matrix.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Role {
    /// The word that users carry.
    pub code: String,
    /// As people see it.
    pub name: String,
    /// What it allows, and how far.
    pub rights: BTreeMap<Right, Scope>,
    /// How many can sign in with it.
    pub users: i64,
}

/// Why roles were not shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such role.
    #[error("there is no such role")]
    Missing,
    /// The administrator keeps the right to manage users.
    #[error("the administrator keeps users.manage")]
    AdministratorManagesUsers,
    /// The database failed.
    #[error("roles could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// All roles, by name.
pub async fn list(conn: &mut PgConnection, viewer: &Viewer) -> Result<Vec<Role>, RoleError> {
    viewer.require(Right::UsersManage)?;
    let mut rights = BTreeMap::<String, BTreeMap<Right, Scope>>::new();
    for cell in store::cells(conn, None).await? {
        if let Some((right, scope)) = cell.read() {
            rights.entry(cell.role_code).or_default().insert(right, scope);
        }
    }
    let rows = store::list(conn).await?;
    Ok(rows
        .into_iter()
        .map(|row| Role {
            rights: rights.remove(&row.code).unwrap_or_default(),
            code: row.code,
            name: row.name,
            users: row.users,
        })
        .collect())
}

/// Gives a role these rights and no others. They count from the next request of each of its users on.
pub async fn set_rights(
    conn: &mut PgConnection,
    viewer: &Viewer,
    code: &str,
    rights: &BTreeMap<Right, Scope>,
    now: DateTime<Utc>,
) -> Result<Role, RoleError> {
    viewer.require(Right::UsersManage)?;
    if !store::lock(conn, code).await? {
        return Err(RoleError::Missing);
    }
    if code == ADMINISTRATOR && rights.get(&Right::UsersManage) != Some(&Scope::All) {
        return Err(RoleError::AdministratorManagesUsers);
    }
    let before = rights_of(conn, code).await?;
    if before != *rights {
        // Rights of a newer version, which we cannot read, stay.
        let ours: Vec<String> = Right::ALL.iter().map(|right| right.as_str().to_owned()).collect();
        store::delete_rights(conn, code, &ours).await?;
        for (right, scope) in rights {
            store::insert_right(conn, code, right.as_str(), word(*scope)).await?;
        }
        let subject = Subject::new("role", code);
        let (before, after) = (serde_json::json!(before), serde_json::json!(rights));
        let actor = Actor::User(viewer);
        audit::record(conn, &actor, "role.set_rights", subject, Some(before), Some(after), now).await?;
    }
    list(conn, viewer).await?.into_iter().find(|role| role.code == code).ok_or(RoleError::Missing)
}

async fn rights_of(conn: &mut PgConnection, code: &str) -> sqlx::Result<BTreeMap<Right, Scope>> {
    Ok(store::cells(conn, Some(code)).await?.iter().filter_map(store::Cell::read).collect())
}

fn word(scope: Scope) -> &'static str {
    match scope {
        Scope::Own => "own",
        Scope::All => "all",
    }
}

impl store::Cell {
    /// `None` for a word of a newer version.
    fn read(&self) -> Option<(Right, Scope)> {
        let scope = if self.scope == word(Scope::All) { Scope::All } else { Scope::Own };
        Some((Right::from_word(&self.right_name)?, scope))
    }
}
