//! What was said: the content of a message in one form for all channels.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ExternalId, PhoneNumber};

/// What a message holds. Text is exact: no trimming, no mark-up removed; NUL is replaced by U+FFFD.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Content {
    /// Plain text.
    Text {
        /// Exact.
        text: String,
    },
    /// A file with an optional caption.
    Media {
        /// What to download.
        media: MediaRef,
        /// The text under it.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        caption: Option<String>,
    },
    /// A place.
    Location {
        /// Degrees, as the provider wrote them.
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
    /// Visiting cards of people. Not the sender's own addresses.
    Contacts {
        /// At least one.
        cards: Vec<ContactCard>,
    },
    /// A press on a button or a choice from a list.
    Choice {
        /// The id that we or a template gave to the choice.
        id: String,
        /// What the person saw.
        title: String,
        /// The second line of a list row.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        description: Option<String>,
    },
    /// A filled form.
    Form {
        /// Name of the form.
        name: String,
        /// Fields as the provider sent them.
        fields: Value,
        /// The text shown in place of the form.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<String>,
    },
    /// A basket from a catalogue.
    Order {
        /// Catalogue.
        catalog: String,
        /// The client's remark.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<String>,
        /// Positions.
        items: Vec<OrderItem>,
    },
    /// A message that the provider cannot or does not carry: a neutral placeholder that still counts as a message.
    Unsupported {
        /// What it was, in the provider's words: `poll_creation`, `live_photo`.
        kind: String,
        /// Text that came with it, or the provider's explanation.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        text: Option<String>,
    },
}

impl Content {
    /// The words of the message, for previews and for search; `None` where it has none.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Media { caption, .. } => caption.as_deref(),
            Self::Location { name, address, .. } => name.as_deref().or(address.as_deref()),
            Self::Contacts { cards } => cards.first().and_then(|card| card.name.as_deref()),
            Self::Choice { title, .. } => Some(title),
            Self::Form { text, .. } | Self::Order { text, .. } | Self::Unsupported { text, .. } => {
                text.as_deref()
            }
        }
    }
}

/// What kind of file it is, in the sense of how it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A film, round ones and silent animations included.
    Video,
    /// A sound file.
    Audio,
    /// Recorded in the chat.
    Voice,
    /// Any file.
    Document,
    /// A sticker.
    Sticker,
    /// The recording of a call.
    Recording,
}

/// A file at the provider, not downloaded yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRef {
    /// The provider's handle; with the account it identifies the file.
    pub id: ExternalId,
    /// How it is shown.
    pub kind: MediaKind,
    /// As told by the provider, parameters included; the real type is sniffed after the download.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub mime_type: Option<String>,
    /// As told by the provider; cleaned before use.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file_name: Option<String>,
    /// Size as told.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size_bytes: Option<i64>,
    /// SHA-256 as 64 lower-case hex digits, where the provider tells it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sha256: Option<String>,
    /// Length of sound or film in seconds.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub duration_s: Option<i64>,
    /// A download address that expires soon; `id` works longer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub url: Option<String>,
}

impl MediaRef {
    /// A file known by its handle only.
    pub fn new(id: impl Into<String>, kind: MediaKind) -> Self {
        Self {
            id: ExternalId::new(id),
            kind,
            mime_type: None,
            file_name: None,
            size_bytes: None,
            sha256: None,
            duration_s: None,
            url: None,
        }
    }
}

/// A visiting card.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactCard {
    /// Full name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Company.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub organization: Option<String>,
    /// Numbers that could be read.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub phones: Vec<PhoneNumber>,
    /// Numbers as written, readable or not.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub phone_texts: Vec<String>,
    /// E-mails as written.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub emails: Vec<String>,
}

/// One position of a basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderItem {
    /// Our id of the product in the catalogue.
    pub sku: String,
    /// How many.
    pub quantity: Decimal,
    /// Price of one, in `currency`.
    pub price: Decimal,
    /// ISO 4217.
    pub currency: String,
}

/// The message answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    /// Its external id, where the provider tells it; it may be a message we never saw.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message: Option<ExternalId>,
    /// The quoted words, where the provider sends them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub text: Option<String>,
}

/// The advertisement or post that the person came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referral {
    /// `ad` or `post`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_type: Option<String>,
    /// Id of the ad or post.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_id: Option<String>,
    /// Link.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source_url: Option<String>,
    /// Headline of the ad.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub headline: Option<String>,
    /// Text of the ad.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
    /// Click id for conversion reports.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub click_id: Option<String>,
    /// A product of the catalogue that the person pressed on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub product: Option<String>,
}
