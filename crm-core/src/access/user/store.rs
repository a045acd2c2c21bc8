//! SQL of users.

use sqlx::{PgConnection, query_as};

use crate::UserId;

pub(super) struct RightRow {
    pub(super) right_name: String,
    pub(super) all: bool,
}

pub(super) async fn rights(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<RightRow>> {
    query_as!(
        RightRow,
        r#"select r.right_name, bool_or(r.scope = 'all') as "all!"
           from user_roles u join role_rights r on r.role_code = u.role_code
           where u.user_id = $1
           group by r.right_name"#,
        user.0,
    )
    .fetch_all(conn)
    .await
}
