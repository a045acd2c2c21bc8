//! SQL of contacts.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::ContactClient;
use crate::{
    ClientId, ContactId, IdentityId,
    clients::{identity::Identity, reach::Reach},
};

pub(crate) struct ContactRow {
    pub(crate) id: ContactId,
    pub(crate) name: String,
    pub(crate) automatic: bool,
    pub(crate) created_at: DateTime<Utc>,
}

pub(crate) async fn rows(conn: &mut PgConnection, roots: &[ContactId]) -> sqlx::Result<Vec<ContactRow>> {
    sqlx::query_as!(
        ContactRow,
        r#"select id as "id: ContactId", name, automatic, created_at
           from contacts where id = any($1) order by id"#,
        roots as &[ContactId]
    )
    .fetch_all(conn)
    .await
}

/// The root contacts of a family of clients.
pub(crate) async fn of_clients(
    conn: &mut PgConnection,
    family: &[ClientId],
    after: Option<ContactId>,
    rows: i64,
) -> sqlx::Result<Vec<ContactRow>> {
    sqlx::query_as!(
        ContactRow,
        r#"select k.id as "id: ContactId", k.name, k.automatic, k.created_at
           from contacts k
           where k.id in (select m.root_id
                          from contact_clients cc join contacts m on m.id = cc.contact_id
                          where cc.client_id = any($1))
             and ($2::uuid is null or k.id > $2)
           order by k.id
           limit $3"#,
        family as &[ClientId],
        after.map(|id| id.0),
        rows
    )
    .fetch_all(conn)
    .await
}

/// The companies of contacts, as far as they are within reach.
pub(crate) async fn clients(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    roots: &[ContactId],
) -> sqlx::Result<Vec<(ContactId, ContactClient)>> {
    let rows = sqlx::query!(
        r#"select m.root_id as "contact: ContactId", r.id as "id: ClientId", r.name, max(cc.post) as post
           from (select id, id as root_id from unnest($1::uuid[]) as given (id)
                 union all
                 select id, root_id from contacts where root_id = any($1) and root_id <> id) m
           join contact_clients cc on cc.contact_id = m.id
           join clients c on c.id = cc.client_id
           join clients r on r.id = c.root_id
           where $2 or r.responsible_id is null or r.responsible_id = $3 or r.id = any($4)
           group by m.root_id, r.id
           order by min(cc.created_at), r.id"#,
        roots as &[ContactId],
        reach.all,
        reach.user.0,
        reach.lent as &[ClientId]
    )
    .fetch_all(conn)
    .await?;
    let client = |id, name, post| ContactClient { id, name, post };
    Ok(rows.into_iter().filter_map(|row| Some((row.contact?, client(row.id, row.name, row.post)))).collect())
}

pub(crate) async fn identities(
    conn: &mut PgConnection,
    roots: &[ContactId],
) -> sqlx::Result<Vec<(ContactId, Identity)>> {
    let rows = sqlx::query!(
        r#"select m.root_id as "contact: ContactId", i.id as "id: IdentityId", i.kind, i.scope, i.value, i.entered,
                  i.origin
           from (select id, id as root_id from unnest($1::uuid[]) as given (id)
                 union all
                 select id, root_id from contacts where root_id = any($1) and root_id <> id) m
           join identities i on i.contact_id = m.id
           order by i.created_at, i.address"#,
        roots as &[ContactId]
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let identity = Identity {
                id: row.id,
                kind: row.kind,
                scope: row.scope,
                value: row.value,
                entered: row.entered,
                origin: row.origin,
            };
            Some((row.contact?, identity))
        })
        .collect())
}

pub(crate) async fn insert(
    conn: &mut PgConnection,
    id: ContactId,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into contacts (id, root_id, name, name_is_chosen, automatic, created_at, updated_at)
         values ($1, $1, $2, true, false, $3, $3)",
        id.0,
        name,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// False when the contact speaks for this company already.
pub(crate) async fn link(
    conn: &mut PgConnection,
    contact: ContactId,
    client: ClientId,
    post: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into contact_clients (contact_id, client_id, post, created_at)
         values ($1, $2, $3, $4)
         on conflict do nothing",
        contact.0,
        client.0,
        post,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(crate) struct Name {
    pub(crate) name: String,
    pub(crate) name_is_chosen: bool,
}

pub(crate) async fn name(conn: &mut PgConnection, id: ContactId) -> sqlx::Result<Name> {
    sqlx::query_as!(Name, "select name, name_is_chosen from contacts where id = $1", id.0)
        .fetch_one(conn)
        .await
}

pub(crate) async fn rename(
    conn: &mut PgConnection,
    id: ContactId,
    name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update contacts set name = $2, name_is_chosen = true, automatic = false, updated_at = $3 where id = $1",
        id.0,
        name,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(crate) struct Post {
    pub(crate) post: Option<String>,
}

/// The post before; `None` when the contact does not speak for this client.
pub(crate) async fn set_post(
    conn: &mut PgConnection,
    contact: ContactId,
    client: ClientId,
    post: Option<&str>,
) -> sqlx::Result<Option<Post>> {
    let before = sqlx::query_as!(
        Post,
        r#"update contact_clients cc
           set post = $3
           from (select cc.contact_id, cc.client_id, cc.post
                 from contact_clients cc
                 join contacts k on k.id = cc.contact_id
                 join clients c on c.id = cc.client_id
                 where k.root_id = $1 and c.root_id = $2
                 for update of cc) old
           where cc.contact_id = old.contact_id and cc.client_id = old.client_id
           returning old.post"#,
        contact.0,
        client.0,
        post
    )
    .fetch_all(conn)
    .await?;
    Ok(before.into_iter().next())
}
