//! What was said, as a viewer gets it: without the provider's addresses, which may hold secrets.

use std::collections::BTreeMap;

use connector_api::{ContactCard, Content, MediaKind, MediaRef};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;

use super::words::MediaWord;
use crate::{AccountId, MediaId};

/// What a message holds.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ContentView {
    /// Plain words.
    Text {
        /// Exact.
        text: String,
    },
    /// A file with an optional caption.
    Media {
        /// The file.
        media: MediaView,
        /// The words under it.
        caption: Option<String>,
    },
    /// A place.
    Location {
        /// Degrees.
        #[schema(value_type = String)]
        latitude: Decimal,
        /// Degrees.
        #[schema(value_type = String)]
        longitude: Decimal,
        /// Name of the place.
        name: Option<String>,
        /// Postal address.
        address: Option<String>,
    },
    /// Visiting cards of people.
    Contacts {
        /// At least one.
        cards: Vec<CardView>,
    },
    /// A press on a button or a choice from a list.
    Choice {
        /// What the person saw.
        title: String,
        /// The second line.
        description: Option<String>,
    },
    /// A filled form.
    Form {
        /// Name of the form.
        name: String,
        /// Fields as they came.
        #[schema(value_type = Object)]
        fields: Value,
        /// The words shown in place of the form.
        text: Option<String>,
    },
    /// A basket from a catalogue.
    Order {
        /// Catalogue.
        catalog: String,
        /// The client's remark.
        text: Option<String>,
        /// Positions.
        items: Vec<OrderItemView>,
    },
    /// A message that the provider does not carry.
    Unsupported {
        /// What it was, in the provider's words.
        kind: String,
        /// What came with it.
        text: Option<String>,
    },
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MediaView {
    /// By this the file is asked for.
    pub id: Option<MediaId>,
    /// How it is shown.
    #[schema(value_type = MediaWord)]
    pub kind: MediaKind,
    /// `wanted`, `fetching`, `stored`, `lost` or, for a recording whose term is over, `expired`; none while it is not
    /// even noted down.
    pub state: Option<String>,
    /// Why it is lost or late, for people.
    pub cause: Option<String>,
    /// As told by the provider, or as sniffed.
    pub mime_type: Option<String>,
    /// As told by the provider; cleaned where it is served.
    pub file_name: Option<String>,
    /// Size.
    pub size_bytes: Option<i64>,
    /// Length of sound or film in seconds.
    pub duration_s: Option<i64>,
}

/// A visiting card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct CardView {
    /// Full name.
    pub name: Option<String>,
    /// Company.
    pub organization: Option<String>,
    /// Numbers as written.
    pub phones: Vec<String>,
    /// E-mails as written.
    pub emails: Vec<String>,
}

/// One position of a basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OrderItemView {
    /// Our id of the product.
    pub sku: String,
    /// How many.
    #[schema(value_type = String)]
    pub quantity: Decimal,
    /// Price of one.
    #[schema(value_type = String)]
    pub price: Decimal,
    /// ISO 4217.
    pub currency: String,
}

/// What our store knows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredMedia {
    /// `wanted`, `fetching`, `stored`, `lost` or `expired`.
    pub state: String,
    /// Russian.
    pub cause: Option<String>,
    /// Sniffed or told.
    pub mime_type: Option<String>,
    /// Told.
    pub file_name: Option<String>,
    /// Of our copy, or told.
    pub size_bytes: Option<i64>,
    /// Seconds.
    pub duration_s: Option<i64>,
}

/// What our store knows of the files of a page.
pub type MediaStates = BTreeMap<MediaId, StoredMedia>;

impl ContentView {
    /// The view of a content, its files among those of the account.
    pub fn of(content: Content, account: Option<AccountId>, media: &MediaStates) -> Self {
        match content {
            Content::Text { text } => Self::Text { text },
            Content::Media { media: file, caption } => {
                Self::Media { media: MediaView::of(file, account, media), caption }
            }
            Content::Location { latitude, longitude, name, address } => {
                Self::Location { latitude, longitude, name, address }
            }
            Content::Contacts { cards } => {
                Self::Contacts { cards: cards.into_iter().map(CardView::of).collect() }
            }
            Content::Choice { title, description, .. } => Self::Choice { title, description },
            Content::Form { name, fields, text } => Self::Form { name, fields, text },
            Content::Order { catalog, text, items } => Self::Order {
                catalog,
                text,
                items: items
                    .into_iter()
                    .map(|item| OrderItemView {
                        sku: item.sku,
                        quantity: item.quantity,
                        price: item.price,
                        currency: item.currency,
                    })
                    .collect(),
            },
            Content::Unsupported { kind, text } => Self::Unsupported { kind, text },
        }
    }
}

impl MediaView {
    /// The view of a file.
    pub fn of(file: MediaRef, account: Option<AccountId>, media: &MediaStates) -> Self {
        let id = account.map(|account| MediaId::derived(account, file.id.as_str()));
        let stored = id.and_then(|id| media.get(&id));
        Self {
            id,
            kind: file.kind,
            state: stored.map(|stored| stored.state.clone()),
            cause: stored.and_then(|stored| stored.cause.clone()),
            mime_type: stored.and_then(|stored| stored.mime_type.clone()).or(file.mime_type),
            file_name: stored.and_then(|stored| stored.file_name.clone()).or(file.file_name),
            size_bytes: stored.and_then(|stored| stored.size_bytes).or(file.size_bytes),
            duration_s: stored.and_then(|stored| stored.duration_s).or(file.duration_s),
        }
    }
}

impl CardView {
    fn of(card: ContactCard) -> Self {
        let phones = if card.phone_texts.is_empty() {
            card.phones.iter().map(ToString::to_string).collect()
        } else {
            card.phone_texts
        };
        Self { name: card.name, organization: card.organization, phones, emails: card.emails }
    }
}
