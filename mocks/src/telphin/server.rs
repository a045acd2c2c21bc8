//! The `RingMe` API: token, extensions, subscriptions, callback, history, recordings (`telphin.md`, 2).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};
use futures::stream;
use serde_json::{Value, json};

use super::archive::{Archive, Fate};
use super::{Config, Extension, FakeTelphin, Outgoer};
use crate::dice::Dice;
use crate::fakes::Clock;
use crate::fault::{self, Fault, Faults, Manners, Operation};
use crate::log::{Log, Received};
use crate::outgoing::{Outgoing, Provider};
use crate::post::Poster;
use crate::scenario::Step;

/// The observed lifetime of a token.
const TOKEN_SECONDS: i64 = 3600;
/// Requests in an hour; the real number depends on the account.
const HOUR_LIMIT: u32 = 3600;

/// The API on a loopback port.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    serving: fault::Server,
}

struct Shared {
    fake: FakeTelphin,
    poster: Arc<Poster>,
    clock: Clock,
    log: Log,
    inner: Mutex<Inner>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Shared").finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Inner {
    token: Option<(String, DateTime<Utc>)>,
    tokens_given: u32,
    requests: u32,
    subscriptions: Vec<Subscription>,
    next_id: u64,
    callbacks: u64,
    archive: Archive,
}

#[derive(Debug, Clone)]
struct Subscription {
    id: u64,
    extension: u32,
    url: String,
    event_type: String,
    method: String,
}

impl Subscription {
    fn json(&self) -> Value {
        json!({ "id": self.id, "url": self.url, "event_type": self.event_type, "method": self.method })
    }
}

impl Server {
    /// Starts on a free loopback port. Nobody has subscribed yet but another program, to one extension.
    pub(crate) async fn start(
        fake: FakeTelphin,
        poster: Arc<Poster>,
        clock: Clock,
        log: Log,
        faults: &Faults,
    ) -> std::io::Result<Self> {
        let foreign = fake.config().staff.first().map(|extension| Subscription {
            id: 77_000,
            extension: extension.id,
            url: "https://call-tracking.example.com/telphin".to_owned(),
            event_type: "hangup".to_owned(),
            method: "GET".to_owned(),
        });
        let inner = Inner {
            token: None,
            tokens_given: 0,
            requests: 0,
            subscriptions: foreign.into_iter().collect(),
            next_id: 77_120,
            callbacks: 0,
            archive: Archive::default(),
        };
        let shared = Arc::new(Shared { fake, poster, clock, log, inner: Mutex::new(inner) });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let manners = Manners { operation, refusal };
        Ok(Self { shared, serving: faults.serve(Provider::Telphin, manners, app).await? })
    }

    /// The host: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// Remembers an event for the history, whether or not it will be heard.
    pub fn observe(&self, outgoing: &Outgoing) {
        self.shared.observe(outgoing);
    }

    /// What becomes of the next recording; several wait in order.
    pub fn arrange(&self, fate: Fate) {
        self.shared.lock().archive.arrange(fate);
    }

    /// The subscriptions of all programs: extension, kind of event, address.
    pub fn subscriptions(&self) -> Vec<(u32, String, String)> {
        let inner = self.shared.lock();
        let told = |one: &Subscription| (one.extension, one.event_type.clone(), one.url.clone());
        inner.subscriptions.iter().map(told).collect()
    }

    /// How many callbacks were taken: each rings two phones.
    pub fn callbacks(&self) -> u64 {
        self.shared.lock().callbacks
    }

    /// The token in use is refused from now on.
    pub fn revoke_token(&self) {
        self.shared.lock().token = None;
    }
}

fn operation(method: &Method, uri: &Uri) -> Operation {
    if uri.path().ends_with("/callback/") {
        Operation::Send
    } else if *method == Method::GET && uri.path().contains("/record/") {
        Operation::Download
    } else {
        Operation::Ask
    }
}

fn refusal(fault: &Fault) -> Response {
    match fault {
        Fault::TooMany { retry_after } => {
            let body = json!({ "status": "rate_limit_exceeded", "message": "Rate limit exceeded" });
            let mut response = (StatusCode::TOO_MANY_REQUESTS, axum::Json(body)).into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert("x-ratelimit-remaining", 0.into());
                response.headers_mut().insert("x-ratelimit-reset", (*seconds).into());
            }
            response
        }
        Fault::ServerError { status, .. } => {
            StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response()
        }
        Fault::Refused { code: 429 } => {
            let message = "Stats request already exists, concurrent request not allowed";
            problem(StatusCode::TOO_MANY_REQUESTS, None, message)
        }
        Fault::Refused { code: 401 } => problem(StatusCode::UNAUTHORIZED, None, "Unauthorized"),
        Fault::Refused { .. } => {
            problem(StatusCode::FORBIDDEN, Some("app_access_type_deny"), "Access denied")
        }
        _ => problem(StatusCode::NOT_FOUND, None, "Record not found"),
    }
}

fn problem(status: StatusCode, word: Option<&str>, message: &str) -> Response {
    let mut body = json!({ "message": message });
    if let Some(word) = word {
        body["status"] = word.into();
    }
    (status, axum::Json(body)).into_response()
}

fn not_found() -> Response {
    problem(StatusCode::NOT_FOUND, None, "Not found")
}

fn done(status: StatusCode, body: Value) -> Response {
    (status, axum::Json(body)).into_response()
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let response = shared.answer(&method, &uri, &headers, &body);
    shared.log.add(Received {
        number: 0,
        fake: Provider::Telphin.name(),
        method: method.to_string(),
        path: uri.path().to_owned(),
        query: uri.query().unwrap_or_default().to_owned(),
        // The application's secret stands in the body of a question for a token.
        body: if uri.path() == "/oauth/token" {
            String::new()
        } else {
            String::from_utf8_lossy(&body).into_owned()
        },
        status: response.status().as_u16(),
    });
    response
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn config(&self) -> &Config {
        self.fake.config()
    }

    fn observe(&self, outgoing: &Outgoing) {
        let text = if outgoing.query.is_empty() { &outgoing.body[..] } else { outgoing.query.as_bytes() };
        let fields: Vec<(String, String)> = form_urlencoded::parse(text).into_owned().collect();
        self.lock().archive.observe(&fields);
    }

    fn answer(self: &Arc<Self>, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Response {
        let accepts = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
        if !accepts.is_some_and(|accepts| accepts.contains("gzip")) {
            return problem(StatusCode::NOT_ACCEPTABLE, None, "Accept-Encoding: gzip is mandatory");
        }
        if uri.path() == "/oauth/token" {
            return self.token(method, headers, body);
        }
        let Some(path) = uri.path().strip_prefix("/api/ver1.0") else { return not_found() };
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        if !self.is_let_in(given) {
            return done(StatusCode::UNAUTHORIZED, json!({ "status": 401, "message": "Unauthorized" }));
        }
        let json: Option<Value> = serde_json::from_slice(body).ok();
        let mut response = self.api(method, path, uri.query().unwrap_or_default(), json.as_ref());
        let mut inner = self.lock();
        inner.requests += 1;
        let left = HOUR_LIMIT.saturating_sub(inner.requests);
        for (name, value) in
            [("x-ratelimit-limit", HOUR_LIMIT), ("x-ratelimit-remaining", left), ("x-ratelimit-reset", 1800)]
        {
            response.headers_mut().insert(name, value.into());
        }
        response
    }

    fn token(&self, method: &Method, headers: &HeaderMap, body: &[u8]) -> Response {
        let is_form = headers
            .get(header::CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
        if method != Method::POST || !is_form {
            return done(StatusCode::BAD_REQUEST, json!({ "error": "invalid_request" }));
        }
        let fields: Vec<(String, String)> = form_urlencoded::parse(body).into_owned().collect();
        let field = |name: &str| {
            fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
        };
        if field("grant_type") != "client_credentials" {
            return done(StatusCode::BAD_REQUEST, json!({ "error": "unsupported_grant_type" }));
        }
        if (field("client_id"), field("client_secret"))
            != (&*self.config().app_id, &*self.config().app_secret)
        {
            return done(StatusCode::UNAUTHORIZED, json!({ "error": "invalid_client" }));
        }
        let mut inner = self.lock();
        inner.tokens_given += 1;
        let token = format!("fake-token-{:06}", inner.tokens_given);
        inner.token = Some((token.clone(), (self.clock)() + TimeDelta::seconds(TOKEN_SECONDS)));
        let answer = json!({ "access_token": token, "token_type": "Bearer", "expires_in": TOKEN_SECONDS });
        done(StatusCode::OK, answer)
    }

    fn is_let_in(&self, given: Option<&str>) -> bool {
        let inner = self.lock();
        let Some((token, until)) = &inner.token else { return false };
        given == Some(&format!("Bearer {token}")) && (self.clock)() < *until
    }

    /// A list's path ends with a slash, that of a single thing does not.
    fn api(self: &Arc<Self>, method: &Method, path: &str, query: &str, body: Option<&Value>) -> Response {
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let client = |id: &str| id == "@me" || id == self.config().prefix;
        match (method.as_str(), parts.as_slice()) {
            ("GET", ["user", ""]) => {
                done(StatusCode::OK, json!({ "client_id": self.config().prefix.parse::<u32>().ok() }))
            }
            ("GET", ["client", id, "extension", ""]) if client(id) => self.extensions(query),
            ("GET", ["client", id, "call_history", ""]) if client(id) => self.history(query),
            ("GET", ["client", id, "call_history", call]) if client(id) => {
                match self.lock().archive.one(self.config(), call, (self.clock)()) {
                    Some(call) => done(StatusCode::OK, call),
                    None => not_found(),
                }
            }
            ("GET", ["client", id, "record", record]) if client(id) && !record.is_empty() => {
                self.record(record)
            }
            (_, ["extension", id, "event", event]) => match self.extension(id) {
                Some(extension) => self.events(method, &extension, event, body),
                None => not_found(),
            },
            ("POST", ["extension", id, "callback", ""]) => match self.extension(id) {
                Some(extension) => self.callback(extension, body),
                None => not_found(),
            },
            _ => not_found(),
        }
    }

    fn everybody(&self) -> Vec<(Extension, &'static str)> {
        let config = self.config();
        let staff = config.staff.iter().map(|extension| (extension.clone(), "phone"));
        staff.chain([(config.ivr.clone(), "ivr"), (config.queue.clone(), "queue")]).collect()
    }

    fn extension(&self, id: &str) -> Option<(Extension, &'static str)> {
        let id: u32 = id.parse().ok()?;
        self.everybody().into_iter().find(|(extension, _)| extension.id == id)
    }

    fn extensions(&self, query: &str) -> Response {
        let all: Vec<Value> = self
            .everybody()
            .into_iter()
            .map(|(extension, kind)| {
                json!({ "id": extension.id, "name": format!("{}*{}", self.config().prefix, extension.number),
                    "type": kind, "status": "active", "label": extension.name, "domain": "sipproxy.telphin.ru",
                    "extension_group_id": null })
            })
            .collect();
        done(StatusCode::OK, page(&all, query).into())
    }

    fn events(
        &self,
        method: &Method,
        (extension, kind): &(Extension, &'static str),
        event: &str,
        body: Option<&Value>,
    ) -> Response {
        let mut inner = self.lock();
        if event.is_empty() {
            return match method.as_str() {
                "GET" => {
                    let own = inner.subscriptions.iter().filter(|one| one.extension == extension.id);
                    done(StatusCode::OK, own.map(Subscription::json).collect())
                }
                "POST" => match subscribed(inner.next_id, extension, kind, body) {
                    Ok(subscription) => {
                        inner.next_id += 1;
                        inner.subscriptions.push(subscription.clone());
                        done(StatusCode::CREATED, subscription.json())
                    }
                    Err(message) => problem(StatusCode::BAD_REQUEST, None, &message),
                },
                // All of them, other programs' included.
                "DELETE" => {
                    inner.subscriptions.retain(|one| one.extension != extension.id);
                    StatusCode::NO_CONTENT.into_response()
                }
                _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
            };
        }
        let place = inner
            .subscriptions
            .iter()
            .position(|one| one.extension == extension.id && one.id.to_string() == event);
        let Some(place) = place else { return not_found() };
        match method.as_str() {
            "GET" => done(StatusCode::OK, inner.subscriptions[place].json()),
            "PUT" => match subscribed(inner.subscriptions[place].id, extension, kind, body) {
                Ok(subscription) => {
                    inner.subscriptions[place] = subscription.clone();
                    done(StatusCode::OK, subscription.json())
                }
                Err(message) => problem(StatusCode::BAD_REQUEST, None, &message),
            },
            "DELETE" => {
                inner.subscriptions.remove(place);
                StatusCode::NO_CONTENT.into_response()
            }
            _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
        }
    }

    fn history(&self, query: &str) -> Response {
        let fields: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let moment = |name: &str| {
            let (_, text) = fields.iter().find(|(known, _)| known == name)?;
            Some(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?.and_utc())
        };
        let (Some(from), Some(until)) = (moment("start_datetime"), moment("end_datetime")) else {
            return problem(StatusCode::BAD_REQUEST, None, "start_datetime and end_datetime are mandatory");
        };
        let months = |at: DateTime<Utc>| at.year() * 12 + i32::try_from(at.month()).unwrap_or_default();
        if until < from || months(until) - months(from) > 1 {
            return problem(StatusCode::BAD_REQUEST, None, "the interval is wrong");
        }
        let calls = self.lock().archive.between(self.config(), from, until, (self.clock)());
        let calls = page(&calls, query);
        done(StatusCode::OK, json!({ "page": 1, "per_page": 100, "order": "asc", "call_history": calls }))
    }

    fn record(&self, record: &str) -> Response {
        let record = record.to_lowercase();
        let now = (self.clock)();
        let known = self.lock().archive.recordings.get(&record).cloned();
        let Some(known) = known.filter(|known| !known.absent && known.there_at <= now) else {
            return problem(StatusCode::NOT_FOUND, None, "Record not found");
        };
        let name = format!("attachment; filename=\"{record}.wav\"");
        let headers = [
            (header::CONTENT_TYPE, "audio/wav".to_owned()),
            (header::CONTENT_DISPOSITION, name),
            (header::CONTENT_LENGTH, (known.size_bytes + 44).to_string()),
        ];
        (headers, sound(known.size_bytes)).into_response()
    }

    /// Rings the employee, then the number; the events follow.
    fn callback(
        self: &Arc<Self>,
        (extension, kind): (Extension, &'static str),
        body: Option<&Value>,
    ) -> Response {
        let Some(body) = body else {
            return problem(StatusCode::BAD_REQUEST, None, "a JSON body is expected");
        };
        let sources = body["src_num"].as_array().filter(|sources| !sources.is_empty());
        let (Some(_), Some(number), "phone") = (sources, body["dst_num"].as_str(), kind) else {
            return problem(StatusCode::BAD_REQUEST, None, "src_num, dst_num or the extension is wrong");
        };
        let seed = {
            let mut inner = self.lock();
            inner.callbacks += 1;
            inner.callbacks
        };
        let at = (self.clock)();
        let call = Outgoer {
            at,
            from: extension,
            number: number.to_owned(),
            rang: Duration::from_secs(2),
            talked: Some(Duration::from_secs(5)),
        };
        let mut dice = Dice::new(seed.wrapping_add(at.timestamp_micros().unsigned_abs()));
        let events = self.fake.called_back(&mut dice, &call);
        let Some(id) = events.first().map(|event| event.call.id.clone()) else { return not_found() };
        let step = |(number, event): (usize, &super::Event)| Step {
            number,
            at: (event.at - at).to_std().unwrap_or_default(),
            outgoing: self.fake.request(event),
        };
        let steps: Vec<Step> = events.iter().enumerate().map(step).collect();
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let seen = Arc::clone(&shared);
            let route = move |outgoing: Outgoing| {
                seen.observe(&outgoing);
                Some(outgoing)
            };
            shared.poster.play_routed(steps, 1.0, route, |_| {}).await;
        });
        done(StatusCode::CREATED, json!({ "call_api_id": format!("cb-1-{id}"), "call_id": id }))
    }
}

/// A subscription of these values, or why it is refused.
fn subscribed(
    id: u64,
    extension: &Extension,
    kind: &str,
    body: Option<&Value>,
) -> Result<Subscription, String> {
    let text = |name: &str| body.and_then(|body| body[name].as_str()).unwrap_or_default().to_owned();
    let (url, event_type, method) = (text("url"), text("event_type"), text("method"));
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err("url must be absolute".to_owned());
    }
    if !["dial-in", "dial-out", "answer", "hangup", "message-in", "message-out", "voicemail"]
        .contains(&event_type.as_str())
    {
        return Err("event_type is unknown".to_owned());
    }
    if kind != "phone" && event_type != "hangup" {
        return Err(format!("{event_type} is not allowed for {kind}-type"));
    }
    if method != "GET" && method != "POST" {
        return Err("method must be GET or POST".to_owned());
    }
    Ok(Subscription { id, extension: extension.id, url, event_type, method })
}

/// The part of a list that `page` and `per_page` ask for.
fn page(all: &[Value], query: &str) -> Vec<Value> {
    let number = |name: &str, usual: usize| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(known, _)| known == name)
            .and_then(|(_, value)| value.parse().ok())
            .unwrap_or(usual)
    };
    let (size, page) = (number("per_page", 20).max(1), number("page", 1).max(1));
    all.iter().skip((page - 1) * size).take(size).cloned().collect()
}

/// A tone of 8-bit samples, 8,000 in a second, behind the head of a WAV file; made while it is sent.
fn sound(size_bytes: u64) -> Body {
    let mut head = Vec::with_capacity(44);
    let size = u32::try_from(size_bytes).unwrap_or(u32::MAX);
    head.extend_from_slice(b"RIFF");
    head.extend_from_slice(&size.saturating_add(36).to_le_bytes());
    head.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data");
    head.extend_from_slice(&size.to_le_bytes());
    let wave: Vec<u8> = (0..64_000_u32).map(|sample| if sample / 10 % 2 == 0 { 96 } else { 160 }).collect();
    let wave = Bytes::from(wave);
    let parts = stream::unfold((Some(Bytes::from(head)), size_bytes), move |(head, left)| {
        let wave = wave.clone();
        async move {
            if let Some(head) = head {
                return Some((Ok::<_, std::io::Error>(head), (None, left)));
            }
            let size = usize::try_from(left).unwrap_or(usize::MAX).min(wave.len());
            (size > 0).then(|| (Ok(wave.slice(..size)), (None, left - size as u64)))
        }
    });
    Body::from_stream(parts)
}
