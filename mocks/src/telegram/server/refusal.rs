//! How the provider says no (`telegram.md`, 10).

use axum::Json;
use axum::http::{Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::{Value, json};

use crate::fault::{Fault, Manners, Operation};

/// Not done, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u16,
    pub(super) description: String,
    pub(super) retry_after: Option<u64>,
}

/// 400.
pub(super) fn bad(words: impl AsRef<str>) -> Refusal {
    refuse(400, &format!("Bad Request: {}", words.as_ref()))
}

/// 403.
pub(super) fn forbidden(words: &str) -> Refusal {
    refuse(403, &format!("Forbidden: {words}"))
}

/// With the whole description.
pub(super) fn refuse(code: u16, description: &str) -> Refusal {
    Refusal { code, description: description.to_owned(), retry_after: None }
}

/// 429.
pub(super) fn slow_down(seconds: u64) -> Refusal {
    let description = format!("Too Many Requests: retry after {seconds}");
    Refusal { code: 429, description, retry_after: Some(seconds) }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut body = json!({ "ok": false, "error_code": self.code, "description": self.description });
        let Some(seconds) = self.retry_after else { return (status, Json(body)).into_response() };
        body["parameters"] = json!({ "retry_after": seconds });
        (status, [(header::RETRY_AFTER, seconds.to_string())], Json(body)).into_response()
    }
}

/// An upload that is too large is cut off by whoever stands before the API, in HTML.
pub(super) fn too_large() -> Response {
    let page = "<html><head><title>413 Request Entity Too Large</title></head><body></body></html>";
    (StatusCode::PAYLOAD_TOO_LARGE, Html(page)).into_response()
}

pub(super) fn success(result: &Value) -> Response {
    Json(json!({ "ok": true, "result": result })).into_response()
}

/// How the Bot API takes part in what goes wrong.
pub(super) const MANNERS: Manners = Manners { operation, refusal };

fn operation(_: &Method, uri: &Uri) -> Operation {
    let path = uri.path().to_ascii_lowercase();
    let method = path.rsplit('/').next().unwrap_or_default();
    let changes = ["edit", "delete", "setmessagereaction"].iter().any(|word| method.starts_with(word));
    if path.starts_with("/file/") || method == "getfile" {
        Operation::Download
    } else if (method.starts_with("send") && method != "sendchataction")
        || (changes && method != "deletewebhook")
    {
        Operation::Send
    } else {
        Operation::Ask
    }
}

fn refusal(fault: &Fault) -> Response {
    match fault {
        Fault::TooMany { retry_after: Some(seconds) } => slow_down(*seconds).into_response(),
        Fault::TooMany { retry_after: None } => refuse(429, "Too Many Requests").into_response(),
        Fault::ServerError { status: 500, .. } => refuse(500, "Internal Server Error").into_response(),
        Fault::ServerError { status, .. } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, Html("<html><body><h1>nginx</h1></body></html>")).into_response()
        }
        Fault::Refused { code: 401 } => refuse(401, "Unauthorized").into_response(),
        Fault::Refused { code: 403 } => forbidden("bot was blocked by the user").into_response(),
        Fault::Refused { code: 404 } => refuse(404, "Not Found").into_response(),
        Fault::Refused { .. } => bad("chat not found").into_response(),
        _ => bad("wrong file_id or the file is temporarily unavailable").into_response(),
    }
}
