//! SQL of requests for access.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{AccessRequest, AccessState, SUBJECT};
use crate::{
    AccessRequestId, ClientId, UserId,
    access::{ClientScope, Viewer},
    clients::{ClientStub, client::Person, reach::Root},
};

/// A root client and its name.
pub(super) struct Named {
    pub root: Root,
    pub name: String,
}

pub(super) async fn by_inn(conn: &mut PgConnection, inn: &str) -> sqlx::Result<Vec<Named>> {
    let rows = sqlx::query!(
        r#"select id as "id: ClientId", responsible_id as "responsible_id: UserId", name
           from clients where inn = $1 and root_id = id order by id limit 50"#,
        inn
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Named { root: Root { id: row.id, responsible_id: row.responsible_id }, name: row.name })
        .collect())
}

/// Root clients without an ИНН that show this name and this responsible; two are enough to know that it is not clear.
pub(super) async fn by_name(
    conn: &mut PgConnection,
    name: &str,
    responsible: Option<&str>,
) -> sqlx::Result<Vec<Root>> {
    let rows = sqlx::query!(
        r#"select c.id as "id: ClientId", c.responsible_id as "responsible_id: UserId"
           from clients c left join users u on u.id = c.responsible_id
           where c.name collate "ru-x-icu" = $1 and c.root_id = c.id and c.inn is null and u.name is not distinct from $2
           order by c.id limit 2"#,
        name,
        responsible
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| Root { id: row.id, responsible_id: row.responsible_id }).collect())
}

/// `false` where the author has asked for it already.
pub(super) async fn insert(
    conn: &mut PgConnection,
    id: AccessRequestId,
    client: ClientId,
    author: UserId,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "insert into access_requests (id, client_id, author_id, reason, created_at) values ($1, $2, $3, $4, $5)
         on conflict (author_id, client_id) where state = 'open' do nothing",
        id.0,
        client.0,
        author.0,
        reason,
        now
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

pub(super) async fn open_of(
    conn: &mut PgConnection,
    author: UserId,
    client: ClientId,
) -> sqlx::Result<Option<AccessRequestId>> {
    sqlx::query_scalar!(
        r#"select id as "id: AccessRequestId" from access_requests
           where author_id = $1 and client_id = $2 and state = 'open'"#,
        author.0,
        client.0
    )
    .fetch_optional(conn)
    .await
}

/// A request under its lock.
pub(super) struct Locked {
    pub client_id: ClientId,
    pub author_id: UserId,
    pub state: AccessState,
}

pub(super) async fn lock(conn: &mut PgConnection, id: AccessRequestId) -> sqlx::Result<Option<Locked>> {
    sqlx::query_as!(
        Locked,
        r#"select client_id as "client_id: ClientId", author_id as "author_id: UserId",
                  state as "state: AccessState"
           from access_requests where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// The card was joined into this one.
pub(super) async fn ask_for(
    conn: &mut PgConnection,
    id: AccessRequestId,
    client: ClientId,
) -> sqlx::Result<()> {
    sqlx::query!("update access_requests set client_id = $2 where id = $1", id.0, client.0)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn withdraw(conn: &mut PgConnection, id: AccessRequestId) -> sqlx::Result<()> {
    sqlx::query!("update access_requests set state = 'withdrawn' where id = $1", id.0).execute(conn).await?;
    Ok(())
}

pub(super) async fn decide(
    conn: &mut PgConnection,
    id: AccessRequestId,
    state: AccessState,
    by: UserId,
    comment: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update access_requests set state = $2, decided_by = $3, decided_at = $4, comment = $5 where id = $1",
        id.0,
        state as AccessState,
        by.0,
        now,
        comment
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A request with the names that it shows; the client is the root.
pub(super) struct Row {
    pub id: AccessRequestId,
    pub client_id: ClientId,
    pub responsible_id: Option<UserId>,
    pub name: String,
    pub inn: Option<String>,
    pub responsible: Option<String>,
    pub reason: String,
    pub author_id: UserId,
    pub author_name: String,
    pub created_at: DateTime<Utc>,
    pub state: AccessState,
    pub decided_by: Option<UserId>,
    pub decided_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub comment: Option<String>,
    pub ends_at: Option<DateTime<Utc>>,
    pub lent: bool,
    pub revision: i32,
}

impl Row {
    pub(super) fn shown(self, viewer: &Viewer, now: DateTime<Utc>) -> AccessRequest {
        let readable = viewer.readable_clients().covers(self.client_id, self.responsible_id);
        let lent = self.lent && self.ends_at.is_none_or(|ends_at| ends_at > now);
        AccessRequest {
            id: self.id,
            client: ClientStub::new(self.name, self.inn, self.responsible),
            client_id: readable.then_some(self.client_id),
            reason: self.reason,
            author: Person { id: self.author_id, name: self.author_name },
            created_at: self.created_at,
            state: self.state,
            decided_by: self.decided_by.zip(self.decided_name).map(|(id, name)| Person { id, name }),
            decided_at: self.decided_at,
            comment: self.comment,
            ends_at: self.ends_at,
            is_over: self.state == AccessState::Granted && !lent,
            revision: self.revision,
        }
    }
}

pub(super) async fn one(conn: &mut PgConnection, id: AccessRequestId) -> sqlx::Result<Option<Row>> {
    let found = rows(conn, &[id.0]).await?;
    Ok(found.into_iter().next())
}

/// The newest first.
async fn rows(conn: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as!(
        Row,
        r#"select q.id as "id: AccessRequestId", r.id as "client_id: ClientId",
                  r.responsible_id as "responsible_id: UserId", r.name, r.inn, owner.name as "responsible?",
                  q.reason, q.author_id as "author_id: UserId", a.name as author_name, q.created_at,
                  q.state as "state: AccessState", q.decided_by as "decided_by: UserId",
                  decider.name as "decided_name?", q.decided_at, q.comment, l.ends_at as "ends_at?",
                  l.id is not null and l.ended_at is null as "lent!", coalesce(d.revision, 1) as "revision!"
           from access_requests q
           join clients c on c.id = q.client_id
           join clients r on r.id = c.root_id
           join users a on a.id = q.author_id
           left join users owner on owner.id = r.responsible_id
           left join users decider on decider.id = q.decided_by
           left join client_loans l on l.request_id = q.id
           left join decisions d on d.subject_kind = $2 and d.subject_id = q.id
           where q.id = any($1)
           order by q.id desc"#,
        ids,
        SUBJECT
    )
    .fetch_all(conn)
    .await
}

/// Requests for cards that a scope covers.
pub(super) async fn decidable(
    conn: &mut PgConnection,
    scope: ClientScope<'_>,
    open: bool,
    before: Option<AccessRequestId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let ids = sqlx::query_scalar!(
        r#"select q.id
           from access_requests q
           join clients c on c.id = q.client_id
           join clients r on r.id = c.root_id
           where ($1 or r.responsible_id is null or r.responsible_id = $2)
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
           from access_requests q
           join clients c on c.id = q.client_id
           join clients r on r.id = c.root_id
           where q.state = 'open' and ($1 or r.responsible_id is null or r.responsible_id = $2)"#,
        scope.sees_all(),
        scope.owner().map(|user| user.0)
    )
    .fetch_one(conn)
    .await
}

pub(super) async fn of_author(
    conn: &mut PgConnection,
    author: UserId,
    before: Option<AccessRequestId>,
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    let ids = sqlx::query_scalar!(
        "select id from access_requests where author_id = $1 and ($2::uuid is null or id < $2)
         order by id desc limit $3",
        author.0,
        before.map(|id| id.0),
        limit
    )
    .fetch_all(&mut *conn)
    .await?;
    rows(conn, &ids).await
}
