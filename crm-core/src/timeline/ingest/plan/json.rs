//! What events say, as it lies in the columns of JSON.

use connector_api::{Content, Quote};
use serde_json::Value;

use super::super::without_nul;
use crate::timeline::payload::{InteractionPayload, QuotePayload};
use crate::{AccountId, InteractionId};

pub(super) fn quote_payload(account: AccountId, quote: &Quote) -> QuotePayload {
    QuotePayload {
        interaction_id: quote
            .message
            .as_ref()
            .map(|message| InteractionId::of_message(account, message.as_str())),
        text: quote.text.as_deref().map(without_nul),
    }
}

/// Plain text lies in the column `body` alone.
pub(super) fn richer_than_text(content: &Content) -> Option<Content> {
    (!matches!(content, Content::Text { .. })).then(|| content.clone())
}

pub(in crate::timeline::ingest) fn to_json(payload: &InteractionPayload) -> Value {
    clean(serde_json::to_value(payload).expect("a payload has text keys only"))
}

/// Takes NUL out of every text.
pub(in crate::timeline::ingest) fn clean(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(without_nul(&text)),
        Value::Array(items) => Value::Array(items.into_iter().map(clean).collect()),
        Value::Object(fields) => {
            Value::Object(fields.into_iter().map(|(key, value)| (without_nul(&key), clean(value))).collect())
        }
        other => other,
    }
}

pub(super) fn delivery_word(state: connector_api::DeliveryState) -> &'static str {
    use connector_api::DeliveryState as S;
    match state {
        S::Queued => "queued",
        S::Sent => "sent",
        S::Failed => "failed",
        S::Delivered => "delivered",
        S::Read => "read",
        S::Played => "played",
    }
}
