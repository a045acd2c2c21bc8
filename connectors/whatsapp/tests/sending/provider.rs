//! A server that answers as it was told and remembers what it was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: Method,
    /// With the query.
    pub uri: String,
    pub token: Option<String>,
    pub body: Bytes,
}

impl Asked {
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.uri)
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a body of JSON")
    }
}

type Answers = VecDeque<(u16, Vec<u8>)>;

/// Answers in order; when none is left, 500.
#[derive(Clone, Default)]
pub struct Provider {
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Provider {
    /// Starts on a free port; the address is its base URL.
    pub async fn start() -> (Self, String) {
        let provider = Self::default();
        let app = Router::new().fallback(answer).with_state(provider.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        tokio::spawn(async move { axum::serve(listener, app).await });
        (provider, format!("http://{address}"))
    }

    /// The next answer.
    pub fn answers(&self, status: u16, body: impl Into<Vec<u8>>) -> &Self {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).push_back((status, body.into()));
        self
    }

    /// The next answer: the message is accepted.
    pub fn accepts(&self, id: &str) -> &Self {
        self.answers(200, format!(r#"{{"messages":[{{"id":"{id}"}}]}}"#))
    }

    /// The next answer: an error of the provider.
    pub fn refuses(&self, status: u16, code: u32) -> &Self {
        self.answers(status, format!(r#"{{"error":{{"code":{code},"message":"(#{code})"}}}}"#))
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Methods and paths.
    pub fn lines(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

async fn answer(
    State(provider): State<Provider>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let asked = Asked { method, uri: uri.to_string(), token, body };
    provider.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    let next = provider.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
    let (status, body) = next.unwrap_or((500, b"no answer was prepared".to_vec()));
    (StatusCode::from_u16(status).expect("a status"), body).into_response()
}
