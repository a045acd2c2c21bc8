//! Errors that the provider tells of: why a message failed, what is wrong with the account.

use connector_api::{Event, NoticeLevel, Reason};
use serde_json::Value;

use super::scope::Scope;
use crate::codes::{self, HISTORY_DECLINED, explanation};
use crate::wire::{self, Failure, Loose};

/// Why a message of ours failed.
pub(super) fn reason(error: &Failure) -> Reason {
    let code = error.code.owned().unwrap_or_else(|| "unknown".into());
    Reason { code, text: explanation(error), remedy: codes::of(error).and_then(|known| known.remedy) }
}

/// Trouble of the application or account that concerns no single message.
pub(super) fn notice(scope: &Scope<'_>, element: &Value) -> Event {
    let code = Loose::of(element.get("code")).owned();
    let error: Failure = wire::read(element).unwrap_or_default();
    let level =
        if code.as_deref().is_some_and(codes::stops) { NoticeLevel::Alarm } else { NoticeLevel::Warning };
    let word = if code.as_deref() == Some(HISTORY_DECLINED) { "history_declined" } else { "provider_error" };
    let mut detail = serde_json::json!({ "error": element, "text": explanation(&error) });
    if let Some(number) = &scope.number {
        detail["phone_number_id"] = Value::from(number.as_str());
    }
    let fact = serde_json::json!([word, scope.number, element]);
    super::notice(scope, &fact, level, word, code, detail)
}
