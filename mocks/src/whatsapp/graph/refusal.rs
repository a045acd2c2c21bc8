//! Errors in the provider's form (`whatsapp.md`, 15).

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::fault::Fault;

/// An error by its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: u32,
    details: String,
}

impl Refusal {
    pub(super) fn of(code: u32, details: impl Into<String>) -> Self {
        Self { code, details: details.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = json!({ "error": {
            "message": format!("(#{}) {}", self.code, self.details),
            "type": "OAuthException",
            "code": self.code,
            "error_data": { "messaging_product": "whatsapp", "details": self.details },
            "fbtrace_id": "AINVENTEDTRACE",
        }});
        (status(self.code), Json(body)).into_response()
    }
}

fn status(code: u32) -> StatusCode {
    match code {
        0 | 190 => StatusCode::UNAUTHORIZED,
        10 | 200..=299 | 368 | 130_497 | 131_005 | 131_031 => StatusCode::FORBIDDEN,
        132_001 => StatusCode::NOT_FOUND,
        3 | 131_000 | 131_016 | 131_045 | 131_057 | 133_000 => StatusCode::INTERNAL_SERVER_ERROR,
        2 | 133_004 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// What was arranged to go wrong, in this provider's form.
pub(super) fn of_fault(fault: &Fault) -> Response {
    match fault {
        Fault::TooMany { retry_after } => {
            let mut answer = Refusal::of(130_429, "Rate limit hit").into_response();
            if let Some(seconds) = retry_after {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
            }
            answer
        }
        Fault::ServerError { status, .. } => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
            (status, "Sorry, this content isn't available right now").into_response()
        }
        Fault::Gone => StatusCode::NOT_FOUND.into_response(),
        Fault::Refused { code } => Refusal::of(u32::try_from(*code).unwrap_or(1), "arranged").into_response(),
        _ => Refusal::of(1, "arranged").into_response(),
    }
}
