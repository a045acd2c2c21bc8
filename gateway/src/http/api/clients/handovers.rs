//! Clients that are in other hands for a time.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use crm_core::clients::handover::{self, Handover};
use crm_core::{ClientId, HandoverId};
use http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(prolong, keep))
        .routes(routes!(give_back))
        .routes(routes!(lasting))
}

/// Clients in other hands, the next to go back first, and behind them those that did not go back within the last 30 days,
/// with the reason in `outcome`.
#[utoipa::path(
    get, path = "/handovers", tag = "clients", operation_id = "list_handovers",
    responses((status = 200, body = Vec<Handover>), Unauthorized, Refused),
)]
async fn list(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<Vec<Handover>>> {
    Ok(Json(handover::list(&mut *app.pool.acquire().await?, &viewer, app.now()).await?))
}

/// When a client goes back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct HandoverEnd {
    /// In the future.
    until: DateTime<Utc>,
}

/// Gives a client another day to go back.
#[utoipa::path(
    patch, path = "/handovers/{id}", tag = "clients", operation_id = "prolong_handover",
    params(("id" = HandoverId, Path)),
    request_body = HandoverEnd,
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn prolong(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<HandoverId>,
    ApiJson(end): ApiJson<HandoverEnd>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    handover::prolong(&mut tx, &viewer, id, end.until, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves a client where it is, for good.
#[utoipa::path(
    delete, path = "/handovers/{id}", tag = "clients", operation_id = "keep_handover",
    params(("id" = HandoverId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn keep(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<HandoverId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    handover::keep(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a client back before its time.
#[utoipa::path(
    post, path = "/handovers/{id}/return", tag = "clients", operation_id = "return_handover",
    params(("id" = HandoverId, Path)),
    responses((status = 204), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn give_back(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<HandoverId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    handover::give_back(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Clients that are about to be given to somebody else.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct AboutToMove {
    /// At most 1000.
    client_ids: Vec<ClientId>,
}

/// Which of these clients are in other hands for a time, the next to go back first: a transfer ends that.
#[utoipa::path(
    post, path = "/handovers/lasting", tag = "clients", operation_id = "lasting_handovers",
    request_body = AboutToMove,
    responses((status = 200, body = Vec<Handover>), Invalid, Unauthorized, Refused),
)]
async fn lasting(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(asked): ApiJson<AboutToMove>,
) -> ApiResult<Json<Vec<Handover>>> {
    if asked.client_ids.len() > 1000 {
        return Err(Problem::invalid_field("client_ids", "За один раз — не больше 1000 клиентов."));
    }
    Ok(Json(handover::lasting(&mut *app.pool.acquire().await?, &viewer, &asked.client_ids).await?))
}
