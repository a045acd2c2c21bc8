//! What people do in WhatsApp, as types.

use base64::Engine;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One thing that happens and that Meta tells about.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// A client writes.
    Message(Message),
    /// Something became of a message of ours: sent through the API or typed on the phone.
    Status(Status),
    /// Somebody of us wrote from the phone (coexistence).
    Echo(Echo),
    /// A client moved to another number.
    NumberChange(NumberChange),
}

impl Action {
    /// The provider's id of the fact; a status adds its word, because one message has several.
    pub fn fact_id(&self) -> String {
        match self {
            Self::Message(message) => message.id.clone(),
            Self::Status(status) => format!("{} {}", status.id, status.reached.word()),
            Self::Echo(echo) => echo.id.clone(),
            Self::NumberChange(change) => change.id.clone(),
        }
    }
}

/// Who is at the other end. At least one of phone and user id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sender {
    /// Digits without plus; absent for people who hide their number.
    #[serde(default)]
    pub phone: Option<String>,
    /// The BSUID; absent in payloads from before April 2026.
    #[serde(default)]
    pub user_id: Option<String>,
    /// The name that the person chose.
    #[serde(default)]
    pub name: Option<String>,
    /// The user name with its `@`.
    #[serde(default)]
    pub username: Option<String>,
}

impl Sender {
    /// Known by the phone only.
    pub fn phone(digits: &str) -> Self {
        Self { phone: Some(digits.to_owned()), ..Self::default() }
    }

    /// Known by the BSUID only.
    pub fn user(user_id: &str) -> Self {
        Self { user_id: Some(user_id.to_owned()), ..Self::default() }
    }

    /// The same with a BSUID beside the phone.
    #[must_use]
    pub fn with_user_id(mut self, user_id: &str) -> Self {
        self.user_id = Some(user_id.to_owned());
        self
    }

    /// The same with a profile name.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = Some(name.to_owned());
        self
    }
}

/// A message of a client.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The wamid.
    pub id: String,
    /// When it was written; the wire has whole seconds.
    pub at: DateTime<Utc>,
    /// Who wrote.
    pub from: Sender,
    /// What.
    pub content: Content,
    /// The message that it answers.
    pub quote: Option<Quote>,
    /// Forwarded from elsewhere.
    pub forwarded: bool,
}

impl Message {
    /// A plain message without quote.
    pub fn new(id: &str, at: DateTime<Utc>, from: Sender, content: Content) -> Self {
        Self { id: id.to_owned(), at, from, content, quote: None, forwarded: false }
    }

    /// The same as an answer to another message.
    #[must_use]
    pub fn quoting(mut self, id: &str, author_phone: &str) -> Self {
        self.quote = Some(Quote { id: id.to_owned(), author_phone: author_phone.to_owned() });
        self
    }
}

/// The quoted message: its id and its author's digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The wamid, ours or the client's.
    pub id: String,
    /// Who wrote it.
    pub author_phone: String,
}

/// A file that the hub may ask for by its id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// A numeric string.
    pub id: String,
    /// With parameters, if the provider writes them.
    pub mime_type: String,
    /// Base64 of the hash.
    pub sha256: String,
    /// The text under it.
    #[serde(default)]
    pub caption: Option<String>,
    /// Documents only, and not always.
    #[serde(default)]
    pub file_name: Option<String>,
}

impl File {
    /// A file of this number; its hash follows from the number.
    pub fn new(number: u64, mime_type: &str) -> Self {
        let id = format!("12{number:014}");
        let sha256 = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(Self::bytes_of(&id)));
        Self { id, mime_type: mime_type.to_owned(), sha256, caption: None, file_name: None }
    }

    /// What a download of this id brings.
    pub fn bytes_of(id: &str) -> Vec<u8> {
        id.as_bytes().to_vec()
    }

    /// The same with a text under it.
    #[must_use]
    pub fn captioned(mut self, caption: &str) -> Self {
        self.caption = Some(caption.to_owned());
        self
    }

    /// The same with a file name.
    #[must_use]
    pub fn file_name(mut self, name: &str) -> Self {
        self.file_name = Some(name.to_owned());
        self
    }
}

/// A card of somebody's contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The name as shown.
    pub name: String,
    /// Numbers in any spelling.
    pub phones: Vec<String>,
    /// The sender pressed our «share contact» button: the card is his own.
    #[serde(default)]
    pub requested: bool,
}

/// What a message holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Any text.
    Text(String),
    /// A photo.
    Image(File),
    /// A film.
    Video(File),
    /// Recorded in the chat (`true`) or an audio file.
    Audio(File, bool),
    /// A file with a name.
    Document(File),
    /// A sticker.
    Sticker(File),
    /// A point on the map.
    Location {
        /// Degrees.
        latitude: f64,
        /// Degrees.
        longitude: f64,
        /// A name of the place.
        name: Option<String>,
        /// Its address.
        address: Option<String>,
    },
    /// Cards of people.
    Contacts(Vec<Card>),
    /// A reaction to a message of ours; without emoji it is taken back.
    Reaction {
        /// The wamid of the target.
        to: String,
        /// Possibly several code points.
        emoji: Option<String>,
    },
    /// A new version of an earlier message.
    Edit {
        /// Its wamid.
        original: String,
        /// All of the new content.
        content: Box<Content>,
    },
    /// An earlier message is deleted for everyone.
    Revoke {
        /// Its wamid.
        original: String,
    },
    /// A press on our reply button.
    ButtonReply {
        /// Our id.
        id: String,
        /// Its text.
        title: String,
    },
    /// A press on a quick-reply button of a template.
    TemplateButton {
        /// Its text.
        text: String,
        /// Our payload.
        payload: String,
    },
    /// Something the API cannot carry.
    Unsupported {
        /// 131051, 131052 or 131060.
        code: u32,
        /// What it was, if the provider says so.
        kind: Option<String>,
    },
    /// A type that nobody knows yet: quarantine's work.
    Unknown(String),
}

impl Content {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// «Голосовое»: recorded in the chat.
    pub fn voice(number: u64) -> Self {
        Self::Audio(File::new(number, "audio/ogg; codecs=opus"), true)
    }

    /// A photo with a text under it.
    pub fn photo(number: u64, caption: &str) -> Self {
        Self::Image(File::new(number, "image/jpeg").captioned(caption))
    }

    /// A PDF document.
    pub fn pdf(number: u64, file_name: &str) -> Self {
        Self::Document(File::new(number, "application/pdf").file_name(file_name))
    }
}

/// How far a message of ours came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reached {
    /// At Meta's server.
    Sent,
    /// On the client's phone.
    Delivered,
    /// Seen.
    Read,
    /// A voice message was listened to.
    Played,
    /// Never: with the provider's code.
    Failed(u32),
}

impl Reached {
    /// The provider's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Read => "read",
            Self::Played => "played",
            Self::Failed(_) => "failed",
        }
    }
}

/// A status of a message of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The wamid of the message.
    pub id: String,
    /// When it got there.
    pub at: DateTime<Utc>,
    /// To whom it went.
    pub to: Sender,
    /// How far it came.
    pub reached: Reached,
    /// Our own words from the send request.
    pub callback_data: Option<String>,
}

/// A message typed on the phone by one of us.
#[derive(Debug, Clone, PartialEq)]
pub struct Echo {
    /// The wamid.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// To whom.
    pub to: Sender,
    /// What. Edits and deletions of our own messages come this way too.
    pub content: Content,
}

/// «User … changed from … to …».
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberChange {
    /// The wamid of the system message.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The name in the human text.
    pub name: String,
    /// Phone and BSUID before.
    pub before: Sender,
    /// Phone and BSUID after.
    pub after: Sender,
}
