//! What a provider can be asked for: files, what we missed, its own view of our account.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use crate::{BoxError, ByteStream, ExternalId, FetchError, MediaRef, NoticeLevel, RawEvent};

/// Present when events point at files to download.
#[async_trait]
pub trait MediaSource: Send + Sync {
    /// Opens one file from its beginning as a stream; the worker decides where it goes and when to try again.
    async fn fetch_media(&self, media: &MediaRef) -> Result<MediaStream, MediaError>;
}

/// A file on its way.
pub struct MediaStream {
    /// The bytes.
    pub bytes: ByteStream,
    /// Told by the provider; a stream that ends earlier was cut off.
    pub size_bytes: Option<u64>,
    /// Told by the provider; the real type is sniffed.
    pub mime_type: Option<String>,
    /// Told by the provider; cleaned before use.
    pub file_name: Option<String>,
}

/// Why a file did not come, by what the worker does about it.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The provider does not have it yet; try again later without counting.
    #[error("not there yet")]
    NotYet,
    /// The provider will never give it again. The cause is Russian, for the screen.
    #[error("gone: {0}")]
    Gone(String),
    /// Wait; `retry_after` where the provider said how long.
    #[error("rate limited")]
    RateLimited {
        /// How long to wait.
        retry_after: Option<Duration>,
    },
    /// The account's credentials are refused; files wait until a person has acted.
    #[error("refused by the provider: {0}")]
    Refused(String),
    /// The network or the provider failed; try again with growing pauses.
    #[error("temporary failure")]
    Temporary(#[source] BoxError),
}

/// Present when missed facts can be asked for.
#[async_trait]
pub trait History: Send + Sync {
    /// What happened between the two moments, as raw events of source `history`: they take the same road as webhooks
    /// and repeat safely. `now` is their time of receipt.
    async fn fetch_since(
        &self,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError>;
}

/// Present when missed facts can be asked for by conversation only: the provider does not list what happened over the whole
/// account. Who asks knows the conversations.
#[async_trait]
pub trait ConversationHistory: Send + Sync {
    /// What was said in one conversation between the two moments, as [`History::fetch_since`] gives it.
    async fn fetch_conversation(
        &self,
        conversation: &ExternalId,
        since: DateTime<Utc>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError>;
}

/// Present when a provider that tells the states of our messages by itself may lose them, and can be asked.
#[async_trait]
pub trait StateSource: Send + Sync {
    /// When to ask after a message without a final state: growing times since it was accepted. Behind the last one nobody
    /// asks any more.
    fn ask_after(&self) -> &[TimeDelta];

    /// At most so many messages in one call of [`StateSource::fetch_states`].
    fn at_once(&self) -> u16;

    /// What became of these messages, as raw events of source `history`: they take the road of webhooks, and a state that is
    /// known already changes nothing. A message may be missing from the answer. `now` is the time of receipt.
    async fn fetch_states(
        &self,
        messages: &[ExternalId],
        now: DateTime<Utc>,
    ) -> Result<Vec<RawEvent>, FetchError>;
}

/// Present when the provider can be asked how our account is doing.
#[async_trait]
pub trait Probe: Send + Sync {
    /// The provider's own view: is the token good, are webhooks sent to `webhook_url` and taken, is anything blocked.
    /// An empty list means that all is well. `webhook_url` is `None` while the installation has no public address.
    async fn probe(&self, webhook_url: Option<&str>) -> Result<Vec<Finding>, FetchError>;

    /// Makes the provider send its webhooks to `webhook_url`, as [`Probe::probe`] wants them. Repeats safely, and leaves
    /// subscriptions alone that are not ours. Returns what was done, in Russian, for the screen and the audit.
    async fn repair(&self, webhook_url: &str) -> Result<Vec<String>, FetchError>;
}

/// Something that a probe found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `Warning` turns the channel's light amber, `Alarm` red.
    pub level: NoticeLevel,
    /// A stable word of ours: `token_refused`, `webhook_elsewhere`.
    pub code: String,
    /// What is wrong and what to do, in Russian.
    pub text: String,
    /// [`Probe::repair`] mends it.
    pub repairable: bool,
}

impl Finding {
    /// Whether [`Probe::repair`] may be called without asking anybody: our own subscription is gone or lacks something
    /// (`webhook_missing`, `webhook_types`), and nothing says that another program's stands there. What is foreign is a
    /// person's to decide about.
    pub fn mend_themselves(findings: &[Self]) -> bool {
        let ours = |finding: &Self| {
            finding.repairable && matches!(finding.code.as_str(), "webhook_missing" | "webhook_types")
        };
        let foreign = |finding: &Self| finding.code == "webhook_elsewhere";
        findings.iter().any(ours) && !findings.iter().any(foreign)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &str, repairable: bool) -> Finding {
        Finding {
            level: NoticeLevel::Alarm, code: code.into(), text: "Что-то не так.".into(), repairable
        }
    }

    #[test]
    fn only_what_was_ours_is_mended_without_asking() {
        let missing = || finding("webhook_missing", true);
        assert!(Finding::mend_themselves(&[missing()]));
        assert!(Finding::mend_themselves(&[finding("balance_low", false), finding("webhook_types", true)]));
        for left in [
            vec![],
            vec![finding("webhook_elsewhere", true)],
            vec![missing(), finding("webhook_elsewhere", false)],
            vec![finding("webhook_missing", false)],
            vec![finding("webhook_in_the_way", true)],
            vec![finding("token_refused", false)],
        ] {
            assert!(!Finding::mend_themselves(&left), "{left:?}");
        }
    }
}
