//! The API of SMSC.ru as the hub calls it (`sms.md`, 4.1, 4.2 and 4.5): forms in, JSON out, status 200 whatever happens.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{Method, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Action, FakeSmsc};
use crate::fakes::Surroundings;
use crate::fault::{Fault, Manners, Operation};
use crate::log::Received;
use crate::outgoing::Provider;
use crate::phone::Arrival;

/// What a message costs, in hundredths of a rouble and per part.
const PRICE: i64 = 410;
/// Equal requests within this time are refused.
const EQUAL_WITHIN: TimeDelta = TimeDelta::seconds(60);
/// How a phone behaves: handed to the operator, then delivered.
const STATES: [(Duration, i32); 2] = [(Duration::from_millis(60), 0), (Duration::from_millis(400), 1)];

/// The API on a loopback port.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    serving: crate::fault::Server,
}

struct Shared {
    fake: FakeSmsc,
    around: Surroundings,
    /// In hundredths of a rouble.
    balance: AtomicI64,
    inner: Mutex<Inner>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Shared").field("inner", &self.inner).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Inner {
    /// Status by id and number.
    known: HashMap<(String, String), i32>,
    /// When each was taken.
    sent: HashMap<(String, String), DateTime<Utc>>,
    /// When an equal request was made: number and text.
    equal: HashMap<(String, String), DateTime<Utc>>,
}

type Form = HashMap<String, String>;

impl Server {
    /// Starts on a free loopback port, with 10,000 roubles.
    pub(crate) async fn start(fake: FakeSmsc, around: Surroundings) -> std::io::Result<Self> {
        let faults = around.faults.clone();
        let shared =
            Arc::new(Shared { fake, around, balance: AtomicI64::new(1_000_000), inner: Mutex::default() });
        let app = Router::new()
            // Either way of asking is the provider's; the hub posts, so that no key stands in an address.
            .route("/sys/send.php", get(send).post(send))
            .route("/sys/status.php", get(status).post(status))
            .route("/sys/balance.php", get(balance).post(balance))
            .with_state(Arc::clone(&shared));
        let manners = Manners { operation, refusal };
        let serving = faults.serve(Provider::Smsc, manners, app).await?;
        Ok(Self { shared, serving })
    }

    /// The host: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// What is left on the account, in hundredths of a rouble.
    pub fn set_balance(&self, hundredths: i64) {
        self.shared.balance.store(hundredths, Ordering::Relaxed);
    }
}

fn operation(_method: &Method, uri: &Uri) -> Operation {
    if uri.path().ends_with("send.php") { Operation::Send } else { Operation::Ask }
}

/// The provider's own refusals come with status 200.
fn refusal(fault: &Fault) -> Response {
    match fault {
        Fault::TooMany { .. } => error(9, "too many concurrent requests"),
        Fault::Refused { code } => error(*code, "refused"),
        Fault::ServerError { status, .. } => {
            let status = axum::http::StatusCode::from_u16(*status).unwrap_or_default();
            (status, "<html>unavailable</html>").into_response()
        }
        _ => error(1, "parameters error"),
    }
}

fn answer(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body.to_string()).into_response()
}

fn error(code: i64, text: &str) -> Response {
    answer(&json!({ "error": text, "error_code": code }))
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The form, if it comes from the account; else the code of the refusal.
    fn enter(&self, method: &Method, uri: &Uri, body: &Bytes) -> Result<Form, i64> {
        self.around.log.add(Received {
            number: 0,
            fake: Provider::Smsc.name(),
            method: method.to_string(),
            path: uri.path().into(),
            query: uri.query().unwrap_or_default().into(),
            body: String::from_utf8_lossy(body).into(),
            status: 200,
        });
        let query = uri.query().unwrap_or_default().as_bytes();
        let fields = if *method == Method::GET { query } else { body };
        let form: Form = form_urlencoded::parse(fields).into_owned().collect();
        let config = self.fake.config();
        let by_key = text(&form, "apikey") == config.apikey;
        let by_password = text(&form, "login") == config.login && text(&form, "psw") == config.password;
        if !by_key && !by_password {
            return Err(2);
        }
        if form.get("fmt").map(String::as_str) != Some("3") {
            return Err(1);
        }
        Ok(form)
    }
}

fn text<'a>(form: &'a Form, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

async fn send(State(shared): State<Arc<Shared>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let form = match shared.enter(&method, &uri, &body) {
        Ok(form) => form,
        Err(code) => return error(code, "refused"),
    };
    let (phone, message) = (text(&form, "phones"), text(&form, "mes"));
    // Whoever names no id gets one.
    let given = shared.lock().known.len() + 1;
    let id = form.get("id").cloned().unwrap_or_else(|| given.to_string());
    let id = id.as_str();
    if text(&form, "charset") != "utf-8" || message.is_empty() {
        return error(1, "parameters error");
    }
    if !id.parse::<i64>().is_ok_and(|id| (1..=2_147_483_647).contains(&id)) {
        return error(1, "parameters error");
    }
    if phone.len() != 11 || !phone.starts_with("79") || !phone.bytes().all(|b| b.is_ascii_digit()) {
        return error(7, "invalid number");
    }
    let now = (shared.around.clock)();
    let cost = PRICE * parts(message);
    if text(&form, "cost") == "1" {
        return answer(&json!({ "cost": roubles(cost), "cnt": parts(message) }));
    }
    {
        let mut inner = shared.lock();
        let equal = (phone.to_owned(), message.to_owned());
        if inner.equal.get(&equal).is_some_and(|at| now - *at < EQUAL_WITHIN) {
            return error(9, "duplicate request, wait a minute");
        }
        if shared.balance.load(Ordering::Relaxed) < cost {
            return error(3, "no money");
        }
        shared.balance.fetch_sub(cost, Ordering::Relaxed);
        inner.equal.insert(equal, now);
        inner.known.insert((id.to_owned(), phone.to_owned()), -1);
        inner.sent.insert((id.to_owned(), phone.to_owned()), now);
    }
    let sender = text(&form, "sender");
    let mut arrival = Arrival::new(Provider::Smsc, sender, phone, id, "text", now);
    (arrival.text, arrival.reference) = (Some(message.into()), Some(id.into()));
    shared.around.phone.add(arrival);
    report(&shared, id.to_owned(), phone.to_owned());
    answer(&json!({
        "id": id.parse::<i64>().unwrap_or_default(),
        "cnt": parts(message),
        "cost": roubles(cost),
        "balance": roubles(shared.balance.load(Ordering::Relaxed)),
    }))
}

async fn status(State(shared): State<Arc<Shared>>, method: Method, uri: Uri, body: Bytes) -> Response {
    let form = match shared.enter(&method, &uri, &body) {
        Ok(form) => form,
        Err(code) => return error(code, "refused"),
    };
    let (ids, phones) = (text(&form, "id"), text(&form, "phone"));
    if !ids.contains(',') {
        return answer(&state(&shared, &form, ids, phones));
    }
    let pairs =
        ids.split(',').zip(phones.split(',')).filter(|(id, phone)| !id.is_empty() && !phone.is_empty());
    let states: Vec<Value> = pairs.map(|(id, phone)| state(&shared, &form, id, phone)).collect();
    answer(&Value::Array(states))
}

fn state(shared: &Shared, form: &Form, id: &str, phone: &str) -> Value {
    let key = (id.to_owned(), phone.to_owned());
    let (known, sent) = {
        let inner = shared.lock();
        (inner.known.get(&key).copied(), inner.sent.get(&key).copied())
    };
    let mut state = json!({ "status": known.unwrap_or(-3) });
    if known.is_some() {
        let at = (shared.around.clock)();
        (state["last_date"], state["last_timestamp"]) = (in_moscow(at).into(), at.timestamp().into());
    }
    if matches!(text(form, "all"), "1" | "2") {
        let name = match known {
            None => "Сообщение не найдено",
            Some(-1) => "Ожидает отправки",
            Some(0) => "Передано оператору",
            Some(_) => "Доставлено",
        };
        (state["phone"], state["status_name"]) = (phone.into(), name.into());
        if let Some(at) = sent {
            (state["send_date"], state["send_timestamp"]) = (in_moscow(at).into(), at.timestamp().into());
        }
    }
    state
}

fn in_moscow(at: DateTime<Utc>) -> String {
    (at + TimeDelta::hours(3)).format("%d.%m.%Y %H:%M:%S").to_string()
}

async fn balance(State(shared): State<Arc<Shared>>, method: Method, uri: Uri, body: Bytes) -> Response {
    if let Err(code) = shared.enter(&method, &uri, &body) {
        return error(code, "refused");
    }
    let left = roubles(shared.balance.load(Ordering::Relaxed));
    answer(&json!({ "balance": left, "credit": "0.00", "currency": "RUR" }))
}

/// Reports on their way back, as long as the server lives.
fn report(shared: &Arc<Shared>, id: String, phone: String) {
    let states = shared.around.faults.states(Provider::Smsc, STATES.to_vec());
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move {
        let mut passed = Duration::ZERO;
        for (pause, status) in states {
            tokio::time::sleep(pause.saturating_sub(passed)).await;
            passed = passed.max(pause);
            let Some(shared) = shared.upgrade() else { return };
            if let Some(known) = shared.lock().known.get_mut(&(id.clone(), phone.clone())) {
                *known = (*known).max(status);
            }
            let at = (shared.around.clock)();
            let action = Action::Report { id: id.parse().unwrap_or(0), phone: phone.clone(), status, at };
            let (poster, outgoing) = (Arc::clone(&shared.around.poster), shared.fake.request(&action));
            tokio::spawn(async move { poster.post(&outgoing).await });
        }
    });
}

/// The operator's count for billing: 160 and 153 of the plain alphabet, 70 and 67 otherwise.
fn parts(text: &str) -> i64 {
    let plain = text.is_ascii();
    let (units, single, part) =
        if plain { (text.len(), 160, 153) } else { (text.encode_utf16().count(), 70, 67) };
    let parts = if units <= single { 1 } else { units.div_ceil(part) };
    i64::try_from(parts).unwrap_or(i64::MAX)
}

fn roubles(hundredths: i64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
