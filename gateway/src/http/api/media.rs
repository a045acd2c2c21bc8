//! Files of timelines: their bytes, small pictures, waveforms; asked for again when they are lost.

mod derived;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use connector_api::MediaKind;
use crm_core::MediaId;
use crm_core::access::Viewer;
use crm_core::media::{self, File, FileState, name};
use http::{HeaderMap, Method};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::file_answer::{self, FileAnswer};
use crate::http::problem::documented::{Broken, Conflict, Missing, Refused, Unauthorized};
use crate::http::{ApiPath, ApiResult, Problem, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(bytes))
        .routes(routes!(about))
        .routes(routes!(fetch))
        .merge(derived::router())
}

/// A file that we have, and the name of its bytes.
struct Stored {
    file: File,
    sha256: String,
    size_bytes: u64,
}

/// The file, if the viewer may see it and we have it.
async fn stored(app: &App, viewer: &Viewer, id: MediaId) -> ApiResult<Stored> {
    let file = media::file::file(&mut *app.pool.acquire().await?, viewer, id).await?;
    let size = file.size_bytes.and_then(|size| u64::try_from(size).ok());
    match (file.state, file.sha256.clone(), size) {
        (FileState::Stored, Some(sha256), Some(size_bytes)) => Ok(Stored { file, sha256, size_bytes }),
        _ => Err(Problem::not_stored(&file)),
    }
}

impl Stored {
    /// What was sniffed.
    fn mime_type(&self) -> &str {
        self.file.mime_type.as_deref().unwrap_or("application/octet-stream")
    }

    /// The store does not have what the database says: it is fetched anew, or lost.
    async fn missing(&self, app: &App, viewer: &Viewer) -> Problem {
        tracing::error!(media.id = %self.file.id, "the bytes of a file are missing or damaged");
        let mend = async {
            let mut tx = app.pool.begin().await?;
            media::file::bytes_missing_unscoped(&mut tx, self.file.id, &self.sha256, app.now()).await?;
            let file = media::file::file(&mut tx, viewer, self.file.id).await?;
            tx.commit().await?;
            Ok::<_, Problem>(Problem::not_stored(&file))
        };
        mend.await.unwrap_or_else(|problem| problem)
    }
}

/// The bytes of a file, whole or by `Range`. What a browser could run is saved instead of opened. Listening to the
/// recording of a call is noted in the audit log. `not-stored`: we do not have it, `state` and `cause` say why.
#[utoipa::path(
    get, path = "/media/{id}", tag = "media", operation_id = "get_media",
    params(("id" = MediaId, Path)),
    responses(
        (status = 200, description = "The whole file", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The part asked for", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The browser has it already"),
        Unauthorized, Refused, Missing, Conflict, Broken,
        (status = 416, description = "The part lies outside of the file"),
    ),
)]
async fn bytes(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<MediaId>,
    method: Method,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let stored = stored(&app, &viewer, id).await?;
    let name =
        name::clean(stored.file.file_name.as_deref(), stored.file.kind, stored.file.mime_type.as_deref());
    let answer = FileAnswer {
        sha256: &stored.sha256,
        size_bytes: stored.size_bytes,
        mime_type: stored.mime_type(),
        file_name: &name,
    };
    let Some(response) = file_answer::answer(&app.vault.store, &answer, &headers).await? else {
        return Err(stored.missing(&app, &viewer).await);
    };
    if stored.file.kind == MediaKind::Recording && method == Method::GET {
        let mut tx = app.pool.begin().await?;
        media::file::listened(&mut tx, &viewer, id, app.now()).await?;
        tx.commit().await?;
    }
    Ok(response)
}

/// What is known of a file, without its bytes.
#[utoipa::path(
    get, path = "/media/{id}/about", tag = "media", operation_id = "describe_media",
    params(("id" = MediaId, Path)),
    responses((status = 200, body = File), Unauthorized, Refused, Missing),
)]
async fn about(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<MediaId>,
) -> ApiResult<Json<File>> {
    Ok(Json(media::file::file(&mut *app.pool.acquire().await?, &viewer, id).await?))
}

/// «Запросить снова»: a lost file is asked for at the provider again, a waiting one at once. One that is here or on its
/// way stays as it is.
#[utoipa::path(
    post, path = "/media/{id}/fetch", tag = "media", operation_id = "fetch_media",
    params(("id" = MediaId, Path)),
    responses((status = 200, body = File), Unauthorized, Refused, Missing, Conflict),
)]
async fn fetch(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<MediaId>,
) -> ApiResult<Json<File>> {
    let mut tx = app.pool.begin().await?;
    let file = media::file::request_again(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(file))
}
