//! Shutting a user out and letting him in.

use axum::Json;
use axum::extract::State;
use crm_core::UserId;
use crm_core::access::second_factor;
use crm_core::access::user::{self, User};
use http::StatusCode;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::PasswordLink;
use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Missing, Refused, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, Signed};

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(deactivate))
        .routes(routes!(activate))
        .routes(routes!(unlock))
        .routes(routes!(sign_out))
        .routes(routes!(new_password_link))
        .routes(routes!(require_second_factor, reset_second_factor))
}

/// Shuts a user out at once: sessions end, keys and links die. His name stays in the history.
#[utoipa::path(
    post, path = "/users/{id}/deactivate", tag = "users", operation_id = "deactivate_user",
    params(("id" = UserId, Path)),
    responses((status = 200, body = User), Invalid, Unauthorized, Refused, Missing, Conflict),
)]
async fn deactivate(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<Json<User>> {
    let mut tx = app.pool.begin().await?;
    let user = user::deactivate(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// Lets a user sign in again. Keys stay revoked.
#[utoipa::path(
    post, path = "/users/{id}/activate", tag = "users", operation_id = "activate_user",
    params(("id" = UserId, Path)),
    responses((status = 200, body = User), Invalid, Unauthorized, Refused, Missing),
)]
async fn activate(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<Json<User>> {
    let mut tx = app.pool.begin().await?;
    let user = user::activate(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// Opens a login that wrong passwords have locked.
#[utoipa::path(
    post, path = "/users/{id}/unlock", tag = "users", operation_id = "unlock_user",
    params(("id" = UserId, Path)),
    responses((status = 200, body = User), Invalid, Unauthorized, Refused, Missing),
)]
async fn unlock(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<Json<User>> {
    let mut tx = app.pool.begin().await?;
    let user = user::unlock(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// Signs a user out on all his devices.
#[utoipa::path(
    delete, path = "/users/{id}/sessions", tag = "users", operation_id = "sign_out_user",
    params(("id" = UserId, Path)),
    responses((status = 204, description = "Сеансы закончены"), Invalid, Unauthorized, Refused, Missing),
)]
async fn sign_out(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    user::sign_out(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a user has to prove himself by a code besides the password.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct RequireSecondFactor {
    /// While it is not set up he may do nothing else.
    required: bool,
}

/// Requires a second factor of a user, or no longer.
#[utoipa::path(
    put, path = "/users/{id}/second-factor", tag = "users", operation_id = "require_second_factor",
    params(("id" = UserId, Path)),
    request_body = RequireSecondFactor,
    responses((status = 200, body = User), Invalid, Unauthorized, Refused, Missing),
)]
async fn require_second_factor(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
    ApiJson(body): ApiJson<RequireSecondFactor>,
) -> ApiResult<Json<User>> {
    let mut tx = app.pool.begin().await?;
    let user = second_factor::require(&mut tx, &viewer, id, body.required, app.now()).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// Takes away the second factor of a user who has lost it; he is signed out everywhere and signs in by his password.
#[utoipa::path(
    delete, path = "/users/{id}/second-factor", tag = "users", operation_id = "reset_second_factor",
    params(("id" = UserId, Path)),
    responses((status = 200, body = User), Invalid, Unauthorized, Refused, Missing),
)]
async fn reset_second_factor(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<Json<User>> {
    let mut tx = app.pool.begin().await?;
    let user = second_factor::reset(&mut tx, &viewer, id, app.now()).await?;
    tx.commit().await?;
    Ok(Json(user))
}

/// A new one-time link to set a password; the former links die, the password stays until the link is used.
#[utoipa::path(
    post, path = "/users/{id}/password-link", tag = "users", operation_id = "create_password_link",
    params(("id" = UserId, Path)),
    responses((status = 201, body = PasswordLink), Invalid, Unauthorized, Refused, Missing),
)]
async fn new_password_link(
    State(app): State<App>,
    Signed(viewer): Signed,
    ApiPath(id): ApiPath<UserId>,
) -> ApiResult<(StatusCode, Json<PasswordLink>)> {
    let now = app.now();
    let mut tx = app.pool.begin().await?;
    let token = user::new_password_link(&mut tx, &viewer, id, now).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(PasswordLink::new(token, &app, now))))
}
