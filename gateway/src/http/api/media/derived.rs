//! What is made of files once and kept beside them.

use std::io::Read;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use crm_core::MediaId;
use http::{HeaderMap, StatusCode, header};
use media_store::{BlockingFile, Derived, picture, sniff, wave};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{Stored, stored};
use crate::app::App;
use crate::http::file_answer;
use crate::http::problem::documented::{Broken, Conflict, Missing, Refused, Unauthorized};
use crate::http::{ApiPath, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(thumbnail)).routes(routes!(peaks))
}

/// Kept where nothing could be made, so that it is not tried at every look.
const NOTHING: Bytes = Bytes::from_static(b"");

/// A small upright picture of a photo or sticker, at most 480 points on a side. `not-drawable`: none can be made.
#[utoipa::path(
    get, path = "/media/{id}/thumbnail", tag = "media", operation_id = "get_thumbnail",
    params(("id" = MediaId, Path)),
    responses(
        (status = 200, description = "JPEG, or PNG with transparency", body = Vec<u8>, content_type = "image/jpeg"),
        (status = 304, description = "The browser has it already"),
        Unauthorized, Refused, Missing, Conflict, Broken,
        (status = 415, description = "No picture can be made of it"),
    ),
)]
async fn thumbnail(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<MediaId>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let stored = stored(&app, &viewer, id).await?;
    let refused = || Problem::no_picture("Из этого файла нельзя сделать картинку.");
    if !picture::is_picture(stored.mime_type()) || stored.size_bytes > picture::LARGEST_BYTES {
        return Err(refused());
    }
    let tag = format!("\"thumbnail-{}\"", stored.sha256);
    if file_answer::same(&headers, &header::IF_NONE_MATCH, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    let made = made(&app, &stored, Derived::Thumbnail, |mut file| {
        let mut bytes = Vec::new();
        let read = file.read_to_end(&mut bytes).ok();
        read.and_then(|_| picture::thumbnail(&bytes).ok()).map(Bytes::from)
    });
    let Some(made) = made.await? else { return Err(stored.missing(&app, &viewer).await) };
    if made.is_empty() {
        return Err(refused());
    }
    let mime_type = sniff::mime_type(&made);
    Ok(file_answer::made(made, mime_type, &tag))
}

/// The shape of a sound.
#[derive(Serialize, Deserialize, utoipa::ToSchema)]
struct Peaks {
    /// The loudest moment of each of 200 equal parts, from 0 to 255.
    bars: Vec<u8>,
    /// How long the sound is.
    duration_ms: u64,
}

/// The waveform of a voice note, a sound or a recording. `not-drawable`: there is no sound in it, or in a form (AMR, HE-AAC)
/// that cannot be decoded here.
#[utoipa::path(
    get, path = "/media/{id}/peaks", tag = "media", operation_id = "get_peaks",
    params(("id" = MediaId, Path)),
    responses(
        (status = 200, body = Peaks), Unauthorized, Refused, Missing, Conflict, Broken,
        (status = 415, description = "The sound cannot be decoded"),
    ),
)]
async fn peaks(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<MediaId>,
) -> ApiResult<Json<Peaks>> {
    let stored = stored(&app, &viewer, id).await?;
    let refused = || Problem::no_picture("Форму этого звука показать нельзя.");
    let mime_type = stored.mime_type().to_owned();
    if !mime_type.starts_with("audio/") && !mime_type.starts_with("video/") {
        return Err(refused());
    }
    let made = made(&app, &stored, Derived::Peaks, move |file| {
        let wave::Peaks { bars, duration_ms } = wave::peaks(Box::new(file), &mime_type).ok()?;
        serde_json::to_vec(&Peaks { bars, duration_ms }).ok().map(Bytes::from)
    });
    let Some(made) = made.await? else { return Err(stored.missing(&app, &viewer).await) };
    serde_json::from_slice(&made).map(Json).map_err(|_| refused())
}

/// What was made of the bytes before, or is made now: on a thread of its own, one piece of work at a time, and empty where
/// nothing can be made. `None` when the bytes are missing or are not those.
async fn made(
    app: &App,
    stored: &Stored,
    kind: Derived,
    make: impl FnOnce(BlockingFile) -> Option<Bytes> + Send + 'static,
) -> ApiResult<Option<Bytes>> {
    let store = &app.vault.store;
    if let Some(known) = store.derived(kind, &stored.sha256).await? {
        return Ok(Some(known));
    }
    if store.size(&stored.sha256).await? != Some(stored.size_bytes) {
        return Ok(None);
    }
    // The work goes on when the browser leaves, so it keeps its place by itself.
    let place = app.vault.bench.clone().acquire_owned().await.map_err(|_| Problem::unavailable())?;
    let file = BlockingFile::new(store.clone(), stored.sha256.clone(), stored.size_bytes);
    let failed = file.failed();
    let work = tokio::task::spawn_blocking(move || {
        let _place = place;
        make(file)
    });
    // A library that breaks on a file breaks nothing else.
    let made = work.await.ok().flatten().unwrap_or(NOTHING);
    if failed.is_so() {
        return Err(Problem::unavailable());
    }
    store.keep_derived(kind, &stored.sha256, made.clone()).await?;
    Ok(Some(made))
}
