//! The way out: one attempt to send, and what it came to.

use std::pin::Pin;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_core::Stream;
use serde::{Deserialize, Serialize};

use crate::{
    Abilities, Address, BoxError, ConversationFacts, ExternalId, FetchError, OutboundFile, OutboundMessage,
    Permission, SendLimits, TextMeasure,
};

/// Present when we can write to this channel.
#[async_trait]
pub trait Outbound: Send + Sync {
    /// What the provider allows in a given time. The worker keeps to it; the connector never sleeps.
    fn limits(&self) -> SendLimits;

    /// What can be said in this channel at all, so that the screen offers nothing else.
    fn abilities(&self) -> Abilities;

    /// Whether this conversation can be written to now, as far as we know. Pure; asked before the press and again
    /// before sending.
    fn can_send(&self, conversation: &ConversationFacts, now: DateTime<Utc>) -> Permission;

    /// The key of the conversation with an address that never wrote; the same key that `parse` would give. `None`
    /// where the channel cannot write first, or not to such an address.
    fn conversation_with(&self, address: &Address) -> Option<ExternalId>;

    /// How many of the provider's messages this makes: a long text and several files make several. At least 1. Pure;
    /// the same message always gives the same parts in the same order.
    fn parts(&self, message: &OutboundMessage) -> Result<u16, SendError>;

    /// Makes one attempt at one part. Order and retries are the worker's business.
    async fn send(&self, attempt: &SendAttempt<'_>) -> Result<Accepted, SendError>;

    /// Looks whether a part whose outcome is unknown arrived, where the provider can tell.
    async fn look_up(&self, _attempt: &SendAttempt<'_>) -> Result<LookUp, FetchError> {
        Ok(LookUp::CannotTell)
    }

    /// Shows the client that somebody reads and writes: marks everything up to this message of theirs as read. Best
    /// effort, never repeated.
    async fn mark_read(&self, _message: &ExternalId, _typing: bool) -> Result<(), SendError> {
        Ok(())
    }

    /// How a text would be counted, where the channel counts. Pure.
    fn measure(&self, _text: &str) -> Option<TextMeasure> {
        None
    }
}

/// One part of a message, to be tried now.
pub struct SendAttempt<'a> {
    /// The whole message.
    pub message: &'a OutboundMessage,
    /// Which part, from 0.
    pub part: u16,
    /// What the parts before became, in their order.
    pub sent: &'a [ExternalId],
    /// Where the bytes of files come from.
    pub files: &'a dyn FileSource,
    /// Our clock at the first attempt of this part: a look-up searches from here.
    pub first_tried_at: DateTime<Utc>,
    /// Our clock at the newest attempt of this part: where the provider tells by a status, the time for it runs from
    /// here. Once it has run out, the answer of a look-up is final.
    pub tried_at: DateTime<Utc>,
    /// Our clock now.
    pub now: DateTime<Utc>,
}

impl SendAttempt<'_> {
    /// A text that names this part and no other, the same at every attempt: for callback data and client-side ids.
    /// At most 42 characters of `0-9a-f-.`.
    pub fn reference(&self) -> String {
        self.message.reference(self.part)
    }
}

/// Bytes as they come.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, BoxError>> + Send>>;

/// Our own store, as a connector sees it.
#[async_trait]
pub trait FileSource: Send + Sync {
    /// The bytes of a file, from the beginning; may be asked again.
    async fn open(&self, file: &OutboundFile) -> Result<ByteStream, BoxError>;
}

/// The provider has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's id of the fact, by which statuses, quotes and edits will name it. `None` where the provider gives
    /// none: a reaction, a deletion.
    pub external_id: Option<ExternalId>,
    /// What else this part became, where the provider makes several messages of one request: an album's other files, in
    /// their order. In `SendAttempt::sent` and in `OutboundAction` they follow `external_id`.
    pub further: Vec<ExternalId>,
    /// Addresses that the provider's answer names for the person, beside those we knew.
    pub addresses: Vec<Address>,
}

impl Accepted {
    /// Accepted under this id.
    pub fn with_id(id: impl Into<String>) -> Self {
        Self { external_id: Some(ExternalId::new(id)), ..Self::default() }
    }

    /// Done, and there is no id to keep.
    pub fn done() -> Self {
        Self::default()
    }
}

/// What asking after an unknown outcome told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookUp {
    /// It arrived.
    Arrived(Accepted),
    /// It surely did not arrive: it can be sent again.
    NotArrived,
    /// The provider tells later, by a status that carries our reference: wait until then and ask again.
    TellsBy(DateTime<Utc>),
    /// The provider never tells.
    CannotTell,
}

/// Why an attempt did not succeed, by what the worker does about it.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// Wait; not counted as an attempt.
    #[error("rate limited")]
    RateLimited {
        /// How long, where the provider said.
        retry_after: Option<Duration>,
        /// Who waits.
        scope: RateScope,
    },
    /// The provider still works on something of ours (a file just uploaded): try again soon, not counted as an attempt.
    #[error("not ready yet: {0}")]
    NotReady(String),
    /// Certainly not sent; try again with growing pauses.
    #[error("temporary failure")]
    Temporary(#[source] BoxError),
    /// The provider will not send this one, ever. `reason` is Russian and says what to do.
    #[error("rejected by the provider: {code}")]
    Rejected {
        /// The provider's code, or a word of ours.
        code: String,
        /// For the person who pressed.
        reason: String,
        /// What would help, where the program can offer it.
        remedy: Option<Remedy>,
    },
    /// The account as a whole cannot send: its token is refused, it is blocked, it must be paid. Messages stay queued.
    /// `reason` is Russian, for the administrator.
    #[error("the account cannot send: {code}")]
    AccountStopped {
        /// The provider's code, or a word of ours.
        code: String,
        /// What to do about it.
        reason: String,
    },
    /// The connection broke after the request left: it may have arrived, so it is not blindly repeated.
    #[error("outcome unknown")]
    Unknown(#[source] BoxError),
}

impl SendError {
    /// Rejected, without anything to offer.
    pub fn rejected(code: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Rejected { code: code.into(), reason: reason.into(), remedy: None }
    }
}

/// Whom a rate limit holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateScope {
    /// The whole account.
    Account,
    /// This conversation only.
    Conversation,
}

/// What the screen offers beside the reason of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remedy {
    /// Choose a template.
    Template,
    /// Write by another channel.
    AnotherChannel,
    /// Send it in another form: a smaller or converted file.
    Convert,
}
