//! Signing in and out, and the list of devices.

use axum::Json;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse};
use crm_core::SessionId;
use crm_core::access::login::Entered;
use crm_core::access::{self, login, profile, session};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::me::Me;
use super::second_factor;
use crate::app::App;
use crate::http::origin::NotCrossSite;
use crate::http::problem::documented::{Invalid, Missing, Refused, TooMany, Unauthorized};
use crate::http::{ApiJson, ApiPath, ApiResult, ArrivedSession, Problem, Remote, SignedSession, cookie};

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in, sign_out))
        .routes(routes!(list, revoke_others))
        .routes(routes!(revoke))
}

/// Who wants to sign in.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// In any letter case.
    login: String,
    #[schema(format = Password)]
    password: String,
    /// Of the app or a recovery code, where the answer without it was `code-wanted`.
    code: Option<String>,
}

/// A device on which the user is signed in.
#[derive(Serialize, utoipa::ToSchema)]
struct OwnSession {
    #[serde(flatten)]
    session: session::Session,
    /// Whether this request comes from it.
    current: bool,
}

/// Devices on which the user is signed in, the last used first.
#[derive(Serialize, utoipa::ToSchema)]
struct OwnSessions {
    items: Vec<OwnSession>,
}

/// Signs in: the answer carries the session cookie.
///
/// From the third wrong password on each further attempt has to wait longer, after the tenth the login is locked for
/// 15 minutes. A wrong code counts as a wrong password.
#[utoipa::path(
    post, path = "/session", tag = "session", operation_id = "sign_in", security(()),
    request_body = SignIn,
    responses((status = 200, body = Me), Invalid, Unauthorized, Refused, TooMany),
)]
async fn sign_in(
    State(app): State<App>,
    _page: NotCrossSite,
    Remote(remote): Remote,
    headers: HeaderMap,
    ApiJson(body): ApiJson<SignIn>,
) -> ApiResult<impl IntoResponse> {
    let now = app.now();
    let remote = remote.as_deref();
    let mut tx = app.pool.begin().await?;
    let begun = login::begin(&mut tx, &body.login, remote, now).await?;
    tx.commit().await?;
    let candidate = begun.map_err(|wait| Problem::wait(wait, now))?;

    let right = app.passwords.verify(body.password, candidate.password_hash.clone()).await?;
    let mut tx = app.pool.begin().await?;
    if !right {
        login::fail(&mut tx, &candidate, remote, now).await?;
        tx.commit().await?;
        return Err(Problem::wrong_password());
    }
    let user_agent =
        headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let device = session::Device { remote, user_agent };
    let former = cookie::session_token(&headers, &app.settings);
    let proof = match body.code {
        Some(code) => Some(second_factor::proof(&mut tx, &app, candidate.user_id(), code).await?),
        None => None,
    };
    let has_code = proof.is_some();
    let token = match login::succeed(&mut tx, candidate.clone(), proof, device, former, now).await? {
        Entered::Opened(token) => token,
        Entered::CodeWanted => {
            tx.commit().await?;
            return Err(Problem::code_wanted());
        }
        Entered::Refused if has_code => {
            login::fail(&mut tx, &candidate, remote, now).await?;
            tx.commit().await?;
            return Err(Problem::wrong_code());
        }
        Entered::Refused => return Err(Problem::wrong_password()),
    };
    let found = access::viewer_of_session(&mut tx, token.reveal(), remote, now).await?;
    let live = found.ok_or_else(Problem::wrong_password)?;
    let profile = profile::get(&mut tx, &live.viewer, now).await?;
    tx.commit().await?;

    let cookie = cookie::keep(token.reveal(), session::LIFETIME.num_seconds(), &app.settings);
    Ok(([(header::SET_COOKIE, cookie)], Json(Me::new(&app, profile))))
}

/// Signs out on this device.
#[utoipa::path(
    delete, path = "/session", tag = "session", operation_id = "sign_out",
    responses((status = 204, description = "Сеанс закончен"), Unauthorized, Refused),
)]
async fn sign_out(
    State(app): State<App>,
    ArrivedSession(live): ArrivedSession,
) -> ApiResult<impl IntoResponse> {
    let mut tx = app.pool.begin().await?;
    session::revoke(&mut tx, &live.viewer, live.session, app.now()).await?;
    tx.commit().await?;
    Ok((StatusCode::NO_CONTENT, AppendHeaders([(header::SET_COOKIE, cookie::forget(&app.settings))])))
}

/// The devices on which I am signed in.
#[utoipa::path(
    get, path = "/me/sessions", tag = "me", operation_id = "list_my_sessions",
    responses((status = 200, body = OwnSessions), Unauthorized),
)]
async fn list(State(app): State<App>, signed: SignedSession) -> ApiResult<Json<OwnSessions>> {
    let mut conn = app.pool.acquire().await?;
    let sessions = session::list(&mut conn, &signed.viewer, app.now()).await?;
    let items = sessions
        .into_iter()
        .map(|session| OwnSession { current: session.id == signed.session, session })
        .collect();
    Ok(Json(OwnSessions { items }))
}

/// Signs me out on all devices but this one.
#[utoipa::path(
    delete, path = "/me/sessions", tag = "me", operation_id = "revoke_my_other_sessions",
    responses((status = 204, description = "Остальные сеансы закончены"), Unauthorized, Refused),
)]
async fn revoke_others(State(app): State<App>, signed: SignedSession) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    session::revoke_others(&mut tx, &signed.viewer, signed.session, app.now()).await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs me out on one device.
#[utoipa::path(
    delete, path = "/me/sessions/{id}", tag = "me", operation_id = "revoke_my_session",
    params(("id" = SessionId, Path)),
    responses((status = 204, description = "Сеанс закончен"), Invalid, Unauthorized, Refused, Missing),
)]
async fn revoke(
    State(app): State<App>,
    signed: SignedSession,
    ApiPath(id): ApiPath<SessionId>,
) -> ApiResult<StatusCode> {
    let mut tx = app.pool.begin().await?;
    let gone = session::revoke(&mut tx, &signed.viewer, id, app.now()).await?;
    tx.commit().await?;
    if gone { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}
