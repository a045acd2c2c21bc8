//! «Что и когда выполняется».

use axum::Json;
use axum::extract::State;
use crm_core::schedule::{self, ScheduledTask};
use http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Missing, Refused, Unauthorized};
use crate::http::{ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(run_now))
}

/// Everything that happens by time.
#[derive(Serialize, utoipa::ToSchema)]
struct Schedule {
    /// By name.
    items: Vec<ScheduledTask>,
    /// The company's zone, in which to show times.
    #[schema(example = "Europe/Moscow")]
    zone: String,
}

/// All tasks with their last and next runs.
#[utoipa::path(
    get, path = "/schedule", tag = "schedule", operation_id = "list_schedule",
    responses((status = 200, body = Schedule), Unauthorized, Refused),
)]
async fn list(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<Schedule>> {
    let items = schedule::list(&mut *app.pool.acquire().await?, &viewer, app.now()).await?;
    Ok(Json(Schedule { items, zone: app.company.zone.to_string() }))
}

/// «Запустить сейчас»: makes a task due. A copy of the hub begins it within seconds; the list tells how it went.
#[utoipa::path(
    post, path = "/schedule/{name}/run", tag = "schedule", operation_id = "run_scheduled_task",
    params(("name" = String, Path)),
    responses((status = 202, body = ScheduledTask), Unauthorized, Refused, Missing, Conflict),
)]
async fn run_now(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(name): ApiPath<String>,
) -> ApiResult<(StatusCode, Json<ScheduledTask>)> {
    let mut tx = app.pool.begin().await?;
    let task = schedule::run_now(&mut tx, &viewer, &name, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::ACCEPTED, Json(task)))
}
