//! What refusals mean: <https://dev.max.ru/docs-api>, «Коды ответов».

use connector_api::{FetchError, MediaError, RateScope, Remedy, SendError};
use http::StatusCode;
use provider_http::{Answer, retry_after};
use serde_json::Value;

use crate::api::{CallError, UNKNOWN_ISSUER};
use crate::wire::{self, Done, Failure};

/// Whether repeating a call by chance does harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// A second message would come.
    Doubles,
    /// The second time is like the first: editing, deleting, uploading.
    Harmless,
}

/// A call that has no answer.
pub(crate) fn of_call(error: CallError, repeat: Repeat) -> SendError {
    match error {
        CallError::UnknownIssuer(_) => {
            SendError::AccountStopped { code: "tls_unknown_issuer".into(), reason: UNKNOWN_ISSUER.into() }
        }
        CallError::Failed(error) => match provider_http::of_send(error) {
            SendError::Unknown(source) if repeat == Repeat::Harmless => SendError::Temporary(source),
            error => error,
        },
        error @ CallError::Broken(_) if repeat == Repeat::Harmless => SendError::Temporary(error.into()),
        error @ CallError::Broken(_) => SendError::Unknown(error.into()),
    }
}

/// An answer that is not a success.
pub(crate) fn of_answer(answer: &Answer, repeat: Repeat) -> SendError {
    let (code, words) = told(answer);
    let stopped = |reason: &str| SendError::AccountStopped { code: code.clone(), reason: reason.to_owned() };
    let refused = |reason: &str, remedy| SendError::Rejected {
        code: code.clone(),
        reason: if words.is_empty() {
            reason.to_owned()
        } else {
            format!("{reason} Ответ MAX: {words}")
        },
        remedy,
    };
    match answer.status.as_u16() {
        400 if is_not_ready(&code, &words) => SendError::NotReady(words),
        400 => refused("MAX не принял сообщение.", None),
        401 => stopped(
            "MAX не принимает токен бота: он отозван или введён с ошибкой. Возьмите новый в настройках бота на \
             business.max.ru и вставьте его в канал.",
        ),
        403 => refused(
            "Клиент остановил бота или удалил диалог. Написать можно после того, как он снова нажмёт «Начать» \
             или напишет сам.",
            Some(Remedy::AnotherChannel),
        ),
        404 => refused("В MAX нет такого диалога или сообщения.", Some(Remedy::AnotherChannel)),
        405 => refused("MAX больше не поддерживает это действие. Нужно обновление программы.", None),
        413 => refused("Файл больше, чем принимает MAX.", Some(Remedy::Convert)),
        429 => {
            SendError::RateLimited { retry_after: retry_after(&answer.headers), scope: RateScope::Account }
        }
        500.. if repeat == Repeat::Doubles => SendError::Unknown(status(answer)),
        402..500 => refused("MAX отказал.", None),
        _ => SendError::Temporary(status(answer)),
    }
}

/// A change answered 200 may still be refused.
pub(crate) fn of_done(answer: &Answer) -> Result<(), SendError> {
    let done: Done = read(answer).ok_or_else(|| SendError::Temporary(unreadable(answer)))?;
    if done.success != Some(false) {
        return Ok(());
    }
    let words = done.message.as_ref().and_then(Value::as_str).unwrap_or_default();
    let reason = if words.is_empty() { "без объяснения" } else { words };
    Err(SendError::rejected("refused", format!("MAX отказал: {reason}")))
}

/// A file just uploaded is worked on for a while.
fn is_not_ready(code: &str, words: &str) -> bool {
    code == "attachment.not.ready" || words.contains("not.processed")
}

/// A question that was not answered.
pub(crate) fn of_question(answer: &Answer) -> FetchError {
    let (code, words) = told(answer);
    match answer.status.as_u16() {
        401 | 403 => FetchError::Refused(format!("{code} {words}").trim().to_owned()),
        429 => FetchError::RateLimited { retry_after: retry_after(&answer.headers) },
        _ => FetchError::Temporary(status(answer)),
    }
}

/// A question about a file that was not answered.
pub(crate) fn of_file(error: FetchError) -> MediaError {
    match error {
        FetchError::RateLimited { retry_after } => MediaError::RateLimited { retry_after },
        FetchError::Refused(words) | FetchError::Conflict(words) => MediaError::Refused(words),
        FetchError::Temporary(source) => MediaError::Temporary(source),
    }
}

/// The provider's code and words; the status where it has none.
pub(crate) fn told(answer: &Answer) -> (String, String) {
    let failure: Failure = read(answer).unwrap_or_default();
    let code = failure.code.filter(|code| !code.is_empty());
    let words = failure.message.or(failure.error).unwrap_or_default();
    (code.unwrap_or_else(|| answer.status.as_u16().to_string()), words)
}

/// The body of an answer; `None` where it is not of the provider's form.
pub(crate) fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Option<T> {
    let value: Value = serde_json::from_slice(&answer.body).ok()?;
    wire::read(&value).filter(|_| value.is_object())
}

#[derive(Debug, thiserror::Error)]
#[error("status {0}: {1}")]
struct Status(StatusCode, String);

/// A status as the source of an error.
pub(crate) fn status(answer: &Answer) -> connector_api::BoxError {
    let (code, words) = told(answer);
    Status(answer.status, format!("{code} {words}")).into()
}

/// An answer of a form that we do not know.
pub(crate) fn unreadable(answer: &Answer) -> connector_api::BoxError {
    Status(answer.status, "an answer of an unknown form".into()).into()
}

#[cfg(test)]
pub(crate) mod tests {
    use http::HeaderMap;

    use super::*;

    pub(crate) fn answer(status: u16, body: &str) -> Answer {
        Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
        }
    }

    pub(crate) fn in_words(error: &SendError) -> String {
        match error {
            SendError::RateLimited { retry_after, scope } => format!("limited {retry_after:?} {scope:?}"),
            SendError::NotReady(_) => "not ready".into(),
            SendError::Temporary(_) => "temporary".into(),
            SendError::Rejected { code, remedy, .. } => format!("rejected {code} {remedy:?}"),
            SendError::AccountStopped { code, .. } => format!("stopped {code}"),
            SendError::Unknown(_) => "unknown".into(),
        }
    }

    #[test]
    fn every_status_says_what_to_do() {
        let not_ready = r#"{"code":"attachment.not.ready","message":"Key: errors.process.attachment.file.not.processed"}"#;
        for (status, body, sending, changing) in [
            (400, not_ready, "not ready", "not ready"),
            (400, r#"{"code":"proto.payload","message":"too long"}"#, "rejected proto.payload None", ""),
            (400, "<html>", "rejected 400 None", ""),
            (401, r#"{"code":"verify.token","message":"Invalid access_token"}"#, "stopped verify.token", ""),
            (403, r#"{"code":"chat.denied","message":"x"}"#, "rejected chat.denied Some(AnotherChannel)", ""),
            (404, r#"{"code":"not.found","message":"x"}"#, "rejected not.found Some(AnotherChannel)", ""),
            (405, "", "rejected 405 None", ""),
            (413, "", "rejected 413 Some(Convert)", ""),
            (418, "", "rejected 418 None", ""),
            (429, r#"{"code":"too.many.requests"}"#, "limited None Account", ""),
            (500, "", "unknown", "temporary"),
            (503, "<html>", "unknown", "temporary"),
            (302, "", "temporary", "temporary"),
        ] {
            let answer = answer(status, body);
            assert_eq!(in_words(&of_answer(&answer, Repeat::Doubles)), sending, "{status} {body}");
            let changing = if changing.is_empty() { sending } else { changing };
            assert_eq!(in_words(&of_answer(&answer, Repeat::Harmless)), changing, "{status} {body}");
        }
    }

    #[test]
    fn a_pause_that_the_provider_names_is_kept() {
        let mut answer = answer(429, "");
        answer.headers.insert("retry-after", "3".parse().unwrap());
        assert_eq!(in_words(&of_answer(&answer, Repeat::Doubles)), "limited Some(3s) Account");
    }

    #[test]
    fn reasons_are_russian_and_keep_the_providers_words() {
        let answer = answer(400, r#"{"code":"proto.payload","message":"text: must be shorter"}"#);
        let SendError::Rejected { reason, .. } = of_answer(&answer, Repeat::Doubles) else { panic!() };
        assert_eq!(reason, "MAX не принял сообщение. Ответ MAX: text: must be shorter");
    }

    #[test]
    fn a_refusal_under_200_is_a_failure() {
        assert!(of_done(&answer(200, r#"{"success":true}"#)).is_ok());
        assert!(of_done(&answer(200, r#"{"success":true,"message":{"body":{}}}"#)).is_ok());
        let refused = of_done(&answer(200, r#"{"success":false,"message":"Message is too old"}"#));
        let Err(SendError::Rejected { reason, .. }) = refused else { panic!("{refused:?}") };
        assert_eq!(reason, "MAX отказал: Message is too old");
        assert_eq!(in_words(&of_done(&answer(200, "{\"succ")).unwrap_err()), "temporary");
    }
}
