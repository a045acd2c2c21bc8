//! One raw event as the API shows it: without secrets.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use crm_core::timeline::raw_event::{Outcome, RawState, StoredRaw};
use crm_core::{AccountId, RawEventId};
use serde::Serialize;
use serde_json::Value;

use crate::accounts::Accounts;
use crate::masking::{MaskedBody, Masker};
use crate::reading;

/// A raw event.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct RawEventView {
    id: RawEventId,
    account_id: AccountId,
    received_at: DateTime<Utc>,
    /// `webhook`, `poll` or `history`.
    source: String,
    #[schema(required = true)]
    content_type: Option<String>,
    /// Fields of the query string, decoded, without secrets.
    query: Vec<QueryField>,
    /// Length of the body as it came.
    size_bytes: usize,
    body: BodyView,
    /// What became of it; `null` while it was not looked at.
    #[schema(required = true)]
    outcome: Option<OutcomeView>,
    /// What its connector understands of it now; `null` when the account cannot work.
    #[schema(required = true)]
    reading: Option<Reading>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct QueryField {
    name: String,
    value: String,
}

/// A body, exact but for the secrets.
#[derive(Serialize, utoipa::ToSchema)]
struct BodyView {
    /// `base64` when the body is not UTF-8.
    encoding: Encoding,
    text: String,
}

#[derive(Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Encoding {
    Text,
    Base64,
}

#[derive(Serialize, utoipa::ToSchema)]
struct OutcomeView {
    state: RawState,
    /// Facts applied.
    events: i32,
    /// Parts that carry nothing for us.
    ignored: i32,
    /// Parts not understood.
    unknown: i32,
    #[schema(required = true)]
    reason: Option<String>,
}

#[derive(Serialize, utoipa::ToSchema)]
struct Reading {
    /// Facts.
    #[schema(value_type = Vec<Object>)]
    events: Value,
    /// Parts that carry nothing for us, each with `path` and `reason`.
    #[schema(value_type = Vec<Object>)]
    ignored: Value,
    /// Parts not understood, each with `path` and `reason`.
    #[schema(value_type = Vec<Object>)]
    unknown: Value,
    /// Why the body cannot be read at all.
    #[schema(required = true)]
    error: Option<String>,
}

impl RawEventView {
    pub(super) fn new(accounts: &Accounts, stored: &StoredRaw, outcome: Option<Outcome>) -> Self {
        let masker = accounts.masker(stored.account_id);
        let account = accounts.by_id(stored.account_id);
        let raw = &stored.raw;
        Self {
            id: stored.id,
            account_id: stored.account_id,
            received_at: raw.received_at,
            source: raw.source.clone(),
            content_type: raw.content_type.as_deref().map(|text| masker.text(text).into_owned()),
            query: masker
                .query(&raw.query)
                .into_iter()
                .map(|(name, value)| QueryField { name, value })
                .collect(),
            size_bytes: raw.body.len(),
            body: BodyView::new(masker.body(&raw.body)),
            outcome: outcome.map(|outcome| OutcomeView::new(outcome, &masker)),
            reading: account.map(|account| Reading::new(reading::read(stored, &account).parsed, &masker)),
        }
    }
}

impl BodyView {
    fn new(body: MaskedBody) -> Self {
        match body {
            MaskedBody::Text(text) => Self { encoding: Encoding::Text, text },
            MaskedBody::Bytes(bytes) => Self { encoding: Encoding::Base64, text: STANDARD.encode(bytes) },
        }
    }
}

impl OutcomeView {
    fn new(outcome: Outcome, masker: &Masker) -> Self {
        Self {
            state: outcome.state,
            events: outcome.events,
            ignored: outcome.ignored,
            unknown: outcome.unknown,
            reason: outcome.reason.map(|reason| masker.text(&reason).into_owned()),
        }
    }
}

impl Reading {
    fn new(parsed: Result<connector_api::Parsed, String>, masker: &Masker) -> Self {
        let (parsed, error) = match parsed {
            Ok(parsed) => (parsed, None),
            Err(error) => (connector_api::Parsed::default(), Some(masker.text(&error).into_owned())),
        };
        // Masked as text and read back, so that this is the same rule as for bodies.
        let text = serde_json::to_string(&parsed).unwrap_or_default();
        let mut value: Value = serde_json::from_str(&masker.json(&text)).unwrap_or_default();
        Self {
            events: value["events"].take(),
            ignored: value["ignored"].take(),
            unknown: value["unknown"].take(),
            error,
        }
    }
}
