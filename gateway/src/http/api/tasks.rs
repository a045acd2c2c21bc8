//! «Задачи» and «Контроль задач».

mod export;

use axum::Json;
use axum::extract::State;
use chrono::{Days, NaiveDate, NaiveTime};
use crm_core::schedule::moment;
use crm_core::tasks::{
    self, NewTask, Task, TaskChanged, TaskCounts, TaskCursor, TaskEdit, TaskFilter, TaskKind, TaskSort,
    TaskState,
};
use crm_core::{ClientId, TaskId, UserId};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiQuery, ApiResult, Cursor, Limit, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(counts))
        .merge(export::router())
        .routes(routes!(get, edit))
        .routes(routes!(history))
        .routes(routes!(close))
        .routes(routes!(reopen))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct TasksQuery {
    /// A file has all rows.
    #[serde(default)]
    #[param(inline)]
    limit: Limit,
    /// `next_cursor` of the page before, with the same order and filters.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor<TaskCursor>>,
    /// The order.
    #[serde(default)]
    #[param(inline)]
    sort: TaskSort,
    /// Open or closed.
    #[param(inline)]
    state: Option<TaskState>,
    /// Who is to do it.
    responsible: Option<UserId>,
    /// Who set it.
    author: Option<UserId>,
    /// Those alone that somebody set to somebody else.
    #[serde(default)]
    given: bool,
    /// What kind of work.
    #[param(inline)]
    kind: Option<TaskKind>,
    /// Of this client and of those joined into it.
    client: Option<ClientId>,
    /// Set on this day by the company's clocks or later.
    from: Option<NaiveDate>,
    /// Set on this day or earlier.
    until: Option<NaiveDate>,
}

impl TasksQuery {
    fn filter(&self, app: &App) -> ApiResult<TaskFilter> {
        let midnight = |day| moment(day, NaiveTime::MIN, app.company.zone);
        if self.from.zip(self.until).is_some_and(|(from, until)| from > until) {
            return Err(Problem::invalid_field("from", "Первый день позже последнего."));
        }
        Ok(TaskFilter {
            state: self.state,
            responsible: self.responsible,
            author: self.author,
            given: self.given,
            kind: self.kind,
            client: self.client,
            from: self.from.map(midnight),
            until: self.until.and_then(|day| day.checked_add_days(Days::new(1))).map(midnight),
        })
    }
}

/// Tasks in the order asked for.
#[derive(Serialize, utoipa::ToSchema)]
struct TaskPage {
    items: Vec<Task>,
    /// `null` on the last page.
    #[schema(required = true)]
    next_cursor: Option<String>,
}

/// The tasks that I see: my own, those that I set, those of my clients; with the right for all those of everybody.
#[utoipa::path(
    get, path = "/tasks", tag = "tasks", operation_id = "list_tasks",
    params(TasksQuery),
    responses((status = 200, body = TaskPage), Invalid, Unauthorized, Refused, Missing),
)]
async fn list(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<TasksQuery>,
) -> ApiResult<Json<TaskPage>> {
    let filter = query.filter(&app)?;
    let after = query.cursor.as_ref().map(|cursor| cursor.0);
    let mut conn = app.pool.acquire().await?;
    let rows = tasks::list(&mut conn, &viewer, &filter, query.sort, after, query.limit.rows()).await?;
    let (items, next_cursor) = query.limit.cut(rows, |task| TaskCursor::behind(task, query.sort));
    Ok(Json(TaskPage { items, next_cursor }))
}

/// Sets a task. The id is made by the screen: the same again is the same task, 409 for the same id with other content.
#[utoipa::path(
    post, path = "/tasks", tag = "tasks", operation_id = "create_task",
    request_body = NewTask,
    responses((status = 201, body = Task), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn create(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<NewTask>,
) -> ApiResult<(StatusCode, Json<Task>)> {
    let mut tx = app.pool.begin().await?;
    let task = tasks::create(&mut tx, &viewer, body, app.company.zone, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(task)))
}

/// How many of my own open tasks are late, and how many are due until the company's midnight.
#[utoipa::path(
    get, path = "/tasks/counts", tag = "tasks", operation_id = "count_tasks",
    responses((status = 200, body = TaskCounts), Unauthorized, Refused),
)]
async fn counts(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<TaskCounts>> {
    let zone = app.company.zone;
    let tomorrow = app.now().with_timezone(&zone).date_naive() + Days::new(1);
    let day_ends = moment(tomorrow, NaiveTime::MIN, zone);
    Ok(Json(tasks::counts(&mut *app.pool.acquire().await?, &viewer, app.now(), day_ends).await?))
}

/// A task.
#[utoipa::path(
    get, path = "/tasks/{id}", tag = "tasks", operation_id = "get_task",
    params(("id" = TaskId, Path)),
    responses((status = 200, body = Task), Invalid, Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<TaskId>,
) -> ApiResult<Json<Task>> {
    Ok(Json(tasks::get(&mut *app.pool.acquire().await?, &viewer, id).await?))
}

/// Who changed the term or the responsible of a task, closed it or opened it again, and when.
#[utoipa::path(
    get, path = "/tasks/{id}/history", tag = "tasks", operation_id = "list_task_history",
    params(("id" = TaskId, Path)),
    responses((status = 200, body = Vec<TaskChanged>), Invalid, Unauthorized, Refused, Missing),
)]
async fn history(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<TaskId>,
) -> ApiResult<Json<Vec<TaskChanged>>> {
    Ok(Json(tasks::history(&mut *app.pool.acquire().await?, &viewer, id).await?))
}

/// Changes an open task: puts it off, gives it to somebody else. An absent field stays.
#[utoipa::path(
    patch, path = "/tasks/{id}", tag = "tasks", operation_id = "edit_task",
    params(("id" = TaskId, Path)), request_body = TaskEdit,
    responses((status = 200, body = Task), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn edit(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<TaskId>,
    ApiJson(body): ApiJson<TaskEdit>,
) -> ApiResult<Json<Task>> {
    let mut tx = app.pool.begin().await?;
    let task = tasks::edit(&mut tx, &viewer, id, body, app.company.zone, app.now()).await?;
    tx.commit().await?;
    Ok(Json(task))
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TaskEnd {
    /// What came of it.
    #[serde(default)]
    result: Option<String>,
}

/// Closes a task. 409 where it is closed already; the same result again by the same person is no error.
#[utoipa::path(
    post, path = "/tasks/{id}/close", tag = "tasks", operation_id = "close_task",
    params(("id" = TaskId, Path)), request_body = TaskEnd,
    responses((status = 200, body = Task), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn close(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<TaskId>,
    ApiJson(body): ApiJson<TaskEnd>,
) -> ApiResult<Json<Task>> {
    let mut tx = app.pool.begin().await?;
    let task = tasks::close(&mut tx, &viewer, id, body.result, app.now()).await?;
    tx.commit().await?;
    Ok(Json(task))
}

/// Opens a closed task again; its closings stay. 409 where the viewer does not read its client.
#[utoipa::path(
    post, path = "/tasks/{id}/reopen", tag = "tasks", operation_id = "reopen_task",
    params(("id" = TaskId, Path)),
    responses((status = 200, body = Task), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn reopen(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<TaskId>,
) -> ApiResult<Json<Task>> {
    let mut tx = app.pool.begin().await?;
    let task = tasks::reopen(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(task))
}
