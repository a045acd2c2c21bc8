//! SQL of what the bot tells.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Bound, DayFigures};
use crate::{AccountId, ContactId, UserId, bridge::mirror};

pub(super) async fn remember(
    conn: &mut PgConnection,
    id: Uuid,
    account: AccountId,
    user: UserId,
    place: &str,
    command: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into bridge_commands (id, account_id, user_id, place, command, asked_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        account.0,
        user.0,
        place,
        command,
        now
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("select pg_notify($1, '')", mirror::CHANNEL).execute(conn).await?;
    Ok(())
}

/// A command that was heard.
pub(super) struct Asked {
    pub account_id: AccountId,
    pub user_id: UserId,
    pub place: String,
    pub command: String,
}

/// Takes the command heard first away; it comes back when the transaction does not.
pub(super) async fn take(conn: &mut PgConnection) -> sqlx::Result<Option<Asked>> {
    sqlx::query_as!(
        Asked,
        r#"delete from bridge_commands where id = (
               select id from bridge_commands order by id limit 1 for update skip locked)
           returning account_id as "account_id: AccountId", user_id as "user_id: UserId", place, command"#
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn bound(conn: &mut PgConnection) -> sqlx::Result<Vec<Bound>> {
    sqlx::query_as!(
        Bound,
        r#"select user_id as "user_id: UserId", account_id as "account_id: AccountId", chat
           from bridge_bindings order by bound_at, user_id"#
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn digest(conn: &mut PgConnection) -> sqlx::Result<(bool, NaiveTime)> {
    let row = sqlx::query!("select enabled, at from bridge_digest").fetch_one(conn).await?;
    Ok((row.enabled, row.at))
}

/// `over`: the day that is not to have one any more.
pub(super) async fn set_digest(
    conn: &mut PgConnection,
    enabled: bool,
    at: NaiveTime,
    over: Option<NaiveDate>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "update bridge_digest set enabled = $1, at = $2, sent_on = greatest(sent_on, $3)",
        enabled,
        at,
        over
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether the summary of this day is to go now; from then on it counts as sent.
pub(super) async fn claim_digest(
    conn: &mut PgConnection,
    day: NaiveDate,
    time: NaiveTime,
) -> sqlx::Result<bool> {
    let claimed = sqlx::query!(
        "update bridge_digest set sent_on = $1
         where enabled and at <= $2 and (sent_on is null or sent_on < $1)",
        day,
        time
    )
    .execute(conn)
    .await?;
    Ok(claimed.rows_affected() == 1)
}

/// Names of those who answer for the first client of each person.
pub(super) async fn managers(
    conn: &mut PgConnection,
    people: &[ContactId],
) -> sqlx::Result<HashMap<ContactId, String>> {
    let ids: Vec<Uuid> = people.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        r#"select distinct on (k.root_id) k.root_id as "contact: ContactId", u.name
           from contacts k
           join contact_clients cc on cc.contact_id = k.id
           join clients c on c.id = cc.client_id
           join clients r on r.id = c.root_id
           join users u on u.id = r.responsible_id
           where k.root_id = any($1)
           order by k.root_id, r.id"#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.contact, row.name)).collect())
}

/// Messages are found by the conversations that were alive since: that is a small part of them.
pub(super) async fn figures(
    conn: &mut PgConnection,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<DayFigures> {
    let messages = sqlx::query!(
        r#"with said as (
               select i.direction, i.occurred_at,
                      lag(i.direction) over spoken as before,
                      min(i.occurred_at) filter (where i.direction = 'outbound') over (
                          partition by i.conversation_id order by i.occurred_at, i.id
                          rows between 1 following and unbounded following) as answered_at
               from conversation_heads h
               join interactions i on i.conversation_id = h.conversation_id
               where h.last_at >= $1 and i.kind = 'message' and i.occurred_at >= $1 and i.occurred_at < $2
                 and i.origin not in ('history', 'automatic')
               window spoken as (partition by i.conversation_id order by i.occurred_at, i.id))
           select count(*) filter (where direction = 'inbound') as "messages_in!",
                  count(*) filter (where direction = 'outbound') as "messages_out!",
                  percentile_cont(0.5) within group (order by extract(epoch from answered_at - occurred_at)::float8)
                      filter (where direction = 'inbound' and before is distinct from 'inbound'
                                and answered_at is not null) as first_answer_s
           from said"#,
        from,
        until
    )
    .fetch_one(&mut *conn)
    .await?;
    let calls = sqlx::query!(
        r#"select count(*) filter (where direction = 'inbound') as "calls_in!",
                  count(*) filter (where direction = 'inbound' and content #>> '{call,outcome}' = 'missed')
                      as "calls_missed!",
                  count(*) filter (where direction = 'outbound') as "calls_out!"
           from interactions where kind = 'call' and occurred_at >= $1 and occurred_at < $2"#,
        from,
        until
    )
    .fetch_one(&mut *conn)
    .await?;
    let new_clients = sqlx::query_scalar!(
        r#"select count(*) as "new!" from clients where id = root_id and created_at >= $1 and created_at < $2"#,
        from,
        until
    )
    .fetch_one(conn)
    .await?;
    #[expect(clippy::cast_possible_truncation, reason = "seconds of one day")]
    let first_answer = messages.first_answer_s.map(|seconds| TimeDelta::seconds(seconds as i64));
    Ok(DayFigures {
        messages_in: messages.messages_in,
        messages_out: messages.messages_out,
        calls_in: calls.calls_in,
        calls_missed: calls.calls_missed,
        calls_out: calls.calls_out,
        new_clients,
        first_answer,
    })
}
