//! What arrives: the request, the stored raw event, and what parsing makes of it.

use std::net::IpAddr;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::{HeaderMap, Method};
use serde::Serialize;

use crate::Event;

/// A request as it arrived: borrowed, complete, never stored (headers and the URL's secret part stay out of the
/// database).
#[derive(Clone, Copy, Debug)]
pub struct WebhookRequest<'a> {
    /// GET or POST; others do not get this far.
    pub method: &'a Method,
    /// The path segment behind the account's key, where the provider cannot sign.
    pub url_secret: Option<&'a str>,
    /// The query string without `?`, still percent-encoded.
    pub query: &'a str,
    /// All headers.
    pub headers: &'a HeaderMap,
    /// The body, byte for byte.
    pub body: &'a [u8],
    /// The peer, or what a trusted proxy says of it.
    pub remote: IpAddr,
    /// Our clock when the request was complete.
    pub received_at: DateTime<Utc>,
}

/// What is kept of a request or of an answer of polling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    /// `webhook` or `poll`.
    pub source: String,
    /// Our clock.
    pub received_at: DateTime<Utc>,
    /// The header `Content-Type`, where there was one.
    pub content_type: Option<String>,
    /// The query string without `?`.
    pub query: String,
    /// The body, byte for byte.
    pub body: Bytes,
}

impl RawEvent {
    /// What is kept of a webhook request.
    pub fn of_webhook(request: &WebhookRequest<'_>, body: Bytes) -> Self {
        Self {
            source: "webhook".into(),
            received_at: request.received_at,
            content_type: request
                .headers
                .get(http::header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            query: request.query.to_owned(),
            body,
        }
    }
}

/// What `verify` says of a genuine request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verified {
    /// Store, then acknowledge.
    Genuine,
    /// Answer 200 with this text, store nothing.
    Handshake(String),
}

/// The answer that tells the provider not to repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// `Content-Type` of the answer, where it has a body.
    pub content_type: Option<&'static str>,
    /// The exact body.
    pub body: &'static str,
}

impl Acknowledgement {
    /// 200 with an empty body.
    pub const EMPTY: Self = Self { content_type: None, body: "" };
}

/// What a raw event means.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Parsed {
    /// Facts, in the order of the body.
    pub events: Vec<Event>,
    /// Understood, carries nothing for us.
    pub ignored: Vec<Part>,
    /// Quarantined until the connector learns it.
    pub unknown: Vec<Part>,
}

/// A part of a body that is not a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Where it stands, e.g. `entry[0].changes[1].value.messages[0]`; `$` is the whole.
    pub path: String,
    /// Why it is no fact, in a few words: `unknown message type "hologram"`.
    pub reason: String,
}

impl Part {
    /// A part at `path`.
    pub fn new(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into() }
    }
}

/// Fields of a form: of the query and of the body together, decoded, on a clash the body wins. Bytes that are not UTF-8
/// become U+FFFD.
pub fn form_fields(query: &str, body: &[u8]) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = decode(body);
    for (name, value) in decode(query.as_bytes()) {
        if !fields.iter().any(|(known, _)| known.eq_ignore_ascii_case(&name)) {
            fields.push((name, value));
        }
    }
    fields
}

fn decode(input: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(input).map(|(name, value)| (name.into_owned(), value.into_owned())).collect()
}
