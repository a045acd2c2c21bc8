//! SQL of roles.

use sqlx::{PgConnection, query, query_as};

pub(super) struct Row {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) users: i64,
}

pub(super) struct Cell {
    pub(super) role_code: String,
    pub(super) right_name: String,
    pub(super) scope: String,
}

pub(super) async fn list(conn: &mut PgConnection) -> sqlx::Result<Vec<Row>> {
    query_as!(
        Row,
        r#"select r.code, r.name, count(u.id) as "users!"
           from roles r
           left join user_roles ur on ur.role_code = r.code
           left join users u on u.id = ur.user_id and u.disabled_at is null
           group by r.code, r.name
           order by r.name, r.code"#,
    )
    .fetch_all(conn)
    .await
}

/// Of one role, or of all.
pub(super) async fn cells(conn: &mut PgConnection, code: Option<&str>) -> sqlx::Result<Vec<Cell>> {
    query_as!(
        Cell,
        "select role_code, right_name, scope from role_rights where $1::text is null or role_code = $1",
        code,
    )
    .fetch_all(conn)
    .await
}

/// Whether there is such a role; nobody else changes it until the end of the transaction.
pub(super) async fn lock(conn: &mut PgConnection, code: &str) -> sqlx::Result<bool> {
    let found =
        query!("select code from roles where code = $1 for no key update", code).fetch_optional(conn).await?;
    Ok(found.is_some())
}

pub(super) async fn delete_rights(
    conn: &mut PgConnection,
    code: &str,
    rights: &[String],
) -> sqlx::Result<()> {
    query!("delete from role_rights where role_code = $1 and right_name = any($2)", code, rights)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn insert_right(
    conn: &mut PgConnection,
    code: &str,
    right: &str,
    scope: &str,
) -> sqlx::Result<()> {
    query!("insert into role_rights (role_code, right_name, scope) values ($1, $2, $3)", code, right, scope)
        .execute(conn)
        .await?;
    Ok(())
}
