//! A row of a timeline as a viewer gets it.

pub mod call;
pub mod content;
pub mod words;

use chrono::{DateTime, Utc};
use connector_api::{Author, DeliveryState, Direction, Remedy};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use call::CallEntry;
pub use content::{ContentView, MediaView};
use words::{ChannelWord, DeliveryWord, DirectionWord, SideWord};

use super::{QuotePayload, note::NoteEntry};
use crate::{AccountId, ClientId, ContactId, ConversationId, InteractionId, UserId, delivery::DeliveryView};

/// `interactions.kind`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, sqlx::Type, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum EntryKind {
    /// Somebody said something.
    Message,
    /// Somebody called.
    Call,
    /// Something happened by itself.
    System,
    /// An employee wrote something for colleagues.
    Note,
}

impl EntryKind {
    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Call => "call",
            Self::System => "system",
            Self::Note => "note",
        }
    }
}

/// One entry: a stored row together with what was said about it since.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TimelineEntry {
    /// Its id.
    pub id: InteractionId,
    /// What it is.
    pub kind: EntryKind,
    /// Seen from the company; none for what happened by itself.
    #[schema(value_type = Option<DirectionWord>)]
    pub direction: Option<Direction>,
    /// How it came: `live`, `phone` («с телефона»), `automatic`, `other_system`, `history`, `bridge` …
    pub origin: String,
    /// The provider's time; the place in the timeline.
    pub occurred_at: DateTime<Utc>,
    /// Our time.
    pub received_at: DateTime<Utc>,
    /// «получено позже»: came more than two minutes after it happened, and not as history.
    pub late: bool,
    /// The provider's messages that it was sent as, by their ids: they have no rows of their own (any more).
    pub parts: Vec<InteractionId>,
    /// The person it is of; none for rows of the client itself and for callers who withheld their number.
    pub contact: Option<EntryContact>,
    /// The client whose own row it is.
    pub client_id: Option<ClientId>,
    /// The company it was pinned to.
    pub pinned_client_id: Option<ClientId>,
    /// «не распределено»: the person speaks for several companies and nobody has said which.
    pub undecided: bool,
    /// Our end.
    pub account: Option<EntryAccount>,
    /// The conversation it stands in.
    pub conversation_id: Option<ConversationId>,
    /// Who of us wrote or called.
    pub author: Option<EntryAuthor>,
    /// How far a message of ours got.
    #[schema(value_type = Option<DeliveryWord>)]
    pub state: Option<DeliveryState>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// How a message that was sent from here is doing on our side.
    pub delivery: Option<DeliveryView>,
    /// Edits, deletions and reactions of ours that are on their way for this row, or stuck.
    pub actions: Vec<DeliveryView>,
    /// The words, newest version.
    pub text: Option<String>,
    /// What is more than words, newest version.
    pub content: Option<ContentView>,
    /// The message answered.
    pub quote: Option<QuotePayload>,
    /// Set on forwarded messages.
    pub forward: Option<ForwardView>,
    /// The ad, post or product the person came from.
    #[schema(value_type = Option<Object>)]
    pub referral: Option<Value>,
    /// The call.
    pub call: Option<CallEntry>,
    /// How the comment stands.
    pub note: Option<NoteEntry>,
    /// The files of an album, in their order.
    pub items: Vec<EntryItem>,
    /// All versions, the oldest first; empty when it was never edited.
    pub versions: Vec<Version>,
    /// Deleted at the provider. Our copy stays.
    pub deleted: Option<Deleted>,
    /// The reaction of each side, where there is one.
    pub reactions: Vec<ReactionView>,
}

/// The person of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EntryContact {
    /// The root contact.
    pub id: ContactId,
    /// Name.
    pub name: String,
}

/// Our end of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EntryAccount {
    /// Its id.
    pub id: AccountId,
    /// Name.
    pub name: String,
    /// The kind of network.
    #[schema(value_type = ChannelWord)]
    pub channel: String,
}

/// The employee or program behind an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EntryAuthor {
    /// Known where it was done from here.
    pub user_id: Option<UserId>,
    /// Name.
    pub name: String,
}

/// Why a message failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Failure {
    /// The provider's code.
    pub code: String,
    /// In words.
    pub text: String,
    /// What the screen offers: `template`, `another_channel`, `convert`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub remedy: Option<Remedy>,
}

/// A forwarded message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ForwardView {
    /// Forwarded more than a few times.
    pub many_times: bool,
    /// Whom it came from, where told.
    pub from: Option<String>,
}

/// A message shown inside another row.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EntryItem {
    /// Its own id, which quotes name.
    pub id: InteractionId,
    /// The words, newest version.
    pub text: Option<String>,
    /// The file, newest version.
    pub content: Option<ContentView>,
    /// The message that this one answers.
    pub quote: Option<QuotePayload>,
    /// How far it got.
    #[schema(value_type = Option<DeliveryWord>)]
    pub state: Option<DeliveryState>,
    /// All versions, the oldest first; empty when it was never edited.
    pub versions: Vec<Version>,
    /// Deleted at the provider.
    pub deleted: Option<Deleted>,
    /// The reaction of each side.
    pub reactions: Vec<ReactionView>,
}

/// One version of an edited message.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Version {
    /// When it was written.
    pub at: DateTime<Utc>,
    /// The words; none where the provider told only that there is a version, and where a comment was deleted.
    pub text: Option<String>,
    /// What is more than words.
    pub content: Option<ContentView>,
    /// Who of us wrote it; told of comments alone.
    pub author: Option<EntryAuthor>,
}

/// A deletion at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Deleted {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom; none where the provider does not tell.
    #[schema(value_type = Option<SideWord>)]
    pub by: Option<Author>,
}

/// A reaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReactionView {
    /// `client` or `company`.
    pub author: String,
    /// May hold several code points, or a provider's name of a picture.
    pub emoji: String,
    /// When.
    pub at: DateTime<Utc>,
}
