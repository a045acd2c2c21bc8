//! Files that people bring to send them.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use bytes::Bytes;
use connector_api::MediaKind;
use crm_core::media::{self, File, NewUpload};
use crm_core::timeline::entry::words::MediaWord;
use futures::{StreamExt, stream};
use http::{StatusCode, header};
use media_store::Expected;
use media_store::voice::{self, VoiceError};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Broken, Invalid, Refused, TooLarge, Unauthorized};
use crate::http::{ApiQuery, ApiResult, Problem, Signed};

/// A recording stays in memory while it changes its form; messengers take no larger ones.
const VOICE_BYTES: u64 = 16 * 1024 * 1024;

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(upload))
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// The name of the file.
    name: Option<String>,
    /// How it is to be shown. Not told: by its contents. `voice` puts what a browser recorded (Opus in WebM, Ogg or MP4, AAC
    /// in MP4) into the one form that messengers take, Opus in Ogg, and tells its length.
    #[param(value_type = Option<MediaWord>, inline)]
    kind: Option<MediaKind>,
}

/// Takes a file: the body is its bytes, whatever `Content-Type` says. It is the uploader's alone until it is sent with a
/// message, and forgotten after a week.
#[utoipa::path(
    post, path = "/files", tag = "media", operation_id = "upload_file",
    params(UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = File), Invalid, Unauthorized, Refused, TooLarge, Broken),
)]
async fn upload(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiQuery(query): ApiQuery<UploadQuery>,
    request: Request,
) -> ApiResult<(StatusCode, Json<File>)> {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let told: Option<u64> = length.and_then(|text| text.parse().ok());
    let (bytes, duration_s) = if query.kind == Some(MediaKind::Voice) {
        let (bytes, duration_s) = voice_note(&app, request.into_body()).await?;
        let size_bytes = Some(bytes.len() as u64);
        let expected = Expected { max_bytes: app.vault.limits.upload, size_bytes, ..Expected::default() };
        let whole = stream::iter([Ok::<_, std::convert::Infallible>(bytes)]);
        (app.vault.keep(&app.pool, app.clock, whole, &expected).await?, Some(duration_s))
    } else {
        let expected =
            Expected { max_bytes: app.vault.limits.upload, size_bytes: told, ..Expected::default() };
        let bytes = request.into_body().into_data_stream();
        (app.vault.keep(&app.pool, app.clock, bytes, &expected).await?, None)
    };
    if bytes.size_bytes == 0 {
        return Err(Problem::invalid("Файл пустой."));
    }
    let kind = kind(query.kind, &bytes.mime_type)?;
    let new = NewUpload { kind, file_name: query.name, bytes, duration_s };
    let file = media::upload(&mut *app.pool.acquire().await?, &viewer, &new, app.now()).await?;
    Ok((StatusCode::CREATED, Json(file)))
}

/// A kind that was told must fit the bytes: a provider would refuse it otherwise, after the press.
fn kind(told: Option<MediaKind>, mime_type: &str) -> ApiResult<MediaKind> {
    let family = mime_type.split('/').next().unwrap_or_default();
    let fits = match told {
        None => {
            return Ok(match (family, mime_type) {
                (_, "image/jpeg" | "image/png") => MediaKind::Image,
                ("video", _) => MediaKind::Video,
                ("audio", _) => MediaKind::Audio,
                _ => MediaKind::Document,
            });
        }
        Some(MediaKind::Document) => true,
        Some(MediaKind::Image | MediaKind::Sticker) => family == "image",
        Some(MediaKind::Video) => family == "video",
        Some(MediaKind::Audio | MediaKind::Voice) => family == "audio",
        Some(MediaKind::Recording) => false,
    };
    match told {
        Some(kind) if fits => Ok(kind),
        _ => Err(Problem::invalid_field("kind", "Содержимое файла не подходит к этому виду.")),
    }
}

/// The recording of a browser as a voice note, with its length.
async fn voice_note(app: &App, body: Body) -> ApiResult<(Bytes, u32)> {
    let recorded = whole(app, body).await?;
    if recorded.is_empty() {
        return Err(Problem::invalid("Файл пустой."));
    }
    let place = app.vault.bench.clone().acquire_owned().await.map_err(|_| Problem::unavailable())?;
    let made = tokio::task::spawn_blocking(move || {
        let _place = place;
        voice::note(recorded)
    })
    .await;
    match made {
        Ok(Ok(voice)) => Ok((voice.ogg.into(), voice.duration_s)),
        Ok(Err(error)) => Err(no_voice_note(&error)),
        Err(_) => Err(no_voice_note(&VoiceError::Silent)),
    }
}

async fn whole(app: &App, body: Body) -> ApiResult<Vec<u8>> {
    let limit = VOICE_BYTES.min(app.vault.limits.upload);
    let mut recorded = Vec::new();
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Problem::invalid("Запись пришла не целиком. Отправьте её ещё раз."))?;
        if (recorded.len() + chunk.len()) as u64 > limit {
            return Err(Problem::payload_too_large()
                .with_detail(format!("Голосовое больше допустимого размера ({} МБ).", limit >> 20)));
        }
        recorded.extend_from_slice(&chunk);
    }
    Ok(recorded)
}

fn no_voice_note(error: &VoiceError) -> Problem {
    Problem::invalid(match error {
        VoiceError::OtherSound => {
            "Звук в этом виде мессенджеры голосовым не примут. Отправьте запись файлом или запишите голосовое в другом браузере."
        }
        VoiceError::Silent => "В записи нет звука. Проверьте микрофон и запишите голосовое ещё раз.",
        VoiceError::Unreadable(_) | VoiceError::Broken(_) => {
            "Эту запись не удалось прочитать. Запишите голосовое ещё раз."
        }
    })
}
