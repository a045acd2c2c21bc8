//! One-time links: the first administrator and a user's password.

use axum::Json;
use axum::extract::State;
use crm_core::access::password_link::{self, Administrator, LinkError, LinkPurpose};
use crm_core::access::{password, user};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::origin::NotCrossSite;
use crate::http::problem::documented::{Conflict, Invalid, Refused};
use crate::http::{ApiJson, ApiResult, Remote};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(set_up)).routes(routes!(set_password)).routes(routes!(look))
}

/// The first administrator.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SetUp {
    /// Of the link that the program has printed at its first start.
    token: String,
    /// In any letter case.
    login: String,
    /// As others see it.
    name: String,
    /// At least ten characters, and not the login.
    #[schema(format = Password)]
    password: String,
}

/// A password by a one-time link.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SetPassword {
    /// Of the link that the administrator has handed over.
    token: String,
    /// At least ten characters, and not the login.
    #[schema(format = Password)]
    password: String,
}

/// Creates the first administrator by the set-up link. Then sign in.
#[utoipa::path(
    post, path = "/setup", tag = "session", operation_id = "set_up", security(()),
    request_body = SetUp,
    responses((status = 204, description = "Администратор создан"), Invalid, Refused, Conflict),
)]
async fn set_up(
    State(app): State<App>,
    _page: NotCrossSite,
    ApiJson(body): ApiJson<SetUp>,
) -> ApiResult<StatusCode> {
    let now = app.now();
    if !password_link::is_setup(&mut *app.pool.acquire().await?, &body.token, now).await? {
        return Err(LinkError::Dead.into());
    }
    password::check(&user::normal_login(&body.login), &body.password)?;
    let hash = app.passwords.hash(body.password).await?;
    let administrator = Administrator { login: body.login, name: body.name };
    let mut tx = app.pool.begin().await?;
    password_link::set_up(&mut tx, &body.token, administrator, &hash, now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets a password by a one-time link. All sessions of the user end; then sign in.
#[utoipa::path(
    post, path = "/password", tag = "session", operation_id = "set_password", security(()),
    request_body = SetPassword,
    responses((status = 204, description = "Пароль задан"), Invalid, Refused),
)]
async fn set_password(
    State(app): State<App>,
    _page: NotCrossSite,
    Remote(remote): Remote,
    ApiJson(body): ApiJson<SetPassword>,
) -> ApiResult<StatusCode> {
    let now = app.now();
    let addressee = password_link::addressee(&mut *app.pool.acquire().await?, &body.token, now).await?;
    password::check(&addressee.login, &body.password)?;
    let hash = app.passwords.hash(body.password).await?;
    let mut tx = app.pool.begin().await?;
    password_link::redeem(&mut tx, &body.token, &hash, remote.as_deref(), now).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A one-time link, before anybody types anything.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct LookedAt {
    /// Of the link.
    token: String,
    /// What it is said to be for.
    purpose: LinkPurpose,
}

/// What is known of a link, and no more: neither whose it is nor what ended it.
#[derive(Serialize, utoipa::ToSchema)]
struct LinkStanding {
    /// It still does what it is for.
    live: bool,
}

/// Whether a one-time link still works, without using it up. The token goes in the body, so that no log keeps it.
#[utoipa::path(
    post, path = "/password/link", tag = "session", operation_id = "look_at_link", security(()),
    request_body = LookedAt,
    responses((status = 200, body = LinkStanding), Invalid, Refused),
)]
async fn look(
    State(app): State<App>,
    _page: NotCrossSite,
    ApiJson(body): ApiJson<LookedAt>,
) -> ApiResult<Json<LinkStanding>> {
    let mut conn = app.pool.acquire().await?;
    let live = password_link::is_live(&mut conn, &body.token, body.purpose, app.now()).await?;
    Ok(Json(LinkStanding { live }))
}
