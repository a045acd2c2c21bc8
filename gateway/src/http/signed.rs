//! Who asks: by the session cookie of a browser or by the API key of a program.

use axum::extract::FromRequestParts;
use crm_core::SessionId;
use crm_core::access::session::Live;
use crm_core::access::{self, Viewer};
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::origin::{self, Source};
use super::{Problem, Remote, cookie};
use crate::app::App;

/// Somebody is signed in: `Signed(viewer): Signed`.
#[derive(Clone, Debug)]
pub struct Signed(pub Viewer);

/// The same, also while a required second factor is not set up: for what leads to it.
#[derive(Clone, Debug)]
pub struct Arrived(pub Viewer);

/// The same for a browser's session.
#[derive(Clone, Debug)]
pub struct ArrivedSession(pub Live);

/// Somebody is signed in by a browser, in this session. A key will not do.
#[derive(Clone, Debug)]
pub struct SignedSession {
    /// Who.
    pub viewer: Viewer,
    /// The session of this request.
    pub session: SessionId,
}

impl FromRequestParts<App> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match bearer(parts) {
            Some(key) => by_key(key, parts, app).await.map(Self),
            None => by_cookie(parts, app).await.and_then(enrolled).map(|live| Self(live.viewer)),
        }
    }
}

impl FromRequestParts<App> for Arrived {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        match bearer(parts) {
            Some(key) => by_key(key, parts, app).await.map(Self),
            None => by_cookie(parts, app).await.map(|live| Self(live.viewer)),
        }
    }
}

impl FromRequestParts<App> for ArrivedSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        by_cookie(parts, app).await.map(Self)
    }
}

impl FromRequestParts<App> for SignedSession {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Live { viewer, session, .. } = by_cookie(parts, app).await.and_then(enrolled)?;
        Ok(Self { viewer, session })
    }
}

/// Of whom a second factor is required does nothing else before it is set up.
fn enrolled(live: Live) -> Result<Live, Problem> {
    if live.must_enrol { Err(Problem::second_factor_required()) } else { Ok(live) }
}

/// A key is never sent by a browser on its own, so its requests need no check of the page they come from.
async fn by_key(key: String, parts: &mut Parts, app: &App) -> Result<Viewer, Problem> {
    let Ok(Remote(remote)) = Remote::from_request_parts(parts, app).await;
    let mut conn = app.pool.acquire().await?;
    let found = access::viewer_of_key(&mut conn, &key, remote.as_deref(), app.now()).await?;
    found.map(|(viewer, _)| viewer).ok_or_else(Problem::unauthorized)
}

async fn by_cookie(parts: &mut Parts, app: &App) -> Result<Live, Problem> {
    let Ok(Remote(remote)) = Remote::from_request_parts(parts, app).await;
    let token = cookie::session_token(&parts.headers, &app.settings).ok_or_else(Problem::unauthorized)?;
    let page = origin::source(&parts.headers, app.settings.public_url.as_deref());
    if !origin::is_safe(&parts.method) && page != Source::Same {
        return Err(Problem::cross_site());
    }
    let mut conn = app.pool.acquire().await?;
    let found = access::viewer_of_session(&mut conn, token, remote.as_deref(), app.now()).await?;
    found.ok_or_else(Problem::unauthorized)
}

fn bearer(parts: &Parts) -> Option<String> {
    let value = parts.headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
}
