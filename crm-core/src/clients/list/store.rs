//! SQL of the lists.

use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{ClientCursor, ClientFilter, ClientRow, Owner, Part, Start, Step, Wanted, sort::Column};
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
    limit: i64,
) -> sqlx::Result<Vec<ClientRow>> {
    let mut query = QueryBuilder::<Postgres>::new(
        "select c.id, c.name, c.status, c.automatic, c.inn, c.city, c.time_zone, c.contract_mark,
                c.responsible_id, u.name as responsible_name, c.created_at
         from (",
    );
    for (at, owner) in step.owners.iter().enumerate() {
        query.push(if at == 0 { "(" } else { " union all (" });
        if goes_by_person(step) {
            push_walk_by_person(&mut query, *owner, step, filter, limit);
        } else {
            push_walk(&mut query, *owner, step, filter);
        }
        query.push(" limit ").push_bind(limit).push(")");
    }
    query.push(") c left join users u on u.id = c.responsible_id order by ");
    if goes_by_person(step) {
        push_keys(&mut query, &[PERSON, "u.id", NAME, "c.id"], step.order.from_end);
    } else {
        push_keys(&mut query, keys(step), goes_down(step));
    }
    query.push(" limit ").push_bind(limit);
    let rows: Vec<Row> = query.build_query_as().fetch_all(conn).await?;
    Ok(rows.into_iter().map(client_row).collect())
}

const NAME: &str = r#"c.name collate "ru-x-icu""#;
const PERSON: &str = r#"u.name collate "ru-x-icu""#;
const CITY: &str = r#"c.city collate "ru-x-icu""#;
/// Letter for letter what `clients_by_contract` holds.
const CONTRACT: &str =
    "(case c.contract_mark when 'original' then 1 when 'scan' then 2 when 'one_off' then 3 end)";

/// People stand in the order of their names, which is not in the table of clients.
fn goes_by_person(step: &Step<'_>) -> bool {
    step.order.column == Column::Responsible && step.part == Part::Filled
}

/// What is empty stands by name, whichever way the rest goes.
fn goes_down(step: &Step<'_>) -> bool {
    step.order.from_end && step.part == Part::Filled
}

/// What the rows of a step stand by, of one person where it goes by person.
fn keys(step: &Step<'_>) -> &'static [&'static str] {
    match step.order.column {
        Column::Created => &["c.created_at", "c.id"],
        _ if step.part == Part::Empty => &[NAME, "c.id"],
        Column::Name | Column::Responsible => &[NAME, "c.id"],
        Column::Status => &["c.status", NAME, "c.id"],
        Column::Inn => &["c.inn", NAME, "c.id"],
        Column::City => &[CITY, NAME, "c.id"],
        Column::Contract => &[CONTRACT, NAME, "c.id"],
    }
}

fn push_keys(query: &mut QueryBuilder<Postgres>, keys: &[&str], down: bool) {
    for (at, key) in keys.iter().enumerate() {
        query.push(if at == 0 { "" } else { ", " }).push(key).push(if down { " desc" } else { "" });
    }
}

fn push_walk(query: &mut QueryBuilder<Postgres>, owner: Owner<'_>, step: &Step<'_>, filter: &ClientFilter) {
    query.push("select c.* from clients c where c.root_id = c.id");
    push_owner(query, owner);
    push_part(query, step);
    push_filter(query, filter);
    if let Start::Behind(row) = step.start {
        push_behind(query, step, row);
    }
    query.push(" order by ");
    // «is null» is no constant to the planner: naming the column lets the walk follow the index.
    if let Some(column) = constant(owner, step) {
        query.push(column).push(if goes_down(step) { " desc, " } else { ", " });
    }
    push_keys(query, keys(step), goes_down(step));
}

fn constant(owner: Owner<'_>, step: &Step<'_>) -> Option<&'static str> {
    match (step.part, step.order.column) {
        (Part::Empty, Column::Inn) => Some("c.inn"),
        (Part::Empty, Column::City) => Some(CITY),
        (Part::Empty, Column::Contract) => Some(CONTRACT),
        (_, Column::Name | Column::Created | Column::Responsible) if matches!(owner, Owner::Nobody) => {
            Some("c.responsible_id")
        }
        _ => None,
    }
}

fn push_owner(query: &mut QueryBuilder<Postgres>, owner: Owner<'_>) {
    match owner {
        Owner::Anyone | Owner::Each => {}
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
}

fn push_part(query: &mut QueryBuilder<Postgres>, step: &Step<'_>) {
    let column = match step.order.column {
        Column::Inn => "c.inn",
        Column::City => CITY,
        Column::Contract => CONTRACT,
        Column::Name | Column::Created | Column::Responsible | Column::Status => return,
    };
    query.push(" and ").push(column);
    query.push(if step.part == Part::Empty { " is null" } else { " is not null" });
}

/// The walks over the clients of one person after the other. People come sorted, so that it ends with the person who
/// fills the page.
fn push_walk_by_person(
    query: &mut QueryBuilder<Postgres>,
    owner: Owner<'_>,
    step: &Step<'_>,
    filter: &ClientFilter,
    limit: i64,
) {
    let down = step.order.from_end;
    query.push("select c.* from (select u.id, u.name from users u");
    match (step.start, owner) {
        (Start::BehindPerson(person), _) => {
            query.push(" where (").push(PERSON).push(", u.id)").push(if down { " < (" } else { " > (" });
            query.push_bind(person.name.clone()).push(", ").push_bind(person.id).push(")");
        }
        (_, Owner::User(user)) => {
            query.push(" where u.id = ").push_bind(user);
        }
        _ => {}
    }
    query.push(" order by ");
    push_keys(query, &[PERSON, "u.id"], down);
    query.push(
        ") u cross join lateral
             (select c.* from clients c where c.root_id = c.id and c.responsible_id = u.id",
    );
    push_owner(query, owner);
    push_filter(query, filter);
    if let Start::Behind(row) = step.start {
        push_behind(query, step, row);
    }
    query.push(" order by ");
    push_keys(query, &[NAME, "c.id"], down);
    query.push(" limit ").push_bind(limit).push(") c order by ");
    push_keys(query, &[PERSON, "u.id", NAME, "c.id"], down);
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

/// Behind this row, in the order of the step.
fn push_behind(query: &mut QueryBuilder<Postgres>, step: &Step<'_>, row: &ClientCursor) {
    query.push(" and (");
    push_keys(query, keys(step), false);
    query.push(if goes_down(step) { ") < (" } else { ") > (" });
    match step.order.column {
        _ if step.part == Part::Empty => query.push_bind(row.name.clone()),
        Column::Name | Column::Responsible => query.push_bind(row.name.clone()),
        Column::Created => query.push_bind(row.created_at),
        Column::Status => query.push_bind(row.status.as_str()).push(", ").push_bind(row.name.clone()),
        Column::Inn => query.push_bind(row.inn.clone()).push(", ").push_bind(row.name.clone()),
        Column::City => query.push_bind(row.city.clone()).push(", ").push_bind(row.name.clone()),
        Column::Contract => {
            query.push_bind(row.contract_mark.map(ContractMark::rank)).push(", ").push_bind(row.name.clone())
        }
    };
    query.push(", ").push_bind(row.id).push(")");
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
