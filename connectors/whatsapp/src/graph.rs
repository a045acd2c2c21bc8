//! Calls to the Graph API: address, token, bounds, and what an answer that is no success means.

use std::time::Duration;

use connector_api::{FetchError, MediaError, Remedy, SendError};
use http::StatusCode;
use provider_http::{Answer, hide, of_fetch, of_send, retry_after};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use crate::Config;
use crate::codes::{self, Class};
use crate::wire::{self, Failure};

/// An answer is at most a page of templates long.
const ANSWER_LIMIT_BYTES: usize = 4 << 20;
/// For everything but files.
const PATIENCE: Duration = Duration::from_secs(30);

/// The provider's API as this account calls it.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    http: reqwest::Client,
    root: Url,
    token: SecretString,
}

impl Graph {
    /// `None` when the base URL is none.
    pub fn new(config: &Config, http: reqwest::Client) -> Option<Self> {
        let mut root = Url::parse(&config.api_url).ok()?;
        root.path_segments_mut().ok()?.pop_if_empty().push(&config.api_version);
        Some(Self { http, root, token: config.access_token.clone() })
    }

    /// An address under the version; each segment is escaped.
    pub fn url(&self, path: &[&str]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        url
    }

    /// The provider itself, a relay, or a fake one: the host that always gets the token.
    pub fn is_own_host(&self, url: &Url) -> bool {
        url.origin() == self.root.origin()
    }

    /// A request with the token. The caller has made sure that the host may see it.
    pub fn request(&self, method: http::Method, url: Url) -> reqwest::RequestBuilder {
        self.http.request(method, url).bearer_auth(self.token.expose_secret())
    }

    /// Posts something that must not happen twice. An answer that does not come leaves the outcome unknown.
    pub async fn send(&self, path: &[&str], body: &impl Serialize) -> Result<Answer, SendError> {
        let request = self.request(http::Method::POST, self.url(path)).timeout(PATIENCE).json(body);
        let response = request.send().await.map_err(of_send)?;
        Answer::read(response, ANSWER_LIMIT_BYTES).await.map_err(|error| SendError::Unknown(error.into()))
    }

    /// Asks; may be asked again. Gives the JSON of a success and the verdict on everything else.
    pub async fn ask(&self, path: &[&str], query: &[(&str, &str)]) -> Result<Value, Trouble> {
        self.call(self.request(http::Method::GET, self.url(path)).query(query)).await
    }

    /// Changes a setting; repeats safely.
    pub async fn set(&self, path: &[&str], body: &Value) -> Result<Value, Trouble> {
        self.call(self.request(http::Method::POST, self.url(path)).json(body)).await
    }

    async fn call(&self, request: reqwest::RequestBuilder) -> Result<Value, Trouble> {
        let response = request.timeout(PATIENCE).send().await.map_err(of_fetch)?;
        let answer = Answer::read(response, ANSWER_LIMIT_BYTES).await;
        let answer = answer.map_err(|error| FetchError::Temporary(error.into()))?;
        if !answer.status.is_success() {
            return Err(Trouble::Refused(self.verdict(&answer)));
        }
        serde_json::from_slice(&answer.body).map_err(|error| FetchError::Temporary(error.into()).into())
    }

    /// See [`verdict`].
    pub fn verdict(&self, answer: &Answer) -> Verdict {
        verdict(answer, self.token.expose_secret())
    }
}

/// Why a question was not answered.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// There was no answer, or not a whole one.
    Unanswered(FetchError),
    /// The provider said no.
    Refused(Verdict),
}

impl From<FetchError> for Trouble {
    fn from(error: FetchError) -> Self {
        Self::Unanswered(error)
    }
}

impl From<Trouble> for FetchError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Unanswered(error) => error,
            Trouble::Refused(verdict) => verdict.into(),
        }
    }
}

/// What an answer that is no success means.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// The account waits.
    Wait(Option<Duration>),
    /// This recipient waits.
    PairRate,
    /// The account cannot do it until a person acts.
    Stopped { code: String, reason: String },
    /// Never as it is.
    Rejected { code: String, reason: String, remedy: Option<Remedy> },
    /// Certainly not done; try again.
    Later(ProviderError),
    /// The provider failed without saying at what.
    Unclear(ProviderError),
}

/// An error in the provider's words, for the log of attempts.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {words}{trace}")]
pub(crate) struct ProviderError {
    status: StatusCode,
    words: String,
    trace: String,
}

/// The code decides, for the provider says itself that titles and HTTP statuses do not. The token, which some of its
/// messages repeat, is taken out.
pub(crate) fn verdict(answer: &Answer, token: &str) -> Verdict {
    let body: Value =
        serde_json::from_str(&hide(&String::from_utf8_lossy(&answer.body), token)).unwrap_or_default();
    let status = answer.status;
    let Some(failure) = body.get("error").and_then(wire::read::<Failure>) else {
        return unexplained(
            answer,
            ProviderError::of(status, format!("an answer of {} bytes", answer.body.len())),
        );
    };
    let code = failure.code.owned().unwrap_or_else(|| status.as_u16().to_string());
    let told = ProviderError {
        status,
        words: format!("{code} {}", codes::explanation(&failure)),
        trace: failure.fbtrace_id.text().map(|id| format!(" (trace {id})")).unwrap_or_default(),
    };
    let Some(known) = codes::of(&failure) else {
        return match status {
            _ if failure.is_transient.is_true() => Verdict::Later(told),
            StatusCode::UNAUTHORIZED => Verdict::Stopped { code, reason: codes::explanation(&failure) },
            StatusCode::TOO_MANY_REQUESTS => Verdict::Wait(retry_after(&answer.headers)),
            status if status.is_server_error() => Verdict::Unclear(told),
            _ => Verdict::Rejected { code, reason: codes::explanation(&failure), remedy: None },
        };
    };
    match known.class {
        Class::Later => Verdict::Later(told),
        Class::Wait(seconds) => {
            Verdict::Wait(Some(retry_after(&answer.headers).unwrap_or(Duration::from_secs(seconds))))
        }
        Class::PairRate => Verdict::PairRate,
        Class::Stopped => Verdict::Stopped { code, reason: known.sentence() },
        Class::Never => Verdict::Rejected { code, reason: reason(known, &failure), remedy: known.remedy },
    }
}

/// The provider's details say which parameter it is; our own sentence only that it is one.
fn reason(known: codes::Known, failure: &Failure) -> String {
    let details = failure.error_data.0.as_ref().and_then(|data| data.details.text());
    match details {
        Some(details) if known.advice.is_empty() => format!("{}: {details}", known.text),
        _ => known.sentence(),
    }
}

/// Not the provider's own form of an error: a proxy on the way, a relay, a page of somebody.
fn unexplained(answer: &Answer, told: ProviderError) -> Verdict {
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => Verdict::Wait(retry_after(&answer.headers)),
        // It may have failed after the work was done.
        status if status.is_server_error() || status.is_success() => Verdict::Unclear(told),
        _ => Verdict::Later(told),
    }
}

impl ProviderError {
    fn of(status: StatusCode, words: String) -> Self {
        Self { status, words, trace: String::new() }
    }

    /// A plain 404.
    pub fn is_missing(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }
}

impl From<Verdict> for SendError {
    fn from(verdict: Verdict) -> Self {
        use connector_api::RateScope::{Account, Conversation};
        match verdict {
            Verdict::Wait(retry_after) => Self::RateLimited { retry_after, scope: Account },
            // The pause is 4^X seconds: the worker counts X, for nothing is remembered here.
            Verdict::PairRate => Self::RateLimited { retry_after: None, scope: Conversation },
            Verdict::Stopped { code, reason } => Self::AccountStopped { code, reason },
            Verdict::Rejected { code, reason, remedy } => Self::Rejected { code, reason, remedy },
            Verdict::Later(error) => Self::Temporary(error.into()),
            Verdict::Unclear(error) => Self::Unknown(error.into()),
        }
    }
}

impl From<Verdict> for FetchError {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Wait(retry_after) => Self::RateLimited { retry_after },
            Verdict::PairRate => Self::RateLimited { retry_after: None },
            Verdict::Stopped { reason, .. } | Verdict::Rejected { reason, .. } => Self::Refused(reason),
            Verdict::Later(error) | Verdict::Unclear(error) => Self::Temporary(error.into()),
        }
    }
}

impl From<Verdict> for MediaError {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Wait(retry_after) => Self::RateLimited { retry_after },
            Verdict::PairRate => Self::RateLimited { retry_after: None },
            Verdict::Stopped { reason, .. } => Self::Refused(reason),
            Verdict::Rejected { reason, .. } => Self::Gone(reason),
            Verdict::Later(error) | Verdict::Unclear(error) => Self::Temporary(error.into()),
        }
    }
}
