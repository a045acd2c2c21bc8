//! What a message holds.
//!
//! Known things are tried from the special to the general, because Telegram fills the general field too (an `animation`
//! is also a `document`). What nobody planned for becomes a message of an unsupported kind and never vanishes.

mod keys;
mod words;

use std::str::FromStr;

use connector_api::{
    Aside, ContactCard, Content, MediaKind, MediaRef, PhoneNumber, Region, ignored, unknown,
};
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

use super::author::full_name;

use crate::wire::{self, File};

/// What was said. Plain text is told apart because commands can only stand there.
#[derive(Debug)]
pub(super) enum Said {
    /// Exact.
    Text(String),
    /// Anything else.
    Other(Content),
}

impl From<Said> for Content {
    fn from(said: Said) -> Self {
        match said {
            Said::Text(text) => Self::Text { text },
            Said::Other(content) => content,
        }
    }
}

/// Reads the content out of a message object. Service messages are ignored.
pub(super) fn read(message: &Value, region: Region) -> Result<Said, Aside> {
    let Some(message) = message.as_object() else { return unknown("not a message") };
    let text = string(message, "text");
    let caption = string(message, "caption").or_else(|| text.clone());
    if let Some(content) = keys::CONTENT.iter().find_map(|key| known(message, key, caption.as_ref(), region))
    {
        return Ok(Said::Other(content));
    }
    let unplanned = keys::unplanned(message);
    let file = unplanned.filter(|key| keys::points_at_a_file(&message[*key]));
    match (text, file, keys::service(message), unplanned) {
        (Some(text), None, _, _) => Ok(Said::Text(text)),
        (None, None, Some(service), _) => ignored(format!("service message {service:?}")),
        (_, Some(kind), _, _) | (_, _, _, Some(kind)) => Ok(unsupported(kind, &message[kind], caption)),
        (None, None, None, None) => Ok(unsupported("empty", &Value::Null, caption)),
    }
}

fn unsupported(kind: &str, value: &Value, caption: Option<String>) -> Said {
    let text = caption.or_else(|| words::of(value));
    Said::Other(Content::Unsupported { kind: kind.to_owned(), text })
}

/// `None` when the message does not hold this, or in a form that we cannot read.
fn known(
    message: &Map<String, Value>,
    key: &str,
    caption: Option<&String>,
    region: Region,
) -> Option<Content> {
    let value = message.get(key)?;
    let kind = match key {
        "animation" | "live_photo" | "video" | "video_note" => MediaKind::Video,
        "photo" => MediaKind::Image,
        "voice" => MediaKind::Voice,
        "audio" => MediaKind::Audio,
        "document" => MediaKind::Document,
        "sticker" => MediaKind::Sticker,
        "venue" => return venue(wire::read(value)?),
        "location" => return location(&wire::read(value)?, None, None),
        "contact" => return Some(contact(wire::read(value)?, region)),
        _ => return None,
    };
    let file = if key == "photo" { largest(wire::read(value)?)? } else { wire::read(value)? };
    Some(Content::Media { media: media(file, kind)?, caption: caption.cloned() })
}

/// A photo is a list of sizes of one picture.
fn largest(sizes: Vec<File>) -> Option<File> {
    let area = |size: &File| size.width.unwrap_or(0).saturating_mul(size.height.unwrap_or(0));
    sizes
        .into_iter()
        .filter(|size| size.file_id.is_some())
        .max_by_key(|size| (area(size), size.file_size.unwrap_or(0)))
}

fn media(file: File, kind: MediaKind) -> Option<MediaRef> {
    Some(MediaRef {
        mime_type: file.mime_type,
        file_name: file.file_name,
        size_bytes: file.file_size,
        duration_s: file.duration,
        ..MediaRef::new(file.file_id.filter(|id| !id.is_empty())?, kind)
    })
}

fn venue(venue: wire::Venue) -> Option<Content> {
    location(&venue.location?, venue.title, venue.address)
}

fn location(location: &wire::Location, name: Option<String>, address: Option<String>) -> Option<Content> {
    Some(Content::Location {
        latitude: decimal(location.latitude.as_ref()?)?,
        longitude: decimal(location.longitude.as_ref()?)?,
        name,
        address,
    })
}

fn decimal(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

fn contact(contact: wire::Contact, region: Region) -> Content {
    let name = full_name(contact.first_name.as_ref(), contact.last_name.as_ref());
    let phone_texts: Vec<String> = contact.phone_number.into_iter().collect();
    let phones = phone_texts.iter().filter_map(|text| PhoneNumber::parse(text, region)).collect();
    Content::Contacts { cards: vec![ContactCard { name, phones, phone_texts, ..ContactCard::default() }] }
}

fn string(message: &Map<String, Value>, key: &str) -> Option<String> {
    message.get(key)?.as_str().map(str::to_owned)
}
