//! The API of SMS.ru as the hub calls it (`sms.md`, 5.1 to 5.3).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Map, Value, json};

use super::{Entry, FakeSmsRu};
use crate::fakes::Surroundings;
use crate::fault::{Fault, Manners, Operation};
use crate::log::Received;
use crate::outgoing::Provider;
use crate::phone::Arrival;

/// How a phone behaves: on its way, then delivered.
const STATES: [(Duration, u32); 2] = [(Duration::from_millis(60), 102), (Duration::from_millis(400), 103)];

/// The API on a loopback port.
#[derive(Debug)]
pub struct Server {
    serving: crate::fault::Server,
}

struct Shared {
    fake: FakeSmsRu,
    around: Surroundings,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// Code by id.
    known: HashMap<String, u32>,
    callbacks: Vec<String>,
    next: u64,
}

type Form = Vec<(String, String)>;

impl Server {
    /// Starts on a free loopback port.
    pub(crate) async fn start(fake: FakeSmsRu, around: Surroundings) -> std::io::Result<Self> {
        let faults = around.faults.clone();
        let callbacks = vec![fake.config().hook_url.clone()];
        // From the clock, so that ids do not repeat after a restart.
        let next = (around.clock)().timestamp_micros().unsigned_abs() % 1_000_000_000_000;
        let inner = Mutex::new(Inner { known: HashMap::new(), callbacks, next });
        let shared = Arc::new(Shared { fake, around, inner });
        let app = Router::new().fallback(any(ask)).with_state(shared);
        let manners = Manners { operation, refusal };
        Ok(Self { serving: faults.serve(Provider::SmsRu, manners, app).await? })
    }

    /// The host: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.serving.url()
    }
}

fn operation(_method: &Method, uri: &Uri) -> Operation {
    if uri.path() == "/sms/send" { Operation::Send } else { Operation::Ask }
}

fn refusal(fault: &Fault) -> Response {
    match fault {
        Fault::TooMany { .. } => error(220, "Сервис временно недоступен"),
        Fault::Refused { code } => error(*code, "Отказ"),
        Fault::ServerError { status, .. } => {
            let status = axum::http::StatusCode::from_u16(*status).unwrap_or_default();
            (status, "<html>unavailable</html>").into_response()
        }
        _ => error(500, "Ошибка на сервере"),
    }
}

fn answer(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json; charset=utf-8")], body.to_string()).into_response()
}

fn error(code: i64, text: &str) -> Response {
    answer(&json!({ "status": "ERROR", "status_code": code, "status_text": text }))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

async fn ask(State(shared): State<Arc<Shared>>, method: Method, uri: Uri, body: Bytes) -> Response {
    shared.around.log.add(Received {
        number: 0,
        fake: Provider::SmsRu.name(),
        method: method.to_string(),
        path: uri.path().into(),
        query: uri.query().unwrap_or_default().into(),
        body: String::from_utf8_lossy(&body).into(),
        status: 200,
    });
    if method != Method::POST {
        return error(210, "Нужен метод POST");
    }
    let form: Form = form_urlencoded::parse(&body).into_owned().collect();
    if text(&form, "api_id") != shared.fake.config().api_id {
        return error(200, "Неправильный api_id");
    }
    if text(&form, "json") != "1" {
        return "100".into_response();
    }
    match uri.path() {
        "/sms/send" => send(&shared, &form),
        "/sms/status" => status(&shared, &form),
        "/sms/cost" => cost(&form),
        "/my/balance" => answer(&json!({ "status": "OK", "status_code": 100, "balance": 4122.56 })),
        "/callback/get" => callbacks(&shared),
        "/callback/add" => {
            let url = text(&form, "url").to_owned();
            if !url.starts_with("http") {
                return error(901, "Неверный адрес");
            }
            shared.lock().callbacks.push(url);
            callbacks(&shared)
        }
        _ => error(500, "Нет такого метода"),
    }
}

fn callbacks(shared: &Shared) -> Response {
    answer(&json!({ "status": "OK", "status_code": 100, "callback": shared.lock().callbacks }))
}

/// Texts by number: `to` with `msg`, or `to[79…]`.
fn letters(form: &Form) -> Vec<(String, String)> {
    let pairs = form.iter().filter_map(|(name, value)| {
        Some((name.strip_prefix("to[")?.strip_suffix(']')?.to_owned(), value.clone()))
    });
    // The name of old is taken too.
    let one = if text(form, "msg").is_empty() { text(form, "text") } else { text(form, "msg") };
    let listed = text(form, "to").split(',').filter(|to| !to.is_empty());
    pairs.chain(listed.map(|to| (to.trim().to_owned(), one.to_owned()))).collect()
}

fn send(shared: &Arc<Shared>, form: &Form) -> Response {
    let letters = letters(form);
    if letters.len() > 100 {
        return error(213, "Больше ста номеров");
    }
    let mut sms = Map::new();
    for (to, message) in letters {
        // The key is the number in full, however it was given.
        let key = if to.len() == 10 { format!("7{to}") } else { to.clone() };
        sms.insert(key, one(shared, form, &to, &message));
    }
    answer(&json!({ "status": "OK", "status_code": 100, "sms": sms, "balance": 4122.56 }))
}

fn cost(form: &Form) -> Response {
    let letters = letters(form);
    let price = 0.5;
    let total = price * f64::from(u32::try_from(letters.len()).unwrap_or(0));
    let sms: Map<String, Value> = letters
        .into_iter()
        .map(|(to, _)| {
            let key = if to.len() == 10 { format!("7{to}") } else { to };
            (key, json!({ "status": "OK", "status_code": 100, "cost": price, "sms": 1 }))
        })
        .collect();
    answer(&json!({ "status": "OK", "status_code": 100, "sms": sms, "total_cost": total }))
}

fn one(shared: &Arc<Shared>, form: &Form, to: &str, message: &str) -> Value {
    let refused =
        |code: u32, text: &str| json!({ "status": "ERROR", "status_code": code, "status_text": text });
    if message.is_empty() {
        return refused(203, "Нет текста сообщения");
    }
    // Ten digits are a number without its 7.
    let whole = if to.len() == 10 { format!("7{to}") } else { to.to_owned() };
    let to = whole.as_str();
    if to.len() != 11 || !to.starts_with("79") {
        return refused(207, "На этот номер нет маршрута");
    }
    let (now, id) = {
        let mut inner = shared.lock();
        inner.next += 1;
        let id = format!("202647-{}", inner.next);
        inner.known.insert(id.clone(), 100);
        ((shared.around.clock)(), id)
    };
    if text(form, "test") != "1" {
        let mut arrival = Arrival::new(Provider::SmsRu, text(form, "from"), to, &id, "text", now);
        arrival.text = Some(message.into());
        shared.around.phone.add(arrival);
        report(shared, id.clone());
    }
    json!({ "status": "OK", "status_code": 100, "sms_id": id })
}

fn status(shared: &Shared, form: &Form) -> Response {
    let inner = shared.lock();
    let sms: Map<String, Value> = text(form, "sms_id")
        .split(',')
        .map(|id| {
            let code = inner.known.get(id).map_or(-1, |code| i64::from(*code));
            (id.to_owned(), json!({ "status": "OK", "status_code": code, "cost": 0.5 }))
        })
        .collect();
    answer(&json!({ "status": "OK", "status_code": 100, "sms": sms }))
}

/// Reports on their way back, as long as the server lives.
fn report(shared: &Arc<Shared>, id: String) {
    let states = shared.around.faults.states(Provider::SmsRu, STATES.to_vec());
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        let mut passed = Duration::ZERO;
        for (pause, code) in states {
            tokio::time::sleep(pause.saturating_sub(passed)).await;
            passed = passed.max(pause);
            let Some(shared) = shared.upgrade() else { return };
            if let Some(known) = shared.lock().known.get_mut(&id) {
                *known = (*known).max(code);
            }
            let entry = Entry::Report { id: id.clone(), code, at: (shared.around.clock)() };
            let (poster, outgoing) = (Arc::clone(&shared.around.poster), shared.fake.request(&[entry]));
            tokio::spawn(async move { poster.post(&outgoing).await });
        }
    });
}
