//! Where something was said: the ids of conversations and messages. The only place that builds them.

use connector_api::ExternalId;

use crate::wire::{Chat, Message};

/// A chat seen through the bot, or through a manager's account: then it is another chat with the same number.
pub(super) struct Place<'a> {
    connection: Option<&'a str>,
    chat: i64,
    topic: Option<i64>,
}

impl<'a> Place<'a> {
    pub(super) fn new(connection: Option<&'a str>, chat: i64) -> Self {
        Self { connection, chat, topic: None }
    }

    /// `None` when the message does not name its chat.
    pub(super) fn of(message: &'a Message) -> Option<Self> {
        let chat = message.chat.as_ref()?.id?;
        let connection = message.business_connection_id.as_deref();
        Some(Self { topic: topic(message), ..Self::new(connection, chat) })
    }

    pub(super) fn conversation(&self) -> ExternalId {
        let chat = self.chat();
        ExternalId::new(self.topic.map_or(chat.clone(), |topic| format!("{chat}/{topic}")))
    }

    pub(super) fn message(&self, message_id: i64) -> ExternalId {
        ExternalId::new(format!("{}/{message_id}", self.chat()))
    }

    /// Messages without a number would all be one, so they take the update's.
    pub(super) fn numbered(&self, message_id: i64, update_id: i64) -> ExternalId {
        if message_id == 0 {
            return ExternalId::new(format!("{}/0.{update_id}", self.chat()));
        }
        self.message(message_id)
    }

    pub(super) fn album(&self, group: &str) -> ExternalId {
        ExternalId::new(format!("{}/album/{group}", self.conversation()))
    }

    fn chat(&self) -> String {
        self.connection.map_or(self.chat.to_string(), |connection| format!("{connection}:{}", self.chat))
    }
}

/// A thread id alone may be the root of a chain of replies.
pub(super) fn topic(message: &Message) -> Option<i64> {
    message.message_thread_id.filter(|_| message.is_topic_message == Some(true))
}

/// What kind of chat it is, as far as we care.
pub(super) enum Kind {
    /// With one person.
    Private,
    /// With several: a group, a supergroup, a channel.
    Shared,
    /// A word that we do not know.
    Unknown(String),
}

impl Kind {
    pub(super) fn of(chat: &Chat) -> Self {
        match chat.r#type.as_deref() {
            Some("private") => Self::Private,
            Some("group" | "supergroup" | "channel") => Self::Shared,
            other => Self::Unknown(other.unwrap_or_default().to_owned()),
        }
    }
}
