//! SQL of the lists.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{ClientCursor, ClientFilter, ClientRow, ClientSort, Owner, Step, Wanted};
use crate::{
    ClientId, UserId,
    clients::client::{ClientStatus, ContractMark, Person},
};

#[derive(FromRow)]
struct Row {
    id: ClientId,
    name: String,
    status: ClientStatus,
    automatic: bool,
    inn: Option<String>,
    city: Option<String>,
    time_zone: Option<String>,
    contract_mark: Option<ContractMark>,
    responsible_id: Option<UserId>,
    responsible_name: Option<String>,
    created_at: DateTime<Utc>,
}

/// Merges the walks of one step.
pub(crate) async fn walk(
    conn: &mut PgConnection,
    step: &Step<'_>,
    filter: &ClientFilter,
    sort: ClientSort,
    limit: i64,
) -> sqlx::Result<Vec<ClientRow>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select c.id, c.name, c.status, c.automatic, c.inn, c.city, c.time_zone, c.contract_mark,
                c.responsible_id, u.name as responsible_name, c.created_at
         from (",
    );
    for (at, owner) in step.owners.iter().enumerate() {
        query.push(if at == 0 { "(" } else { " union all (" });
        push_walk(&mut query, *owner, step.after, filter, sort);
        query.push(" limit ").push_bind(limit).push(")");
    }
    query.push(") c left join users u on u.id = c.responsible_id order by ");
    query.push(order(sort)).push(" limit ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(client_row).collect())
}

fn order(sort: ClientSort) -> &'static str {
    match sort {
        ClientSort::Name => r#"c.name collate "ru-x-icu", c.id"#,
        ClientSort::Created => "c.created_at, c.id",
        ClientSort::CreatedNewest => "c.created_at desc, c.id desc",
        ClientSort::Responsible => r#"c.responsible_id, c.name collate "ru-x-icu", c.id"#,
    }
}

fn push_walk(
    query: &mut QueryBuilder<Postgres>,
    owner: Owner<'_>,
    after: Option<&ClientCursor>,
    filter: &ClientFilter,
    sort: ClientSort,
) {
    query.push("select c.* from clients c where c.root_id = c.id");
    match owner {
        Owner::Anyone => {}
        Owner::Somebody => {
            query.push(" and c.responsible_id is not null");
        }
        Owner::Nobody => {
            query.push(" and c.responsible_id is null");
        }
        Owner::User(user) => {
            query.push(" and c.responsible_id = ").push_bind(user);
        }
        Owner::Lent(reach, of) => {
            query.push(" and c.id = any(").push_bind(reach.lent.to_vec()).push(") and c.responsible_id <> ");
            query.push_bind(reach.user);
            if let Some(of) = of {
                query.push(" and c.responsible_id = ").push_bind(of);
            }
        }
    }
    push_filter(query, filter);
    if let Some(after) = after {
        push_after(query, owner, after, sort);
    }
    query.push(" order by ");
    // «is null» is no constant to the planner: naming the column lets the walk follow the index.
    if matches!(owner, Owner::Nobody) && sort != ClientSort::Responsible {
        query.push(if sort == ClientSort::CreatedNewest {
            "c.responsible_id desc, "
        } else {
            "c.responsible_id, "
        });
    }
    query.push(order(sort));
}

fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &ClientFilter) {
    if let Some(status) = filter.status {
        query.push(" and c.status = ").push_bind(status.as_str());
    }
    match &filter.city {
        None => {}
        Some(Wanted::None) => {
            query.push(" and c.city is null");
        }
        Some(Wanted::Is(city)) => {
            query.push(" and c.city = ").push_bind(city.clone());
        }
    }
    match filter.contract_mark {
        None => {}
        Some(Wanted::None) => {
            query.push(" and c.contract_mark is null");
        }
        Some(Wanted::Is(mark)) => {
            query.push(" and c.contract_mark = ").push_bind(mark.as_str());
        }
    }
    if let Some(automatic) = filter.automatic {
        query.push(" and c.automatic = ").push_bind(automatic);
    }
    match filter.has_inn {
        None => {}
        Some(true) => {
            query.push(" and c.inn is not null");
        }
        Some(false) => {
            query.push(" and c.inn is null");
        }
    }
}

fn push_after(query: &mut QueryBuilder<Postgres>, owner: Owner<'_>, after: &ClientCursor, sort: ClientSort) {
    match sort {
        ClientSort::Created => {
            query.push(" and (c.created_at, c.id) > (").push_bind(after.created_at);
        }
        ClientSort::CreatedNewest => {
            query.push(" and (c.created_at, c.id) < (").push_bind(after.created_at);
        }
        ClientSort::Responsible if !matches!(owner, Owner::Nobody) => {
            query.push(r#" and (c.responsible_id, c.name collate "ru-x-icu", c.id) > ("#);
            query.push_bind(after.responsible_id).push(", ").push_bind(after.name.clone());
        }
        ClientSort::Name | ClientSort::Responsible => {
            query.push(r#" and (c.name collate "ru-x-icu", c.id) > ("#).push_bind(after.name.clone());
        }
    }
    query.push(", ").push_bind(after.id).push(")");
}

fn client_row(row: Row) -> ClientRow {
    let responsible = row.responsible_id.zip(row.responsible_name);
    ClientRow {
        id: row.id,
        name: row.name,
        status: row.status,
        automatic: row.automatic,
        inn: row.inn,
        city: row.city,
        time_zone: row.time_zone,
        contract_mark: row.contract_mark,
        responsible: responsible.map(|(id, name)| Person { id, name }),
        created_at: row.created_at,
    }
}
