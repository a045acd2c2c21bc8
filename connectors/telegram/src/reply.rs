//! What the Bot API answered: <https://core.telegram.org/bots/api#making-requests>.

use std::time::Duration;

use connector_api::{FetchError, MediaError};
use http::{HeaderMap, StatusCode};
use provider_http::Answer;
use serde::Deserialize;
use serde_json::Value;

/// An answer, read.
#[derive(Debug)]
pub(crate) enum Reply {
    /// It was done; the method's result.
    Done(Value),
    /// It was not done, in the provider's words.
    Refused(Refusal),
    /// The provider failed: nobody knows what was done.
    Failed(StatusCode),
    /// A success that cannot be read.
    Unreadable,
    /// Somebody on the way answered in place of the provider: nothing was done.
    Foreign(StatusCode),
}

/// The provider's no.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// As in the answer's body, which repeats the status.
    pub(crate) code: u16,
    /// For people and, for want of anything better, for telling one refusal from another.
    pub(crate) description: String,
    /// How long to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The group is a supergroup now.
    pub(crate) moved_to: Option<i64>,
}

/// A body that refuses.
#[derive(Default, Deserialize)]
struct Body {
    ok: Option<bool>,
    result: Option<Value>,
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Default, Deserialize)]
struct Parameters {
    /// Seconds.
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Reply {
    /// Reads an answer.
    pub(crate) fn read(answer: &Answer) -> Self {
        let body = serde_json::from_slice::<Body>(&answer.body).ok();
        match (body, answer.status) {
            (Some(Body { ok: Some(true), result: Some(result), .. }), status) if status.is_success() => {
                Self::Done(result)
            }
            (_, status) if status.is_server_error() => Self::Failed(status),
            (Some(body @ Body { ok: Some(false), .. }), status) => {
                Self::Refused(Refusal::of(body, status, &answer.headers))
            }
            (_, status) if status.is_success() => Self::Unreadable,
            // A limiter in front of the API and an upload that is cut off speak HTML.
            (_, status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::PAYLOAD_TOO_LARGE)) => {
                Self::Refused(Refusal::of(Body::default(), status, &answer.headers))
            }
            (_, status) => Self::Foreign(status),
        }
    }
}

impl Refusal {
    /// From a status and a body that may be anything.
    pub(crate) fn read(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Self {
        Self::of(serde_json::from_slice(body).unwrap_or_default(), status, headers)
    }

    fn of(body: Body, status: StatusCode, headers: &HeaderMap) -> Self {
        let code = if status.is_success() { body.error_code.unwrap_or(0) } else { status.as_u16() };
        let parameters = body.parameters.unwrap_or_default();
        let told = parameters.retry_after.map(Duration::from_secs);
        Self {
            code,
            description: body.description.unwrap_or_else(|| format!("status {code}")),
            retry_after: told.or_else(|| provider_http::retry_after(headers)),
            moved_to: parameters.migrate_to_chat_id,
        }
    }

    /// Whether the description holds one of these, whatever their case.
    pub(crate) fn says(&self, words: &[&str]) -> bool {
        let description = self.description.to_lowercase();
        words.iter().any(|words| description.contains(&words.to_lowercase()))
    }
}

/// Trouble in words of ours.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Trouble(pub(crate) String);

/// The result of a question, or why there is none.
pub(crate) fn result(answer: &Answer) -> Result<Value, FetchError> {
    match Reply::read(answer) {
        Reply::Done(result) => Ok(result),
        Reply::Refused(Refusal { code: 401 | 404, description, .. }) => Err(FetchError::Refused(description)),
        Reply::Refused(Refusal { code: 409, description, .. }) => Err(FetchError::Conflict(description)),
        Reply::Refused(Refusal { code: 429, retry_after, .. }) => {
            Err(FetchError::RateLimited { retry_after })
        }
        // Nobody's patience mends a question that the provider finds wrong.
        Reply::Refused(refusal @ Refusal { code: 400 | 403, .. }) => {
            Err(FetchError::Refused(refusal.description))
        }
        Reply::Refused(Refusal { description, .. }) => Err(temporary(description)),
        Reply::Failed(status) | Reply::Foreign(status) => Err(temporary(format!("status {status}"))),
        Reply::Unreadable => Err(temporary("an answer that cannot be read".into())),
    }
}

fn temporary(text: String) -> FetchError {
    FetchError::Temporary(Trouble(text).into())
}

/// A question that failed, for whoever wanted a file.
pub(crate) fn for_media(error: FetchError) -> MediaError {
    match error {
        FetchError::RateLimited { retry_after } => MediaError::RateLimited { retry_after },
        FetchError::Refused(reason) => MediaError::Refused(reason),
        FetchError::Conflict(reason) => MediaError::Temporary(Trouble(reason).into()),
        FetchError::Temporary(source) => MediaError::Temporary(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> Reply {
        let status = StatusCode::from_u16(status).unwrap();
        let headers = HeaderMap::from_iter([(http::header::RETRY_AFTER, "5".parse().unwrap())]);
        Reply::read(&Answer { status, headers, body: body.to_owned().into() })
    }

    #[test]
    fn who_answered_and_what_is_told_apart() {
        for (status, body, expected) in [
            (200, r#"{"ok":true,"result":true}"#, "Done(Bool(true))"),
            (200, r#"{"ok":true,"result":{"message_id":1"#, "Unreadable"),
            (200, r#"{"ok":true}"#, "Unreadable"),
            (200, "<html>login to this network</html>", "Unreadable"),
            (502, "<html>bad gateway</html>", "Failed(502)"),
            (500, r#"{"ok":false,"error_code":500,"description":"Internal Server Error"}"#, "Failed(500)"),
            (403, "<html>blocked by the firewall</html>", "Foreign(403)"),
            (302, "", "Foreign(302)"),
        ] {
            assert_eq!(format!("{:?}", read(status, body)), expected, "{status} {body}");
        }
        for (status, body, pause_s) in [
            (429, r#"{"ok":false,"error_code":429,"parameters":{"retry_after":17}}"#, 17),
            (429, "<html>slow down</html>", 5),
        ] {
            let Reply::Refused(refusal) = read(status, body) else { panic!("{status} {body}") };
            assert_eq!((refusal.code, refusal.retry_after), (429, Some(Duration::from_secs(pause_s))));
        }
    }

    #[test]
    fn a_description_is_compared_by_a_stable_part_in_any_case() {
        let refusal = Refusal { description: "Bad Request: TOPIC_CLOSED".into(), ..Refusal::default() };
        assert!(refusal.says(&["topic_closed"]) && !refusal.says(&["topic_deleted"]));
    }
}
