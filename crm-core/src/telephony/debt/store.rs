//! SQL of «Перезвонить».

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::DebtCursor;
use crate::{
    ContactId, InteractionId,
    clients::reach::Reach,
    timeline::{
        call_list::store::push_row_reach,
        read::store::{COLUMNS, JOINS, fetch_rows},
        view::StoredRow,
    },
};

#[derive(FromRow)]
pub(super) struct Row {
    pub(super) contact_id: ContactId,
    pub(super) contact_name: String,
    pub(super) number: Option<String>,
    pub(super) missed: i64,
    pub(super) promised_at: Option<DateTime<Utc>>,
    pub(super) last_at: DateTime<Utc>,
    pub(super) first_id: InteractionId,
}

/// In which order, and behind which row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// By the newest missed call or promise.
    NewestFirst(Option<DebtCursor>),
    /// By the first of them.
    OldestFirst,
}

/// Most callers have been called back, and to find the newest word to a caller is to read his whole timeline since he
/// called. So those are left out first who were answered after all that is owed to them, which one row tells; in the
/// order of the list and up to its limit. Only of the rest it is asked which of their calls are paid.
pub(super) async fn list(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    since: DateTime<Utc>,
    order: Order,
    rows: i64,
) -> sqlx::Result<Vec<Row>> {
    let mut query = QueryBuilder::<Postgres>::new("with owed as materialized (");
    push_missed(&mut query, reach, since);
    query.push(" union all ");
    push_promised(&mut query, reach, since);
    query.push("), unpaid as materialized (");
    push_unpaid(&mut query, order, rows);
    query.push(
        "), debts as (
             select m.root_id as contact_id, count(*) filter (where not m.promised) as missed,
                    max(m.owed_at) filter (where m.promised) as promised_at,
                    max(m.owed_at) as last_at, min(m.owed_at) as first_at,
                    (array_agg(m.id order by m.owed_at, m.id))[1] as first_id,
                    (array_agg(m.identity_id order by m.owed_at desc, m.id desc))[1] as identity_id
             from unpaid caller
             cross join lateral (",
    );
    push_circle(&mut query);
    query.push(" select max(j.occurred_at) as at");
    push_words(&mut query);
    query.push(
        ") word
             join owed m on m.root_id = caller.root_id and (word.at is null or m.owed_at > word.at)
             group by m.root_id)
         select d.contact_id, k.name as contact_name, n.value as number, d.missed, d.promised_at, d.last_at, d.first_id
         from debts d
         join contacts k on k.id = d.contact_id
         left join identities n on n.id = d.identity_id and n.kind = 'phone'",
    );
    query.push(match order {
        Order::NewestFirst(_) => " order by d.last_at desc, d.contact_id desc limit ",
        Order::OldestFirst => " order by d.first_at, d.contact_id limit ",
    });
    query.push_bind(rows);
    query.build_query_as().fetch_all(conn).await
}

/// Those to whom nobody had a word since the newest that is owed to them. The newest first they are a page: their place
/// is told by what is owed alone. Who waits longest is known only when all of them are.
fn push_unpaid(query: &mut QueryBuilder<Postgres>, order: Order, rows: i64) {
    query.push(
        "select caller.root_id, caller.first_at, caller.last_at
         from (
             select root_id, min(owed_at) as first_at, max(owed_at) as last_at from owed group by root_id",
    );
    if let Order::NewestFirst(after) = order {
        if let Some(after) = after {
            query.push(" having (max(owed_at), root_id) < (").push_bind(after.last_at);
            query.push(", ").push_bind(after.contact).push(")");
        }
        // Sorted before they are asked about, so that the limit ends the asking.
        query.push(" order by max(owed_at) desc, root_id desc");
    }
    query.push(") caller where not exists (");
    push_circle(query);
    query.push(" select");
    push_words(query);
    query.push(" and j.occurred_at >= caller.last_at)");
    if let Order::NewestFirst(_) = order {
        query.push(" order by caller.last_at desc, caller.root_id desc limit ").push_bind(rows);
    }
}

/// Missed calls.
fn push_missed(query: &mut QueryBuilder<Postgres>, reach: Reach<'_>, since: DateTime<Utc>) {
    query.push(
        "select i.id, i.occurred_at as owed_at, i.identity_id, k.root_id, false as promised
         from interactions i join contacts k on k.id = i.contact_id
         where i.kind = 'call' and i.direction = 'inbound' and i.content #>> '{call,outcome}' = 'missed'
           and i.occurred_at >= ",
    );
    query.push_bind(since);
    push_row_reach(query, reach);
}

/// Calls whose newest result is «Перезвонить»: owed from when it was said, so that the talk itself pays nothing.
fn push_promised(query: &mut QueryBuilder<Postgres>, reach: Reach<'_>, since: DateTime<Utc>) {
    query.push(
        "select i.id, s.at as owed_at, i.identity_id, k.root_id, true as promised
         from call_results s join interactions i on i.id = s.interaction_id join contacts k on k.id = i.contact_id
         where s.result = 'call_again'
           and not exists (
               select from call_results n where n.interaction_id = s.interaction_id and n.version > s.version)
           and s.at >= ",
    );
    query.push_bind(since);
    push_row_reach(query, reach);
}

/// `circle`: all persons of the clients of `caller`.
fn push_circle(query: &mut QueryBuilder<Postgres>) {
    query.push(
        "with own as (
             select caller.root_id as id
             union all select f.id from contacts f where f.root_id = caller.root_id and f.root_id <> f.id),
         cards as (
             select distinct c.root_id
             from own join contact_clients cc on cc.contact_id = own.id join clients c on c.id = cc.client_id),
         people as (
             select distinct k.root_id
             from cards
             cross join lateral (
                 select cards.root_id as id
                 union all
                 select c.id from clients c where c.root_id = cards.root_id and c.root_id <> c.id) card
             join contact_clients cc on cc.client_id = card.id
             join contacts k on k.id = cc.contact_id),
         circle as (
             select id from own
             union select root_id from people
             union select f.id from people join contacts f on f.root_id = people.root_id and f.root_id <> f.id)",
    );
}

/// The words of ours to the `circle` after the first that is owed to `caller`: messages that did not fail, neither here
/// nor at the provider, and were no automatic greetings, and talks. They do not depend on who looks.
fn push_words(query: &mut QueryBuilder<Postgres>) {
    query.push(
        " from circle
         join interactions j on j.contact_id = circle.id and j.occurred_at > caller.first_at
         where (
            j.kind = 'call' and j.content #>> '{call,outcome}' in ('answered', 'talking')
            or j.kind = 'message' and j.direction = 'outbound' and j.origin <> 'automatic'
               and not exists (
                   select from message_facts s
                   where s.kind = 'delivery' and s.interaction_id in (
                       select j.id
                       union all select p.key::uuid from message_facts p
                                 where p.interaction_id = j.id and p.kind = 'part')
                   having bool_or(s.value ->> 'state' = 'failed')
                      and not bool_or(s.value ->> 'state' in ('delivered', 'read', 'played')))
               and not exists (
                   select from deliveries d
                   where d.interaction_id = j.id and d.action = 'message'
                     and d.state in ('planned', 'failed', 'cancelled')))",
    );
}

/// These calls as rows of a timeline.
pub(super) async fn calls(conn: &mut PgConnection, ids: &[InteractionId]) -> sqlx::Result<Vec<StoredRow>> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(" from interactions i ").push(JOINS).push(" where i.id = any(").push_bind(ids.to_vec());
    query.push(")");
    fetch_rows(conn, query).await
}
