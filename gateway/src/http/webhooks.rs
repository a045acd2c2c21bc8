//! `/hooks/{account key}[/{secret}]`: where providers post.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use bytes::Bytes;
use connector_api::{RawEvent, RoutingAnswer, Verified, VerifyError, WebhookRequest};
use crm_core::AccountId;
use crm_core::timeline::raw_event::{StoredRaw, count_refused};
use http::{HeaderValue, Method, StatusCode, header};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::accounts::{Account, Accounts};
use crate::app::App;
use crate::calling;
use crate::clock::Clock;
use crate::http::Remote;
use crate::intake::{Intake, NotStored};

/// How long storing a question may take while a caller waits.
const CALLER_WAITS: Duration = Duration::from_millis(900);

/// What the door needs.
#[derive(Clone)]
pub struct Hooks {
    /// Whose key it is.
    pub accounts: Accounts,
    /// Where genuine requests go.
    pub intake: Intake,
    /// The time.
    pub clock: Clock,
    /// Larger bodies are refused.
    pub max_body_bytes: usize,
    /// Slower bodies are refused.
    pub read_timeout: Duration,
    /// Counts what is refused.
    pub refusals: Refusals,
    /// For the address of the one who posts.
    pub app: App,
}

/// The routes of the door. All methods come here, so that a wrong one is counted too.
pub fn router(hooks: Hooks) -> Router {
    Router::new()
        .route("/hooks/{key}", any(without_secret))
        .route("/hooks/{key}/{secret}", any(with_secret))
        .with_state(Arc::new(hooks))
}

async fn without_secret(
    State(hooks): State<Arc<Hooks>>,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    receive(&hooks, &key, None, request).await
}

async fn with_secret(
    State(hooks): State<Arc<Hooks>>,
    Path((key, secret)): Path<(String, String)>,
    request: Request,
) -> Response {
    receive(&hooks, &key, Some(&secret), request).await
}

async fn receive(hooks: &Hooks, key: &str, url_secret: Option<&str>, request: Request) -> Response {
    let Some(account) = hooks.accounts.by_key(key).filter(|account| account.enabled) else {
        // Its settings are broken, so nothing can be verified; the provider comes again until an administrator mended it.
        if hooks.accounts.is_broken(key) {
            return Refusal::NotStored.into_response();
        }
        metrics::counter!("uzel_intake_unknown_total").increment(1);
        return StatusCode::NOT_FOUND.into_response();
    };
    match accept(hooks, &account, url_secret, request).await {
        Ok(response) => {
            metrics::counter!("uzel_intake_accepted_total", "connector" => account.connector_name.clone())
                .increment(1);
            response
        }
        Err(refusal) => {
            let reason = refusal.reason();
            metrics::counter!("uzel_intake_refused_total",
                "connector" => account.connector_name.clone(), "reason" => reason)
            .increment(1);
            hooks.refusals.count(account.id, reason);
            tracing::info!(account.id = %account.id, reason, "a request was refused");
            refusal.into_response()
        }
    }
}

/// Why a request gets no 200. The answer is a bare status: it reveals nothing.
enum Refusal {
    Verify(VerifyError),
    TooLarge,
    TooSlow,
    Broken,
    NotStored,
}

impl Refusal {
    fn reason(&self) -> &'static str {
        match self {
            Self::Verify(VerifyError::MissingSignature) => "missing_signature",
            Self::Verify(VerifyError::WrongSignature) => "wrong_signature",
            Self::Verify(VerifyError::Refused) => "refused",
            Self::Verify(VerifyError::Method) => "method",
            Self::TooLarge => "too_large",
            Self::TooSlow => "too_slow",
            Self::Broken => "broken",
            Self::NotStored => "not_stored",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Verify(VerifyError::MissingSignature | VerifyError::WrongSignature) => {
                StatusCode::UNAUTHORIZED
            }
            Self::Verify(VerifyError::Refused) => StatusCode::FORBIDDEN,
            Self::Verify(VerifyError::Method) => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::NotStored => {
                let again = [(header::RETRY_AFTER, HeaderValue::from_static("5"))];
                return (StatusCode::SERVICE_UNAVAILABLE, again).into_response();
            }
        };
        status.into_response()
    }
}

async fn accept(
    hooks: &Hooks,
    account: &Account,
    url_secret: Option<&str>,
    request: Request,
) -> Result<Response, Refusal> {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return Err(Refusal::Verify(VerifyError::Method));
    }
    let (parts, body) = request.into_parts();
    let remote = Remote::of(&parts, &hooks.app)
        .and_then(|address| address.parse().ok())
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let body = read_body(hooks, body).await?;
    let request = WebhookRequest {
        method: &parts.method,
        url_secret,
        query: parts.uri.query().unwrap_or_default(),
        headers: &parts.headers,
        body: &body,
        remote,
        received_at: (hooks.clock)(),
    };
    match account.connector.verify(&request).map_err(Refusal::Verify)? {
        Verified::Handshake(text) => Ok(text.into_response()),
        Verified::Genuine => {
            // A copy of its own: the body lies in the buffer of the connection, many times as large, which would be kept
            // for as long as the event waits, and made anew for the next request.
            let raw = RawEvent::of_webhook(&request, Bytes::copy_from_slice(&body));
            let routing = account.connector.call_routing();
            let asked = routing.and_then(|routing| Some((routing, routing.routing_question(&request)?)));
            drop((parts, body));
            let storing = hooks.intake.store(StoredRaw::new(account.id, raw));
            if let Some((routing, question)) = asked {
                let routed = calling::route(&hooks.app.pool, account.id, routing, &question);
                return put_through(storing, routed).await;
            }
            storing.await.map_err(|_| Refusal::NotStored)?;
            let acknowledgement = account.connector.acknowledgement();
            let mut response = acknowledgement.body.into_response();
            match acknowledgement.content_type {
                Some(kind) => {
                    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind))
                }
                None => response.headers_mut().remove(header::CONTENT_TYPE),
            };
            Ok(response)
        }
    }
}

/// A caller waits for this answer, so that it comes within a second. It is no acknowledgement unless the question is on
/// disk like every request; where that takes too long, the refusal makes the menu go on by its own plan.
async fn put_through(
    storing: impl Future<Output = Result<(), NotStored>>,
    asked: impl Future<Output = RoutingAnswer>,
) -> Result<Response, Refusal> {
    let (stored, answer) = tokio::join!(tokio::time::timeout(CALLER_WAITS, storing), asked);
    if !matches!(stored, Ok(Ok(()))) {
        return Err(Refusal::NotStored);
    }
    let kind = HeaderValue::from_static(answer.content_type);
    Ok(([(header::CONTENT_TYPE, kind)], answer.body).into_response())
}

async fn read_body(hooks: &Hooks, body: Body) -> Result<Bytes, Refusal> {
    let read = axum::body::to_bytes(body, hooks.max_body_bytes);
    match tokio::time::timeout(hooks.read_timeout, read).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            let too_large = std::error::Error::source(&error)
                .is_some_and(|source| source.to_string().contains("length limit exceeded"));
            Err(if too_large { Refusal::TooLarge } else { Refusal::Broken })
        }
        Err(_) => Err(Refusal::TooSlow),
    }
}

/// Counters of refused requests, written to the database now and then: a flood of them must not reach it.
#[derive(Clone, Default)]
pub struct Refusals {
    counted: Arc<Mutex<HashMap<(AccountId, &'static str), i64>>>,
}

impl Refusals {
    fn count(&self, account: AccountId, reason: &'static str) {
        *self.lock().entry((account, reason)).or_default() += 1;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<(AccountId, &'static str), i64>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes the counters every second, and once more at the stop.
    pub async fn keep_writing(self, pool: PgPool, clock: Clock, stop: CancellationToken) {
        loop {
            let stopped = tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => false,
                () = stop.cancelled() => true,
            };
            let counted = std::mem::take(&mut *self.lock());
            for ((account, reason), requests) in counted {
                let day = clock().date_naive();
                let written = match pool.acquire().await {
                    Ok(mut conn) => count_refused(&mut conn, account, day, reason, requests).await,
                    Err(error) => Err(error),
                };
                if let Err(error) = written {
                    tracing::warn!(%error, "counters of refused requests wait for the database");
                    *self.lock().entry((account, reason)).or_default() += requests;
                }
            }
            if stopped {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests;
