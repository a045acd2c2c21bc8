//! The API that the hub calls: `max.md`, 3 to 5.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;
use super::messages::{Messages, Reached};
use super::uploads::{self, Uploads};
use super::{Config, SECRET_HEADER};
use crate::fakes::{Clock, Surroundings};
use crate::fault::{self, Fault, Manners, Operation};
use crate::log::{Log, Received};
use crate::outgoing::{Outgoing, Provider};
use crate::phone::{Arrival, Phone};

/// Seconds.
const LONGEST_POLL: u64 = 90;

/// A refusal: status, code, words.
pub(super) type Failure = (u16, &'static str, String);

pub(super) fn refused(status: u16, code: &'static str, words: &str) -> Failure {
    (status, code, words.to_owned())
}

pub(super) fn bad(words: &str) -> Failure {
    refused(400, "proto.payload", words)
}

/// A running fake.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    serving: fault::Server,
}

struct Shared {
    config: Config,
    inner: Mutex<Inner>,
    changed: Notify,
    log: Log,
    phone: Phone,
    clock: Clock,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Shared").field("config", &self.config).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Inner {
    subscriptions: Vec<Subscription>,
    /// Updates for polling, with the marker behind each.
    waiting: VecDeque<(i64, Value)>,
    marker: i64,
    messages: Messages,
    uploads: Uploads,
    limits: Limits,
}

#[derive(Debug, Clone)]
struct Subscription {
    url: String,
    secret: String,
    /// Empty: all.
    update_types: Vec<String>,
    time: i64,
}

impl Server {
    /// Starts on a free loopback port, with a subscription to the configured address.
    pub async fn start(config: Config, around: Surroundings) -> std::io::Result<Self> {
        let Surroundings { log, phone, faults, clock, .. } = around;
        let mut inner = Inner::default();
        if !config.hook_url.is_empty() {
            inner.subscriptions.push(Subscription {
                url: config.hook_url.clone(),
                secret: config.secret.clone(),
                update_types: Vec::new(),
                time: clock().timestamp_millis(),
            });
        }
        let shared =
            Arc::new(Shared { config, inner: Mutex::new(inner), changed: Notify::new(), log, phone, clock });
        let app = Router::new()
            .fallback(answer)
            .layer(axum::extract::DefaultBodyLimit::disable())
            .with_state(Arc::clone(&shared));
        let serving = faults.serve(Provider::Max, Manners { operation, refusal }, app).await?;
        Ok(Self { shared, serving })
    }

    /// The API base: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// As the request must be posted to the newest subscription that wants it; without any subscription it waits for
    /// `GET /updates`.
    pub fn route(&self, outgoing: &Outgoing) -> Option<Outgoing> {
        let update: Value = serde_json::from_slice(&outgoing.body).unwrap_or_default();
        let kind = update["update_type"].as_str().unwrap_or_default().to_owned();
        let mut inner = self.shared.lock();
        inner.messages.hear(&update);
        if inner.subscriptions.is_empty() {
            inner.marker += 1;
            let marker = inner.marker;
            inner.waiting.push_back((marker, update));
            drop(inner);
            self.shared.changed.notify_waiters();
            return None;
        }
        let wanted = inner.subscriptions.iter().rfind(|subscription| {
            subscription.update_types.is_empty() || subscription.update_types.contains(&kind)
        });
        wanted.map(|subscription| addressed(outgoing, subscription))
    }

    /// After eight hours without a success the subscription is gone, silently.
    pub fn unsubscribe_all(&self) {
        self.shared.lock().subscriptions.clear();
    }

    /// Where updates go now.
    pub fn subscriptions(&self) -> Vec<String> {
        self.shared.lock().subscriptions.iter().map(|subscription| subscription.url.clone()).collect()
    }
}

fn addressed(outgoing: &Outgoing, subscription: &Subscription) -> Outgoing {
    let mut outgoing = outgoing.clone();
    outgoing.url.clone_from(&subscription.url);
    outgoing.headers.retain(|(name, _)| name != SECRET_HEADER);
    if !subscription.secret.is_empty() {
        outgoing.headers.push((SECRET_HEADER.to_owned(), subscription.secret.clone()));
    }
    outgoing
}

fn operation(method: &Method, uri: &Uri) -> Operation {
    let path = uri.path();
    match (method, path) {
        (&Method::GET, _) if path.starts_with("/files/") || path.starts_with("/videos/") => {
            Operation::Download
        }
        (&Method::GET, _) => Operation::Ask,
        (_, "/messages") => Operation::Send,
        _ if path.starts_with("/upload") => Operation::Upload,
        _ => Operation::Ask,
    }
}

fn refusal(fault: &Fault) -> Response {
    match fault {
        Fault::TooMany { retry_after } => {
            let mut response = failure(refused(429, "too.many.requests", "Too many requests"));
            if let Some(seconds) = retry_after {
                response.headers_mut().insert("retry-after", (*seconds).into());
            }
            response
        }
        Fault::ServerError { status, .. } => failure(refused(*status, "service.unavailable", "")),
        Fault::Refused { code } => {
            failure(refused(u16::try_from(*code).unwrap_or(400), "refused", "Refused on request"))
        }
        _ => failure(refused(404, "not.found", "Not found")),
    }
}

fn failure((status, code, message): Failure) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, axum::Json(json!({ "code": code, "message": message }))).into_response()
}

struct Call {
    method: Method,
    path: String,
    query: Map<String, Value>,
    body: Value,
}

impl Call {
    fn text(&self, name: &str) -> &str {
        self.query.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<i64> {
        self.text(name).parse().ok()
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let response = if uri.path().starts_with("/upload/") {
        shared.upload(&uri, &headers, &body)
    } else if let Some(name) = uri.path().strip_prefix("/files/") {
        let name: String =
            form_urlencoded::parse(name.replace('+', "%2B").as_bytes()).map(|(name, _)| name).collect();
        let (kind, bytes) = uploads::client_file(&name);
        ([("content-type", kind)], bytes).into_response()
    } else {
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        let query = query.into_owned().map(|(name, value)| (name, Value::String(value))).collect();
        let json = serde_json::from_slice(&body).unwrap_or_default();
        let call = Call { method: method.clone(), path: uri.path().to_owned(), query, body: json };
        match shared.call(&call, &headers).await {
            Ok(answer) => axum::Json(answer).into_response(),
            Err(refused) => failure(refused),
        }
    };
    let is_file = uri.path().starts_with("/upload/");
    shared.log.add(Received {
        number: 0,
        fake: "max",
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        body: if is_file { String::new() } else { String::from_utf8_lossy(&body).into_owned() },
        status: response.status().as_u16(),
    });
    response
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The upload hosts know no account.
    fn upload(&self, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
        let number = uri.path().trim_start_matches("/upload/").parse().unwrap_or(0);
        let kind = headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        match self.lock().uploads.take(number, kind, body, Instant::now()) {
            Ok((kind, text)) => ([("content-type", kind)], text).into_response(),
            Err((status, words)) => failure(refused(status, "upload.error", words)),
        }
    }

    async fn call(&self, call: &Call, headers: &HeaderMap) -> Result<Value, Failure> {
        let given = headers.get("authorization").map(axum::http::HeaderValue::as_bytes);
        // Exactly the token, no `Bearer`, and nothing of it in the address.
        if given != Some(self.config.token.as_bytes()) || call.query.contains_key("access_token") {
            return Err(refused(401, "verify.token", "Invalid access_token"));
        }
        if !self.lock().limits.takes(Instant::now()) {
            return Err(too_many());
        }
        match (call.method.as_str(), call.path.as_str()) {
            ("GET", "/me") => Ok(self.config.bot()),
            ("GET", "/updates") => self.updates(call).await,
            ("GET", "/subscriptions") => Ok(self.subscriptions()),
            ("POST", "/subscriptions") => self.subscribe(call),
            ("DELETE", "/subscriptions") => {
                self.lock().subscriptions.retain(|subscription| subscription.url != call.text("url"));
                Ok(json!({ "success": true }))
            }
            ("POST", "/uploads") => self.begin_upload(call, headers),
            ("POST", "/answers") => Self::press_answered(call),
            (_, "/messages") => self.messages(call),
            ("GET", path) if path.starts_with("/messages/") => {
                let inner = self.lock();
                let found = inner.messages.find(path.trim_start_matches("/messages/"));
                let found = found.map(|(_, message)| message.clone());
                found.ok_or_else(|| refused(404, "not.found", "message not found"))
            }
            ("GET", path) if path.starts_with("/videos/") => Ok(Self::video(path, headers)),
            ("POST", path) if path.starts_with("/chats/") && path.ends_with("/actions") => self.act(call),
            (_, "/me" | "/updates" | "/subscriptions" | "/uploads" | "/answers") => {
                Err(refused(405, "method.not.allowed", "Method not allowed"))
            }
            _ => Err(refused(404, "not.found", "Path not found")),
        }
    }

    fn messages(&self, call: &Call) -> Result<Value, Failure> {
        let clock = ((self.clock)(), Instant::now());
        let mut inner = self.lock();
        let Inner { messages, uploads, limits, .. } = &mut *inner;
        let mut slow =
            |chat, kind| if limits.takes_in(chat, kind, clock.1) { Ok(()) } else { Err(too_many()) };
        let id = call.text("message_id");
        let reached = match call.method.as_str() {
            "GET" => return messages.history(&call.query),
            "POST" => {
                let client = messages.dialog(&call.query)?;
                slow(client.chat_id(), "send")?;
                messages.send(&self.config, &client, &call.body, uploads, clock)?
            }
            "PUT" => {
                slow(messages.own(&self.config, id)?, "edit")?;
                messages.edit(&self.config, id, &call.body, uploads, clock)?
            }
            "DELETE" => {
                slow(messages.own(&self.config, id)?, "delete")?;
                messages.delete(&self.config, id, clock.0)?
            }
            _ => return Err(refused(405, "method.not.allowed", "Method not allowed")),
        };
        drop(inner);
        Ok(self.reached(reached))
    }

    fn reached(&self, reached: Reached) -> Value {
        for arrival in reached.arrivals {
            self.phone.add(arrival);
        }
        reached.answer
    }

    fn act(&self, call: &Call) -> Result<Value, Failure> {
        let chat = call.path.split('/').nth(2).unwrap_or_default();
        let known = chat.parse().ok().and_then(super::User::of_chat);
        let client = known.ok_or_else(|| refused(404, "chat.not.found", "Chat not found"))?;
        let kind = match call.body["action"].as_str() {
            Some("typing_on") => "typing",
            Some("mark_seen") => "read",
            Some("sending_photo" | "sending_video" | "sending_audio" | "sending_file") => {
                return Ok(json!({ "success": true }));
            }
            _ => return Err(bad("action: unknown")),
        };
        let (account, to) = (self.config.bot_id.to_string(), client.chat_id().to_string());
        self.phone.add(Arrival::new(Provider::Max, &account, &to, "", kind, (self.clock)()));
        Ok(json!({ "success": true }))
    }

    fn press_answered(call: &Call) -> Result<Value, Failure> {
        let says = call.body["notification"].is_string() || call.body["message"].is_object();
        if call.text("callback_id").is_empty() || !says {
            return Err(bad("callback_id and notification or message are needed"));
        }
        Ok(json!({ "success": true }))
    }

    fn begin_upload(&self, call: &Call, headers: &HeaderMap) -> Result<Value, Failure> {
        let begun = self.lock().uploads.begin(call.text("type"), &base(headers), Instant::now());
        begun.ok_or_else(|| bad("type: image, video, audio or file"))
    }

    fn video(path: &str, headers: &HeaderMap) -> Value {
        let token = path.trim_start_matches("/videos/");
        json!({ "token": token, "urls": { "mp4_720": format!("{}/files/{token}", base(headers)) } })
    }

    fn subscriptions(&self) -> Value {
        let inner = self.lock();
        let shown = inner.subscriptions.iter().map(|subscription| {
            json!({ "url": subscription.url, "time": subscription.time, "update_types": subscription.update_types })
        });
        json!({ "subscriptions": shown.collect::<Vec<_>>() })
    }

    /// Only HTTPS on the port 443, which is not written; but this machine has no certificates.
    fn subscribe(&self, call: &Call) -> Result<Value, Failure> {
        let url = call.body["url"].as_str().unwrap_or_default();
        let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
        let on_this_machine = url.starts_with("http://127.0.0.1:");
        if !on_this_machine && host.is_none_or(|host| host.is_empty() || host.contains(':')) {
            return Err(bad("url: https on port 443 only"));
        }
        let secret = call.body["secret"].as_str().unwrap_or_default();
        let plain = secret.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if !secret.is_empty() && (!plain || !(5..=256).contains(&secret.len())) {
            return Err(bad("secret: 5 to 256 of A-Z, a-z, 0-9, _ and -"));
        }
        let update_types = serde_json::from_value(call.body["update_types"].clone()).unwrap_or_default();
        let new = Subscription {
            url: url.to_owned(),
            secret: secret.to_owned(),
            update_types,
            time: (self.clock)().timestamp_millis(),
        };
        let mut inner = self.lock();
        inner.subscriptions.retain(|known| known.url != new.url);
        inner.subscriptions.push(new);
        inner.waiting.clear();
        Ok(json!({ "success": true }))
    }

    /// A marker confirms everything before it; without one everything unconfirmed comes.
    async fn updates(&self, call: &Call) -> Result<Value, Failure> {
        let limit = call.number("limit").unwrap_or(100);
        let timeout = call.number("timeout").unwrap_or(30);
        if !(1..=1000).contains(&limit) || !(0..=90).contains(&timeout) {
            return Err(bad("limit: 1 to 1000, timeout: 0 to 90"));
        }
        let (limit, timeout) = (usize::try_from(limit).unwrap_or(1), u64::try_from(timeout).unwrap_or(0));
        let deadline = Instant::now() + Duration::from_secs(timeout.min(LONGEST_POLL));
        let kinds: Vec<&str> = call.text("types").split(',').filter(|kind| !kind.is_empty()).collect();
        let wanted = |update: &Value| {
            kinds.is_empty() || kinds.contains(&update["update_type"].as_str().unwrap_or_default())
        };
        loop {
            // Made before looking, so that a change in between is not missed.
            let changed = self.changed.notified();
            {
                let mut inner = self.lock();
                if let Some(marker) = call.number("marker") {
                    inner.waiting.retain(|(after, _)| *after > marker);
                }
                let page: Vec<&(i64, Value)> = inner.waiting.iter().take(limit).collect();
                let silent = !inner.subscriptions.is_empty();
                if Instant::now() >= deadline || (!page.is_empty() && !silent) {
                    // While a subscription exists polling brings nothing.
                    let page = if silent { Vec::new() } else { page };
                    let marker = page.last().map(|(after, _)| *after).or(call.number("marker"));
                    let updates: Vec<&Value> =
                        page.iter().map(|(_, update)| update).filter(|update| wanted(update)).collect();
                    return Ok(json!({ "updates": updates, "marker": marker }));
                }
            }
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(deadline) => {}
            }
        }
    }
}

fn too_many() -> Failure {
    refused(429, "too.many.requests", "Too many requests")
}

/// Where the caller found this server.
fn base(headers: &HeaderMap) -> String {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default();
    format!("http://{host}")
}
