//! What a failed request means, and what it is to the one who asked.

use std::time::Duration;

use connector_api::{BoxError, FetchError, MediaError, RateScope, SendError};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::Value;

/// Another question about history is being answered: a matter of seconds, not of an hour.
const BUSY_FOR: Duration = Duration::from_secs(5);

/// Why a request did not succeed.
#[derive(Debug)]
pub(crate) enum ApiError {
    /// The token is refused; a new one may do.
    Unauthorized,
    /// A person must act. The reason is Russian.
    Refused { code: String, reason: String },
    /// There is no such thing.
    Missing { code: String },
    /// The limit of the hour is used up.
    HourIsOver { retry_after: Option<Duration> },
    /// Another question is being answered.
    Busy,
    /// The request is wrong, in the provider's words.
    Rejected { code: String, message: String },
    /// The provider failed and may have done what was asked.
    Server(u16),
    /// Certainly not sent.
    Temporary(BoxError),
    /// Sent, and the answer did not come.
    Unknown(BoxError),
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    message: Value,
    /// A word; some answers repeat the number here.
    status: Value,
}

/// What an answer with a bad status says. Errors of one status are told apart by the word in the body.
pub(crate) fn of_answer(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> ApiError {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    let word = body.status.as_str().unwrap_or_default();
    let message = body.message.as_str().unwrap_or_default();
    let code = if word.is_empty() { status.as_u16().to_string() } else { word.to_owned() };
    match status.as_u16() {
        401 => ApiError::Unauthorized,
        403 => ApiError::Refused { reason: reason(&code).to_owned(), code },
        404 if code == "client_not_found" => ApiError::Refused { reason: reason(&code).to_owned(), code },
        404 => ApiError::Missing { code },
        429 if is_about_concurrency(word, message, headers) => ApiError::Busy,
        429 => ApiError::HourIsOver { retry_after: seconds(headers, "x-ratelimit-reset") },
        500.. => ApiError::Server(status.as_u16()),
        _ => ApiError::Rejected { code, message: message.to_owned() },
    }
}

/// Two different refusals share 429: the hour's limit, and two questions about history at once.
fn is_about_concurrency(word: &str, message: &str, headers: &HeaderMap) -> bool {
    let left = number(headers, "x-ratelimit-remaining");
    word != "rate_limit_exceeded"
        && (message.contains("concurrent request") || left.is_some_and(|remaining| remaining > 0))
}

fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Seconds until, not a moment; more than an hour cannot be.
fn seconds(headers: &HeaderMap, name: &str) -> Option<Duration> {
    number(headers, name).map(|seconds| Duration::from_secs(seconds.min(3600)))
}

fn reason(code: &str) -> &'static str {
    match code {
        "user_blocked" => "Телфин заблокировал клиента или пользователя: проверьте оплату и кабинет Телфина.",
        "user_access_type_deny" => {
            "Уровень доступа пользователя в Телфине слишком низкий: измените его в кабинете."
        }
        "app_access_type_deny" => {
            "Приложению в Телфине не хватает прав на это действие: проверьте тип приложения и тариф."
        }
        "client_not_found" => "Телфин не находит клиента этого приложения: проверьте App ID.",
        _ => "Телфин не разрешает это приложению: проверьте его права в кабинете Телфина.",
    }
}

impl ApiError {
    /// A failed request. Only where no connection came about is it sure that nothing was sent.
    pub(crate) fn of_transport(error: reqwest::Error) -> Self {
        let not_sent = error.is_connect() || error.is_builder();
        let error = error.without_url().into();
        if not_sent { Self::Temporary(error) } else { Self::Unknown(error) }
    }

    pub(crate) fn application_refused() -> Self {
        Self::Refused {
            code: "token_refused".to_owned(),
            reason:
                "Телфин не принимает App ID и App Secret: проверьте их в кабинете Телфина и введите заново."
                    .to_owned(),
        }
    }

    /// A token that was given a moment ago is no good either.
    pub(crate) fn unauthorized_twice() -> Self {
        Self::Refused {
            code: "token_refused".to_owned(),
            reason: "Телфин не принимает только что выданный токен: проверьте приложение в кабинете Телфина."
                .to_owned(),
        }
    }

    /// For a call: it may ring two phones, so that only what was surely not done is told as such.
    pub(crate) fn for_call(self) -> SendError {
        match self {
            Self::Unauthorized => Self::unauthorized_twice().for_call(),
            Self::Refused { code, reason } => SendError::AccountStopped { code, reason },
            Self::Missing { code } => SendError::rejected(
                code,
                "Телфин не знает этот добавочный: проверьте, какой добавочный указан у сотрудника.",
            ),
            Self::HourIsOver { retry_after } => {
                SendError::RateLimited { retry_after, scope: RateScope::Account }
            }
            Self::Busy => SendError::RateLimited { retry_after: Some(BUSY_FOR), scope: RateScope::Account },
            Self::Rejected { code, message } => {
                let reason = format!("Телфин отказал в звонке: {}", words(&message));
                SendError::rejected(code, reason)
            }
            Self::Server(status) => SendError::Unknown(format!("the provider answered {status}").into()),
            Self::Temporary(error) => SendError::Temporary(error),
            Self::Unknown(error) => SendError::Unknown(error),
        }
    }
}

fn words(message: &str) -> &str {
    if message.is_empty() { "причина не названа." } else { message }
}

impl From<ApiError> for FetchError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Unauthorized => ApiError::unauthorized_twice().into(),
            ApiError::Refused { reason, .. } => Self::Refused(reason),
            ApiError::HourIsOver { retry_after } => Self::RateLimited { retry_after },
            ApiError::Busy => Self::RateLimited { retry_after: Some(BUSY_FOR) },
            ApiError::Missing { code } => Self::Temporary(format!("there is no such thing: {code}").into()),
            ApiError::Rejected { code, message } => Self::Temporary(format!("{code}: {message}").into()),
            ApiError::Server(status) => Self::Temporary(format!("the provider answered {status}").into()),
            ApiError::Temporary(error) | ApiError::Unknown(error) => Self::Temporary(error),
        }
    }
}

impl From<ApiError> for MediaError {
    fn from(error: ApiError) -> Self {
        match error {
            // Recordings appear minutes after the call.
            ApiError::Missing { .. } => Self::NotYet,
            other => match FetchError::from(other) {
                FetchError::RateLimited { retry_after } => Self::RateLimited { retry_after },
                FetchError::Refused(reason) => Self::Refused(reason),
                FetchError::Conflict(reason) => Self::Temporary(reason.into()),
                FetchError::Temporary(error) => Self::Temporary(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, headers: &[(&'static str, &str)], body: &str) -> ApiError {
        let headers = headers
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().expect("a header")));
        let status = StatusCode::from_u16(status).expect("a status");
        of_answer(status, &headers.collect(), body.as_bytes())
    }

    #[test]
    fn check_16_the_two_kinds_of_429_are_told_apart() {
        let limit = r#"{"status":"rate_limit_exceeded","message":"Rate limit exceeded"}"#;
        let reset = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1200")];
        assert!(matches!(
            read(429, &reset, limit),
            ApiError::HourIsOver { retry_after: Some(time) } if time.as_secs() == 1200
        ));
        assert!(matches!(read(429, &[], limit), ApiError::HourIsOver { retry_after: None }));
        assert!(matches!(read(429, &[], ""), ApiError::HourIsOver { retry_after: None }));
        let busy = r#"{"message":"Stats request already exists, concurrent request not allowed"}"#;
        assert!(matches!(read(429, &[], busy), ApiError::Busy));
        assert!(matches!(read(429, &[("x-ratelimit-remaining", "55")], "{}"), ApiError::Busy));
        assert!(matches!(
            FetchError::from(ApiError::Busy),
            FetchError::RateLimited { retry_after: Some(time) } if time.as_secs() < 60
        ));
    }

    #[test]
    fn refusals_are_told_by_their_words_and_say_what_to_do() {
        for (status, body, code) in [
            (403, r#"{"status":"user_blocked","message":"blocked"}"#, "user_blocked"),
            (403, r#"{"status":"app_access_type_deny"}"#, "app_access_type_deny"),
            (403, "", "403"),
            (404, r#"{"status":"client_not_found"}"#, "client_not_found"),
        ] {
            let ApiError::Refused { code: read, reason } = read(status, &[], body) else {
                panic!("{body} is a refusal")
            };
            assert_eq!(read, code);
            assert!(reason.contains("Телфин"), "{reason}");
        }
        assert!(matches!(
            read(401, &[], r#"{"status":401,"message":"Unauthorized"}"#),
            ApiError::Unauthorized
        ));
        assert!(matches!(read(404, &[], r#"{"message":"Record not found"}"#), ApiError::Missing { .. }));
    }

    #[test]
    fn a_call_is_not_started_again_after_a_failure_of_the_provider() {
        assert!(matches!(read(502, &[], "").for_call(), SendError::Unknown(_)));
        assert!(matches!(ApiError::Unknown("lost".into()).for_call(), SendError::Unknown(_)));
        assert!(matches!(ApiError::Temporary("refused".into()).for_call(), SendError::Temporary(_)));
        assert!(matches!(
            read(400, &[], r#"{"message":"bad dst_num"}"#).for_call(),
            SendError::Rejected { .. }
        ));
        assert!(matches!(read(503, &[], "").into(), FetchError::Temporary(_)));
    }
}
