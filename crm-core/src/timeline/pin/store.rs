//! SQL of single rows and pins.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

use crate::{
    ClientId, ContactId, InteractionId,
    clients::reach::Reach,
    timeline::{
        call_list::store::push_row_reach,
        read::{
            TimelineCursor,
            store::{COLUMNS, JOINS, fetch_rows},
        },
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

/// `now` is when a person said so.
pub(super) async fn set(
    conn: &mut PgConnection,
    id: InteractionId,
    client: Option<ClientId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update interactions set pinned_client_id = $2, pinned_at = case when $2::uuid is not null then $3::timestamptz end
         where id = $1",
        id.0,
        client.map(|client| client.0),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Pins the undecided rows of some contacts from a place in the timeline on, at most `most` of them: the first ones. Returns
/// which, in the order of their ids.
pub(super) async fn set_following(
    conn: &mut PgConnection,
    contacts: &[ContactId],
    from: TimelineCursor,
    client: ClientId,
    now: DateTime<Utc>,
    most: i64,
) -> sqlx::Result<Vec<InteractionId>> {
    sqlx::query_scalar!(
        r#"with following as (
               select i.id
               from unnest($1::uuid[]) as one(id)
               cross join lateral (
                   select i.id, i.occurred_at from interactions i
                   where i.contact_id = one.id and i.pinned_client_id is null and (i.occurred_at, i.id) >= ($2, $3)
                   order by i.occurred_at, i.id limit $6) i
               order by i.occurred_at, i.id limit $6),
           locked as (
               select i.id from interactions i join following f on f.id = i.id
               where i.pinned_client_id is null order by i.id for no key update of i),
           pinned as (
               update interactions i set pinned_client_id = $4, pinned_at = $5 from locked
               where i.id = locked.id returning i.id)
           select id as "id: InteractionId" from pinned order by id"#,
        contacts as &[ContactId],
        from.at,
        from.id.0,
        client.0,
        now,
        most,
    )
    .fetch_all(conn)
    .await
}

/// The latest pin by hand among rows of these contacts to one of these root clients, and when it was.
pub(super) async fn latest(
    conn: &mut PgConnection,
    contacts: &[ContactId],
    clients: &[ClientId],
) -> sqlx::Result<Option<(ClientId, DateTime<Utc>)>> {
    let row = sqlx::query!(
        r#"select latest.client_id as "client_id!: ClientId", latest.pinned_at as "pinned_at!"
           from unnest($1::uuid[]) as one(id)
           cross join lateral (
               select c.root_id as client_id, i.pinned_at
               from interactions i join clients c on c.id = i.pinned_client_id
               where i.contact_id = one.id and i.pinned_at is not null and c.root_id = any($2)
               order by i.pinned_at desc limit 1) latest
           order by latest.pinned_at desc limit 1"#,
        contacts as &[ContactId],
        clients as &[ClientId],
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.client_id, row.pinned_at)))
}
