//! What people do in Telegram, as types and as update objects.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Config;

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The only stable key.
    pub id: i64,
    /// Always there.
    pub first_name: String,
    /// Rarely there.
    #[serde(default)]
    pub last_name: Option<String>,
    /// Changes hands.
    #[serde(default)]
    pub username: Option<String>,
}

impl User {
    /// A person without last name and user name.
    pub fn new(id: i64, first_name: &str) -> Self {
        Self { id, first_name: first_name.to_owned(), last_name: None, username: None }
    }

    fn named(&self, mut object: Value) -> Value {
        object["first_name"] = self.first_name.clone().into();
        for (key, name) in [("last_name", &self.last_name), ("username", &self.username)] {
            if let Some(name) = name {
                object[key] = name.clone().into();
            }
        }
        object
    }

    pub(super) fn user(&self) -> Value {
        self.named(json!({ "id": self.id, "is_bot": false, "language_code": "ru" }))
    }

    fn chat(&self) -> Value {
        self.named(json!({ "id": self.id, "type": "private" }))
    }
}

/// Where a conversation takes place: the same person may have both.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Place {
    /// The client and the bot.
    Bot,
    /// The client and a manager's own account, under this connection id.
    Business(String),
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Author {
    /// The client.
    Client,
    /// The manager, by hand.
    Manager(User),
    /// The bot in the manager's name: our own echo.
    Hub(User),
}

/// One picture; the wire has two sizes of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    /// The beginning of both file ids.
    pub file: String,
    /// The text under it.
    pub caption: Option<String>,
    /// The album it belongs to.
    pub album: Option<String>,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Any text.
    Text(String),
    /// `/start <payload>`; an empty payload is a bare `/start`.
    Start(String),
    /// A photo, alone or of an album.
    Photo(Photo),
    /// «Голосовое».
    Voice {
        /// The file's id.
        file: String,
        /// Its length.
        seconds: u32,
    },
    /// A file with a name.
    Document {
        /// The file's id.
        file: String,
        /// Chosen by the sender.
        file_name: String,
        /// The text under it.
        caption: Option<String>,
    },
    /// A card.
    Contact {
        /// With or without plus.
        phone: String,
        /// The first name on the card.
        name: String,
        /// The sender's own, by our button: it answers our message and carries his user id.
        own: bool,
    },
    /// A point on the map.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
    },
    /// A key that nobody knows yet.
    Unknown(String),
}

/// A message in a private chat with a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Bot chat or business chat.
    pub place: Place,
    /// Unique inside the chat only.
    pub message_id: i64,
    /// Whose chat it is.
    pub client: User,
    /// Who wrote.
    pub author: Author,
    /// When; the wire has whole seconds.
    pub at: DateTime<Utc>,
    /// What.
    pub content: Content,
    /// The number and text of the message that it answers.
    pub reply_to: Option<(i64, String)>,
}

impl Message {
    /// A message of the client that answers nothing.
    pub fn new(place: Place, message_id: i64, client: User, at: DateTime<Utc>, content: Content) -> Self {
        Self { place, message_id, client, author: Author::Client, at, content, reply_to: None }
    }
}

/// A press on a button that stands under a message of the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Press {
    /// Who.
    pub user: User,
    /// A group; `None` is his own chat with the bot.
    pub chat: Option<i64>,
    /// The message with the button.
    pub message_id: i64,
    /// Which, from 1, row by row.
    pub button: usize,
}

/// One thing that happens and that Telegram tells about.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A message in a bot chat or in a business chat.
    Message(Message),
    /// A new version of a message, all of it, and when it was edited.
    Edited(Message, DateTime<Utc>),
    /// A manager connects or disconnects his account.
    Connection {
        /// The connection's id.
        id: String,
        /// Whose account.
        manager: User,
        /// When.
        at: DateTime<Utc>,
        /// False: disconnected.
        enabled: bool,
    },
    /// Messages of a business chat are deleted.
    Deleted {
        /// The connection's id.
        connection: String,
        /// Whose chat it is.
        client: User,
        /// Which.
        message_ids: Vec<i64>,
    },
    /// A client blocks or unblocks the bot.
    Blocked {
        /// Who.
        client: User,
        /// When.
        at: DateTime<Utc>,
        /// False: unblocked.
        blocked: bool,
    },
    /// A client presses a button under a message of the bot.
    Pressed {
        /// By which the press is answered.
        id: String,
        /// Who.
        client: User,
        /// The message with the button.
        message_id: i64,
        /// What we put into the button.
        data: String,
        /// The message's time.
        at: DateTime<Utc>,
    },
    /// An update of any kind: for shapes that the others do not make.
    Raw {
        /// The key beside `update_id`.
        kind: String,
        /// The object under it.
        object: Value,
        /// The queue in which the provider keeps it.
        queue: String,
    },
}

impl Action {
    /// The key beside `update_id`.
    pub fn kind(&self) -> &str {
        match self {
            Self::Message(message) if message.place == Place::Bot => "message",
            Self::Message(_) => "business_message",
            Self::Edited(message, _) if message.place == Place::Bot => "edited_message",
            Self::Edited(..) => "edited_business_message",
            Self::Connection { .. } => "business_connection",
            Self::Deleted { .. } => "deleted_business_messages",
            Self::Blocked { .. } => "my_chat_member",
            Self::Pressed { .. } => "callback_query",
            Self::Raw { kind, .. } => kind,
        }
    }

    /// The provider's queue: messages, edits and deletions of one chat share one; other kinds have their own.
    pub fn queue(&self) -> String {
        match self {
            Self::Message(message) | Self::Edited(message, _) => match message.place {
                Place::Bot => format!("message {}", message.client.id),
                Place::Business(_) => format!("business {}", message.client.id),
            },
            Self::Deleted { client, .. } => format!("business {}", client.id),
            Self::Connection { manager, .. } => format!("connection {}", manager.id),
            Self::Blocked { client, .. } => format!("member {}", client.id),
            Self::Pressed { client, .. } => format!("press {}", client.id),
            Self::Raw { queue, .. } => queue.clone(),
        }
    }
}

/// The key of an update and the object under it.
pub(super) fn described<'a>(config: &Config, action: &'a Action) -> (&'a str, Value) {
    let object = match action {
        Action::Message(said) => message(config, said),
        Action::Edited(said, edited_at) => {
            let mut object = message(config, said);
            object["edit_date"] = edited_at.timestamp().into();
            object
        }
        Action::Connection { id, manager, at, enabled } => json!({
            "id": id, "user": manager.user(), "user_chat_id": manager.id, "date": at.timestamp(),
            "is_enabled": enabled, "rights": { "can_reply": true, "can_read_messages": true },
        }),
        Action::Deleted { connection, client, message_ids } => json!({
            "business_connection_id": connection, "chat": client.chat(), "message_ids": message_ids,
        }),
        Action::Blocked { client, at, blocked } => {
            let (old, new) = if *blocked { ("member", "kicked") } else { ("kicked", "member") };
            let member = |status: &str| {
                let mut member = json!({ "user": config.bot(), "status": status });
                if status == "kicked" {
                    member["until_date"] = 0.into();
                }
                member
            };
            json!({
                "chat": client.chat(), "from": client.user(), "date": at.timestamp(),
                "old_chat_member": member(old), "new_chat_member": member(new),
            })
        }
        Action::Pressed { id, client, message_id, data, at } => json!({
            "id": id, "from": client.user(), "chat_instance": client.id.to_string(), "data": data,
            "message": {
                "message_id": message_id, "from": config.bot(), "chat": client.chat(), "date": at.timestamp(),
                "text": "Выберите", "reply_markup": { "inline_keyboard": [[{ "text": data, "callback_data": data }]] },
            },
        }),
        Action::Raw { object, .. } => object.clone(),
    };
    (action.kind(), object)
}

fn message(config: &Config, said: &Message) -> Value {
    let mut object = json!({
        "message_id": said.message_id, "chat": said.client.chat(), "date": said.at.timestamp(),
    });
    object["from"] = match &said.author {
        Author::Client => said.client.user(),
        Author::Manager(manager) => manager.user(),
        Author::Hub(manager) => {
            object["sender_business_bot"] = config.bot();
            manager.user()
        }
    };
    if let Place::Business(connection) = &said.place {
        object["business_connection_id"] = connection.clone().into();
    }
    let own_contact = matches!(said.content, Content::Contact { own: true, .. });
    let asked = || (said.message_id - 1, "Нажмите кнопку, чтобы мы узнали вас".to_owned());
    if let Some((id, text)) = said.reply_to.clone().or_else(|| own_contact.then(asked)) {
        let from = if own_contact { config.bot() } else { said.client.user() };
        object["reply_to_message"] = json!({
            "message_id": id, "from": from, "chat": said.client.chat(), "date": said.at.timestamp() - 20, "text": text,
        });
    }
    fill(&mut object, said);
    object
}

fn fill(object: &mut Value, said: &Message) {
    match &said.content {
        Content::Text(text) => object["text"] = text.clone().into(),
        Content::Start(payload) => {
            object["text"] = format!("/start {payload}").trim_end().into();
            object["entities"] = json!([{ "offset": 0, "length": 6, "type": "bot_command" }]);
        }
        Content::Photo(photo) => {
            object["photo"] =
                json!([size(&photo.file, "s", 90, 67, 1300), size(&photo.file, "y", 1280, 960, 187_200)]);
            if let Some(caption) = &photo.caption {
                object["caption"] = caption.clone().into();
            }
            if let Some(album) = &photo.album {
                object["media_group_id"] = album.clone().into();
            }
        }
        Content::Voice { file, seconds } => {
            object["voice"] = json!({
                "file_id": format!("AwAC-{file}"), "file_unique_id": format!("AgAD{file}"), "duration": seconds,
                "mime_type": "audio/ogg", "file_size": seconds * 4000,
            });
        }
        Content::Document { file, file_name, caption } => {
            object["document"] = json!({
                "file_id": format!("BQAC-{file}"), "file_unique_id": format!("AgAD{file}"), "file_name": file_name,
                "mime_type": "application/pdf", "file_size": 48_211,
            });
            if let Some(caption) = caption {
                object["caption"] = caption.clone().into();
            }
        }
        Content::Contact { phone, name, own } => {
            object["contact"] = json!({ "phone_number": phone, "first_name": name });
            if *own {
                object["contact"]["user_id"] = said.client.id.into();
            }
        }
        Content::Location { latitude, longitude } => {
            object["location"] = json!({ "latitude": latitude, "longitude": longitude });
        }
        Content::Unknown(key) => object[key.as_str()] = json!({ "invented": true }),
    }
}

fn size(file: &str, letter: &str, width: u32, height: u32, bytes: u32) -> Value {
    json!({
        "file_id": format!("AgAC-{file}-{letter}"), "file_unique_id": format!("AQAD{file}{letter}"),
        "width": width, "height": height, "file_size": bytes,
    })
}
