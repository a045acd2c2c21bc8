//! A client in a dispute: nothing of it is deleted by term.

use axum::Json;
use axum::extract::State;
use crm_core::ClientId;
use crm_core::media::hold::{self, LegalHold};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, place, release))
}

/// Whether everything of a client is kept.
#[derive(Serialize, utoipa::ToSchema)]
struct HoldAnswer {
    /// `null`: terms run.
    #[schema(required = true)]
    hold: Option<LegalHold>,
}

/// Why everything of a client is to be kept.
#[derive(Deserialize, utoipa::ToSchema)]
struct HoldForm {
    /// In words.
    reason: String,
}

/// Whether everything of a client is kept beyond its term.
#[utoipa::path(
    get, path = "/clients/{id}/legal-hold", tag = "clients", operation_id = "get_legal_hold",
    params(("id" = ClientId, Path)),
    responses((status = 200, body = HoldAnswer), Unauthorized, Refused, Missing),
)]
async fn get(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
) -> ApiResult<Json<HoldAnswer>> {
    let hold = hold::of_client(&mut *app.pool.acquire().await?, &viewer, id).await?;
    Ok(Json(HoldAnswer { hold }))
}

/// Keeps everything of a client: recordings of its calls are not deleted by term. Again: the reason changes.
#[utoipa::path(
    put, path = "/clients/{id}/legal-hold", tag = "clients", operation_id = "place_legal_hold",
    params(("id" = ClientId, Path)),
    request_body = HoldForm,
    responses((status = 204, description = "Kept"), Invalid, Unauthorized, Refused, Missing),
)]
async fn place(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
    ApiJson(form): ApiJson<HoldForm>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    hold::place(&mut tx, &viewer, id, &form.reason, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets terms run again.
#[utoipa::path(
    delete, path = "/clients/{id}/legal-hold", tag = "clients", operation_id = "release_legal_hold",
    params(("id" = ClientId, Path)),
    responses((status = 204, description = "Released"), Unauthorized, Refused, Missing),
)]
async fn release(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<ClientId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    hold::release(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
