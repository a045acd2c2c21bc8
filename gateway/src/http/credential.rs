//! By what somebody is signed in, kept for as long as a stream is open.

use axum::extract::FromRequestParts;
use chrono::{DateTime, Utc};
use crm_core::access::{self, Viewer};
use http::header::AUTHORIZATION;
use http::request::Parts;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgPool;

use super::{Problem, Remote, cookie};
use crate::app::App;

/// A session or a key, to be looked up again and again.
#[derive(Clone, Debug)]
pub struct Credential {
    secret: SecretString,
    is_key: bool,
    remote: Option<String>,
}

impl Credential {
    /// The viewer as his rights are now; `None` when the session has ended, the key is revoked or the user disabled.
    pub async fn viewer(&self, pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<Option<Viewer>> {
        let (secret, remote) = (self.secret.expose_secret(), self.remote.as_deref());
        let mut conn = pool.acquire().await?;
        if self.is_key {
            let found = access::viewer_of_key(&mut conn, secret, remote, now).await?;
            Ok(found.map(|(viewer, _)| viewer))
        } else {
            let found = access::viewer_of_session(&mut conn, secret, remote, now).await?;
            Ok(found.filter(|live| !live.must_enrol).map(|live| live.viewer))
        }
    }
}

impl FromRequestParts<App> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(Remote(remote)) = Remote::from_request_parts(parts, app).await;
        let key = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
            let (scheme, key) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| key.trim())
        });
        let session = || cookie::session_token(&parts.headers, &app.settings);
        let (secret, is_key) = match key {
            Some(key) => (key, true),
            None => (session().ok_or_else(Problem::unauthorized)?, false),
        };
        Ok(Self { secret: SecretString::from(secret), is_key, remote })
    }
}
