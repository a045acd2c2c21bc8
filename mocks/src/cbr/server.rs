//! The bank on a loopback port.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};

use super::{Answer, FakeBank, Mode};
use crate::fakes::Clock;
use crate::log::{Log, Received};
use crate::serving::Serving;

const HELP: &str = "\
The Bank of Russia. GET /scripts/XML_daily.asp, GET /scripts/XML_dynamic.asp, GET /mirror/daily_json.js
GET  /log     what it was asked
POST /mode    how it behaves from now on: \"well\", \"down\", {\"protection\":403}, \"proxy_page\", \"error_document\",
              \"truncated\", \"empty\", \"moved\", {\"without\":\"CNY\"}, {\"tenfold\":\"CNY\"}, {\"zero\":\"CNY\"},
              \"other_currency\"
POST /mirror-mode    the same for the private mirror: \"well\" or \"down\"
";

#[derive(Clone)]
struct Stand {
    bank: Arc<Mutex<FakeBank>>,
    clock: Clock,
    log: Log,
}

impl Stand {
    fn bank(&self) -> MutexGuard<'_, FakeBank> {
        self.bank.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A running bank; it ends when this is dropped.
pub struct Server {
    stand: Stand,
    serving: Serving,
}

impl Server {
    /// Starts it on a free loopback port.
    pub async fn start(bank: FakeBank, clock: Clock) -> std::io::Result<Self> {
        let stand = Stand { bank: Arc::new(Mutex::new(bank)), clock, log: Log::default() };
        let app = Router::new()
            .route("/", get(async || HELP))
            .route("/log", get(async |State(stand): State<Stand>| Json(stand.log.entries())))
            .route("/mode", post(mode))
            .route("/mirror-mode", post(mirror_mode))
            .fallback(answer)
            .with_state(stand.clone());
        Ok(Self { stand, serving: Serving::start(app).await? })
    }

    /// Where it listens, without a slash at the end; `GET /` says what it can be made to do.
    pub fn url(&self) -> String {
        self.serving.url()
    }

    /// Changes how it behaves.
    pub fn behave(&self, mode: Mode) {
        self.stand.bank().mode = mode;
    }

    /// Changes how its mirror behaves.
    pub fn behave_as_mirror(&self, mode: Mode) {
        self.stand.bank().mirror_mode = mode;
    }

    /// What it was asked, newest last.
    pub fn log(&self) -> Vec<Received> {
        self.stand.log.entries()
    }
}

async fn answer(State(stand): State<Stand>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let introduced = headers.contains_key(header::USER_AGENT) && headers.contains_key(header::ACCEPT);
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    let Answer { status, content_type, location, body } =
        stand.bank().answer(path, query, introduced, (stand.clock)());
    stand.log.add(Received {
        number: 0,
        fake: "cbr",
        method: method.to_string(),
        path: path.to_owned(),
        query: query.to_owned(),
        body: String::new(),
        status,
    });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let location = location.map(|location| (header::LOCATION, location));
    (status, [(header::CONTENT_TYPE, content_type)], AppendHeaders(location), body).into_response()
}

async fn mode(State(stand): State<Stand>, body: Bytes) -> Response {
    changed(&body, |mode| stand.bank().mode = mode)
}

async fn mirror_mode(State(stand): State<Stand>, body: Bytes) -> Response {
    changed(&body, |mode| stand.bank().mirror_mode = mode)
}

fn changed(body: &[u8], change: impl FnOnce(Mode)) -> Response {
    match serde_json::from_slice(body) {
        Ok(mode) => {
            change(mode);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    }
}
