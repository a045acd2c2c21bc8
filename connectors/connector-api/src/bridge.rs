//! A messenger in which employees answer chats of the company: what happens there, and the threads we keep in it. An account
//! that serves the bridge has no conversations with clients.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::{Address, Content, ExternalId, FetchError, SendError};

/// Something said or done there. `Event.external_id` names it; of a message it is the id by which quotes and edits name it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BridgeEvent {
    /// Where: a chat, or a thread of it.
    pub place: ExternalId,
    /// The chat that the place belongs to.
    pub chat: BridgeChat,
    /// Who; `None` for somebody who hides behind the chat's own name.
    pub sender: Option<BridgeSender>,
    /// What.
    pub act: BridgeAct,
}

/// A chat with one person, or with several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeChat {
    /// Its key; the place of what is said outside of any thread.
    pub id: ExternalId,
    /// Several people are in it.
    pub shared: bool,
    /// Its name.
    pub title: Option<String>,
    /// It has threads.
    pub threads: bool,
}

/// A person there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgeSender {
    /// By which he is told from all others.
    pub address: Address,
    /// As he calls himself.
    pub name: Option<String>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum BridgeAct {
    /// Something was said.
    Message {
        /// What.
        content: Content,
        /// The message answered.
        quote: Option<ExternalId>,
        /// Names the album that it is one file of.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        album: Option<ExternalId>,
        /// Passed on from another place where we have said it ourselves.
        #[serde(skip_serializing_if = "std::ops::Not::not", default)]
        ours: bool,
    },
    /// A message has new words.
    Edit {
        /// Which.
        message: ExternalId,
        /// All of its new content.
        content: Content,
    },
    /// The person's reaction to a message was set, replaced or removed.
    Reaction {
        /// To which message.
        message: ExternalId,
        /// `None` removes.
        emoji: Option<String>,
    },
    /// A button under a message of ours was pressed. `Event.external_id` names the press, to be answered by
    /// [`OutboundAction::Answer`](crate::OutboundAction::Answer).
    Press {
        /// The message with the button.
        message: ExternalId,
        /// What we put into the button.
        data: String,
    },
    /// We were let into the chat, or put out of it, or got other rights there.
    Standing {
        /// We are in it.
        present: bool,
    },
    /// The chat has another key now.
    Moved {
        /// The new key.
        to: ExternalId,
    },
}

/// Present on an account that serves the bridge.
#[async_trait]
pub trait Threads: Send + Sync {
    /// Opens a thread and tells its place. Not repeatable: whoever calls keeps others from calling for the same thread.
    async fn open(&self, chat: &ExternalId, name: &str) -> Result<ExternalId, SendError>;

    /// Gives a thread another name. Repeats safely.
    async fn rename(&self, thread: &ExternalId, name: &str) -> Result<(), SendError>;

    /// Shuts a thread, or opens it again. Repeats safely.
    async fn set_closed(&self, thread: &ExternalId, closed: bool) -> Result<(), SendError>;

    /// Shows people what they can ask the bot for: commands with what each gives. Repeats safely.
    async fn set_menu(&self, commands: &[MenuCommand]) -> Result<(), SendError>;

    /// What keeps us from having threads in a chat; nothing when all is well.
    async fn obstacles(&self, chat: &ExternalId) -> Result<Vec<ThreadObstacle>, FetchError>;
}

/// A line of the bot's menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MenuCommand {
    /// Without a slash: at most 32 small Latin letters, digits and underscores.
    pub name: &'static str,
    /// What it gives, in Russian.
    pub about: &'static str,
}

/// Why there can be no threads in a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThreadObstacle {
    /// We are not in the chat, or it is gone.
    NotThere,
    /// We are an ordinary member.
    NotAdministrator,
    /// The right to keep threads was not given to us.
    NoRight,
    /// The chat has no threads.
    NoThreads,
}
