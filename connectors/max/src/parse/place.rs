//! Where something was said: the ids of conversations and messages as events name them.

use connector_api::{Aside, ExternalId, ignored, unknown};

use crate::ids;
use crate::wire::Recipient;

/// A dialog of one person with the bot.
#[derive(Clone, Copy)]
pub(super) struct Place(pub(super) i64);

impl Place {
    /// Groups and channels are no conversations with a client.
    pub(super) fn of(recipient: Option<&Recipient>) -> Result<Self, Aside> {
        let Some(chat) = recipient.and_then(|recipient| recipient.chat_id) else {
            return unknown("a message without a chat");
        };
        match recipient.and_then(|recipient| recipient.chat_type.as_deref()) {
            Some("dialog") => Ok(Self(chat)),
            Some("channel") => ignored("a channel's message"),
            // The numbers of groups and channels are negative.
            None if chat > 0 => Ok(Self(chat)),
            Some("chat") | None => ignored("a group's message"),
            Some(other) => unknown(format!("unknown type of chat {other:?}")),
        }
    }

    /// For updates that name only the chat.
    pub(super) fn of_chat(chat: Option<i64>) -> Result<Self, Aside> {
        match chat {
            Some(chat) if chat > 0 => Ok(Self(chat)),
            Some(_) => ignored("in a group"),
            None => unknown("an update without a chat"),
        }
    }

    pub(super) fn conversation(self) -> ExternalId {
        ids::conversation(self.0)
    }

    pub(super) fn message(self, mid: &str) -> ExternalId {
        ids::message(self.0, mid)
    }
}
