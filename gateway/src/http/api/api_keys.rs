//! API keys of the signed-in user. A key cannot make another: that takes a session.

use axum::Json;
use axum::extract::State;
use crm_core::ApiKeyId;
use crm_core::access::api_key::{self, ApiKey, NewApiKey};
use http::StatusCode;
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Problem, SignedSession};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(revoke))
}

/// Keys, the newest first.
#[derive(Serialize, utoipa::ToSchema)]
struct ApiKeyList {
    items: Vec<ApiKey>,
}

/// A new key.
#[derive(Serialize, utoipa::ToSchema)]
struct CreatedApiKey {
    api_key: ApiKey,
    /// For `Authorization: Bearer …`. It is shown this once.
    secret: String,
}

/// My keys.
#[utoipa::path(
    get, path = "/me/api-keys", tag = "me", operation_id = "list_my_api_keys",
    responses((status = 200, body = ApiKeyList), Unauthorized),
)]
async fn list(State(app): State<App>, signed: SignedSession) -> ApiResult<Json<ApiKeyList>> {
    let mut conn = app.pool.acquire().await?;
    Ok(Json(ApiKeyList { items: api_key::list(&mut conn, &signed.viewer).await? }))
}

/// Makes a key with some of my rights. A right that I lose is lost to the key too.
#[utoipa::path(
    post, path = "/me/api-keys", tag = "me", operation_id = "create_my_api_key",
    request_body = NewApiKey,
    responses((status = 201, body = CreatedApiKey), Invalid, Unauthorized, Refused),
)]
async fn create(
    State(app): State<App>,
    signed: SignedSession,
    ApiJson(new): ApiJson<NewApiKey>,
) -> ApiResult<(StatusCode, Json<CreatedApiKey>)> {
    let mut tx = app.pool.begin().await?;
    let (api_key, token) = api_key::create(&mut tx, &signed.viewer, new, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(CreatedApiKey { api_key, secret: token.into_text() })))
}

/// Revokes a key at once.
#[utoipa::path(
    delete, path = "/me/api-keys/{id}", tag = "me", operation_id = "revoke_my_api_key",
    params(("id" = ApiKeyId, Path)),
    responses((status = 204, description = "Ключ отозван"), Invalid, Unauthorized, Refused, Missing),
)]
async fn revoke(
    State(app): State<App>,
    signed: SignedSession,
    ApiPath(id): ApiPath<ApiKeyId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    let gone = api_key::revoke(&mut tx, &signed.viewer, id, app.now()).await?;
    tx.commit().await?;
    if gone { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}
