//! Comments on clients. They are read with the timeline.

use axum::Json;
use axum::extract::State;
use crm_core::timeline::draft::{self, DraftKind};
use crm_core::timeline::entry::TimelineEntry;
use crm_core::timeline::{note, pin};
use crm_core::{ClientId, InteractionId};
use http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add)).routes(routes!(change)).routes(routes!(delete))
}

/// A new comment.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct NewNoteBody {
    /// Made by the caller, a UUID: the same id again is the same comment.
    id: InteractionId,
    /// What it says.
    text: String,
    /// The call that it is about.
    call_id: Option<InteractionId>,
    /// The version of the draft that these words were; it is emptied with the press.
    draft_version: Option<i64>,
}

/// Writes a comment into the timeline of a client; only employees see it.
#[utoipa::path(
    post, path = "/clients/{id}/notes", tag = "timeline", operation_id = "add_note",
    params(("id" = ClientId, Path)),
    request_body = NewNoteBody,
    responses(
        (status = 201, body = TimelineEntry), (status = 200, description = "Записан раньше", body = TimelineEntry),
        Invalid, Unauthorized, Refused, Missing, Conflict
    ),
)]
async fn add(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(client): ApiPath<ClientId>,
    ApiJson(body): ApiJson<NewNoteBody>,
) -> ApiResult<(StatusCode, Json<TimelineEntry>)> {
    let mut tx = app.pool.begin().await?;
    let now = app.now();
    let new = note::NewNote { id: body.id, text: &body.text, call: body.call_id };
    let fresh = note::add(&mut tx, &viewer, now, client, new).await?;
    if let Some(version) = body.draft_version {
        draft::sent(&mut tx, &viewer, now, DraftKind::Note, client.0, version).await?;
    }
    let entry = pin::entry(&mut tx, &viewer, body.id).await?;
    tx.commit().await?;
    Ok((if fresh { StatusCode::CREATED } else { StatusCode::OK }, Json(entry)))
}

/// New words of a comment.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedNote {
    /// The version that was read.
    version: i32,
    /// What it says now.
    text: String,
}

/// Changes a comment: its author for 24 hours, later whoever has the right `notes.correct`. All versions stay.
#[utoipa::path(
    put, path = "/notes/{id}", tag = "timeline", operation_id = "change_note",
    params(("id" = InteractionId, Path)),
    request_body = ChangedNote,
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn change(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<ChangedNote>,
) -> ApiResult<Json<TimelineEntry>> {
    let mut tx = app.pool.begin().await?;
    let entry = note::change(&mut tx, &viewer, app.now(), id, body.version, Some(&body.text)).await?;
    tx.commit().await?;
    Ok(Json(entry))
}

/// Which comment goes.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct DeletedNote {
    /// The version that was read.
    version: i32,
}

/// Deletes a comment under the same rules as a change. It stays in the timeline, struck, with all its versions.
#[utoipa::path(
    post, path = "/notes/{id}/delete", tag = "timeline", operation_id = "delete_note",
    params(("id" = InteractionId, Path)),
    request_body = DeletedNote,
    responses((status = 200, body = TimelineEntry), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn delete(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<InteractionId>,
    ApiJson(body): ApiJson<DeletedNote>,
) -> ApiResult<Json<TimelineEntry>> {
    let mut tx = app.pool.begin().await?;
    let entry = note::change(&mut tx, &viewer, app.now(), id, body.version, None).await?;
    tx.commit().await?;
    Ok(Json(entry))
}
