//! My second factor: a code of an authenticator app at each log-in.

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crm_core::UserId;
use crm_core::access::second_factor::{self, FactorError, Proof};
use crm_core::access::{profile, totp};
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::own_secret;
use crate::app::App;
use crate::http::problem::documented::{Conflict, Invalid, Refused, TooMany, Unauthorized};
use crate::http::{ApiJson, ApiResult, ArrivedSession, Problem, SignedSession};
use crate::sealed::Secrets;

/// Under this name the secret is sealed.
const SECRET: &str = "totp";

/// What is said of a wrong password, and of which field.
const FIELD: &str = "password";
const WRONG: &str = "Пароль неверен.";

/// How the hub is called in the app.
const ISSUER: &str = "Узел";

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(enrol, confirm, disable)).routes(routes!(renew_codes))
}

/// What the app needs. It is shown this once.
#[derive(Serialize, utoipa::ToSchema)]
struct Enrolment {
    /// For typing by hand, in base32.
    secret: String,
    /// `otpauth://…`, which opens the app on a phone.
    uri: String,
    /// The same as a picture: a PNG as `data:` address.
    qr: String,
}

/// The first code.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct FirstCode {
    /// Six digits.
    code: String,
}

/// One-time codes for whoever has lost the app. They are shown this once.
#[derive(Serialize, utoipa::ToSchema)]
struct RecoveryCodes {
    codes: Vec<String>,
}

/// The password proves that it is he who sits there.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct OwnPassword {
    #[schema(format = Password)]
    password: String,
}

/// Makes a new secret for the app, by my password. Nothing is asked for at the log-in before its first code is shown.
#[utoipa::path(
    post, path = "/me/second-factor", tag = "me", operation_id = "enrol_second_factor",
    request_body = OwnPassword,
    responses((status = 201, body = Enrolment), Invalid, Unauthorized, Refused, Conflict, TooMany),
)]
async fn enrol(
    State(app): State<App>,
    ArrivedSession(live): ArrivedSession,
    ApiJson(body): ApiJson<OwnPassword>,
) -> ApiResult<(StatusCode, Json<Enrolment>)> {
    let viewer = live.viewer;
    // Whoever finds a screen left open could else lock its owner out.
    own_secret::prove(&app, &viewer, body.password, FIELD, WRONG).await?;
    let now = app.now();
    let mut tx = app.pool.begin().await?;
    let me = profile::get(&mut tx, &viewer, now).await?;
    let made = totp::enrol(ISSUER, &me.login);
    let secrets = Secrets::from([(SECRET.to_owned(), SecretString::from(made.secret.clone()))]);
    let sealed = app.accounts.seal_key().seal(viewer.user_id, &secrets);
    second_factor::begin(&mut tx, &viewer, &sealed, now).await?;
    tx.commit().await?;
    let qr = format!("data:image/png;base64,{}", STANDARD.encode(&made.qr_png));
    Ok((StatusCode::CREATED, Json(Enrolment { secret: made.secret, uri: made.uri, qr })))
}

/// Switches it on by the first code; the answer carries the recovery codes.
#[utoipa::path(
    put, path = "/me/second-factor", tag = "me", operation_id = "confirm_second_factor",
    request_body = FirstCode,
    responses((status = 200, body = RecoveryCodes), Invalid, Unauthorized, Refused, Conflict),
)]
async fn confirm(
    State(app): State<App>,
    ArrivedSession(live): ArrivedSession,
    ApiJson(body): ApiJson<FirstCode>,
) -> ApiResult<Json<RecoveryCodes>> {
    let viewer = live.viewer;
    let now = app.now();
    let mut tx = app.pool.begin().await?;
    let sealed = second_factor::waiting(&mut tx, &viewer).await?.ok_or(FactorError::Off)?;
    let step = secret_of(&app, viewer.user_id, &sealed)
        .and_then(|secret| totp::step_of(secret.expose_secret(), &body.code, now))
        .ok_or_else(|| {
            Problem::invalid_field("code", "Код не подошёл. Проверьте часы телефона и введите новый код.")
        })?;
    let codes = second_factor::confirm(&mut tx, &viewer, step, now).await?;
    tx.commit().await?;
    Ok(Json(RecoveryCodes { codes }))
}

/// Switches it off by my password. Where an administrator requires it, it stays.
#[utoipa::path(
    delete, path = "/me/second-factor", tag = "me", operation_id = "disable_second_factor",
    request_body = OwnPassword,
    responses((status = 204, description = "Вход снова только по паролю"), Invalid, Unauthorized, Refused, Conflict, TooMany),
)]
async fn disable(
    State(app): State<App>,
    signed: SignedSession,
    ApiJson(body): ApiJson<OwnPassword>,
) -> ApiResult<StatusCode> {
    own_secret::prove(&app, &signed.viewer, body.password, FIELD, WRONG).await?;
    let mut tx = app.pool.begin().await?;
    second_factor::disable(&mut tx, &signed.viewer, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// New recovery codes by my password; the former ones are good no longer.
#[utoipa::path(
    post, path = "/me/second-factor/recovery-codes", tag = "me", operation_id = "renew_recovery_codes",
    request_body = OwnPassword,
    responses((status = 200, body = RecoveryCodes), Invalid, Unauthorized, Refused, Conflict, TooMany),
)]
async fn renew_codes(
    State(app): State<App>,
    signed: SignedSession,
    ApiJson(body): ApiJson<OwnPassword>,
) -> ApiResult<Json<RecoveryCodes>> {
    own_secret::prove(&app, &signed.viewer, body.password, FIELD, WRONG).await?;
    let mut tx = app.pool.begin().await?;
    let codes = second_factor::renew_codes(&mut tx, &signed.viewer, app.now()).await?;
    tx.commit().await?;
    Ok(Json(RecoveryCodes { codes }))
}

/// What was typed at the log-in: the code of a period, or else a recovery code.
pub(super) async fn proof(
    conn: &mut PgConnection,
    app: &App,
    user: Option<UserId>,
    code: String,
) -> sqlx::Result<Proof> {
    let Some(user) = user else { return Ok(Proof::Recovery(code)) };
    let sealed = second_factor::sealed_unscoped(conn, user).await?;
    let secret = sealed.and_then(|sealed| secret_of(app, user, &sealed));
    let step = secret.and_then(|secret| totp::step_of(secret.expose_secret(), &code, app.now()));
    Ok(step.map_or(Proof::Recovery(code), Proof::Step))
}

/// `None` when the key of the installation is another one now: then recovery codes are left, and the administrator.
fn secret_of(app: &App, user: UserId, sealed: &[u8]) -> Option<SecretString> {
    app.accounts.seal_key().open(user, sealed).ok()?.remove(SECRET)
}
