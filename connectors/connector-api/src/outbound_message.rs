//! What we want to be sent.

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Address, ContactCard, ExternalId, FilledTemplate, MediaKind};

/// What we want to be sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboundMessage {
    /// Made by whoever pressed the button; the same press is the same id.
    pub id: Uuid,
    /// The conversation's key inside the account.
    pub conversation: ExternalId,
    /// The person's addresses, the one the conversation runs by first. May be empty where `conversation` is enough.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub to: Vec<Address>,
    /// What is to be done.
    pub action: OutboundAction,
}

impl OutboundMessage {
    /// See [`SendAttempt::reference`].
    pub fn reference(&self, part: u16) -> String {
        if part == 0 { self.id.to_string() } else { format!("{}.{part}", self.id) }
    }

    /// The message's id and the part, from a [`reference`](Self::reference) that a provider gave back.
    pub fn read_reference(text: &str) -> Option<(Uuid, u16)> {
        let (id, part) = match text.split_once('.') {
            Some((id, part)) => (id, part.parse().ok().filter(|part| *part > 0)?),
            None => (text, 0),
        };
        Some((Uuid::try_parse(id).ok()?, part))
    }
}

/// What is to be done. The messages named were all told by the provider or accepted by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum OutboundAction {
    /// A new message.
    Send {
        /// What it says.
        content: OutboundContent,
        /// The message answered.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        quote: Option<ExternalId>,
    },
    /// A new text for a message of ours.
    Edit {
        /// All parts of the message, in order.
        message: Vec<ExternalId>,
        /// When it was accepted.
        sent_at: DateTime<Utc>,
        /// The message carries files: the text is the caption of the first, and of the parts only those of text follow it.
        caption: bool,
        /// What does not fit into the parts goes on in new messages; else it is refused. `Accepted` then names what the
        /// message is made of from now on, part by part.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        grows: bool,
        /// The new text.
        text: String,
        /// The buttons from now on; none takes away those that were there. Never under a file.
        #[serde(skip_serializing_if = "Vec::is_empty", default)]
        buttons: Vec<Vec<Button>>,
    },
    /// Takes a message of ours away from the client's phone.
    Delete {
        /// All parts of the message.
        message: Vec<ExternalId>,
        /// When it was accepted.
        sent_at: DateTime<Utc>,
    },
    /// Sets, replaces or removes our reaction.
    React {
        /// The message.
        message: ExternalId,
        /// `None` removes.
        emoji: Option<String>,
    },
    /// Tells whoever pressed a button that it was heard. To be told within seconds; too late is no error.
    Answer {
        /// The press, by the id of its fact.
        press: ExternalId,
        /// Shown for a moment.
        text: String,
    },
}

/// What a new message says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum OutboundContent {
    /// Plain text, sent without any mark-up.
    Text {
        /// Exact.
        text: String,
    },
    /// Files with a text.
    Media {
        /// At least one, in the order wanted.
        files: Vec<OutboundFile>,
        /// The text, with the first file where the channel can.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        caption: Option<String>,
    },
    /// A place.
    Location {
        /// Degrees.
        latitude: Decimal,
        /// Degrees.
        longitude: Decimal,
        /// Name of the place.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        name: Option<String>,
        /// Postal address.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        address: Option<String>,
    },
    /// Visiting cards.
    Contacts {
        /// At least one.
        cards: Vec<ContactCard>,
    },
    /// A template approved by the provider, filled in.
    Template(FilledTemplate),
    /// Plain text with buttons under it, where the channel has them.
    Buttons {
        /// Exact.
        text: String,
        /// Rows from top to bottom, each from left to right. At least one button.
        rows: Vec<Vec<Button>>,
    },
}

/// A button under a message of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    /// What stands on it.
    pub label: String,
    /// Ours: comes back with the press as it is. 1 to 64 bytes.
    pub data: String,
}

/// A file of our own store, to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundFile {
    /// Our id of it.
    pub id: Uuid,
    /// How it is to be shown.
    pub kind: MediaKind,
    /// As sniffed from the bytes.
    pub mime_type: String,
    /// Cleaned.
    pub file_name: String,
    /// Exact.
    pub size_bytes: u64,
    /// 64 lower-case hex digits; the same bytes are the same file.
    pub sha256: String,
    /// Length of sound or film in seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub duration_s: Option<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_names_one_part_and_is_read_back() {
        let message = OutboundMessage {
            id: Uuid::from_u128(0x1234),
            conversation: ExternalId::new("c"),
            to: Vec::new(),
            action: OutboundAction::React { message: ExternalId::new("m"), emoji: None },
        };
        for part in [0, 1, 65_535] {
            let reference = message.reference(part);
            assert!(reference.len() <= 42, "{reference}");
            assert_eq!(OutboundMessage::read_reference(&reference), Some((message.id, part)));
        }
        for text in [
            "",
            "msg-0001",
            "00000000-0000-0000-0000-000000001234.0",
            "00000000-0000-0000-0000-000000001234.x",
        ] {
            assert_eq!(OutboundMessage::read_reference(text), None, "{text}");
        }
    }
}
