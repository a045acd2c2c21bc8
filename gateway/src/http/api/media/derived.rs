//! What is made of files once and kept beside them.

use std::io::Read;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use crm_core::MediaId;
use http::{HeaderMap, StatusCode, header};
use media_store::{Derived, picture, sniff, wave};
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
    let made = match app.vault.store.derived(Derived::Thumbnail, &stored.sha256).await? {
        Some(known) => known,
        None => {
            let Some(file) = whole(&app, &stored).await? else {
                return Err(stored.missing(&app, &viewer).await);
            };
            let made = work(&app, move || picture::thumbnail(&file).map_or(NOTHING, Bytes::from)).await?;
            app.vault.store.keep_derived(Derived::Thumbnail, &stored.sha256, made.clone()).await?;
            made
        }
    };
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
    let made = match app.vault.store.derived(Derived::Peaks, &stored.sha256).await? {
        Some(known) => known,
        None => {
            if app.vault.store.size(&stored.sha256).await? != Some(stored.size_bytes) {
                return Err(stored.missing(&app, &viewer).await);
            }
            let file = Box::new(stored.open(&app));
            let made = work(&app, move || match wave::peaks(file, &mime_type) {
                Ok(wave::Peaks { bars, duration_ms }) => {
                    let peaks = Peaks { bars, duration_ms };
                    Bytes::from(serde_json::to_vec(&peaks).expect("numbers are JSON"))
                }
                Err(_) => NOTHING,
            })
            .await?;
            app.vault.store.keep_derived(Derived::Peaks, &stored.sha256, made.clone()).await?;
            made
        }
    };
    serde_json::from_slice(&made).map(Json).map_err(|_| refused())
}

/// All bytes of a file, of which the size was looked at before.
async fn whole(app: &App, stored: &Stored) -> ApiResult<Option<Vec<u8>>> {
    if app.vault.store.size(&stored.sha256).await? != Some(stored.size_bytes) {
        return Ok(None);
    }
    let mut file = stored.open(app);
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map(|_| bytes)
    });
    match read.await {
        Ok(Ok(bytes)) => Ok(Some(bytes)),
        _ => Err(Problem::unavailable()),
    }
}

/// Slow work on a thread of its own, one piece at a time. A library that breaks on a file breaks nothing else.
async fn work(app: &App, made: impl FnOnce() -> Bytes + Send + 'static) -> ApiResult<Bytes> {
    let _place = app.vault.bench.acquire().await.map_err(|_| Problem::unavailable())?;
    Ok(tokio::task::spawn_blocking(made).await.unwrap_or(NOTHING))
}
