//! The API's receiving side: `getMe`, `getUpdates` and the webhook settings (`telegram.md`, 3).

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
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

use super::Config;
use crate::log::{Log, Received};
use crate::outgoing::Outgoing;
use crate::serving::Serving;

/// The open server cuts longer polls to this.
const LONGEST_POLL: u64 = 50;
/// Kinds that come only when they are asked for.
const ASKED_FOR_ONLY: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// A Bot API on a loopback port, with its queue of updates.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    serving: Serving,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    inner: Mutex<Inner>,
    changed: Notify,
    being_read: AtomicBool,
    log: Log,
}

#[derive(Debug)]
struct Inner {
    webhook: Option<Webhook>,
    allowed: Option<Vec<String>>,
    waiting: VecDeque<(i64, Value)>,
    first_id: i64,
    next_id: i64,
}

#[derive(Debug, Clone)]
struct Webhook {
    url: String,
    secret_token: String,
}

impl Server {
    /// Starts on a free loopback port. `with_webhook`: the configured hook URL is set already, so that updates are
    /// posted; otherwise they wait for `getUpdates`. New updates are numbered from `first_update_id`.
    pub async fn start(
        config: Config,
        with_webhook: bool,
        first_update_id: i64,
        log: Log,
    ) -> std::io::Result<Self> {
        let webhook = with_webhook
            .then(|| Webhook { url: config.hook_url.clone(), secret_token: config.secret_token.clone() });
        let inner = Inner {
            webhook,
            allowed: None,
            waiting: VecDeque::new(),
            first_id: first_update_id,
            next_id: first_update_id,
        };
        let shared = Arc::new(Shared {
            config,
            inner: Mutex::new(inner),
            changed: Notify::new(),
            being_read: AtomicBool::new(false),
            log,
        });
        let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        Ok(Self { shared, serving: Serving::start(app).await? })
    }

    /// The API base: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// The number for an update that is posted; the queue takes from the same count.
    pub fn next_update_id(&self) -> i64 {
        self.shared.lock().number()
    }

    /// With a webhook set, the request as it must be posted: to that address, with that secret. Without one, the update
    /// is queued for `getUpdates`, and the answer is `None`. An update that did not take its number from
    /// [`Self::next_update_id`] (a scenario's) gets one: the provider's numbers grow from update to update.
    pub fn route(&self, outgoing: &Outgoing) -> Option<Outgoing> {
        let mut inner = self.shared.lock();
        if let Some(webhook) = &inner.webhook {
            let mut outgoing = outgoing.clone();
            outgoing.url.clone_from(&webhook.url);
            outgoing
                .headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("X-Telegram-Bot-Api-Secret-Token"));
            if !webhook.secret_token.is_empty() {
                let secret = webhook.secret_token.clone();
                outgoing.headers.push(("X-Telegram-Bot-Api-Secret-Token".to_owned(), secret));
            }
            return Some(outgoing);
        }
        let mut update: Value = serde_json::from_slice(&outgoing.body).unwrap_or_default();
        let kind = kind_of(&update);
        if inner.wants(&kind) && update.is_object() {
            let own = update["update_id"].as_i64().unwrap_or_default();
            let number = if own >= inner.first_id { own } else { inner.number() };
            update["update_id"] = number.into();
            let place = inner.waiting.partition_point(|(id, _)| *id < number);
            inner.waiting.insert(place, (number, update));
            drop(inner);
            self.shared.changed.notify_waiters();
        }
        None
    }

    /// Whether somebody's `getUpdates` is waiting right now.
    pub fn is_being_read(&self) -> bool {
        self.shared.being_read.load(Ordering::Acquire)
    }

    /// How many updates nobody has confirmed yet.
    pub fn pending(&self) -> usize {
        self.shared.lock().waiting.len()
    }
}

fn kind_of(update: &Value) -> String {
    let keys = update.as_object().map(Map::keys).into_iter().flatten();
    keys.filter(|key| *key != "update_id").map(String::clone).next().unwrap_or_default()
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn number(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }

    /// An empty list means everything but a few kinds.
    fn wants(&self, kind: &str) -> bool {
        match self.allowed.as_deref() {
            None | Some([]) => !ASKED_FOR_ONLY.contains(&kind),
            Some(kinds) => kinds.iter().any(|allowed| allowed == kind),
        }
    }

    /// Absent, the former setting stays.
    fn allow(&mut self, parameters: &Map<String, Value>) {
        let asked = match parameters.get("allowed_updates") {
            Some(Value::String(text)) => serde_json::from_str(text).ok(),
            Some(list) => serde_json::from_value(list.clone()).ok(),
            None => None,
        };
        if let Some(kinds) = asked {
            self.allowed = Some(kinds);
        }
    }

    /// Forgets what the offset confirms. A negative one counts from the end.
    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let keep = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let surplus = self.waiting.len().saturating_sub(keep);
            self.waiting.drain(..surplus);
        } else {
            self.waiting.retain(|(id, _)| *id >= offset);
        }
    }
}

/// One reader at a time; a reader that hangs up stops reading.
struct Reading<'a>(&'a AtomicBool);

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().trim_start_matches('/');
    let (bot, name) = path.split_once('/').unwrap_or((path, ""));
    let token = bot.get(..3).filter(|prefix| prefix.eq_ignore_ascii_case("bot")).map(|_| &bot[3..]);
    let parameters = parameters(uri.query().unwrap_or_default(), &headers, &body);
    let (status, answer) = if token == Some(shared.config.token.as_str()) {
        call(&shared, &name.to_ascii_lowercase(), &parameters).await
    } else {
        failure(401, "Unauthorized")
    };
    shared.log.add(Received {
        number: 0,
        fake: "telegram",
        method: method.to_string(),
        path: format!("/{name}"),
        query: uri.query().unwrap_or_default().to_owned(),
        body: String::from_utf8_lossy(&body).into_owned(),
        status: status.as_u16(),
    });
    (status, axum::Json(answer)).into_response()
}

async fn call(shared: &Shared, name: &str, parameters: &Map<String, Value>) -> (StatusCode, Value) {
    match name {
        "getme" => {
            let mut bot = shared.config.bot();
            bot["can_connect_to_business"] = true.into();
            success(bot)
        }
        "getupdates" => get_updates(shared, parameters).await,
        "setwebhook" => {
            let url = text(parameters, "url");
            let secret_token = text(parameters, "secret_token");
            let mut inner = shared.lock();
            inner.allow(parameters);
            inner.webhook = (!url.is_empty()).then_some(Webhook { url, secret_token });
            drop(inner);
            shared.changed.notify_waiters();
            success(true)
        }
        "deletewebhook" => {
            shared.lock().webhook = None;
            success(true)
        }
        "getwebhookinfo" => {
            let inner = shared.lock();
            let url = inner.webhook.as_ref().map_or("", |webhook| &webhook.url);
            success(json!({
                "url": url, "has_custom_certificate": false, "pending_update_count": inner.waiting.len(),
                "allowed_updates": inner.allowed.clone().unwrap_or_default(),
            }))
        }
        _ => failure(404, "Not Found"),
    }
}

async fn get_updates(shared: &Shared, parameters: &Map<String, Value>) -> (StatusCode, Value) {
    if shared.being_read.swap(true, Ordering::AcqRel) {
        let words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
        return failure(409, words);
    }
    let _reading = Reading(&shared.being_read);
    let offset = number(parameters, "offset").unwrap_or_default();
    let limit = usize::try_from(number(parameters, "limit").unwrap_or(100)).unwrap_or(100).clamp(1, 100);
    let timeout = u64::try_from(number(parameters, "timeout").unwrap_or(0)).unwrap_or(0).min(LONGEST_POLL);
    let deadline = Instant::now() + Duration::from_secs(timeout);
    shared.lock().allow(parameters);
    loop {
        // Made before looking, so that a change in between is not missed.
        let changed = shared.changed.notified();
        {
            let mut inner = shared.lock();
            if inner.webhook.is_some() {
                let words =
                    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first";
                return failure(409, words);
            }
            inner.confirm(offset);
            if !inner.waiting.is_empty() || Instant::now() >= deadline {
                let updates: Vec<Value> =
                    inner.waiting.iter().take(limit).map(|(_, update)| update.clone()).collect();
                return success(updates);
            }
        }
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep_until(deadline) => {}
        }
    }
}

/// Query, form and JSON are equally good.
fn parameters(query: &str, headers: &HeaderMap, body: &[u8]) -> Map<String, Value> {
    let of_form = |bytes: &[u8]| -> Map<String, Value> {
        let pairs = form_urlencoded::parse(bytes).into_owned();
        pairs.map(|(name, value)| (name, Value::String(value))).collect()
    };
    let mut all = of_form(query.as_bytes());
    let json =
        headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    let from_body = if json { serde_json::from_slice(body).unwrap_or_default() } else { of_form(body) };
    all.extend(from_body);
    all
}

fn number(parameters: &Map<String, Value>, name: &str) -> Option<i64> {
    match parameters.get(name)? {
        Value::String(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

fn text(parameters: &Map<String, Value>, name: &str) -> String {
    parameters.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn success(result: impl Into<Value>) -> (StatusCode, Value) {
    let result: Value = result.into();
    (StatusCode::OK, json!({ "ok": true, "result": result }))
}

fn failure(code: u16, description: &str) -> (StatusCode, Value) {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, json!({ "ok": false, "error_code": code, "description": description }))
}
