//! SQL of change requests.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Asked, RequestField, RequestState, SUBJECT};
use crate::{
    ChangeRequestId, ClientId, ContactId, IdentityId, UserId,
    access::{ClientScope, Viewer},
};

/// A person asks for one thing at a time.
pub(super) async fn lock_author(conn: &mut PgConnection, author: UserId) -> sqlx::Result<()> {
    sqlx::query!("select id from users where id = $1 for no key update", author.0)
        .fetch_optional(conn)
        .await?;
    Ok(())
}

/// The author's open request for the same field, and the value it wants.
pub(super) async fn open_of(
    conn: &mut PgConnection,
    author: UserId,
    asked: &Asked,
) -> sqlx::Result<Option<(ChangeRequestId, Option<String>)>> {
    let row = sqlx::query!(
        r#"select id as "id: ChangeRequestId", new_value from change_requests
           where author_id = $1 and state = 'open' and field = $2 and contact_id is not distinct from $3
             and (contact_id is not null or client_id is not distinct from $4)
             and identity_id is not distinct from $5
             and (field <> 'contact.address' or identity_id is not null or new_value is not distinct from $6)"#,
        author.0,
        asked.field as RequestField,
        asked.contact_id.map(|id| id.0),
        asked.client_id.map(|id| id.0),
        asked.identity_id.map(|id| id.0),
        asked.new_value,
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| (row.id, row.new_value)))
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: ChangeRequestId,
    asked: &Asked,
    current: Option<&str>,
    reason: &str,
    author: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into change_requests
             (id, field, client_id, contact_id, identity_id, old_value, seen_value, new_value, reason, author_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9, $10)",
        id.0,
        asked.field as RequestField,
        asked.client_id.map(|id| id.0),
        asked.contact_id.map(|id| id.0),
        asked.identity_id.map(|id| id.0),
        current,
        asked.new_value,
        reason,
        author.0,
        now
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A request under its lock.
pub(super) struct Locked {
    pub asked: Asked,
    pub seen_value: Option<String>,
    pub reason: String,
    pub author_id: UserId,
    pub author_name: String,
    pub state: RequestState,
}

pub(super) async fn lock(conn: &mut PgConnection, id: ChangeRequestId) -> sqlx::Result<Option<Locked>> {
    sqlx::query!("select id from change_requests where id = $1 for update", id.0)
        .fetch_optional(&mut *conn)
        .await?;
    let row = one(conn, id).await?;
    Ok(row.map(|row| Locked {
        asked: row.asked(),
        seen_value: row.seen_value,
        reason: row.reason,
        author_id: row.author_id,
        author_name: row.author_name,
        state: row.state,
    }))
}

/// A request with the names that it shows. Cards and persons are roots: what was joined meanwhile answers with what it was
/// joined into.
pub(super) struct Row {
    pub id: ChangeRequestId,
    pub field: RequestField,
    pub client_id: Option<ClientId>,
    pub contact_id: Option<ContactId>,
    pub identity_id: Option<IdentityId>,
    pub responsible_id: Option<UserId>,
    pub subject: String,
    pub old_value: Option<String>,
    pub seen_value: Option<String>,
    pub new_value: Option<String>,
    pub reason: String,
    pub author_id: UserId,
    pub author_name: String,
    pub created_at: DateTime<Utc>,
    pub state: RequestState,
    pub decided_by: Option<UserId>,
    pub decided_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    pub revision: i32,
}

impl Row {
    pub(super) fn asked(&self) -> Asked {
        Asked {
            field: self.field,
            client_id: self.client_id,
            contact_id: self.contact_id,
            identity_id: self.identity_id,
            new_value: self.new_value.clone(),
        }
    }

    pub(super) fn is_seen_by(&self, viewer: &Viewer) -> bool {
        let scope = viewer.readable_clients();
        match self.client_id {
            Some(client) => scope.covers(client, self.responsible_id),
            None => scope != ClientScope::Nothing,
        }
    }
}

pub(super) async fn one(conn: &mut PgConnection, id: ChangeRequestId) -> sqlx::Result<Option<Row>> {
    let found = rows(conn, &[id]).await?;
    Ok(found.into_iter().next())
}

/// The newest first.
async fn rows(conn: &mut PgConnection, ids: &[ChangeRequestId]) -> sqlx::Result<Vec<Row>> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Row,
        r#"select q.id as "id: ChangeRequestId", q.field as "field: RequestField", c.root_id as "client_id?: ClientId",
                  k.root_id as "contact_id?: ContactId", q.identity_id as "identity_id: IdentityId",
                  r.responsible_id as "responsible_id?: UserId",
                  coalesce(case when q.contact_id is null then r.name else concat_ws(', ', person.name, r.name) end, '')
                      as "subject!",
                  q.old_value, q.seen_value, q.new_value, q.reason, q.author_id as "author_id: UserId",
                  a.name as author_name, q.created_at, q.state as "state: RequestState",
                  q.decided_by as "decided_by: UserId", decider.name as "decided_name?", q.decided_at, q.comment,
                  coalesce(d.revision, 1) as "revision!"
           from change_requests q
           join users a on a.id = q.author_id
           left join users decider on decider.id = q.decided_by
           left join clients c on c.id = q.client_id
           left join clients r on r.id = c.root_id
           left join contacts k on k.id = q.contact_id
           left join contacts person on person.id = k.root_id
           left join decisions d on d.subject_kind = $2 and d.subject_id = q.id
           where q.id = any($1)
           order by q.id desc"#,
        &ids,
        SUBJECT
    )
    .fetch_all(conn)
    .await
}

/// Requests for cards that a scope covers. A person without a company is for those who see all.
pub(super) async fn decidable(
    conn: &mut PgConnection,
    scope: ClientScope<'_>,
    open: bool,
    before: Option<ChangeRequestId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let ids = sqlx::query_scalar!(
        r#"select q.id as "id: ChangeRequestId"
           from change_requests q
           left join clients c on c.id = q.client_id
           left join clients r on r.id = c.root_id
           where ($1 or r.id is not null and (r.responsible_id is null or r.responsible_id = $2))
             and (not $3 or q.state = 'open') and ($4::uuid is null or q.id < $4)
           order by q.id desc limit $5"#,
        scope.sees_all(),
        scope.owner().map(|user| user.0),
        open,
        before.map(|id| id.0),
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    rows(conn, &ids).await
}

pub(super) async fn waiting(conn: &mut PgConnection, scope: ClientScope<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "waiting!"
           from change_requests q
           left join clients c on c.id = q.client_id
           left join clients r on r.id = c.root_id
           where q.state = 'open'
             and ($1 or r.id is not null and (r.responsible_id is null or r.responsible_id = $2))"#,
        scope.sees_all(),
        scope.owner().map(|user| user.0)
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn of_author(
    conn: &mut PgConnection,
    author: UserId,
    before: Option<ChangeRequestId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let ids = sqlx::query_scalar!(
        r#"select id as "id: ChangeRequestId" from change_requests
           where author_id = $1 and ($2::uuid is null or id < $2)
           order by id desc limit $3"#,
        author.0,
        before.map(|id| id.0),
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    rows(conn, &ids).await
}

/// Other open requests for the same field.
pub(super) async fn rivals(conn: &mut PgConnection, row: &Row) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "rivals!" from change_requests q
           left join clients c on c.id = q.client_id
           left join contacts k on k.id = q.contact_id
           where q.state = 'open' and q.id <> $1 and q.field = $2 and k.root_id is not distinct from $3
             and ($3::uuid is not null or c.root_id is not distinct from $4)
             and q.identity_id is not distinct from $5"#,
        row.id.0,
        row.field as RequestField,
        row.contact_id.map(|id| id.0),
        row.client_id.map(|id| id.0),
        row.identity_id.map(|id| id.0)
    )
    .fetch_one(conn)
    .await
}

/// Whether a user still reads a client. A person without one is not looked at.
pub(super) async fn sees(
    conn: &mut PgConnection,
    user: UserId,
    client: Option<ClientId>,
) -> sqlx::Result<bool> {
    let Some(client) = client else { return Ok(true) };
    let Some(viewer) = crate::access::viewer_unscoped(conn, user).await? else { return Ok(false) };
    let root = crate::clients::reach::store::root(conn, client).await?;
    Ok(root.is_some_and(|root| viewer.readable_clients().covers(root.id, root.responsible_id)))
}

pub(super) async fn saw(
    conn: &mut PgConnection,
    id: ChangeRequestId,
    current: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query!("update change_requests set seen_value = $2 where id = $1", id.0, current)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn withdraw(conn: &mut PgConnection, id: ChangeRequestId) -> sqlx::Result<()> {
    sqlx::query!("update change_requests set state = 'withdrawn' where id = $1", id.0).execute(conn).await?;
    Ok(())
}

pub(super) async fn decide(
    conn: &mut PgConnection,
    id: ChangeRequestId,
    state: RequestState,
    by: UserId,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update change_requests set state = $2, decided_by = $3, decided_at = $4, comment = $5 where id = $1",
        id.0,
        state as RequestState,
        by.0,
        now,
        comment
    )
    .execute(conn)
    .await?;
    Ok(())
}
