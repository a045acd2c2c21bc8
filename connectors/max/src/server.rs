//! For tests: a server on this machine that gives prepared answers in their order and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::{Config, Max};

pub(crate) const TOKEN: &str = "example-token-1";
pub(crate) const SECRET: &str = "max-secret-0001";

/// The clock of this provider: 1795250440.
const DATE: &str = "Sat, 21 Nov 2026 08:40:40 GMT";

/// One answer.
pub(crate) struct Reply {
    status: u16,
    content_type: &'static str,
    body: String,
    /// The connection breaks after so many bytes of the body.
    broken: bool,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self { status, content_type: "application/json", body: body.into(), broken: false }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self { content_type: "text/plain", ..Self::json(status, body) }
    }

    /// The connection breaks in the middle of it.
    pub(crate) fn broken(status: u16, body: &str) -> Self {
        Self { broken: true, ..Self::json(status, body) }
    }
}

/// One question.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// `GET /me`
    pub(crate) target: String,
    pub(crate) authorization: Option<String>,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

#[derive(Default)]
struct Shared {
    replies: Mutex<VecDeque<Reply>>,
    asked: Mutex<Vec<Asked>>,
}

pub(crate) struct Server {
    base: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(crate) async fn start(replies: Vec<Reply>) -> Server {
    let shared = Arc::new(Shared { replies: Mutex::new(replies.into()), ..Shared::default() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer).with_state(Arc::clone(&shared));
    let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    Server { base, shared, task }
}

impl Server {
    /// A bot that calls this server.
    pub(crate) fn max(&self) -> Max {
        let config = Config {
            token: TOKEN.into(),
            secret: SECRET.into(),
            api_url: format!("{}/", self.base),
            ..Config::default()
        };
        Max::new(config, http()).unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    pub(crate) fn then(&self, replies: Vec<Reply>) {
        self.shared.replies.lock().unwrap_or_else(PoisonError::into_inner).extend(replies);
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.shared.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

pub(crate) fn http() -> reqwest::Client {
    // A second installation by another test changes nothing.
    let _ = rustls::crypto::ring::default_provider().install_default();
    provider_http::build(&provider_http::ClientOptions::default()).unwrap()
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: axum::body::Bytes,
) -> Response<Body> {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    shared.asked.lock().unwrap_or_else(PoisonError::into_inner).push(Asked {
        target: format!("{method} {uri}"),
        authorization: text("authorization"),
        content_type: text("content-type").unwrap_or_default(),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let reply = shared.replies.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let reply = reply.unwrap_or_else(|| panic!("nothing is prepared for {method} {uri}"));
    let body = if reply.broken {
        let chunks = [Ok(axum::body::Bytes::from(reply.body)), Err(std::io::Error::other("broken"))];
        Body::from_stream(futures::stream::iter(chunks))
    } else {
        Body::from(reply.body)
    };
    Response::builder()
        .status(reply.status)
        .header("content-type", reply.content_type)
        .header("date", DATE)
        .body(body)
        .unwrap()
}
