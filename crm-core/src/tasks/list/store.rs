//! SQL of lists of tasks.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{FromRow, PgConnection, Postgres, QueryBuilder};

use super::{TaskCounts, TaskCursor, TaskFilter, TaskSort, TaskState};
use crate::{
    ClientId, InteractionId, TaskId, UserId,
    access::{ClientScope, Right, Scope, Viewer},
    clients::client::Person,
    tasks::task::{Due, Task, TaskClient, TaskClosing, TaskKind},
};

#[derive(FromRow)]
struct Row {
    id: TaskId,
    author_id: UserId,
    author_name: String,
    responsible_id: UserId,
    responsible_name: String,
    kind: TaskKind,
    title: String,
    text: Option<String>,
    due_at: Option<DateTime<Utc>>,
    due_day: Option<NaiveDate>,
    client_id: Option<ClientId>,
    client_name: Option<String>,
    client_responsible: Option<UserId>,
    interaction_id: Option<InteractionId>,
    created_at: DateTime<Utc>,
    closed_at: Option<DateTime<Utc>>,
    closed_by: Option<UserId>,
    closed_name: Option<String>,
}

const SELECT: &str =
    "select t.id, t.author_id, a.name as author_name, t.responsible_id, u.name as responsible_name,
        t.kind, t.title, t.text, t.due_at, t.due_day, root.id as client_id, root.name as client_name,
        root.responsible_id as client_responsible, t.interaction_id, t.created_at, t.closed_at, t.closed_by,
        k.name as closed_name
    from tasks t
    join users a on a.id = t.author_id
    join users u on u.id = t.responsible_id
    left join users k on k.id = t.closed_by
    left join clients c on c.id = t.client_id
    left join clients root on root.id = c.root_id
    where ";

pub(super) async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &TaskFilter,
    family: Option<&[ClientId]>,
    sort: TaskSort,
    after: Option<TaskCursor>,
    rows: i64,
) -> sqlx::Result<Vec<Task>> {
    let mut query = QueryBuilder::<Postgres>::new(SELECT);
    push_sight(&mut query, viewer);
    let is_narrow = filter.responsible == Some(viewer.user_id)
        || filter.author == Some(viewer.user_id)
        || family.is_some();
    if !is_narrow && viewer.scope(Right::TasksUse) == Some(Scope::Own) {
        push_own(&mut query, viewer);
    }
    push_filter(&mut query, filter, family);
    let (key, ascending) = order(sort);
    if let Some(TaskCursor { at, id }) = after {
        query.push(" and (").push(key).push(", t.id) ").push(if ascending { "> (" } else { "< (" });
        query.push("coalesce(").push_bind(at).push(", timestamptz ").push(last(ascending)).push("), ");
        query.push_bind(id).push(")");
    }
    let direction = if ascending { "" } else { " desc" };
    query.push(" order by ").push(key).push(direction).push(", t.id").push(direction);
    query.push(" limit ").push_bind(rows);
    fetch(conn, viewer, query).await
}

pub(super) async fn one(conn: &mut PgConnection, viewer: &Viewer, id: TaskId) -> sqlx::Result<Option<Task>> {
    let mut query = QueryBuilder::<Postgres>::new(SELECT);
    push_sight(&mut query, viewer);
    query.push(" and t.id = ").push_bind(id);
    Ok(fetch(conn, viewer, query).await?.pop())
}

pub(super) async fn counts(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
    day_ends: DateTime<Utc>,
) -> sqlx::Result<TaskCounts> {
    sqlx::query_as!(
        TaskCounts,
        r#"select count(*) filter (where due_at <= $2) as "overdue!", count(*) filter (where due_at > $2) as "today!"
           from tasks
           where responsible_id = $1 and closed_at is null and coalesce(due_at, timestamptz 'infinity') <= $3"#,
        user.0,
        now,
        day_ends,
    )
    .fetch_one(conn)
    .await
}

/// By what a list is ordered, as the indexes have it, and whether it ascends.
fn order(sort: TaskSort) -> (&'static str, bool) {
    match sort {
        TaskSort::Created => ("t.created_at", true),
        TaskSort::CreatedNewest => ("t.created_at", false),
        TaskSort::Due => ("coalesce(t.due_at, timestamptz 'infinity')", true),
        TaskSort::ClosedNewest => ("coalesce(t.closed_at, timestamptz '-infinity')", false),
    }
}

/// What has no moment stands last.
fn last(ascending: bool) -> &'static str {
    if ascending { "'infinity'" } else { "'-infinity'" }
}

/// Which tasks the viewer sees; see the module of tasks.
fn push_sight(query: &mut QueryBuilder<Postgres>, viewer: &Viewer) {
    query.push("(t.responsible_id = ").push_bind(viewer.user_id).push(" or (");
    if viewer.scope(Right::TasksUse) != Some(Scope::All) {
        query.push("(t.author_id = ").push_bind(viewer.user_id);
        query.push(" or root.responsible_id = ").push_bind(viewer.user_id);
        query.push(" or root.id = any(").push_bind(viewer.lent.clone()).push(")) and ");
    }
    query.push("(t.client_id is null");
    match viewer.readable_clients() {
        ClientScope::Nothing => {}
        ClientScope::All => {
            query.push(" or true");
        }
        ClientScope::Own { user, lent } => {
            query.push(" or root.responsible_id is null or root.responsible_id = ").push_bind(user);
            query.push(" or root.id = any(").push_bind(lent.to_vec()).push(")");
        }
    }
    query.push(")))");
}

/// The same tasks, and some more, by three walks over indexes: one condition with «or» would read the tasks of everybody.
fn push_own(query: &mut QueryBuilder<Postgres>, viewer: &Viewer) {
    let me = viewer.user_id;
    query.push(" and t.id in (select id from tasks where responsible_id = ").push_bind(me);
    query.push(" union all select id from tasks where author_id = ").push_bind(me);
    query.push(
        " union all select o.id
           from (select id from clients where root_id = id and responsible_id = ",
    );
    query.push_bind(me).push(" union all select x.id from unnest(").push_bind(viewer.lent.clone());
    query.push(
        "::uuid[]) x(id)) led
           join lateral (select led.id union all
                         select m.id from clients m where m.root_id = led.id and m.root_id <> m.id) member on true
           join tasks o on o.client_id = member.id)",
    );
}

fn push_filter(query: &mut QueryBuilder<Postgres>, filter: &TaskFilter, family: Option<&[ClientId]>) {
    match filter.state {
        None => {}
        Some(TaskState::Open) => {
            query.push(" and t.closed_at is null");
        }
        Some(TaskState::Closed) => {
            query.push(" and t.closed_at is not null");
        }
    }
    if let Some(user) = filter.responsible {
        query.push(" and t.responsible_id = ").push_bind(user);
    }
    if let Some(user) = filter.author {
        query.push(" and t.author_id = ").push_bind(user);
    }
    if filter.given {
        query.push(" and t.author_id <> t.responsible_id");
    }
    if let Some(kind) = filter.kind {
        query.push(" and t.kind = ").push_bind(kind);
    }
    if let Some(family) = family {
        query.push(" and t.client_id = any(").push_bind(family.to_vec()).push(")");
    }
    if let Some(from) = filter.from {
        query.push(" and t.created_at >= ").push_bind(from);
    }
    if let Some(until) = filter.until {
        query.push(" and t.created_at < ").push_bind(until);
    }
}

async fn fetch(
    conn: &mut PgConnection,
    viewer: &Viewer,
    mut query: QueryBuilder<Postgres>,
) -> sqlx::Result<Vec<Task>> {
    let rows: Vec<Row> = query.build_query_as().fetch_all(&mut *conn).await?;
    let ids: Vec<TaskId> = rows.iter().map(|row| row.id).collect();
    let mut closings = closings_of(conn, &ids).await?;
    let tasks = rows.into_iter().map(|row| {
        let closings = closings.remove(&row.id).unwrap_or_default();
        shown(viewer, row, closings)
    });
    Ok(tasks.collect())
}

fn shown(viewer: &Viewer, row: Row, closings: Vec<TaskClosing>) -> Task {
    let is_read = |id: &ClientId| viewer.readable_clients().covers(*id, row.client_responsible);
    let named = row.client_id.zip(row.client_name);
    let client_hidden = named.as_ref().is_some_and(|(id, _)| !is_read(id));
    // See the module of tasks: nothing of what others wrote when the client was the viewer's no more.
    let is_told = |by: UserId| !client_hidden || by == viewer.user_id;
    let told = |closing: TaskClosing| TaskClosing {
        reopened_by: closing.reopened_by.filter(|by| is_told(by.id)),
        ..closing
    };
    let closings = closings.into_iter().filter(|one| is_told(one.closed_by.id)).map(told).collect();
    Task {
        id: row.id,
        author: Person { id: row.author_id, name: row.author_name },
        responsible: Person { id: row.responsible_id, name: row.responsible_name },
        kind: row.kind,
        title: row.title,
        text: row.text.filter(|_| !client_hidden || row.closed_at.is_none()),
        due: Due::stored(row.due_at, row.due_day),
        due_at: row.due_at,
        client: named.filter(|_| !client_hidden).map(|(id, name)| TaskClient { id, name }),
        client_hidden,
        interaction_id: row.interaction_id.filter(|_| !client_hidden),
        created_at: row.created_at,
        closed_at: row.closed_at,
        closed_by: row
            .closed_by
            .filter(|by| is_told(*by))
            .zip(row.closed_name)
            .map(|(id, name)| Person { id, name }),
        closings,
    }
}

async fn closings_of(
    conn: &mut PgConnection,
    ids: &[TaskId],
) -> sqlx::Result<HashMap<TaskId, Vec<TaskClosing>>> {
    let mut found = HashMap::<TaskId, Vec<TaskClosing>>::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows = sqlx::query!(
        r#"select d.task_id as "task: TaskId", d.closed_at, d.result, d.reopened_at,
                  c.id as "closed_by: UserId", c.name as closed_name,
                  r.id as "reopened_by?: UserId", r.name as "reopened_name?"
           from task_closings d
           join users c on c.id = d.closed_by
           left join users r on r.id = d.reopened_by
           where d.task_id = any($1)
           order by d.task_id, d.number"#,
        ids as &[TaskId]
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        found.entry(row.task).or_default().push(TaskClosing {
            closed_by: Person { id: row.closed_by, name: row.closed_name },
            closed_at: row.closed_at,
            result: row.result,
            reopened_by: row.reopened_by.zip(row.reopened_name).map(|(id, name)| Person { id, name }),
            reopened_at: row.reopened_at,
        });
    }
    Ok(found)
}
