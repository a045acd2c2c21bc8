//! SQL of what fields are filled with.

use sqlx::PgConnection;

use crate::{ClientId, ContactId, UserId, clients::reach::Reach};

pub(super) struct Manager {
    pub name: String,
    pub post: Option<String>,
    pub phone: Option<String>,
}

pub(super) struct Company {
    pub id: ClientId,
    pub name: String,
    pub city: Option<String>,
    pub automatic: bool,
}

pub(super) async fn manager(conn: &mut PgConnection, id: UserId) -> sqlx::Result<Option<Manager>> {
    sqlx::query_as!(Manager, "select name, post, phone from users where id = $1", id.0)
        .fetch_optional(conn)
        .await
}

pub(super) async fn contact_name(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("select name from contacts where id = $1", root.0).fetch_optional(conn).await
}

pub(super) async fn first_contact(
    conn: &mut PgConnection,
    root: ClientId,
) -> sqlx::Result<Option<ContactId>> {
    sqlx::query_scalar!(
        r#"select k.root_id as "id: ContactId"
           from clients c
           join contact_clients cc on cc.client_id = c.id
           join contacts k on k.id = cc.contact_id
           where c.root_id = $1
           order by cc.created_at, k.id limit 1"#,
        root.0
    )
    .fetch_optional(conn)
    .await
}

/// The companies of a person that are within reach.
pub(super) async fn companies(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    root: ContactId,
) -> sqlx::Result<Vec<Company>> {
    sqlx::query_as!(
        Company,
        r#"select distinct r.id as "id: ClientId", r.name, r.city, r.automatic
           from contacts k
           join contact_clients cc on cc.contact_id = k.id
           join clients c on c.id = cc.client_id
           join clients r on r.id = c.root_id
           where k.root_id = $1 and ($2 or r.responsible_id is null or r.responsible_id = $3 or r.id = any($4))"#,
        root.0,
        reach.all,
        reach.user.0,
        reach.lent as &[ClientId]
    )
    .fetch_all(conn)
    .await
}
