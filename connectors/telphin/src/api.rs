//! The way to the provider: the token, the hour's limit, one repeat with a fresh token, and nothing else.

mod failure;
mod request;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{HeaderMap, StatusCode, header};
use provider_http::Answer;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tokio::time::Instant;

use crate::Config;
use crate::extension::Extensions;
pub(crate) use failure::ApiError;
pub(crate) use request::{PAGES_AT_MOST, PER_PAGE, Request, moment};

/// Lists of calls of a day, with their legs, are the longest.
const ANSWER_LIMIT_BYTES: usize = 8 * 1024 * 1024;
const FAILURE_LIMIT_BYTES: usize = 64 * 1024;
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// A token that ends sooner is not used any more.
const RENEW_BEFORE: Duration = Duration::from_secs(60);
/// Lifetime where the answer does not tell it.
const USUAL_LIFETIME_S: u64 = 3600;
/// The hour's limit is used up and nothing tells until when.
const CLOSED_FOR: Duration = Duration::from_secs(600);

/// One application at the provider. Its token and its limits are shared by everything that asks.
pub(crate) struct Api {
    http: reqwest::Client,
    url: String,
    app_id: String,
    app_secret: SecretString,
    token: tokio::sync::Mutex<Option<Token>>,
    /// The hour's limit is used up until then: nothing is sent, since every request would be refused.
    closed_until: Mutex<Option<Instant>>,
    /// Of one client's questions about history the provider answers one at a time.
    pub(crate) history: tokio::sync::Mutex<()>,
    pub(crate) extensions: Extensions,
}

#[derive(Clone)]
struct Token {
    value: Arc<SecretString>,
    good_until: Instant,
}

impl Api {
    pub(crate) fn new(config: &Config, http: reqwest::Client) -> Self {
        Self {
            http,
            url: config.api_url.trim_end_matches('/').to_owned(),
            app_id: config.app_id.clone(),
            app_secret: config.app_secret.clone(),
            token: tokio::sync::Mutex::default(),
            closed_until: Mutex::default(),
            history: tokio::sync::Mutex::default(),
            extensions: Extensions::default(),
        }
    }

    /// The whole of a short answer with a good status.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Answer, ApiError> {
        let response = self.open(request, Some(ANSWER_WITHIN)).await?;
        Answer::read(response, ANSWER_LIMIT_BYTES).await.map_err(|error| ApiError::Unknown(error.into()))
    }

    /// An answer with a good status, its body unread. `within` bounds the whole of it, body included. A token that is
    /// refused is replaced once.
    pub(crate) async fn open(
        &self,
        request: &Request,
        within: Option<Duration>,
    ) -> Result<reqwest::Response, ApiError> {
        let token = self.token(None).await?;
        match self.once(request, &token, within).await {
            Err(ApiError::Unauthorized) => {}
            other => return other,
        }
        let fresh = self.token(Some(&token)).await?;
        match self.once(request, &fresh, within).await {
            Err(ApiError::Unauthorized) => Err(ApiError::unauthorized_twice()),
            other => other,
        }
    }

    async fn once(
        &self,
        request: &Request,
        token: &SecretString,
        within: Option<Duration>,
    ) -> Result<reqwest::Response, ApiError> {
        if let Some(retry_after) = self.closed() {
            return Err(ApiError::HourIsOver { retry_after: Some(retry_after) });
        }
        let mut builder = self
            .http
            .request(request.method.clone(), format!("{}/api/ver1.0{}", self.url, request.path))
            .bearer_auth(token.expose_secret());
        if let Some(body) = &request.body {
            builder = builder.json(body);
        }
        if let Some(within) = within {
            builder = builder.timeout(within);
        }
        let response = builder.send().await.map_err(ApiError::of_transport)?;
        if response.status().is_success() {
            return Ok(response);
        }
        let error = read_failure(response).await;
        if let ApiError::HourIsOver { retry_after } = &error {
            self.close_for(retry_after.unwrap_or(CLOSED_FOR));
        }
        Err(error)
    }

    /// The token in use; a new one when there is none, it ends soon, or it is the one that was just refused. Whoever asks
    /// meanwhile waits for the same one.
    async fn token(&self, refused: Option<&SecretString>) -> Result<Arc<SecretString>, ApiError> {
        let mut kept = self.token.lock().await;
        let is_good = |token: &&Token| {
            token.good_until > Instant::now()
                && refused.is_none_or(|refused| refused.expose_secret() != token.value.expose_secret())
        };
        if let Some(token) = kept.as_ref().filter(is_good) {
            return Ok(Arc::clone(&token.value));
        }
        let token = self.new_token().await?;
        let value = Arc::clone(&token.value);
        *kept = Some(token);
        Ok(value)
    }

    /// Whatever goes wrong here, the request for which the token is wanted has not been sent.
    async fn new_token(&self) -> Result<Token, ApiError> {
        let fields = [
            ("grant_type", "client_credentials"),
            ("client_id", &self.app_id),
            ("client_secret", self.app_secret.expose_secret()),
        ];
        let asked = self.http.post(format!("{}/oauth/token", self.url)).form(&fields).timeout(ANSWER_WITHIN);
        let response = asked.send().await.map_err(|error| ApiError::Temporary(error.without_url().into()))?;
        let answer = Answer::read(response, FAILURE_LIMIT_BYTES)
            .await
            .map_err(|error| ApiError::Temporary(error.into()))?;
        let (value, lifetime) = read_token(answer.status, &answer.body)?;
        Ok(Token {
            value: Arc::new(value),
            good_until: Instant::now() + lifetime.saturating_sub(RENEW_BEFORE),
        })
    }

    fn closed(&self) -> Option<Duration> {
        let until = (*self.closed_until.lock().unwrap_or_else(PoisonError::into_inner))?;
        until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
    }

    fn close_for(&self, time: Duration) {
        *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + time);
    }
}

async fn read_failure(response: reqwest::Response) -> ApiError {
    let (status, headers): (StatusCode, HeaderMap) = (response.status(), response.headers().clone());
    match Answer::read(response, FAILURE_LIMIT_BYTES).await {
        Ok(answer) => failure::of_answer(answer.status, &answer.headers, &answer.body),
        // The status alone tells enough.
        Err(_) => failure::of_answer(status, &headers, b""),
    }
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: Option<u64>,
}

/// The token and how long it works.
fn read_token(status: StatusCode, body: &[u8]) -> Result<(SecretString, Duration), ApiError> {
    if matches!(status.as_u16(), 400 | 401 | 403) {
        return Err(ApiError::application_refused());
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Err(ApiError::Busy);
    }
    let answer: Option<TokenAnswer> =
        status.is_success().then(|| serde_json::from_slice(body).ok()).flatten();
    let Some(answer) = answer.filter(|answer| !answer.access_token.is_empty()) else {
        return Err(ApiError::Temporary(
            format!("no token in an answer of status {}", status.as_u16()).into(),
        ));
    };
    let lifetime = Duration::from_secs(answer.expires_in.unwrap_or(USUAL_LIFETIME_S));
    Ok((answer.access_token.into(), lifetime))
}

/// `Content-Type` and the like, where a value is readable text.
pub(crate) fn text_of(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
