//! What the bot does by itself: the morning's summary, and copies by mail while the messenger is away.

use axum::Json;
use axum::extract::State;
use crm_core::bridge::duty::{self, Digest};
use crm_core::bridge::mail_copy::{self, MailCopy};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Refused, Unauthorized};
use crate::http::{ApiJson, ApiResult, Signed};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(digest, set_digest)).routes(routes!(copy, set_copy))
}

/// When the morning's summary goes to everybody who is bound.
#[utoipa::path(
    get, path = "/bridge/digest", tag = "bridge", operation_id = "get_bridge_digest",
    responses((status = 200, body = Digest), Unauthorized, Refused),
)]
async fn digest(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<Digest>> {
    Ok(Json(duty::get(&mut *app.pool.acquire().await?, &viewer).await?))
}

/// Sets when the summary goes; where the time of today is over, the first one goes tomorrow.
#[utoipa::path(
    put, path = "/bridge/digest", tag = "bridge", operation_id = "set_bridge_digest",
    request_body = Digest,
    responses((status = 200, body = Digest), Invalid, Unauthorized, Refused),
)]
async fn set_digest(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<Digest>,
) -> ApiResult<Json<Digest>> {
    let mut tx = app.pool.begin().await?;
    duty::set(&mut tx, &viewer, &body, app.company.zone, app.now()).await?;
    tx.commit().await?;
    Ok(Json(body))
}

/// Whether what waits for the messenger too long goes by mail.
#[utoipa::path(
    get, path = "/bridge/mail-copy", tag = "bridge", operation_id = "get_bridge_mail_copy",
    responses((status = 200, body = MailCopy), Unauthorized, Refused),
)]
async fn copy(State(app): State<App>, Signed(viewer): Signed) -> ApiResult<Json<MailCopy>> {
    Ok(Json(mail_copy::get(&mut *app.pool.acquire().await?, &viewer).await?))
}

/// Sets whether and when copies go by mail.
#[utoipa::path(
    put, path = "/bridge/mail-copy", tag = "bridge", operation_id = "set_bridge_mail_copy",
    request_body = MailCopy,
    responses((status = 200, body = MailCopy), Invalid, Unauthorized, Refused),
)]
async fn set_copy(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiJson(body): ApiJson<MailCopy>,
) -> ApiResult<Json<MailCopy>> {
    let mut tx = app.pool.begin().await?;
    mail_copy::set(&mut tx, &viewer, body, app.now()).await?;
    tx.commit().await?;
    Ok(Json(body))
}
