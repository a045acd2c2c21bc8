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
    pub(super) last_at: DateTime<Utc>,
    pub(super) first_id: InteractionId,
}

/// In which order, and behind which row.
#[derive(Clone, Copy, Debug)]
pub(super) enum Order {
    /// By the newest call.
    NewestFirst(Option<DebtCursor>),
    /// By the first call.
    OldestFirst,
}

pub(super) async fn list(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    since: DateTime<Utc>,
    order: Order,
    rows: i64,
) -> sqlx::Result<Vec<Row>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "with missed as materialized (
             select i.id, i.occurred_at, i.identity_id, k.root_id
             from interactions i join contacts k on k.id = i.contact_id
             where i.kind = 'call' and i.direction = 'inbound' and i.content #>> '{call,outcome}' = 'missed'
               and i.occurred_at >= ",
    );
    query.push_bind(since);
    push_row_reach(&mut query, reach);
    query.push(
        "), debts as (
             select m.root_id as contact_id, count(*) as missed, max(m.occurred_at) as last_at, min(m.occurred_at) as first_at,
                    (array_agg(m.id order by m.occurred_at, m.id))[1] as first_id,
                    (array_agg(m.identity_id order by m.occurred_at desc, m.id desc))[1] as identity_id
             from (select root_id, min(occurred_at) as first_at from missed group by root_id) caller
             cross join lateral (",
    );
    push_last_word(&mut query);
    query.push(
        ") word
             join missed m on m.root_id = caller.root_id and (word.at is null or m.occurred_at > word.at)
             group by m.root_id)
         select d.contact_id, k.name as contact_name, n.value as number, d.missed, d.last_at, d.first_id
         from debts d
         join contacts k on k.id = d.contact_id
         left join identities n on n.id = d.identity_id and n.kind = 'phone'
         where true",
    );
    if let Order::NewestFirst(Some(after)) = order {
        query.push(" and (d.last_at, d.contact_id) < (").push_bind(after.last_at);
        query.push(", ").push_bind(after.contact).push(")");
    }
    query.push(match order {
        Order::NewestFirst(_) => " order by d.last_at desc, d.contact_id desc limit ",
        Order::OldestFirst => " order by d.first_at, d.contact_id limit ",
    });
    query.push_bind(rows);
    query.build_query_as().fetch_all(conn).await
}

/// The newest word of ours to anybody of the clients of `caller`, not before his first missed call: a message that did
/// not fail, neither here nor at the provider, and was no automatic greeting, or a talk. It does not depend on who looks.
fn push_last_word(query: &mut QueryBuilder<Postgres>) {
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
             union select f.id from people join contacts f on f.root_id = people.root_id and f.root_id <> f.id)
         select max(j.occurred_at) as at
         from circle
         join interactions j on j.contact_id = circle.id and j.occurred_at > caller.first_at
         where j.kind = 'call' and j.content #>> '{call,outcome}' in ('answered', 'talking')
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
                     and d.state in ('planned', 'failed', 'cancelled'))",
    );
}

/// These calls as rows of a timeline.
pub(super) async fn calls(conn: &mut PgConnection, ids: &[InteractionId]) -> sqlx::Result<Vec<StoredRow>> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(" from interactions i ").push(JOINS).push(" where i.id = any(").push_bind(ids.to_vec());
    query.push(")");
    fetch_rows(conn, query).await
}
