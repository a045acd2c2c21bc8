//! SQL of handovers.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Handover, Outcome};
use crate::{ClientId, HandoverId, UserId, clients::client::Person};

struct Row {
    id: HandoverId,
    client_id: ClientId,
    client_name: String,
    from_id: UserId,
    from_name: String,
    to_id: UserId,
    to_name: String,
    reason: String,
    given_by: UserId,
    giver_name: String,
    given_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
    outcome: Option<Outcome>,
}

impl From<Row> for Handover {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            client_name: row.client_name,
            from: Person { id: row.from_id, name: row.from_name },
            to: Person { id: row.to_id, name: row.to_name },
            reason: row.reason,
            given_by: Person { id: row.given_by, name: row.giver_name },
            given_at: row.given_at,
            ends_at: row.ends_at,
            ended_at: row.ended_at,
            outcome: row.outcome,
            may_change: false,
        }
    }
}

/// The one of a card that lasts, else the last one. Not by id alone: a clock that was set back makes older ids.
pub(super) async fn last(conn: &mut PgConnection, client: ClientId) -> sqlx::Result<Option<Handover>> {
    let row = sqlx::query_as!(
        Row,
        r#"select h.id as "id: HandoverId", c.id as "client_id: ClientId", c.name as client_name,
                  f.id as "from_id: UserId", f.name as from_name, t.id as "to_id: UserId", t.name as to_name, h.reason,
                  g.id as "given_by: UserId", g.name as giver_name, h.given_at, h.ends_at, h.ended_at,
                  h.outcome as "outcome: Outcome"
           from client_handovers h
           join clients c on c.id = h.client_id
           join users f on f.id = h.from_id
           join users t on t.id = h.to_id
           join users g on g.id = h.given_by
           where h.client_id = $1
           order by h.ended_at desc nulls first, h.id desc
           limit 1"#,
        client.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Handover::from))
}

/// Those that last, and those since then whose client did not go back; of all clients, or of those of a user.
pub(super) async fn list(
    conn: &mut PgConnection,
    all: bool,
    user: UserId,
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<Handover>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select h.id as "id: HandoverId", r.id as "client_id: ClientId", r.name as client_name,
                  f.id as "from_id: UserId", f.name as from_name, t.id as "to_id: UserId", t.name as to_name, h.reason,
                  g.id as "given_by: UserId", g.name as giver_name, h.given_at, h.ends_at, h.ended_at,
                  h.outcome as "outcome: Outcome"
           from client_handovers h
           join clients c on c.id = h.client_id
           join clients r on r.id = c.root_id
           join users f on f.id = h.from_id
           join users t on t.id = h.to_id
           join users g on g.id = h.given_by
           where (h.ended_at is null or h.outcome in ('moved', 'joined', 'disabled') and h.ended_at > $3)
             and ($1 or r.responsible_id = $2)
           order by h.ended_at desc nulls first, h.ends_at, h.id
           limit 500"#,
        all,
        user.0,
        since
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Handover::from).collect())
}

/// Those of these cards that last; of all clients, or of those of a user.
pub(super) async fn lasting(
    conn: &mut PgConnection,
    all: bool,
    user: UserId,
    clients: &[ClientId],
) -> sqlx::Result<Vec<Handover>> {
    let rows = sqlx::query_as!(
        Row,
        r#"select h.id as "id: HandoverId", c.id as "client_id: ClientId", c.name as client_name,
                  f.id as "from_id: UserId", f.name as from_name, t.id as "to_id: UserId", t.name as to_name, h.reason,
                  g.id as "given_by: UserId", g.name as giver_name, h.given_at, h.ends_at, h.ended_at,
                  h.outcome as "outcome: Outcome"
           from client_handovers h
           join clients c on c.id = h.client_id and c.root_id = c.id
           join users f on f.id = h.from_id
           join users t on t.id = h.to_id
           join users g on g.id = h.given_by
           where h.client_id = any($3) and h.ended_at is null and c.responsible_id = h.to_id
             and ($1 or c.responsible_id = $2)
           order by h.ends_at, h.id"#,
        all,
        user.0,
        clients as &[ClientId]
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(Handover::from).collect())
}

/// What is written down of a new one.
pub(super) struct NewHandover<'a> {
    pub(super) client: ClientId,
    pub(super) from: UserId,
    pub(super) to: UserId,
    pub(super) reason: &'a str,
    pub(super) until: DateTime<Utc>,
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    id: HandoverId,
    new: &NewHandover<'_>,
    by: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into client_handovers (id, client_id, from_id, to_id, reason, given_by, given_at, ends_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        new.client.0,
        new.from.0,
        new.to.0,
        new.reason,
        by.0,
        now,
        new.until
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// One that lasts. Whoever changes it holds the lock of the card.
pub(super) struct Open {
    pub(super) id: HandoverId,
    pub(super) client_id: ClientId,
    pub(super) from_id: UserId,
    pub(super) to_id: UserId,
    pub(super) reason: String,
    pub(super) ends_at: DateTime<Utc>,
}

pub(super) async fn open(conn: &mut PgConnection, id: HandoverId) -> sqlx::Result<Option<Open>> {
    sqlx::query_as!(
        Open,
        r#"select id as "id: HandoverId", client_id as "client_id: ClientId", from_id as "from_id: UserId",
                  to_id as "to_id: UserId", reason, ends_at
           from client_handovers where id = $1 and ended_at is null for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn open_of(conn: &mut PgConnection, client: ClientId) -> sqlx::Result<Option<Open>> {
    sqlx::query_as!(
        Open,
        r#"select id as "id: HandoverId", client_id as "client_id: ClientId", from_id as "from_id: UserId",
                  to_id as "to_id: UserId", reason, ends_at
           from client_handovers where client_id = $1 and ended_at is null for update"#,
        client.0
    )
    .fetch_optional(conn)
    .await
}

/// Of which card it is.
pub(super) async fn client(conn: &mut PgConnection, id: HandoverId) -> sqlx::Result<Option<ClientId>> {
    sqlx::query_scalar!(
        r#"select client_id as "client_id: ClientId" from client_handovers where id = $1"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn set_end(
    conn: &mut PgConnection,
    id: HandoverId,
    until: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!("update client_handovers set ends_at = $2 where id = $1", id.0, until).execute(conn).await?;
    Ok(())
}

pub(super) async fn end(
    conn: &mut PgConnection,
    id: HandoverId,
    outcome: Outcome,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update client_handovers set ended_at = $2, outcome = $3, ended_by = $4 where id = $1",
        id.0,
        now,
        outcome.as_str(),
        by.map(|by| by.0)
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn due(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<HandoverId>> {
    sqlx::query_scalar!(
        r#"select id as "id: HandoverId" from client_handovers
           where ended_at is null and ends_at <= $1
           order by ends_at, id limit 500"#,
        now
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn next_end(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!(
        "select min(ends_at) from client_handovers where ended_at is null and ends_at > $1",
        now
    )
    .fetch_one(conn)
    .await
}
