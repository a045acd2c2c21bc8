//! Where something was said: the ids of conversations and messages. The only place that builds and reads them.

use connector_api::ExternalId;

use crate::wire::{Chat, Message};

/// A chat seen through the bot, or through a manager's account: then it is another chat with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The manager's connection; `None` is the bot's own chat.
    pub(crate) connection: Option<&'a str>,
    /// With one person it is the person's number, negative for groups.
    pub(crate) chat: i64,
    /// A topic of a group or of a private chat.
    pub(crate) topic: Option<i64>,
}

impl<'a> Place<'a> {
    pub(crate) fn new(connection: Option<&'a str>, chat: i64) -> Self {
        Self { connection, chat, topic: None }
    }

    /// `None` when the message does not name its chat.
    pub(crate) fn of(message: &'a Message) -> Option<Self> {
        let chat = message.chat.as_ref()?.id?;
        let connection = message.business_connection_id.as_deref();
        Some(Self { topic: topic(message), ..Self::new(connection, chat) })
    }

    /// From the key of a conversation.
    pub(crate) fn read(conversation: &'a ExternalId) -> Option<Self> {
        let (connection, rest) = with_connection(conversation.as_str());
        let (chat, topic) = match rest.split_once('/') {
            Some((chat, topic)) => (chat, Some(topic.parse().ok()?)),
            None => (rest, None),
        };
        Some(Self { connection, chat: chat.parse().ok()?, topic })
    }

    /// From the id of a message: where it stands, as far as the id tells, and its number. `None` for what cannot be
    /// named to the provider: presses on buttons and messages that it gave no number.
    pub(crate) fn read_message(message: &'a ExternalId) -> Option<(Self, i64)> {
        let (connection, rest) = with_connection(message.as_str());
        let (chat, number) = rest.split_once('/')?;
        Some((Self { connection, chat: chat.parse().ok()?, topic: None }, number.parse().ok()?))
    }

    pub(crate) fn conversation(&self) -> ExternalId {
        let chat = self.chat();
        ExternalId::new(self.topic.map_or(chat.clone(), |topic| format!("{chat}/{topic}")))
    }

    pub(crate) fn message(&self, message_id: i64) -> ExternalId {
        ExternalId::new(format!("{}/{message_id}", self.chat()))
    }

    /// Messages without a number would all be one, so they take the update's.
    pub(crate) fn numbered(&self, message_id: i64, update_id: i64) -> ExternalId {
        if message_id == 0 {
            return ExternalId::new(format!("{}/0.{update_id}", self.chat()));
        }
        self.message(message_id)
    }

    pub(crate) fn album(&self, group: &str) -> ExternalId {
        ExternalId::new(format!("{}/album/{group}", self.conversation()))
    }

    fn chat(&self) -> String {
        self.connection.map_or(self.chat.to_string(), |connection| format!("{connection}:{}", self.chat))
    }
}

/// The provider's ids of connections hold no colon, and a chat is a number.
fn with_connection(id: &str) -> (Option<&str>, &str) {
    id.rsplit_once(':').map_or((None, id), |(connection, rest)| (Some(connection), rest))
}

/// A thread id alone may be the root of a chain of replies.
pub(crate) fn topic(message: &Message) -> Option<i64> {
    message.message_thread_id.filter(|_| message.is_topic_message == Some(true))
}

/// What kind of chat it is, as far as we care.
pub(crate) enum Kind {
    /// With one person.
    Private,
    /// With several: a group, a supergroup, a channel.
    Shared,
    /// A word that we do not know.
    Unknown(String),
}

impl Kind {
    pub(crate) fn of(chat: &Chat) -> Self {
        match chat.r#type.as_deref() {
            Some("private") => Self::Private,
            Some("group" | "supergroup" | "channel") => Self::Shared,
            other => Self::Unknown(other.unwrap_or_default().to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_built_is_read_back() {
        for (connection, chat, topic) in
            [(None, 61, None), (None, -100_200, Some(34)), (Some("Bc_1-x"), 61, None), (None, 61, Some(7))]
        {
            let place = Place { connection, chat, topic };
            let (conversation, message) = (place.conversation(), place.message(5501));
            assert_eq!(Place::read(&conversation), Some(place));
            assert_eq!(Place::read_message(&message), Some((Place { topic: None, ..place }, 5501)));
        }
    }

    #[test]
    fn what_cannot_be_named_to_the_provider_is_not_read() {
        for id in ["callback/77", "61/0.810000101", "61", "", "Bc:", "Bc:61/x"] {
            assert_eq!(Place::read_message(&ExternalId::new(id)), None, "{id}");
        }
        for id in ["", "Bc", "Bc:", "61/x", "61/album/9"] {
            assert_eq!(Place::read(&ExternalId::new(id)), None, "{id}");
        }
    }
}
