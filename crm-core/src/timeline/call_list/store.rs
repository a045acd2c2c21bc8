//! SQL of the list of calls.

use sqlx::{PgConnection, Postgres, QueryBuilder};

use super::CallFilter;
use crate::{
    clients::reach::Reach,
    timeline::{
        read::{
            TimelineCursor,
            store::{COLUMNS, JOINS, direction_word, fetch_rows},
        },
        view::StoredRow,
    },
};

pub(crate) async fn list(
    conn: &mut PgConnection,
    reach: Reach<'_>,
    filter: &CallFilter,
    before: Option<TimelineCursor>,
    rows: i64,
) -> sqlx::Result<Vec<StoredRow>> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(" from (");
    if filter.outcomes.is_empty() {
        push_walk(&mut query, reach, filter, before, rows);
    } else {
        // One walk for each outcome, over its own stretch of the index: a rare one is not looked for among all calls.
        query.push("select i.* from (select distinct unnest(").push_bind(filter.outcomes.clone());
        query.push("::text[]) as outcome) wanted cross join lateral (");
        push_walk(&mut query, reach, filter, before, rows);
        query.push(") i order by i.occurred_at desc, i.id desc limit ").push_bind(rows);
    }
    query.push(") i ").push(JOINS).push(" order by i.occurred_at desc, i.id desc");
    fetch_rows(conn, query).await
}

/// A page of calls; of the outcome `wanted.outcome` where outcomes are asked for.
fn push_walk(
    query: &mut QueryBuilder<Postgres>,
    reach: Reach<'_>,
    filter: &CallFilter,
    before: Option<TimelineCursor>,
    rows: i64,
) {
    query.push("select i.* from interactions i where i.kind = 'call'");
    if !filter.outcomes.is_empty() {
        query.push(" and i.content #>> '{call,outcome}' = wanted.outcome");
    }
    if let Some(before) = before {
        query.push(" and (i.occurred_at, i.id) < (").push_bind(before.at);
        query.push(", ").push_bind(before.id).push(")");
    }
    if let Some(direction) = filter.direction {
        query.push(" and i.direction = ").push_bind(direction_word(direction));
    }
    if !filter.accounts.is_empty() {
        query.push(" and i.account_id = any(").push_bind(filter.accounts.clone()).push(")");
    }
    if let Some(from) = filter.from {
        query.push(" and i.occurred_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" and i.occurred_at < ").push_bind(until);
    }
    push_row_reach(query, reach);
    query.push(" order by i.occurred_at desc, i.id desc limit ").push_bind(rows);
}

/// The row's own client, the company it is pinned to, or one of the companies of its contact must be within reach.
pub(crate) fn push_row_reach(query: &mut QueryBuilder<Postgres>, reach: Reach<'_>) {
    if reach.all {
        return;
    }
    query.push(
        " and exists (
            select 1
            from (
                select i.client_id as client_id where i.client_id is not null
                union all
                select i.pinned_client_id where i.client_id is null and i.pinned_client_id is not null
                union all
                select cc.client_id
                from contacts k
                cross join lateral (
                    select k.root_id as id
                    union all select f.id from contacts f where f.root_id = k.root_id and f.root_id <> f.id) f
                join contact_clients cc on cc.contact_id = f.id
                where k.id = i.contact_id and i.pinned_client_id is null
            ) of_row
            join clients c on c.id = of_row.client_id
            join clients r on r.id = c.root_id
            where r.responsible_id is null or r.responsible_id = ",
    );
    query.push_bind(reach.user).push(" or r.id = any(").push_bind(reach.lent.to_vec()).push("))");
}
