//! The Graph API as the hub calls it (`whatsapp.md`, 2 and 11 to 15): strict, with limits, with a memory.

mod account;
mod files;
mod people;
mod refusal;
mod rules;
mod sending;
mod template;

pub use account::{Template, TemplateChange, TemplateStatus};

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Multipart, Path, Query, Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, body::Bytes};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{Action, FakeWhatsApp, Reached, Sender, Status};
use crate::fakes::Surroundings;
use crate::fault::{Manners, Operation};
use crate::log::Received;
use crate::outgoing::{Outgoing, Provider};
use account::Account;
use files::Files;
use people::People;
use refusal::Refusal;
use rules::Rules;

/// A Graph API on a loopback port.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    serving: crate::fault::Server,
}

struct Shared {
    provider: FakeWhatsApp,
    around: Surroundings,
    counter: AtomicU64,
    inner: Mutex<Inner>,
    /// The server's own address, for those of its files.
    address: Mutex<String>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Shared").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Inner {
    people: People,
    rules: Rules,
    files: Files,
    account: Account,
}

/// How a phone behaves: after so long it gets there. Reactions get the first state only.
const STATES: [(Duration, Reached); 3] = [
    (Duration::from_millis(50), Reached::Sent),
    (Duration::from_millis(300), Reached::Delivered),
    (Duration::from_millis(1500), Reached::Read),
];

impl Server {
    /// Starts on a free loopback port.
    pub async fn start(provider: FakeWhatsApp, around: Surroundings) -> std::io::Result<Self> {
        // From the clock, so that ids do not repeat after a restart.
        let counter = AtomicU64::new((around.clock)().timestamp_micros().unsigned_abs());
        let faults = around.faults.clone();
        let shared = Arc::new(Shared {
            provider,
            around,
            counter,
            inner: Mutex::default(),
            address: Mutex::default(),
        });
        let app = Router::new()
            .route("/attachments/", get(attachment))
            .route("/{version}/{node}", get(node).post(change_node).delete(forget_file))
            .route("/{version}/{node}/messages", post(message))
            .route("/{version}/{node}/media", post(upload))
            .route("/{version}/{node}/message_history", get(history))
            .route("/{version}/{node}/message_templates", get(templates))
            .route("/{version}/{node}/phone_numbers", get(phone_numbers))
            .route("/{version}/{node}/subscribed_apps", get(apps).post(subscribe).delete(unsubscribe))
            .fallback(async || Refusal::of(100, "Unknown path components"))
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(Arc::clone(&shared), enter))
            .with_state(Arc::clone(&shared));
        let manners = Manners { operation, refusal: refusal::of_fault };
        let serving = faults.serve(Provider::WhatsApp, manners, app).await?;
        *shared.address.lock().unwrap_or_else(PoisonError::into_inner) = serving.url();
        Ok(Self { shared, serving })
    }

    /// The base URL, without a version.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// A notification on its way to the hub: the server learns who wrote when and which files there are, and sends it
    /// where the hub wants it. `None` while nobody is subscribed.
    pub fn route(&self, outgoing: &Outgoing) -> Option<Outgoing> {
        self.shared.route(outgoing)
    }

    /// A client wrote: the window is open from then.
    pub fn heard(&self, from: &Sender, at: DateTime<Utc>) {
        self.shared.lock().people.heard(from, at);
    }

    /// Changes a template or adds one.
    pub fn put_template(&self, template: Template) {
        self.shared.lock().account.put_template(template);
    }

    /// Changes a template, or adds one; what the provider posts of it.
    pub fn change_template(&self, change: TemplateChange) -> Vec<Outgoing> {
        let news = self.shared.lock().account.change_template(change);
        let now = self.shared.now();
        let provider = &self.shared.provider;
        news.iter().map(|(field, value)| provider.account_news(field, value, now)).collect()
    }

    /// Takes a template off the list; whether it was there.
    pub fn remove_template(&self, name: &str, language: &str) -> bool {
        self.shared.lock().account.remove_template(name, language)
    }

    /// Sets a field of what the number says of itself: `status`, `quality_rating`, `health_status` …
    pub fn set_number_field(&self, field: &str, value: Value) {
        self.shared.lock().account.number.insert(field.to_owned(), value);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime<Utc> {
        (self.around.clock)()
    }

    fn next(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    fn route(&self, outgoing: &Outgoing) -> Option<Outgoing> {
        let mut inner = self.lock();
        inner.learn(outgoing);
        let url = inner.account.hook().map(str::to_owned);
        if !inner.account.subscribed {
            return None;
        }
        let mut outgoing = outgoing.clone();
        outgoing.url = url.unwrap_or(outgoing.url);
        Some(outgoing)
    }

    /// Posts the states of an accepted message one after another, as long as the server lives.
    fn report(
        self: &Arc<Self>,
        id: String,
        to: Sender,
        callback_data: Option<String>,
        reached: &[(Duration, Reached)],
    ) {
        let states = self.around.faults.states(Provider::WhatsApp, reached.to_vec());
        let shared = Arc::downgrade(self);
        tokio::spawn(async move {
            let mut passed = Duration::ZERO;
            for (pause, reached) in states {
                tokio::time::sleep(pause.saturating_sub(passed)).await;
                passed = passed.max(pause);
                let status = Status {
                    id: id.clone(),
                    at: DateTime::default(),
                    to: to.clone(),
                    reached,
                    callback_data: callback_data.clone(),
                };
                if !tell(&shared, status) {
                    return;
                }
            }
        });
    }
}

fn tell(shared: &Weak<Shared>, status: Status) -> bool {
    let Some((poster, outgoing)) = shared.upgrade().map(|shared| {
        let status = Status { at: shared.now(), ..status };
        shared.lock().account.note(&status);
        let outgoing = shared.provider.request(&Action::Status(status));
        (Arc::clone(&shared.around.poster), shared.route(&outgoing))
    }) else {
        return false;
    };
    if let Some(outgoing) = outgoing {
        // States do not wait for each other's repeats: their order is not promised.
        tokio::spawn(async move { poster.post(&outgoing).await });
    }
    true
}

impl Inner {
    /// Who wrote, and which files can be asked for.
    fn learn(&mut self, outgoing: &Outgoing) {
        let body: Value = serde_json::from_slice(&outgoing.body).unwrap_or_default();
        let changes = body["entry"].as_array().into_iter().flatten();
        for change in changes.flat_map(|entry| entry["changes"].as_array().into_iter().flatten()) {
            for list in ["messages", "message_echoes"] {
                for message in change["value"][list].as_array().into_iter().flatten() {
                    self.files.learn(message);
                    if list == "messages" {
                        self.people.learn(message);
                    }
                }
            }
        }
    }
}

fn operation(method: &Method, uri: &Uri) -> Operation {
    let path = uri.path();
    match *method {
        Method::POST if path.ends_with("/messages") => Operation::Send,
        Method::POST if path.ends_with("/media") => Operation::Upload,
        Method::GET if path.starts_with("/attachments/") => Operation::Download,
        // /{version}/{media id}
        Method::GET if path.split('/').count() == 3 && uri.query().is_none() => Operation::Download,
        _ => Operation::Ask,
    }
}

/// Token and version, before anything else; and the log.
async fn enter(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
    let query = request.uri().query().unwrap_or_default().to_owned();
    let answer = match allowed(&shared, request.headers(), &path) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    };
    let status = answer.status().as_u16();
    let fake = Provider::WhatsApp.name();
    // Bodies stand in the phone's record; here they would only fill memory.
    shared.around.log.add(Received { number: 0, fake, method, path, query, body: String::new(), status });
    answer
}

fn allowed(shared: &Shared, headers: &HeaderMap, path: &str) -> Result<(), Refusal> {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match given.and_then(|value| value.strip_prefix("Bearer ")) {
        None => return Err(Refusal::of(0, "Authentication Error")),
        Some(token) if token != shared.provider.config().access_token => {
            return Err(Refusal::of(190, "Invalid OAuth access token"));
        }
        Some(_) => {}
    }
    let version = path.split('/').nth(1).unwrap_or_default();
    let numbers = version.strip_prefix('v').and_then(|numbers| numbers.split_once('.'));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if version == "attachments" || numbers.is_some_and(|(major, minor)| digits(major) && digits(minor)) {
        Ok(())
    } else {
        Err(Refusal::of(2500, "Unknown API version"))
    }
}

type Answered = Result<Json<Value>, Refusal>;
type Node = Path<(String, String)>;

impl Shared {
    fn own_number(&self, node: &str) -> Result<(), Refusal> {
        if node == self.provider.config().phone_number_id {
            Ok(())
        } else {
            Err(Refusal::of(33, "No such object"))
        }
    }

    fn own_account(&self, node: &str) -> Result<(), Refusal> {
        if node == self.provider.config().waba_id { Ok(()) } else { Err(Refusal::of(33, "No such object")) }
    }
}

async fn message(
    State(shared): State<Arc<Shared>>,
    Path((_, node)): Node,
    headers: HeaderMap,
    body: Bytes,
) -> Answered {
    shared.own_number(&node)?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Refusal::of(100, "The body must be JSON"));
    }
    let body: Value = serde_json::from_slice(&body).map_err(|_| Refusal::of(100, "Invalid JSON"))?;
    sending::accept(&shared, &body).map(Json)
}

async fn upload(State(shared): State<Arc<Shared>>, Path((_, node)): Node, form: Multipart) -> Answered {
    shared.own_number(&node)?;
    let id = format!("13{:014}", shared.next());
    let file = files::read(form).await?;
    let now = shared.now();
    shared.lock().files.put(id.clone(), file, now);
    Ok(Json(json!({ "id": id })))
}

/// A number, an account, or a file: the API asks for all of them in the same way.
async fn node(
    State(shared): State<Arc<Shared>>,
    Path((_, node)): Node,
    Query(query): Query<Map<String, Value>>,
) -> Answered {
    let config = shared.provider.config();
    let fields = query.get("fields").and_then(Value::as_str).unwrap_or_default();
    if node == config.phone_number_id {
        return Ok(Json(shared.lock().account.number(config, fields)));
    }
    if node == config.waba_id {
        return Ok(Json(account::of_waba(config, fields)));
    }
    let address = shared.address.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let now = shared.now();
    shared.lock().files.address(&node, &address, now).map(Json)
}

async fn forget_file(State(shared): State<Arc<Shared>>, Path((_, node)): Node) -> Answered {
    shared.lock().files.remove(&node)?;
    Ok(Json(json!({ "success": true })))
}

async fn attachment(State(shared): State<Arc<Shared>>, Query(query): Query<Map<String, Value>>) -> Response {
    let now = shared.now();
    shared.lock().files.bytes(&query, now)
}

/// Another callback address of the number: taken when the hub answers the handshake.
async fn change_node(
    State(shared): State<Arc<Shared>>,
    Path((_, node)): Node,
    Json(body): Json<Value>,
) -> Answered {
    shared.own_number(&node)?;
    let hook = account::verified(&shared, &body["webhook_configuration"]).await?;
    shared.lock().account.number_hook = hook;
    Ok(Json(json!({ "success": true })))
}

async fn history(
    State(shared): State<Arc<Shared>>,
    Path((_, node)): Node,
    Query(query): Query<Map<String, Value>>,
) -> Answered {
    shared.own_number(&node)?;
    let wanted = query.get("message_id").and_then(Value::as_str);
    Ok(Json(shared.lock().account.history(wanted)))
}

async fn templates(
    State(shared): State<Arc<Shared>>,
    Path((_, node)): Node,
    Query(query): Query<Map<String, Value>>,
) -> Answered {
    shared.own_account(&node)?;
    shared.lock().account.templates(&query).map(Json)
}

async fn phone_numbers(State(shared): State<Arc<Shared>>, Path((_, node)): Node) -> Answered {
    shared.own_account(&node)?;
    let number = shared
        .lock()
        .account
        .number(shared.provider.config(), "display_phone_number,verified_name,quality_rating");
    Ok(Json(json!({ "data": [number] })))
}

async fn apps(State(shared): State<Arc<Shared>>, Path((_, node)): Node) -> Answered {
    shared.own_account(&node)?;
    Ok(Json(shared.lock().account.apps()))
}

async fn subscribe(State(shared): State<Arc<Shared>>, Path((_, node)): Node, body: Bytes) -> Answered {
    shared.own_account(&node)?;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let hook = account::verified(&shared, &body).await?;
    let mut inner = shared.lock();
    inner.account.subscribed = true;
    inner.account.waba_hook = hook;
    Ok(Json(json!({ "success": true })))
}

async fn unsubscribe(State(shared): State<Arc<Shared>>, Path((_, node)): Node) -> Answered {
    shared.own_account(&node)?;
    shared.lock().account.subscribed = false;
    Ok(Json(json!({ "success": true })))
}
