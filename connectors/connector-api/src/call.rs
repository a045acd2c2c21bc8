//! Calls: what one event says of one leg. The core rebuilds the call from the set of these facts.

use serde::{Deserialize, Serialize};

use crate::{Direction, ExternalId, MediaRef, Party};

/// One fact about one leg of one call. `Event.external_id` identifies the fact; the same fact twice is one fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallUpdate {
    /// The whole call, with all its legs.
    pub call: ExternalId,
    /// The leg: one ringing of one extension.
    pub leg: ExternalId,
    /// Whose leg it is.
    pub side: LegSide,
    /// Of this leg, seen from the company.
    pub direction: Direction,
    /// The leg was caused by forwarding: a segment of the call, not a call that somebody made.
    pub forwarded: bool,
    /// Both ends of this leg are ours, as far as this event tells.
    pub internal: bool,
    /// The outside person. `None`: this event does not tell. With no addresses: the number is withheld.
    pub party: Option<Party>,
    /// The outside number exactly as it came, for display where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub party_text: Option<String>,
    /// Our public number that was called or shown, digits.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<String>,
    /// Our extension on this leg: the person rung or calling, the menu or the queue.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub extension: Option<Extension>,
    /// Told afterwards by the provider's history, which numbers legs in its own way: the leg is that of the same extension
    /// at the same time, where webhooks told of one, and what they told goes first.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub from_history: bool,
    /// What happened.
    pub phase: CallPhase,
    /// The provider's handle to control the running call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub control: Option<String>,
    /// The id of our own request that started the call.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub requested: Option<ExternalId>,
}

/// Whose leg it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LegSide {
    /// An extension that a person answers.
    Person,
    /// A menu or a queue. Where several speak of the same call, the highest rank counts, then the latest.
    Group {
        /// 0 a voice menu, 1 a queue; a connector that cannot tell gives 0.
        rank: u8,
    },
}

/// One of our extensions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// The provider's id, where it was told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// As dialled, without the account's prefix and domain: `101`, `099`.
    pub number: String,
    /// The label of the extension.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

/// What happened to a leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum CallPhase {
    /// The leg began: the extension rings, or the extension dials.
    Started,
    /// The two ends were connected.
    Answered,
    /// A person's leg ended.
    Ended {
        /// How.
        outcome: CallOutcome,
        /// The provider's own word for it.
        status: String,
        /// Talk time of this leg in microseconds; `None` when it was not told.
        talk_us: Option<i64>,
        /// The recording of this leg.
        recording: Option<MediaRef>,
    },
    /// A menu or queue let the call go.
    GroupEnded {
        /// Whether anybody answered behind it.
        connected: bool,
        /// The provider's own word.
        status: String,
    },
}

/// How a leg ended. Only `Answered` is a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOutcome {
    /// The two talked.
    Answered,
    /// The other side was busy.
    Busy,
    /// Nobody picked up in time.
    NotAnswered,
    /// The caller gave up.
    Cancelled,
    /// The phone was not reachable.
    Unavailable,
    /// The network failed.
    Failed,
    /// The provider used a word we do not know; it is kept beside.
    Unknown,
}
