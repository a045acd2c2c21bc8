//! SQL of reach: roots, families, stubs.

use sqlx::PgConnection;

use super::{Reach, Root};
use crate::{ClientId, ContactId, UserId, clients::ClientStub};

pub(crate) async fn root(conn: &mut PgConnection, id: ClientId) -> sqlx::Result<Option<Root>> {
    sqlx::query_as!(
        Root,
        r#"select r.id as "id: ClientId", r.responsible_id as "responsible_id: UserId"
           from clients c join clients r on r.id = c.root_id
           where c.id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(crate) async fn stub(conn: &mut PgConnection, root: ClientId) -> sqlx::Result<ClientStub> {
    let row = sqlx::query!(
        r#"select c.name, c.inn, u.name as "responsible?"
           from clients c left join users u on u.id = c.responsible_id
           where c.id = $1"#,
        root.0
    )
    .fetch_one(conn)
    .await?;
    Ok(ClientStub::new(row.name, row.inn, row.responsible))
}

pub(crate) async fn lock_client(conn: &mut PgConnection, root: ClientId) -> sqlx::Result<()> {
    sqlx::query!("select id from clients where id = $1 for no key update", root.0)
        .fetch_optional(conn)
        .await?;
    Ok(())
}

pub(crate) async fn lock_contact(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<()> {
    sqlx::query!("select id from contacts where id = $1 for no key update", root.0)
        .fetch_optional(conn)
        .await?;
    Ok(())
}

/// The card and all that were joined into it.
pub(crate) async fn client_family(conn: &mut PgConnection, root: ClientId) -> sqlx::Result<Vec<ClientId>> {
    sqlx::query_scalar!(
        r#"select id as "id!: ClientId" from clients where id = $1
           union all select id from clients where root_id = $1 and root_id <> id"#,
        root.0
    )
    .fetch_all(conn)
    .await
}

/// The contact and all that were joined into it.
pub(crate) async fn contact_family(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Vec<ContactId>> {
    sqlx::query_scalar!(
        r#"select id as "id!: ContactId" from contacts where id = $1
           union all select id from contacts where root_id = $1 and root_id <> id"#,
        root.0
    )
    .fetch_all(conn)
    .await
}

/// The root of a contact when one of its clients is within reach. A contact without any client is within reach of
/// those who see all.
pub(crate) async fn readable_contact(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    id: ContactId,
) -> sqlx::Result<Option<ContactId>> {
    sqlx::query_scalar!(
        r#"select k.root_id as "root_id: ContactId"
           from contacts k
           where k.id = $1
             and ($2 or exists (
                 select 1
                 from (select k.root_id as id
                       union all select m.id from contacts m where m.root_id = k.root_id and m.root_id <> m.id) m
                 join contact_clients cc on cc.contact_id = m.id
                 join clients c on c.id = cc.client_id
                 join clients r on r.id = c.root_id
                 where r.responsible_id is null or r.responsible_id = $3 or r.id = any($4)))"#,
        id.0,
        reach.all,
        reach.user.0,
        reach.lent as &[ClientId]
    )
    .fetch_optional(conn)
    .await
}

/// The root clients of a contact's family.
pub(crate) async fn clients_of_contact(
    conn: &mut PgConnection,
    contact_root: ContactId,
) -> sqlx::Result<Vec<Root>> {
    sqlx::query_as!(
        Root,
        r#"select distinct r.id as "id!: ClientId", r.responsible_id as "responsible_id: UserId"
           from (select $1::uuid as id
                 union all select id from contacts where root_id = $1 and root_id <> id) m
           join contact_clients cc on cc.contact_id = m.id
           join clients c on c.id = cc.client_id
           join clients r on r.id = c.root_id
           order by 1"#,
        contact_root.0
    )
    .fetch_all(conn)
    .await
}
