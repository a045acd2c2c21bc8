//! SQL of where people live.

use sqlx::PgConnection;

use crate::ContactId;

/// The zones of a person's companies, the oldest card first.
pub(super) async fn zones(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"select r.time_zone as "zone!"
           from contacts k join contact_clients cc on cc.contact_id = k.id
           join clients c on c.id = cc.client_id join clients r on r.id = c.root_id
           where k.root_id = $1 and r.time_zone is not null
           order by r.created_at, r.id"#,
        root.0
    )
    .fetch_all(conn)
    .await
}

/// The numbers of a person, the oldest first.
pub(super) async fn phones(conn: &mut PgConnection, root: ContactId) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "select i.value from contacts k join identities i on i.contact_id = k.id
         where k.root_id = $1 and i.kind = 'phone' order by i.created_at, i.id",
        root.0
    )
    .fetch_all(conn)
    .await
}
