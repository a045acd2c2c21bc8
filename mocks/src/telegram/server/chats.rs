//! Whom the bot may write to, and what stands in the chats: learned from the updates that pass.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::refusal::{Refusal, bad, forbidden};

/// How long a manager's account may be answered through.
const BUSINESS_WINDOW: TimeDelta = TimeDelta::hours(24);

/// A bot chat, or a chat of a manager's account under its connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Spot {
    pub(super) connection: Option<String>,
    pub(super) chat: i64,
}

/// One chat.
#[derive(Debug, Default)]
pub(super) struct Chat {
    /// The object that stands in messages.
    pub(super) object: Value,
    blocked: bool,
    last_inbound: Option<DateTime<Utc>>,
    pub(super) messages: BTreeMap<i64, Message>,
    /// What the bot is there.
    pub(super) member: Value,
    pub(super) topics: BTreeMap<i64, Topic>,
}

/// A topic of a supergroup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Topic {
    pub(super) name: String,
    pub(super) closed: bool,
}

/// A message of a chat.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) by_bot: bool,
    pub(super) object: Value,
}

/// A manager's account.
#[derive(Debug, Clone)]
struct Connection {
    object: Value,
    /// Forgotten by the server until it is asked after.
    forgotten: bool,
}

/// All chats of the bot.
#[derive(Debug, Default)]
pub(super) struct Chats {
    chats: HashMap<Spot, Chat>,
    connections: HashMap<String, Connection>,
    /// Whose presses nobody has answered yet.
    presses: HashMap<String, i64>,
}

impl Chats {
    /// What an update tells.
    pub(super) fn learn(&mut self, kind: &str, object: &Value) {
        match kind {
            "message" | "business_message" | "edited_message" | "edited_business_message" => {
                self.said(object);
            }
            "my_chat_member" => {
                if let Some(chat) = object["chat"]["id"].as_i64() {
                    let blocked = object["new_chat_member"]["status"] == "kicked";
                    let chat = self.chats.entry(Spot { connection: None, chat }).or_default();
                    chat.object = object["chat"].clone();
                    chat.blocked = blocked;
                    chat.member = object["new_chat_member"].clone();
                }
            }
            "business_connection" => {
                if let Some(id) = object["id"].as_str() {
                    let connection = Connection { object: object.clone(), forgotten: false };
                    self.connections.insert(id.to_owned(), connection);
                }
            }
            "callback_query" => {
                if let (Some(id), Some(by)) = (object["id"].as_str(), object["from"]["id"].as_i64()) {
                    self.presses.insert(id.to_owned(), by);
                }
            }
            _ => {}
        }
    }

    fn said(&mut self, object: &Value) {
        let (Some(chat), Some(number)) = (object["chat"]["id"].as_i64(), object["message_id"].as_i64())
        else {
            return;
        };
        let connection = object["business_connection_id"].as_str().map(str::to_owned);
        if let Some(id) = &connection {
            // A connection that was never told of is met in its first message.
            self.connections.entry(id.clone()).or_insert_with(|| Connection {
                object: json!({
                    "id": id, "user": { "id": 5_000_000_002_i64, "is_bot": false, "first_name": "Анна" },
                    "user_chat_id": 5_000_000_002_i64, "date": object["date"], "is_enabled": true,
                    "rights": { "can_reply": true, "can_read_messages": true, "can_delete_sent_messages": true },
                }),
                forgotten: false,
            });
        }
        let chat = self.chats.entry(Spot { connection, chat }).or_default();
        chat.object = object["chat"].clone();
        let inbound = object["from"]["id"] == object["chat"]["id"];
        if inbound {
            let at = object["date"].as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
            chat.last_inbound = chat.last_inbound.max(at);
        }
        chat.messages.insert(number, Message { by_bot: false, object: object.clone() });
    }

    /// A connection that was heard of; asking refreshes the server's memory.
    pub(super) fn connection(&mut self, id: &str) -> Result<Value, Refusal> {
        let connection = self.connections.get_mut(id).ok_or_else(|| bad("business connection not found"))?;
        connection.forgotten = false;
        Ok(connection.object.clone())
    }

    /// As after a restart of the provider's server.
    pub(super) fn forget_connections(&mut self) {
        self.connections.values_mut().for_each(|connection| connection.forgotten = true);
    }

    /// The chat as it stands in messages.
    pub(super) fn object_of(&self, spot: &Spot) -> Value {
        self.chats.get(spot).map(|chat| chat.object.clone()).unwrap_or_default()
    }

    /// The manager, in whose name the bot writes.
    pub(super) fn manager(&self, connection: &str) -> Value {
        self.connections.get(connection).map(|found| found.object["user"].clone()).unwrap_or_default()
    }

    /// The connection, if the bot has this right there.
    pub(super) fn with_right(&self, id: &str, right: &str) -> Result<(), Refusal> {
        let connection = self.connections.get(id).filter(|connection| !connection.forgotten);
        let Some(connection) = connection else {
            return Err(forbidden("bot can't initiate conversation with a user"));
        };
        if connection.object["is_enabled"] != true {
            return Err(bad("BUSINESS_CONNECTION_INVALID"));
        }
        if connection.object["rights"][right] != true {
            return Err(bad("BUSINESS_CONNECTION_NOT_ALLOWED"));
        }
        Ok(())
    }

    /// The chat, if the bot may write there now.
    pub(super) fn open(&mut self, spot: &Spot, now: DateTime<Utc>) -> Result<&mut Chat, Refusal> {
        if let Some(id) = &spot.connection {
            self.with_right(id, "can_reply")?;
        }
        let Some(chat) = self.chats.get_mut(spot) else {
            return Err(if spot.connection.is_some() {
                bad("BUSINESS_PEER_INVALID")
            } else {
                bad("chat not found")
            });
        };
        if chat.blocked {
            return Err(forbidden("bot was blocked by the user"));
        }
        let closed = chat.last_inbound.is_none_or(|at| now - at >= BUSINESS_WINDOW);
        if spot.connection.is_some() && closed {
            return Err(bad("BUSINESS_PEER_INVALID"));
        }
        Ok(chat)
    }

    /// The chat, whatever the bot may do there.
    pub(super) fn known(&mut self, spot: &Spot) -> Result<&mut Chat, Refusal> {
        self.chats.get_mut(spot).ok_or_else(|| bad("chat not found"))
    }

    /// A chat that holds this message, for methods that name only the connection.
    pub(super) fn holding(&self, connection: &str, number: i64) -> Option<Spot> {
        let holds = |(spot, chat): &(&Spot, &Chat)| {
            spot.connection.as_deref() == Some(connection) && chat.messages.contains_key(&number)
        };
        self.chats.iter().find(holds).map(|(spot, _)| spot.clone())
    }

    /// Answers a press that nobody has answered yet; returns who pressed.
    pub(super) fn answer_press(&mut self, id: &str) -> Result<i64, Refusal> {
        let words = "query is too old and response timeout expired or query ID is invalid";
        self.presses.remove(id).ok_or_else(|| bad(words))
    }
}
