//! What clients do in MAX, as types and as update objects.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Config;
use crate::people::Person;

/// Numbers of users and of their dialogs with the bot begin here.
const FIRST_USER: i64 = 300_000_000;
const FIRST_CHAT: i64 = 182_000_000;
/// Invented people have numbers below.
const PEOPLE: i64 = 1_000_000;

/// A client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Which of the invented people.
    pub index: i64,
    /// As chosen in the app.
    pub first_name: String,
}

impl User {
    /// A client of this number and name.
    pub fn new(index: i64, first_name: &str) -> Self {
        Self { index, first_name: first_name.to_owned() }
    }

    /// The one who is this person.
    pub fn of(person: &Person) -> Self {
        Self::new(i64::from(person.index), &person.first_name)
    }

    /// Whose dialog this is; `None` where there is no such dialog.
    pub(super) fn of_chat(chat_id: i64) -> Option<Self> {
        Self::of_index(chat_id - FIRST_CHAT)
    }

    pub(super) fn of_user(user_id: i64) -> Option<Self> {
        Self::of_index(user_id - FIRST_USER)
    }

    fn of_index(index: i64) -> Option<Self> {
        let person = u32::try_from(index).ok().filter(|_| (1..PEOPLE).contains(&index))?;
        Some(Self::of(&Person::new(person)))
    }

    /// The user id.
    pub fn id(&self) -> i64 {
        FIRST_USER + self.index
    }

    /// The dialog of this client with the bot.
    pub fn chat_id(&self) -> i64 {
        FIRST_CHAT + self.index
    }

    pub(super) fn object(&self, at: DateTime<Utc>) -> Value {
        json!({
            "user_id": self.id(), "first_name": self.first_name, "is_bot": false,
            "last_activity_time": at.timestamp_millis(), "name": self.first_name,
        })
    }
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Any text.
    Text(String),
    /// Several pictures in one message, with a text.
    Photos {
        /// One name for each.
        names: Vec<String>,
        /// The text.
        text: Option<String>,
    },
    /// «Голосовое».
    Voice {
        /// The file's name.
        name: String,
        /// Its length.
        seconds: u32,
    },
    /// A film.
    Video {
        /// The file's name.
        name: String,
        /// Its length.
        seconds: u32,
    },
    /// A file with a name.
    File {
        /// Chosen by the sender.
        name: String,
        /// The text beside it.
        text: Option<String>,
    },
    /// A card.
    Contact {
        /// Digits.
        phone: String,
        /// The name on the card.
        name: String,
        /// The sender's own, by our button: signed with the token.
        own: bool,
    },
    /// A point on the map.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
    },
    /// Somebody else's words: they stand in the link, and the body is empty.
    Forward {
        /// Who said it.
        from: String,
        /// What.
        text: String,
    },
    /// A kind of attachment that nobody knows yet.
    Unknown(String),
}

/// A message of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Whose dialog it is.
    pub client: User,
    /// Counts what is said within a millisecond; below 65536.
    pub count: u16,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub content: Content,
    /// The `mid` and text of the message that it answers.
    pub reply_to: Option<(String, String)>,
}

impl Message {
    /// A message that answers nothing.
    pub fn new(client: User, count: u16, at: DateTime<Utc>, content: Content) -> Self {
        Self { client, count, at, content, reply_to: None }
    }

    /// The order inside the chat, and its id.
    pub fn mid(&self) -> String {
        mid(self.client.chat_id(), self.seq())
    }

    fn seq(&self) -> i64 {
        seq(self.at, self.count)
    }

    fn object(&self, config: &Config) -> Value {
        let mut object = json!({
            "sender": self.client.object(self.at),
            "recipient": {"chat_id": self.client.chat_id(), "chat_type": "dialog", "user_id": config.bot_id},
            "timestamp": self.at.timestamp_millis(),
            "body": {"mid": self.mid(), "seq": self.seq(), "text": self.text()},
        });
        let attachments = self.attachments(config);
        if !attachments.is_empty() {
            object["body"]["attachments"] = attachments.into();
        }
        if let Some((mid, text)) = &self.reply_to {
            object["link"] = json!({"type": "reply", "sender": config.bot(), "message": {"mid": mid, "seq": 1, "text": text}});
        }
        if let Content::Forward { from, text } = &self.content {
            let sender = json!({"user_id": 399_999_999, "first_name": from, "is_bot": false});
            object["link"] = json!({
                "type": "forward", "chat_id": -70_800_000_000_001_i64, "sender": sender,
                "message": {"mid": "mid.ffff00000ad91b41", "seq": 2, "text": text},
            });
        }
        object
    }

    fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            Content::Photos { text, .. } | Content::File { text, .. } => text.as_deref(),
            Content::Forward { .. } => Some(""),
            _ => None,
        }
    }

    fn attachments(&self, config: &Config) -> Vec<Value> {
        let file = |name: &str| json!({"url": format!("{}/files/{}", config.files_url, encoded(name)), "token": name});
        match &self.content {
            Content::Text(_) | Content::Forward { .. } => Vec::new(),
            Content::Photos { names, .. } => {
                names.iter().map(|name| json!({"type": "image", "payload": file(name)})).collect()
            }
            Content::Voice { name, seconds } => {
                vec![json!({"type": "audio", "payload": file(name), "duration": seconds})]
            }
            Content::Video { name, seconds } => {
                vec![
                    json!({"type": "video", "payload": file(name), "duration": seconds, "width": 720, "height": 1280}),
                ]
            }
            Content::File { name, .. } => {
                vec![json!({"type": "file", "payload": file(name), "filename": name, "size": 48_211})]
            }
            Content::Contact { phone, name, own } => {
                let card = format!(
                    "BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:{name}\r\nEND:VCARD\r\n"
                );
                let mut payload = json!({"vcf_info": card});
                if *own {
                    payload["hash"] = signed(&config.token, &card).into();
                    payload["max_info"] = self.client.object(self.at);
                }
                vec![json!({"type": "contact", "payload": payload})]
            }
            Content::Location { latitude, longitude } => {
                vec![json!({"type": "location", "latitude": latitude, "longitude": longitude})]
            }
            Content::Unknown(kind) => vec![json!({"type": kind, "payload": {}})],
        }
    }
}

/// Milliseconds and a count within them: above 2^53.
pub(super) fn seq(at: DateTime<Utc>, count: u16) -> i64 {
    (at.timestamp_millis() << 16) | i64::from(count)
}

pub(super) fn mid(chat_id: i64, seq: i64) -> String {
    format!("mid.{chat_id:016x}{seq:016x}")
}

fn encoded(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

fn signed(token: &str, card: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(token.as_bytes()).expect("a key of any length");
    mac.update(card.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// One thing that happens and that MAX tells about.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A client says something.
    Message(Message),
    /// A new version of a message, all of it, and when it was edited.
    Edited(Message, DateTime<Utc>),
    /// A client takes a message back.
    Removed {
        /// Who.
        client: User,
        /// Which.
        mid: String,
        /// When.
        at: DateTime<Utc>,
    },
    /// A client presses a button under a message of the bot.
    Pressed {
        /// Who.
        client: User,
        /// The message with the buttons.
        mid: String,
        /// What stands on the button, and what it carries.
        button: (String, String),
        /// When.
        at: DateTime<Utc>,
    },
    /// «Начать», by a link with a payload or without.
    Started {
        /// Who.
        client: User,
        /// Of the link.
        payload: Option<String>,
        /// When.
        at: DateTime<Utc>,
    },
    /// The client stops the bot.
    Stopped {
        /// Who.
        client: User,
        /// When.
        at: DateTime<Utc>,
    },
    /// The client throws the dialog away.
    DialogRemoved {
        /// Who.
        client: User,
        /// When.
        at: DateTime<Utc>,
    },
    /// An update of any kind.
    Raw(Value),
}

impl Action {
    /// The provider has no id of an update; this one says the same.
    pub(super) fn fact(&self) -> String {
        let at = |at: &DateTime<Utc>| at.timestamp_millis();
        match self {
            Self::Message(message) => message.mid(),
            Self::Edited(message, edited) => format!("{}@{}", message.mid(), at(edited)),
            Self::Removed { mid, .. } => format!("{mid}#removed"),
            Self::Pressed { mid, at: pressed, .. } => format!("{mid}!{}", at(pressed)),
            Self::Started { client, at: when, .. } => format!("started {} {}", client.id(), at(when)),
            Self::Stopped { client, at: when } => format!("stopped {} {}", client.id(), at(when)),
            Self::DialogRemoved { client, at: when } => format!("removed {} {}", client.id(), at(when)),
            Self::Raw(update) => format!("{} {}", update["update_type"], update["timestamp"]),
        }
    }

    pub(super) fn update(&self, config: &Config) -> Value {
        let about = |kind: &str, client: &User, at: &DateTime<Utc>| {
            json!({
                "update_type": kind, "timestamp": at.timestamp_millis(), "chat_id": client.chat_id(),
                "user": client.object(*at), "user_locale": "ru",
            })
        };
        match self {
            Self::Message(message) => json!({
                "update_type": "message_created", "timestamp": message.at.timestamp_millis() + 40,
                "message": message.object(config), "user_locale": "ru",
            }),
            Self::Edited(message, at) => json!({
                "update_type": "message_edited", "timestamp": at.timestamp_millis(),
                "message": message.object(config),
            }),
            Self::Removed { client, mid, at } => json!({
                "update_type": "message_removed", "timestamp": at.timestamp_millis(), "message_id": mid,
                "chat_id": client.chat_id(), "user_id": client.id(),
            }),
            Self::Pressed { client, mid, button: (title, payload), at } => {
                let keyboard = json!({"type": "inline_keyboard", "payload": {"buttons": [[
                    {"type": "callback", "text": title, "payload": payload}]]}});
                json!({
                    "update_type": "message_callback", "timestamp": at.timestamp_millis() + 40,
                    "callback": {"timestamp": at.timestamp_millis(), "callback_id": self.fact(),
                        "payload": payload, "user": client.object(*at)},
                    "message": {"sender": config.bot(), "timestamp": at.timestamp_millis() - 60_000,
                        "recipient": {"chat_id": client.chat_id(), "chat_type": "dialog", "user_id": client.id()},
                        "body": {"mid": mid, "seq": 1, "text": "?", "attachments": [keyboard]}},
                    "user_locale": "ru",
                })
            }
            Self::Started { client, payload, at } => {
                let mut update = about("bot_started", client, at);
                if let Some(payload) = payload {
                    update["payload"] = payload.clone().into();
                }
                update
            }
            Self::Stopped { client, at } => about("bot_stopped", client, at),
            Self::DialogRemoved { client, at } => about("dialog_removed", client, at),
            Self::Raw(update) => update.clone(),
        }
    }
}
