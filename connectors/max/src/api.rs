//! One call of the Bot API: where it goes and with which token. <https://dev.max.ru/docs-api>

use std::error::Error;
use std::time::Duration;

use connector_api::FetchError;
use http::Method;
use provider_http::Answer;
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::Max;

/// The longest answer: a page of a hundred messages with long texts.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;
/// For everything but polling.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What is asked of the Bot API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// Behind the address of the API; holds no secret.
    pub(crate) path: String,
    pub(crate) query: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

impl Request {
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), query: Vec::new(), body: None }
    }

    pub(crate) fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.query.push((name, value.to_string()));
        self
    }

    #[must_use]
    pub(crate) fn saying(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }
}

/// A call without an answer that can be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// Surely not received: the certificate ends in a root that is not trusted here.
    #[error("the certificate of MAX ends in a root that is not trusted")]
    UnknownIssuer(#[source] reqwest::Error),
    /// See [`provider_http::of_send`].
    #[error("the call failed")]
    Failed(#[source] reqwest::Error),
    /// It was received, and the answer is not whole.
    #[error("the answer is not whole")]
    Broken(#[source] provider_http::AnswerError),
}

/// What to tell the administrator about the root certificate.
pub(crate) const UNKNOWN_ISSUER: &str = "Сертификат MAX подписан корневым сертификатом Минцифры, которому эта машина \
    не доверяет. Скачайте «Russian Trusted Root CA» с gosuslugi.ru/crt и вставьте его текст (PEM) в поле \
    «trusted_roots» этого канала. Остальные каналы ему доверять не будут.";

impl Max {
    /// Calls the API. The token goes into a header exactly as it is, without `Bearer`.
    pub(crate) async fn call(&self, request: &Request) -> Result<Answer, CallError> {
        self.call_within(request, TIMEOUT).await
    }

    /// The same with another patience.
    pub(crate) async fn call_within(
        &self,
        request: &Request,
        timeout: Duration,
    ) -> Result<Answer, CallError> {
        let url = format!("{}{}", self.config.api_url.trim_end_matches('/'), request.path);
        let mut call = self
            .http
            .request(request.method.clone(), url)
            .query(&request.query)
            .header(http::header::AUTHORIZATION, self.config.token.expose_secret())
            .timeout(timeout);
        if let Some(body) = &request.body {
            call = call.json(body);
        }
        let response = call.send().await.map_err(CallError::of)?;
        Answer::read(response, LONGEST_ANSWER).await.map_err(CallError::Broken)
    }

    /// Asks for something; a refusal is an error.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Answer, FetchError> {
        let answer = self.call(request).await.map_err(FetchError::from)?;
        if answer.status.is_success() { Ok(answer) } else { Err(crate::failure::of_question(&answer)) }
    }
}

impl CallError {
    pub(crate) fn of(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if has_unknown_issuer(&error) { Self::UnknownIssuer(error) } else { Self::Failed(error) }
    }
}

/// The TLS library's own error is not exported through the HTTP library; its words are.
fn has_unknown_issuer(error: &reqwest::Error) -> bool {
    let mut cause: Option<&dyn Error> = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("UnknownIssuer") {
            return true;
        }
        cause = error.source();
    }
    false
}

impl From<CallError> for FetchError {
    fn from(error: CallError) -> Self {
        Self::Temporary(error.into())
    }
}
