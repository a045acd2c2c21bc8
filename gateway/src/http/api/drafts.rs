//! What the viewer has begun to write, on all of his devices.

use axum::Json;
use axum::extract::State;
use crm_core::timeline::draft::{self, Draft, DraftKind};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(replies)).routes(routes!(one)).routes(routes!(save))
}

/// Answers that the viewer has begun, the newest first, at most 200; long ones are cut.
#[utoipa::path(
    get, path = "/drafts", tag = "conversations", operation_id = "list_drafts",
    responses((status = 200, body = Vec<Draft>), Unauthorized, Refused),
)]
async fn replies(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<Vec<Draft>>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(draft::replies(&mut conn, &viewer).await?))
}

/// The viewer's draft of an answer in a conversation, or of a comment on a client; empty where there is none.
#[utoipa::path(
    get, path = "/drafts/{kind}/{id}", tag = "conversations", operation_id = "get_draft",
    params(("kind" = DraftKind, Path), ("id" = Uuid, Path)),
    responses((status = 200, body = Draft), Invalid, Unauthorized, Refused, Missing),
)]
async fn one(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath((kind, id)): ApiPath<(DraftKind, Uuid)>,
) -> ApiResult<Json<Draft>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(draft::of(&mut conn, &viewer, kind, id).await?))
}

/// Words of a draft.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftBody {
    /// Empty for none.
    text: String,
    /// The version that they were written over.
    version: i64,
}

/// Saves a draft. Over other words that another device saved since, it is refused with those (`draft`).
#[utoipa::path(
    put, path = "/drafts/{kind}/{id}", tag = "conversations", operation_id = "save_draft",
    params(("kind" = DraftKind, Path), ("id" = Uuid, Path)),
    request_body = DraftBody,
    responses((status = 200, body = Draft), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn save(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath((kind, subject_id)): ApiPath<(DraftKind, Uuid)>,
    ApiJson(DraftBody { text, version }): ApiJson<DraftBody>,
) -> ApiResult<Json<Draft>> {
    let mut tx = app.pool.begin().await?;
    let saved = draft::save(&mut tx, &viewer, app.now(), Draft { kind, subject_id, text, version }).await?;
    tx.commit().await?;
    Ok(Json(saved))
}
