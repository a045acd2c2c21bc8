//! The Bot API on a loopback port: strict where the provider is, and it remembers what stands in the chats.

mod changing;
mod chats;
mod files;
mod intake;
mod keyboard;
mod pace;
mod parameters;
mod refusal;
mod sending;
mod topics;
mod words;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use tokio::sync::Notify;
use tokio::time::Instant;

use self::chats::{Chats, Spot};
use self::files::Files;
use self::intake::{Intake, Webhook};
use self::pace::Pace;
use self::parameters::Parameters;
use self::refusal::{MANNERS, Refusal, refuse, success, too_large};
use super::{Action, Config, FakeTelegram, Press};
use crate::fakes::{Clock, Surroundings};
use crate::fault::{self, Faults};
use crate::log::{Log, Received};
use crate::outgoing::{Outgoing, Provider};
use crate::phone::Phone;
use crate::post::{Posted, Poster};

/// The largest request: a file of 50 MB and the words around it.
const LARGEST_REQUEST: usize = 51 * 1024 * 1024;
/// How soon a manager's account tells of our own message.
const ECHO_AFTER: Duration = Duration::from_millis(20);

/// The result of a method.
type Outcome = Result<Value, Refusal>;

/// A Bot API on a loopback port, with its queue of updates.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    serving: fault::Server,
}

struct Shared {
    config: Config,
    inner: Mutex<Inner>,
    changed: Notify,
    being_read: AtomicBool,
    log: Log,
    phone: Phone,
    faults: Faults,
    poster: Arc<Poster>,
    clock: Clock,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Shared").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Inner {
    intake: Intake,
    chats: Chats,
    files: Files,
    pace: Pace<Spot>,
    next_message: i64,
}

impl Server {
    /// Starts on a free loopback port. `with_webhook`: the configured hook URL is set already, so that updates are
    /// posted; otherwise they wait for `getUpdates`.
    pub async fn start(config: Config, with_webhook: bool, around: Surroundings) -> std::io::Result<Self> {
        let webhook =
            with_webhook.then(|| Webhook::new(config.hook_url.clone(), config.secret_token.clone()));
        let now = (around.clock)().timestamp();
        let inner = Inner {
            // Above the numbers of the scenarios, and growing from one start to the next.
            intake: Intake::new(webhook, 300_000_000 + now),
            chats: Chats::default(),
            files: Files::default(),
            pace: Pace::new(Instant::now()),
            next_message: 1_000_000_000 + now % 1_000_000_000,
        };
        let Surroundings { log, phone, faults, poster, clock } = around;
        let shared = Arc::new(Shared {
            config,
            inner: Mutex::new(inner),
            changed: Notify::new(),
            being_read: AtomicBool::new(false),
            log,
            phone,
            faults: faults.clone(),
            poster,
            clock,
        });
        let app =
            Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shared));
        let serving = faults.serve(Provider::Telegram, MANNERS, app).await?;
        Ok(Self { shared, serving })
    }

    /// The API base: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// The number for an update that is posted; the queue takes from the same count.
    pub fn next_update_id(&self) -> i64 {
        self.shared.lock().intake.number()
    }

    /// The number for a message of a client; the bot's messages take from the same count.
    pub fn next_message_id(&self) -> i64 {
        let mut inner = self.shared.lock();
        inner.next_message += 1;
        inner.next_message - 1
    }

    /// With a webhook set, the request as it must be posted: to that address, with that secret. Without one, the update
    /// is queued for `getUpdates`, and the answer is `None`. An update that did not take its number from
    /// [`Self::next_update_id`] (a scenario's) gets one there: the provider's numbers grow from update to update. Kinds
    /// that nobody asked for go nowhere.
    pub fn route(&self, outgoing: &Outgoing) -> Option<Outgoing> {
        self.shared.route(outgoing)
    }

    /// Learns from an update without delivering it: what happened before the fakes started.
    pub fn remember(&self, outgoing: &Outgoing) {
        let update: Value = serde_json::from_slice(&outgoing.body).unwrap_or_default();
        self.shared.lock().learn(&update);
    }

    /// How a posting ended, for `getWebhookInfo`.
    pub fn posted(&self, posted: &Posted) {
        self.shared.posted(posted);
    }

    /// As after a restart of the provider's server: connections are refused until they are asked after.
    pub fn forget_connections(&self) {
        self.shared.lock().chats.forget_connections();
    }

    /// The press on a button that stands under a message of the bot now: the object of its update. The buttons of a
    /// message are counted from 1, row by row.
    pub fn press(&self, press: &Press) -> Option<Value> {
        keyboard::press(&self.shared, press)
    }

    /// Whether somebody's `getUpdates` is waiting right now.
    pub fn is_being_read(&self) -> bool {
        self.shared.being_read.load(Ordering::Acquire)
    }

    /// How many updates nobody has confirmed yet.
    pub fn pending(&self) -> usize {
        self.shared.lock().intake.waiting.len()
    }
}

fn kind_of(update: &Value) -> String {
    let keys = update.as_object().map(Map::keys).into_iter().flatten();
    keys.filter(|key| *key != "update_id").map(String::clone).next().unwrap_or_default()
}

impl Inner {
    fn learn(&mut self, update: &Value) {
        let kind = kind_of(update);
        self.chats.learn(&kind, &update[&kind]);
        self.files.learn(&update[&kind]);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn route(&self, outgoing: &Outgoing) -> Option<Outgoing> {
        let update: Value = serde_json::from_slice(&outgoing.body).unwrap_or_default();
        let mut inner = self.lock();
        inner.learn(&update);
        if update.is_object() && !inner.intake.wants(&kind_of(&update)) {
            return None;
        }
        if let Some(webhook) = &inner.intake.webhook {
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
        if update.is_object() {
            inner.intake.queue(update);
            drop(inner);
            self.changed.notify_waiters();
        }
        None
    }

    fn posted(&self, posted: &Posted) {
        self.lock().intake.posted(posted, (self.clock)().timestamp());
    }

    /// Our own messages come back from a manager's account, soon, late, twice or never.
    fn echo(self: &Arc<Self>, spot: &Spot, sent: &[Value]) {
        let maker = FakeTelegram::new(self.config.clone());
        let pauses = sent.iter().map(|object| {
            let kind = "business_message".to_owned();
            let queue = format!("business {}", spot.chat);
            let action = Action::Raw { kind, object: object.clone(), queue };
            (ECHO_AFTER, maker.request(self.lock().intake.number(), &action))
        });
        for (pause, outgoing) in self.faults.states(Provider::Telegram, pauses.collect()) {
            let shared = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                if let Some(outgoing) = shared.route(&outgoing) {
                    shared.posted(&shared.poster.post(&outgoing).await);
                }
            });
        }
    }

    /// Updates that waited when a webhook was set, in their order.
    fn post_waiting(self: &Arc<Self>, updates: Vec<Value>) {
        let maker = FakeTelegram::new(self.config.clone());
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            for mut update in updates {
                let (kind, id) = (kind_of(&update), update["update_id"].as_i64().unwrap_or_default());
                let object = update[&kind].take();
                let action = Action::Raw { kind, object, queue: "waited".to_owned() };
                if let Some(outgoing) = shared.route(&maker.request(id, &action)) {
                    shared.posted(&shared.poster.post(&outgoing).await);
                }
            }
        });
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(body) = axum::body::to_bytes(body, LARGEST_REQUEST).await else { return too_large() };
    let path = decoded(uri.path());
    let path = path.trim_start_matches('/');
    if let Some(path) = path.strip_prefix("file/") {
        return download(&shared, path);
    }
    let (bot, name) = path.split_once('/').unwrap_or((path, ""));
    let query = uri.query().unwrap_or_default();
    let (shown, outcome) = match Parameters::read(query, &headers, &body) {
        Ok(given) => {
            let outcome = if is_ours(&shared, bot) {
                call(&shared, &name.to_ascii_lowercase(), &given).await
            } else {
                Err(refuse(401, "Unauthorized"))
            };
            (given.shown(), outcome)
        }
        Err(refusal) => (String::new(), Err(refusal)),
    };
    let response = outcome.map_or_else(IntoResponse::into_response, |result| success(&result));
    shared.log.add(Received {
        number: 0,
        fake: "telegram",
        method: method.to_string(),
        path: format!("/{name}"),
        query: query.to_owned(),
        body: shown,
        status: response.status().as_u16(),
    });
    response
}

/// `bot<token>`; the word in any letter case, the token exactly.
fn is_ours(shared: &Shared, bot: &str) -> bool {
    let token = bot.get(..3).filter(|prefix| prefix.eq_ignore_ascii_case("bot")).map(|_| &bot[3..]);
    token == Some(shared.config.token.as_str())
}

/// The whole path may be written with percents: teloxide does it to slashes, python-telegram-bot to the token's colon.
fn decoded(path: &str) -> String {
    let kept = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(kept.as_bytes()).map(|(path, _)| path.into_owned()).next().unwrap_or_default()
}

fn download(shared: &Shared, path: &str) -> Response {
    let Some((bot, path)) = path.split_once('/') else { return StatusCode::NOT_FOUND.into_response() };
    if !is_ours(shared, bot) {
        return refuse(401, "Unauthorized").into_response();
    }
    match shared.lock().files.bytes(path) {
        Some(bytes) => bytes.into_response(),
        None => refuse(404, "Not Found").into_response(),
    }
}

async fn call(shared: &Arc<Shared>, name: &str, given: &Parameters) -> Outcome {
    match name {
        "getme" => {
            let mut bot = shared.config.bot();
            bot["can_connect_to_business"] = true.into();
            Ok(bot)
        }
        "getupdates" => intake::get_updates(shared, given).await,
        "setwebhook" => intake::set_webhook(shared, given),
        "deletewebhook" => Ok(intake::delete_webhook(shared, given)),
        "getwebhookinfo" => Ok(intake::webhook_info(shared)),
        "getfile" => shared.lock().files.told(given.text("file_id").unwrap_or_default()),
        "getbusinessconnection" => {
            shared.lock().chats.connection(given.text("business_connection_id").unwrap_or_default())
        }
        "setmycommands" => keyboard::menu(given),
        "answercallbackquery" => keyboard::answer(shared, given),
        "getchat" | "getchatmember" | "createforumtopic" | "editforumtopic" | "closeforumtopic"
        | "reopenforumtopic" => topics::call(shared, name, given),
        "sendchataction" => sending::chat_action(shared, given),
        "readbusinessmessage" => sending::read(shared, given),
        "setmessagereaction" => changing::react(shared, given),
        "editmessagetext" | "editmessagecaption" => changing::edit(shared, name, given),
        "deletemessage" | "deletemessages" | "deletebusinessmessages" => {
            changing::delete(shared, name, given)
        }
        "sendmessage" | "sendmediagroup" | "sendlocation" | "sendvenue" | "sendcontact" => {
            sending::send(shared, name, given)
        }
        name if sending::kind_of(name).is_some() => sending::send(shared, name, given),
        _ => Err(refuse(404, "Not Found")),
    }
}
