//! Changing one's own password.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use crm_core::access::{login, password, profile, session};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::own_secret;
use crate::app::App;
use crate::http::problem::documented::{Invalid, Refused, TooMany, Unauthorized};
use crate::http::{ApiJson, ApiResult, Problem, SignedSession, cookie};

/// What is said of a wrong former password, and of which field.
const FIELD: &str = "current_password";
const WRONG: &str = "Прежний пароль неверен.";

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(change))
}

/// The former password proves that it is he who sits there.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    /// The former one.
    #[schema(format = Password)]
    current_password: String,
    /// At least ten characters, and not the login.
    #[schema(format = Password)]
    password: String,
}

/// Changes my password: I stay signed in here and am signed out everywhere else.
#[utoipa::path(
    put, path = "/me/password", tag = "me", operation_id = "change_my_password",
    request_body = ChangePassword,
    responses((status = 204, description = "Пароль изменён"), Invalid, Unauthorized, Refused, TooMany),
)]
async fn change(
    State(app): State<App>,
    signed: SignedSession,
    headers: HeaderMap,
    ApiJson(body): ApiJson<ChangePassword>,
) -> ApiResult<impl IntoResponse> {
    let now = app.now();
    let remote = signed.viewer.remote.as_deref();
    let mut conn = app.pool.acquire().await?;
    let me = profile::get(&mut conn, &signed.viewer, now).await?;
    drop(conn);
    password::check(&me.login, &body.password)?;
    let candidate = own_secret::prove(&app, &signed.viewer, body.current_password, FIELD, WRONG).await?;
    let hash = app.passwords.hash(body.password).await?;
    let user_agent =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let device = session::Device { remote, user_agent };
    let mut tx = app.pool.begin().await?;
    let token = login::change_password(&mut tx, candidate, &hash, device, now)
        .await?
        .ok_or_else(|| Problem::invalid_field(FIELD, WRONG))?;
    tx.commit().await?;
    let cookie = cookie::keep(token.reveal(), session::LIFETIME.num_seconds(), &app.settings);
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie)])))
}
