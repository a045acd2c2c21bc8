//! SQL of a colleague's rights.

use sqlx::{PgConnection, query_as};

use crate::UserId;

/// A right by a role.
pub(super) struct Source {
    pub(super) right_name: String,
    pub(super) role: String,
    pub(super) all: bool,
}

pub(super) async fn sources(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<Source>> {
    query_as!(
        Source,
        r#"select r.right_name, o.name as role, r.scope = 'all' as "all!"
           from user_roles u
           join roles o on o.code = u.role_code
           join role_rights r on r.role_code = o.code
           where u.user_id = $1
           order by o.name, o.code"#,
        user.0
    )
    .fetch_all(conn)
    .await
}
