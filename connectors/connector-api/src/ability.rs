//! What a channel can do and when, so that the screen offers nothing else.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::{ConversationState, ExternalId, MediaKind};

/// How much a provider takes. The worker holds sends back accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SendLimits {
    /// Messages in one second, over the account; 0 means no limit.
    pub account_per_second: u32,
    /// The least pause between two messages of one conversation, after `conversation_burst` at once.
    pub conversation_pause: Duration,
    /// How many may follow each other without a pause. At least 1.
    pub conversation_burst: u32,
    /// Requests under way at once, over the account. At least 1.
    pub concurrent: u16,
    /// Attempts at one part before it is given up.
    pub attempts: u16,
}

/// What can be said in a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "each ability is a fact of its own")]
pub struct Abilities {
    /// Longest text of one part, in the provider's characters; longer ones are split.
    pub text_limit: Option<u32>,
    /// Longest text beside a file.
    pub caption_limit: Option<u32>,
    /// Kinds of files taken, with the largest size of each.
    pub files: Vec<FileAbility>,
    /// A place.
    pub location: bool,
    /// Visiting cards.
    pub contacts: bool,
    /// Quoting an earlier message.
    pub quote: bool,
    /// Reactions.
    pub reaction: bool,
    /// New text for a message of ours.
    pub edit: bool,
    /// Taking back a message of ours.
    pub delete: bool,
    /// Buttons under a text.
    pub buttons: bool,
    /// The provider approves templates.
    pub templates: bool,
    /// Can write to an address that never wrote.
    pub writes_first: bool,
    /// Tells when the client has read.
    pub tells_read: bool,
}

/// One kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FileAbility {
    /// The kind.
    pub kind: MediaKind,
    /// The largest size taken.
    pub limit_bytes: u64,
}

/// What we know of a conversation when asking whether it can be written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationFacts {
    /// The conversation's key.
    pub conversation: Option<ExternalId>,
    /// The person's newest message that was not told by history.
    pub last_inbound_at: Option<DateTime<Utc>>,
    /// The newest word on whether it can be written to.
    pub state: Option<ConversationState>,
}

/// Whether a conversation can be written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "permission", rename_all = "snake_case")]
pub enum Permission {
    /// Anything, until then where it ends.
    Open {
        /// End of the window.
        until: Option<DateTime<Utc>>,
    },
    /// Only approved templates: the window is closed.
    TemplatesOnly,
    /// Nothing.
    Closed {
        /// Why, in Russian.
        reason: String,
    },
}

/// How a channel that is paid by parts counts a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TextMeasure {
    /// Characters as the channel counts them.
    pub characters: u32,
    /// Paid parts.
    pub parts: u32,
    /// How many characters still fit into the last part.
    pub left_in_part: u32,
    /// `latin` or `cyrillic`: the alphabet decides how much fits.
    pub alphabet: &'static str,
}
