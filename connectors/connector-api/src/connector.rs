//! One provider, seen through one of our accounts on it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use crate::{
    Acknowledgement, CallRouting, CallStarter, Channel, ConversationHistory, History, MediaSource, Outbound,
    Parsed, Probe, RawEvent, StateSource, Templates, Threads, Verified, WebhookRequest,
};

/// Any error, kept as the source of ours.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One provider, seen through one of our accounts on it.
pub trait Connector: Send + Sync {
    /// The network of this account. The core stores it and never branches on it.
    fn channel(&self) -> Channel;

    /// Decides whether a request is genuine. Pure: looks only at its arguments.
    fn verify(&self, request: &WebhookRequest<'_>) -> Result<Verified, VerifyError>;

    /// What the provider wants to read, with 200, once the request is stored.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement::EMPTY
    }

    /// Translates one raw event into canonical events. Pure, and safe to repeat.
    fn parse(&self, raw: &RawEvent) -> Result<Parsed, ParseError>;

    /// Grows when the same bytes are understood better than before, so that a replay mends what an older reading
    /// stored and an older copy of the program does not undo it.
    fn mapping(&self) -> i16 {
        1
    }

    /// Present when updates are asked for instead of being posted to us.
    fn poller(&self) -> Option<&dyn Poller> {
        None
    }

    /// Present when we can write to this channel.
    fn outbound(&self) -> Option<&dyn Outbound> {
        None
    }

    /// Present when the provider approves templates.
    fn templates(&self) -> Option<&dyn Templates> {
        None
    }

    /// Present when a call can be started from here.
    fn call_starter(&self) -> Option<&dyn CallStarter> {
        None
    }

    /// Present when the provider asks who should take a call.
    fn call_routing(&self) -> Option<&dyn CallRouting> {
        None
    }

    /// Present when events point at files to download.
    fn media(&self) -> Option<&dyn MediaSource> {
        None
    }

    /// Present when missed facts can be asked for.
    fn history(&self) -> Option<&dyn History> {
        None
    }

    /// Present when missed facts can be asked for, conversation by conversation.
    fn conversation_history(&self) -> Option<&dyn ConversationHistory> {
        None
    }

    /// Present when the states of our messages can be asked for.
    fn states(&self) -> Option<&dyn StateSource> {
        None
    }

    /// Present when the account serves the bridge: threads for the chats that employees answer from their messenger.
    fn threads(&self) -> Option<&dyn Threads> {
        None
    }

    /// Present when the provider can be asked how our account is doing.
    fn probe(&self) -> Option<&dyn Probe> {
        None
    }
}

/// Long polling: the other intake. What it brings takes the same road as a webhook.
#[async_trait]
pub trait Poller: Send + Sync {
    /// Waits for updates behind `cursor` (the cursor of the last stored answer; `None` at first). The provider forgets
    /// what stands before the cursor, so it is passed only after the updates were stored. Returns at the latest
    /// after a minute, perhaps with nothing. `clock` tells the time of receipt.
    async fn poll(&self, cursor: Option<&str>, clock: fn() -> DateTime<Utc>) -> Result<Polled, FetchError>;
}

/// One answer of polling.
#[derive(Clone, Debug)]
pub struct Polled {
    /// Each update by itself, in the provider's order.
    pub raw: Vec<RawEvent>,
    /// To be stored with the updates and given to the next `poll`.
    pub cursor: Option<String>,
}

/// Why asking a provider failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Wait; `retry_after` where the provider said how long.
    #[error("rate limited")]
    RateLimited {
        /// How long to wait.
        retry_after: Option<std::time::Duration>,
    },
    /// Somebody else reads the same queue; wait a few seconds.
    #[error("another reader holds the queue: {0}")]
    Conflict(String),
    /// The account's credentials are refused; a person must act.
    #[error("refused by the provider: {0}")]
    Refused(String),
    /// The network or the provider failed; try again with growing pauses.
    #[error("temporary failure")]
    Temporary(#[source] BoxError),
}

/// Why a request is not genuine. The answer outside reveals nothing of it; the counter and the log name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Answered 401.
    #[error("the signature is missing")]
    MissingSignature,
    /// Answered 401.
    #[error("the signature or secret is wrong")]
    WrongSignature,
    /// Answered 403: the handshake's token or the sender's address does not fit.
    #[error("refused")]
    Refused,
    /// Answered 405.
    #[error("this method is not used by the provider")]
    Method,
}

/// The body cannot be read at all; the raw event goes to quarantine as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(pub String);

/// Compares secrets in constant time. An empty secret matches nothing.
pub fn secret_matches(expected: &str, given: &str) -> bool {
    !expected.is_empty() && bool::from(expected.as_bytes().ct_eq(given.as_bytes()))
}
