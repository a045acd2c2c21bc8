//! SQL of loans.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::{Loan, NewLoan};
use crate::{ClientId, LoanId, UserId, clients::client::Person};

pub(super) async fn of_client(
    conn: &mut PgConnection,
    client: ClientId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Loan>> {
    let rows = sqlx::query!(
        r#"select l.id as "id: LoanId", l.user_id as "user_id: UserId", u.name as user_name,
                  l.lent_by as "lent_by: UserId", b.name as lender_name, l.lent_at, l.ends_at
           from client_loans l
           join users u on u.id = l.user_id
           join users b on b.id = l.lent_by
           where l.client_id = $1 and l.ended_at is null and (l.ends_at is null or l.ends_at > $2)
           order by l.ends_at desc nulls first, l.id"#,
        client.0,
        now
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Loan {
            id: row.id,
            user: Person { id: row.user_id, name: row.user_name },
            lent_by: Person { id: row.lent_by, name: row.lender_name },
            lent_at: row.lent_at,
            ends_at: row.ends_at,
            may_end: false,
        })
        .collect())
}

pub(super) async fn put(
    conn: &mut PgConnection,
    id: LoanId,
    new: &NewLoan,
    lender: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into client_loans (id, client_id, user_id, request_id, lent_by, lent_at, ends_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (user_id, client_id) where ended_at is null do update
         set request_id = excluded.request_id, lent_by = excluded.lent_by, lent_at = excluded.lent_at,
             ends_at = excluded.ends_at",
        id.0,
        new.client.0,
        new.user.0,
        new.request.0,
        lender.0,
        now,
        new.ends_at
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A loan under its lock.
pub(super) struct Locked {
    pub client_id: ClientId,
    pub user_id: UserId,
    pub ended: bool,
}

pub(super) async fn lock(conn: &mut PgConnection, id: LoanId) -> sqlx::Result<Option<Locked>> {
    sqlx::query_as!(
        Locked,
        r#"select client_id as "client_id: ClientId", user_id as "user_id: UserId",
                  ended_at is not null as "ended!"
           from client_loans where id = $1 for update"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// What of a client is lent to any of these.
pub(super) async fn open_to(
    conn: &mut PgConnection,
    client: ClientId,
    users: &[UserId],
) -> sqlx::Result<Vec<LoanId>> {
    sqlx::query_scalar!(
        r#"select id as "id: LoanId" from client_loans
           where user_id = any($1) and client_id = $2 and ended_at is null order by id"#,
        users as &[UserId],
        client.0
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn end(
    conn: &mut PgConnection,
    id: LoanId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update client_loans set ended_at = $2, ended_by = $3 where id = $1",
        id.0,
        now,
        by.map(|by| by.0)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A loan that has reached its term.
pub(super) struct Due {
    pub id: LoanId,
    pub client_id: ClientId,
    pub user_id: UserId,
    pub ends_at: Option<DateTime<Utc>>,
}

pub(super) async fn due(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as!(
        Due,
        r#"select id as "id: LoanId", client_id as "client_id: ClientId", user_id as "user_id: UserId", ends_at
           from client_loans where ended_at is null and ends_at <= $1
           order by ends_at, id limit 500 for update skip locked"#,
        now
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn next_end(conn: &mut PgConnection) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar!("select min(ends_at) from client_loans where ended_at is null").fetch_one(conn).await
}
