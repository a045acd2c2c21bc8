//! Changing one's own password.

use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use crm_core::access::{login, password, profile, session};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::problem::documented::{Invalid, Refused, TooMany, Unauthorized};
use crate::http::{ApiJson, ApiResult, Problem, SignedSession, cookie};

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
    let mut tx = app.pool.begin().await?;
    let me = profile::get(&mut tx, &signed.viewer, now).await?;
    password::check(&me.login, &body.password)?;
    let begun = login::begin(&mut tx, &me.login, remote, now).await?;
    tx.commit().await?;
    let candidate = begun.map_err(|wait| Problem::wait(wait, now))?;

    let right = app.passwords.verify(body.current_password, candidate.password_hash.clone()).await?;
    let wrong = || Problem::invalid_field("current_password", "Прежний пароль неверен.");
    if !right {
        let mut tx = app.pool.begin().await?;
        login::fail(&mut tx, &candidate, remote, now).await?;
        tx.commit().await?;
        return Err(wrong());
    }
    let hash = app.passwords.hash(body.password).await?;
    let user_agent =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let device = session::Device { remote, user_agent };
    let mut tx = app.pool.begin().await?;
    let token = login::change_password(&mut tx, candidate, &hash, device, now).await?.ok_or_else(wrong)?;
    tx.commit().await?;
    let cookie = cookie::keep(token.reveal(), session::LIFETIME.num_seconds(), &app.settings);
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie)])))
}
