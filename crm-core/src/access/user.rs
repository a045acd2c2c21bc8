//! Users: employees who sign in.

mod store;

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::{Right, Scope};
use crate::UserId;

/// The rights of all roles of a user together, the widest scope of each.
pub(super) async fn rights_of(conn: &mut PgConnection, user: UserId) -> sqlx::Result<BTreeMap<Right, Scope>> {
    let rows = store::rights(conn, user).await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let scope = if row.all { Scope::All } else { Scope::Own };
            Some((Right::from_word(&row.right_name)?, scope))
        })
        .collect())
}
