//! SQL of the counters that are no rows of a timeline.

use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::{
    ClientId, ContactId,
    timeline::conversation::{Standing, rest},
};

/// The people of a card and of those joined into it; a joined contact is the one that it was joined into.
pub(super) async fn people(conn: &mut PgConnection, family: &[ClientId], most: i64) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
               select distinct k.root_id
               from contact_clients cc join contacts k on k.id = cc.contact_id
               where cc.client_id = any($1)
               limit $2) people"#,
        family as &[ClientId],
        most,
    )
    .fetch_one(conn)
    .await
}

/// The conversations of these contacts that are open.
pub(super) async fn open_conversations(
    conn: &mut PgConnection,
    contacts: &[ContactId],
    most: i64,
) -> sqlx::Result<i64> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select count(*) from (select from conversations v
         join conversation_heads h on h.conversation_id = v.id",
    );
    query.push(rest::store::JOIN).push(" where v.contact_id = any(").push_bind(contacts.to_vec()).push(")");
    rest::store::push_standing(&mut query, Standing::Open);
    query.push(" limit ").push_bind(most).push(") open");
    query.build_query_scalar().fetch_one(conn).await
}
