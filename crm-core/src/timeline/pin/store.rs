//! SQL of single rows and pins.

use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::{
    ClientId, InteractionId,
    clients::reach::Reach,
    timeline::{
        call_list::store::push_row_reach,
        read::store::{COLUMNS, JOINS, fetch_rows},
        view::StoredRow,
    },
};

pub(crate) async fn row(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    id: InteractionId,
) -> sqlx::Result<Vec<StoredRow>> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(" from (select i.* from interactions i where i.id = ").push_bind(id);
    push_row_reach(&mut query, reach);
    query.push(") i ").push(JOINS);
    fetch_rows(conn, query).await
}

pub(crate) async fn set(
    conn: &mut PgConnection,
    id: InteractionId,
    client: Option<ClientId>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update interactions set pinned_client_id = $2 where id = $1",
        id.0,
        client.map(|client| client.0)
    )
    .execute(conn)
    .await?;
    Ok(())
}
