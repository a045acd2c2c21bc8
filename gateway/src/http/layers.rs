//! What wraps every route: the request id, the log line, the answer after a panic.

use std::any::Any;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, Method};
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use super::Problem;

/// Carries the request id in both directions.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

tokio::task_local! {
    static CURRENT: String;
}

/// The id of the request that this task answers; `None` outside of one.
pub fn request_id() -> Option<String> {
    CURRENT.try_with(Clone::clone).ok()
}

/// Wraps a whole router. To be called once, around everything.
pub fn wrap<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    router.layer(CatchPanicLayer::custom(after_panic)).layer(middleware::from_fn(with_request_id))
}

async fn with_request_id(request: Request, next: Next) -> Response {
    let id = given(&request).unwrap_or_else(|| hex::encode(rand::random::<[u8; 8]>()));
    let began = Instant::now();
    // The route as it is declared: a path may hold a secret.
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = method_word(request.method());
    let span = tracing::info_span!("request", request_id = %id, method, route);
    let header = HeaderValue::from_str(&id).expect("letters, digits and dashes are a header value");
    let mut response = CURRENT.scope(id, next.run(request).instrument(span.clone())).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    let millis = took.as_millis();
    span.in_scope(|| tracing::debug!(status, millis, "answered {status} in {millis} ms"));
    metrics::histogram!("uzel_http_request_seconds", "method" => method, "route" => route.clone())
        .record(took);
    let labels = [("method", method.to_owned()), ("route", route), ("status", status.to_string())];
    metrics::counter!("uzel_http_requests_total", &labels).increment(1);
    response.headers_mut().insert(REQUEST_ID, header);
    response
}

/// Anybody can make up methods; each would be a figure of its own.
fn method_word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// An id that a proxy has given, if it is safe to repeat.
fn given(request: &Request) -> Option<String> {
    let id = request.headers().get(REQUEST_ID)?.to_str().ok()?;
    let safe = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    safe.then(|| id.to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the box over")]
fn after_panic(panic: Box<dyn Any + Send>) -> Response {
    let cause = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(request_id = request_id(), cause, "a handler panicked");
    Problem::internal().into_response()
}
