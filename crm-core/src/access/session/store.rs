//! SQL of sessions.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as};

use super::Session;
use crate::{ClientId, SessionId, UserId};

pub(super) struct Found {
    pub(super) id: SessionId,
    pub(super) user_id: UserId,
    pub(super) name: String,
    pub(super) last_seen_at: DateTime<Utc>,
    pub(super) must_enrol: bool,
    /// Words of the rights of all roles of the user, and of those that reach over all.
    pub(super) rights: Vec<String>,
    pub(super) over_all: Vec<String>,
    /// Clients of others that were opened to him.
    pub(super) lent: Vec<ClientId>,
}

/// One statement, for every request begins with it.
pub(super) async fn find_live(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Found>> {
    query_as!(
        Found,
        r#"select s.id as "id: SessionId", u.id as "user_id: UserId", u.name, s.last_seen_at,
                  u.second_factor_required and not exists
                      (select from second_factors f where f.user_id = u.id and f.confirmed_at is not null)
                      as "must_enrol!",
                  array(select r.right_name from user_roles x join role_rights r on r.role_code = x.role_code
                        where x.user_id = u.id) as "rights!",
                  array(select r.right_name from user_roles x join role_rights r on r.role_code = x.role_code
                        where x.user_id = u.id and r.scope = 'all') as "over_all!",
                  array(select l.client_id from client_loans l join clients c on c.id = l.client_id and c.root_id = c.id
                        where l.user_id = u.id and l.ended_at is null and (l.ends_at is null or l.ends_at > $2))
                      as "lent!: Vec<ClientId>"
           from sessions s join users u on u.id = s.user_id
           where s.token_hash = $1 and s.expires_at > $2 and u.disabled_at is null"#,
        token_hash,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn touch(
    conn: &mut PgConnection,
    token_hash: &[u8],
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    query!(
        "update sessions set last_seen_at = $2, expires_at = $3 where token_hash = $1 and last_seen_at < $2",
        token_hash,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn insert(
    conn: &mut PgConnection,
    token_hash: &[u8],
    user: UserId,
    session: &Session,
) -> sqlx::Result<()> {
    query!(
        "insert into sessions
             (token_hash, id, user_id, created_at, last_seen_at, expires_at, remote, user_agent)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        token_hash,
        session.id.0,
        user.0,
        session.created_at,
        session.last_seen_at,
        session.expires_at,
        session.remote,
        session.user_agent,
    )
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) async fn list(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Session>> {
    query_as!(
        Session,
        r#"select id as "id: SessionId", created_at, last_seen_at, expires_at, remote, user_agent
           from sessions where user_id = $1 and expires_at > $2
           order by last_seen_at desc, id"#,
        user.0,
        now,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn delete_one(
    conn: &mut PgConnection,
    user: UserId,
    session: SessionId,
) -> sqlx::Result<bool> {
    let gone = query!("delete from sessions where user_id = $1 and id = $2", user.0, session.0)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected() > 0)
}

pub(super) async fn delete_others(
    conn: &mut PgConnection,
    user: UserId,
    current: SessionId,
) -> sqlx::Result<u64> {
    let gone = query!("delete from sessions where user_id = $1 and id <> $2", user.0, current.0)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}

pub(super) async fn delete_by_token(conn: &mut PgConnection, token_hash: &[u8]) -> sqlx::Result<()> {
    query!("delete from sessions where token_hash = $1", token_hash).execute(conn).await?;
    Ok(())
}

pub(super) async fn delete_all_but(
    conn: &mut PgConnection,
    user: UserId,
    token_hash: &[u8],
) -> sqlx::Result<u64> {
    let gone = query!("delete from sessions where user_id = $1 and token_hash <> $2", user.0, token_hash)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}

pub(super) async fn delete_expired(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = query!("delete from sessions where expires_at <= $1", now).execute(conn).await?;
    Ok(gone.rows_affected())
}
