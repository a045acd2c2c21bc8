//! The answer to a press on a button: <https://core.telegram.org/bots/api#answercallbackquery>.

use connector_api::{ExternalId, SendError};
use serde_json::json;

use crate::Telegram;
use crate::api::Call;
use crate::connection::of_fetch;
use crate::reply::{Refusal, Reply, result};

/// Longer answers are refused.
const ANSWER_LIMIT: usize = 200;

/// What `parse` puts before the provider's id of a press.
pub(crate) const PREFIX: &str = "callback/";

/// The provider's id, when the fact is a press.
pub(crate) fn id(fact: &ExternalId) -> Option<&str> {
    fact.as_str().strip_prefix(PREFIX)
}

impl Telegram {
    /// Stops the button's spinning; `text` is shown for a moment. To be called within seconds; too late is no error.
    pub async fn answer_press(&self, press: &ExternalId, text: Option<&str>) -> Result<(), SendError> {
        let Some(call) = request_for(press, text) else { return Ok(()) };
        let answer = self.ask(&call).await.map_err(of_fetch)?;
        match Reply::read(&answer) {
            Reply::Refused(refusal) if is_too_late(&refusal) => Ok(()),
            _ => result(&answer).map(drop).map_err(of_fetch),
        }
    }
}

/// What stops the button's spinning; `text` is shown for a moment. `None` when the fact is no press.
pub(crate) fn request_for(press: &ExternalId, text: Option<&str>) -> Option<Call> {
    let text: Option<String> = text.map(|text| text.chars().take(ANSWER_LIMIT).collect());
    Some(Call::new("answerCallbackQuery", json!({ "callback_query_id": id(press)?, "text": text })))
}

/// The press is so old that nobody waits for the answer any more.
pub(crate) fn is_too_late(refusal: &Refusal) -> bool {
    refusal.says(&["query is too old", "query ID is invalid", "QUERY_ID_INVALID"])
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn only_a_press_is_answered_and_by_the_providers_id() {
        let call = request_for(&ExternalId::new("callback/4382"), None).unwrap();
        assert_eq!(call.method, "answerCallbackQuery");
        assert_eq!(Value::Object(call.fields), json!({"callback_query_id": "4382"}));
        assert_eq!(request_for(&ExternalId::new("61/5"), None), None);
    }
}
