//! Canonical facts: what every connector makes of its provider's words.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Address, CallUpdate, Content, ExternalId, Party, Quote, Referral, Remedy, TemplateNews};

/// A kind of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// WhatsApp.
    Whatsapp,
    /// Telephony.
    Telephony,
    /// Telegram.
    Telegram,
    /// Short messages.
    Sms,
    /// The messenger MAX.
    Max,
}

impl Channel {
    /// All of them: what the API's document lists.
    pub const ALL: [Self; 5] = [Self::Whatsapp, Self::Telephony, Self::Telegram, Self::Sms, Self::Max];

    /// The word in the database and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Whatsapp => "whatsapp",
            Self::Telephony => "telephony",
            Self::Telegram => "telegram",
            Self::Sms => "sms",
            Self::Max => "max",
        }
    }
}

/// `external_id` is the provider's id of this fact; with the account and the kind it is the idempotency key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The provider's id of the fact.
    pub external_id: ExternalId,
    /// The provider's time; our time of receipt where the provider gives none.
    pub occurred_at: DateTime<Utc>,
    /// The fact.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The kinds of facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventKind {
    /// Somebody said something. `external_id` is the message's id, by which the facts below name it.
    Message(Message),
    /// A message has a new text. May come before the message, or without it ever coming.
    Edit(Edit),
    /// A message was deleted at the provider.
    Deletion(Deletion),
    /// A reaction was set, replaced or removed.
    Reaction(Reaction),
    /// How far a message of ours got.
    Delivery(DeliveryUpdate),
    /// Something happened to a leg of a call.
    Call(CallUpdate),
    /// Addresses or names of a person.
    Identity(IdentityUpdate),
    /// A conversation can or cannot be written to.
    Conversation(ConversationUpdate),
    /// A person came by an invitation link of ours.
    Invitation(Invitation),
    /// Something about our account, for the administrator.
    Notice(AccountNotice),
    /// Something in the messenger of employees, on an account that serves the bridge alone.
    Bridge(Box<crate::BridgeEvent>),
}

/// Seen from the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the client to us.
    Inbound,
    /// From us to the client.
    Outbound,
}

/// How a message came into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Written by a person just now (inbound), or through the provider's API by us (outbound).
    Live,
    /// Outbound, typed on the company's phone or in the manager's own app: «с телефона».
    Phone,
    /// Outbound greeting or away message; not an answer.
    Automatic,
    /// Outbound, sent by another program on the same account.
    OtherSystem,
    /// Told afterwards by the provider's history: no notice, no window, no "unanswered".
    History,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The conversation's key inside the account.
    pub conversation: ExternalId,
    /// The client's side, whatever the direction.
    pub party: Party,
    /// Who wrote.
    pub direction: Direction,
    /// How it came.
    pub origin: Origin,
    /// Name of the employee or program, for outbound messages that were not sent from here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub author_name: Option<String>,
    /// What was said.
    pub content: Content,
    /// The message answered.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub quote: Option<Quote>,
    /// Set on forwarded messages.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub forward: Option<Forward>,
    /// The ad or product that the person came from.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub referral: Option<Referral>,
    /// Several messages that the person sees as one: the album's id. The timeline shows one row with all files, at
    /// the earliest time; edits, quotes and reactions go on naming the single message.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album: Option<ExternalId>,
    /// Known state of an outbound message of the history.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub delivery: Option<DeliveryState>,
    /// The message stands in for one whose content may come later under the same id: history placeholders, notices of
    /// messages that the provider could not carry. Fuller content replaces it, never the other way round.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub placeholder: bool,
}

/// A forwarded message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forward {
    /// Forwarded more than a few times.
    pub many_times: bool,
    /// Whom it came from, where told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
}

/// A new version of a message. `Event.external_id` is the version's id; versions are ordered by `occurred_at`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Edit {
    /// The message.
    pub message: ExternalId,
    /// Its conversation, so that an edit of a message never seen still stands somewhere.
    pub conversation: ExternalId,
    /// The client's side.
    pub party: Party,
    /// Who wrote the message.
    pub direction: Direction,
    /// The new content; `None` when the provider says only that there is one.
    pub content: Option<Content>,
    /// The album, as in [`Message::album`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub album: Option<ExternalId>,
}

/// A message was deleted at the provider. Our copy stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    /// The message.
    pub message: ExternalId,
    /// Who deleted it; `None` when the provider does not tell.
    pub by: Option<Author>,
}

/// A side of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Author {
    /// The client.
    Client,
    /// The company.
    Company,
}

/// One reaction of one author to one message; the newest by `occurred_at` counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The message.
    pub message: ExternalId,
    /// Who reacted.
    pub author: Author,
    /// `None` removes. May hold several code points, or a provider's name of a picture.
    pub emoji: Option<String>,
}

/// How far a message of ours got. States only climb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// The provider has it.
    Queued,
    /// It left the provider.
    Sent,
    /// The provider gave up. Beats `Sent`, not `Delivered`.
    Failed,
    /// It is on the client's device.
    Delivered,
    /// The client saw it. Implies `Delivered`.
    Read,
    /// A voice message was listened to. Implies `Read`.
    Played,
}

/// A provider's report on a message of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryUpdate {
    /// The message, which we may not know (yet).
    pub message: ExternalId,
    /// The state reached.
    pub state: DeliveryState,
    /// Why it failed; also the provider's own word where `state` had to be guessed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<Reason>,
    /// Our own text that the provider gives back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reference: Option<String>,
}

/// A provider's reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The provider's code.
    pub code: String,
    /// In words, Russian where we know the code.
    pub text: String,
    /// What would help, where the program can offer it: the same as [`SendError::Rejected`](crate::SendError) would say, for a
    /// provider that refuses at once today and by a status tomorrow.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub remedy: Option<Remedy>,
}

/// What a provider says of a person's addresses and names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "identity", rename_all = "snake_case")]
pub enum IdentityUpdate {
    /// All addresses of the party are one person.
    SamePerson {
        /// The person.
        party: Party,
        /// On whose word.
        reason: LinkReason,
    },
    /// The person moved to new addresses. Leaves a note on the timeline of `conversation`.
    Moved {
        /// Where the note stands.
        conversation: ExternalId,
        /// Old addresses.
        from: Vec<Address>,
        /// New addresses.
        to: Vec<Address>,
    },
    /// An entry of the phone's address book.
    AddressBook {
        /// The addresses and the name written there; no name when the entry was removed.
        party: Party,
        /// The entry was removed.
        removed: bool,
    },
}

/// On whose word two addresses are one person; of several words the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkReason {
    /// The provider named both in one message.
    SameMessage,
    /// The person shared their own number by our button.
    SharedByPerson,
    /// The provider reported a move to a new address.
    Moved,
}

/// Whether a conversation can be written to; the newest by `occurred_at` counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversationUpdate {
    /// The conversation; for a business account's connection the prefix of all its conversations.
    pub conversation: ExternalId,
    /// The person, where the update is about one.
    pub party: Option<Party>,
    /// The state.
    pub state: ConversationState,
    /// The provider's details for the administrator.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<Value>,
}

/// The states of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConversationState {
    /// Can be written to.
    Open,
    /// The person blocked us.
    Blocked,
    /// The account's owner cut the connection.
    Disconnected,
    /// The person takes no advertising any more.
    MarketingStopped,
    /// The person takes advertising again.
    MarketingResumed,
    /// The group moved to another id, named in `detail.moved_to`.
    Migrated,
}

/// A person came by a link that we gave out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// The random part of the link.
    pub token: String,
    /// Who came.
    pub party: Party,
    /// Where.
    pub conversation: ExternalId,
}

/// Something about our account that the administrator should see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountNotice {
    /// How bad it is.
    pub level: NoticeLevel,
    /// A stable word of ours: `account_restricted`, `template_status`, `history_declined`, `provider_error`.
    pub code: String,
    /// What it is about: a template's name and language, a phone number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<String>,
    /// What it says of a template, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub template: Option<TemplateNews>,
    /// The provider's own details.
    pub detail: Value,
}

/// How bad a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Somebody should look.
    Warning,
    /// The channel does not work.
    Alarm,
}
