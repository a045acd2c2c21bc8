//! What a batch writes, piece by piece, before its people are known.

use chrono::{DateTime, Utc};
use connector_api::{CallUpdate, ConversationState, Direction, LinkReason, Origin, Party};
use serde_json::Value;

use super::PartyIndex;
use crate::consent::{ConsentSource, ConsentWord};
use crate::{AccountId, ConversationId, InteractionId, RawEventId};

/// A person of an event; all addresses are one person.
pub(in crate::timeline::ingest) struct PlannedParty {
    pub party: Party,
    pub at: DateTime<Utc>,
    pub reason: LinkReason,
}

/// A row of `interactions`.
pub(in crate::timeline::ingest) struct Row {
    pub id: InteractionId,
    pub party: Option<PartyIndex>,
    pub account_id: AccountId,
    pub conversation: Option<ConversationId>,
    pub kind: &'static str,
    pub direction: Option<Direction>,
    pub origin: Origin,
    pub occurred_at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub author_name: Option<String>,
    pub body: Option<String>,
    pub content: Option<Value>,
    pub fullness: i16,
    pub mapping: i16,
    pub external_id: String,
    pub raw_id: RawEventId,
}

impl Row {
    /// Fuller beats less full, a newer reading beats an older, and of equals the earlier moment stays.
    pub(super) fn beats(&self, other: &Self) -> bool {
        (self.fullness, self.mapping, std::cmp::Reverse(self.occurred_at))
            > (other.fullness, other.mapping, std::cmp::Reverse(other.occurred_at))
    }
}

pub(in crate::timeline::ingest) struct Conversation {
    pub id: ConversationId,
    pub account_id: AccountId,
    pub external_id: String,
    /// Of the earliest event.
    pub party: PartyIndex,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    pub first_inbound_at: Option<DateTime<Utc>>,
    pub last_inbound_at: Option<DateTime<Utc>>,
    pub last_outbound_at: Option<DateTime<Utc>>,
    /// Our time of the person's latest message.
    pub heard_at: Option<DateTime<Utc>>,
    pub person: Option<(DateTime<Utc>, String)>,
}

pub(in crate::timeline::ingest) struct Fact {
    pub at: DateTime<Utc>,
    pub value: Value,
    pub mapping: i16,
    pub raw_id: RawEventId,
}

pub(in crate::timeline::ingest) struct Media {
    pub account_id: AccountId,
    pub media: connector_api::MediaRef,
    pub interaction: InteractionId,
    pub wanted_at: DateTime<Utc>,
}

pub(in crate::timeline::ingest) struct PlannedCallFact {
    pub account_id: AccountId,
    pub at: DateTime<Utc>,
    pub received_at: DateTime<Utc>,
    pub update: CallUpdate,
    pub mapping: i16,
    pub raw_id: RawEventId,
}

pub(in crate::timeline::ingest) struct State {
    pub state: ConversationState,
    pub at: DateTime<Utc>,
    pub detail: Option<Value>,
}

pub(in crate::timeline::ingest) struct Notice {
    pub external_id: String,
    pub account_id: AccountId,
    pub at: DateTime<Utc>,
    pub notice: connector_api::AccountNotice,
}

pub(in crate::timeline::ingest) struct PhoneBookEntry {
    pub name: Option<String>,
    pub at: DateTime<Utc>,
}

/// A word about advertising.
pub(in crate::timeline::ingest) struct PlannedConsent {
    pub party: PartyIndex,
    pub account_id: AccountId,
    pub word: ConsentWord,
    pub source: ConsentSource,
    pub quote: Option<String>,
    pub at: DateTime<Utc>,
}

pub(in crate::timeline::ingest) struct PlannedInvitation {
    pub token: String,
    pub party: PartyIndex,
    pub at: DateTime<Utc>,
}
