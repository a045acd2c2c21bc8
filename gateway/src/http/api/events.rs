//! The live feed, as Server-Sent Events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use crm_core::timeline::feed::Message;
use futures::StreamExt;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::credential::Credential;
use crate::http::problem::documented::Unauthorized;
use crate::http::{ApiQuery, ApiResult, Problem};
use crate::live::{LiveStream, StartAt, Update};

/// Proxies close a connection on which nothing is said.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// How soon a browser comes back after a break.
const RETRY: Duration = Duration::from_secs(2);

/// nginx hands the stream on at once.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// The routes.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// Where to go on.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Behind {
    /// The id of the last event seen, for programs that cannot set the header `Last-Event-ID`.
    last_event_id: Option<String>,
}

/// What changes, as it changes: a stream of Server-Sent Events.
///
/// Each event says what to read anew and nothing else; what the viewer may not see is not told at all.
/// `ready` opens the stream. `resync`: something may have been missed, or rights have changed, so everything shown is
/// to be read anew. `signed_out`: the session has ended, and so has the stream. All others are described by the schema;
/// the name of the event stands in its field `event` too. After a break the stream goes on behind `Last-Event-ID`.
#[utoipa::path(
    get, path = "/events", tag = "live", operation_id = "follow_events",
    params(Behind, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event seen")),
    responses(
        (status = 200, content_type = "text/event-stream", body = Message, description = "События, пока соединение открыто"),
        Unauthorized,
    ),
)]
async fn events(
    State(app): State<App>,
    credential: Credential,
    headers: HeaderMap,
    ApiQuery(behind): ApiQuery<Behind>,
) -> ApiResult<impl IntoResponse> {
    let viewer = credential.viewer(&app.pool, app.now()).await?.ok_or_else(Problem::unauthorized)?;
    let header = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let start = StartAt::told(header.or(behind.last_event_id.as_deref()));
    let stream = LiveStream::open(app.live.clone(), app.clock, credential, viewer, start)
        .await?
        .ok_or_else(Problem::unavailable)?;
    let events = stream.updates().map(|update| Ok::<_, Infallible>(event(&update)));
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (ACCEL_BUFFERING, HeaderValue::from_static("no")),
    ];
    Ok((headers, Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))))
}

fn event(update: &Update) -> Event {
    match update {
        Update::Ready(position) => {
            Event::default().event("ready").id(position.to_string()).data("{}").retry(RETRY)
        }
        Update::Resync(position) => {
            Event::default().event("resync").id(position.to_string()).data("{}").retry(RETRY)
        }
        Update::SignedOut => Event::default().event("signed_out").data("{}"),
        Update::Changed(position, message) => {
            let data = serde_json::to_string(message).expect("ids and words are JSON");
            Event::default().event(message.name()).id(position.to_string()).data(data)
        }
    }
}
