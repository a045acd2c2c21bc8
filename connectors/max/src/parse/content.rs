//! What a message holds: its text and each of its attachments.

use std::str::FromStr;

use connector_api::{ContactCard, Content, MediaKind, MediaRef, Region};
use rust_decimal::Decimal;
use serde_json::{Number, Value};

use super::{person, vcard};
use crate::ids;
use crate::wire::{self, Attachment, Body};

/// Everything that a body says, in its order; at least one. The text stands under the first file, or comes first.
pub(super) fn read(body: &Body, region: Region) -> Vec<Content> {
    let mid = body.mid.as_deref().unwrap_or_default();
    let text = body.text.clone().filter(|text| !text.is_empty());
    let attachments = body.attachments.iter().flatten().enumerate();
    let mut contents: Vec<Content> =
        attachments.filter_map(|(place, value)| attachment(value, &ids::file(mid, place), region)).collect();
    let Some(text) = text else {
        if contents.is_empty() {
            contents.extend(preview(body));
        }
        if contents.is_empty() {
            contents.push(Content::Unsupported { kind: "empty".into(), text: None });
        }
        return contents;
    };
    match contents.first_mut() {
        Some(Content::Media { caption: under, .. } | Content::Unsupported { text: under, .. }) => {
            *under = Some(text);
        }
        _ => contents.insert(0, Content::Text { text }),
    }
    contents
}

/// `None` for what the client did not attach: our own buttons, the preview of a link that stands in the text.
fn attachment(value: &Value, id: &str, region: Region) -> Option<Content> {
    let attachment: Attachment = wire::read(value).unwrap_or_default();
    let kind = attachment.r#type.clone().unwrap_or_default();
    let content = match kind.as_str() {
        "inline_keyboard" | "share" => return None,
        "image" => media(&attachment, id, MediaKind::Image),
        "video" => media(&attachment, id, MediaKind::Video),
        "audio" => media(&attachment, id, MediaKind::Voice),
        "file" => media(&attachment, id, MediaKind::Document),
        "sticker" => media(&attachment, id, MediaKind::Sticker),
        "contact" => card(&attachment, region).map(|card| Content::Contacts { cards: vec![card] }),
        "location" => location(&attachment),
        _ => None,
    };
    let kind = if kind.is_empty() { "attachment".to_owned() } else { kind };
    Some(content.unwrap_or(Content::Unsupported { kind, text: attachment.title }))
}

/// A file can be downloaded by its address, and asked for anew by its message.
fn media(attachment: &Attachment, id: &str, kind: MediaKind) -> Option<Content> {
    let payload = attachment.payload.as_ref()?;
    payload.url.as_ref().or(payload.token.as_ref()).or(payload.code.as_ref())?;
    let media = MediaRef {
        file_name: attachment.filename.clone(),
        size_bytes: attachment.size,
        duration_s: attachment.duration,
        url: payload.url.clone(),
        ..MediaRef::new(id, kind)
    };
    Some(Content::Media { media, caption: None })
}

/// A card whose text cannot be read still has the name of the account it shows.
fn card(attachment: &Attachment, region: Region) -> Option<ContactCard> {
    let payload = attachment.payload.as_ref()?;
    let mut card = payload.vcf_info.as_deref().map(|text| vcard::read(text, region)).unwrap_or_default();
    if card.name.is_none() {
        card.name = payload.max_info.as_ref().and_then(person::name);
    }
    (card != ContactCard::default()).then_some(card)
}

fn location(attachment: &Attachment) -> Option<Content> {
    Some(Content::Location {
        latitude: decimal(attachment.latitude.as_ref()?)?,
        longitude: decimal(attachment.longitude.as_ref()?)?,
        name: None,
        address: None,
    })
}

fn decimal(number: &Number) -> Option<Decimal> {
    let text = number.to_string();
    Decimal::from_str(&text).or_else(|_| Decimal::from_scientific(&text)).ok()
}

/// A link without words is nothing but its preview.
fn preview(body: &Body) -> Option<Content> {
    let shares = body.attachments.iter().flatten().filter_map(wire::read::<Attachment>);
    let share = { shares }.find(|attachment| attachment.r#type.as_deref() == Some("share"))?;
    let lines: Vec<String> = [share.title, share.payload.and_then(|payload| payload.url)]
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .collect();
    (!lines.is_empty()).then(|| Content::Text { text: lines.join("\n") })
}

/// The number on a card that the provider vouches to be the sender's own.
pub(super) fn own_card(body: &Body, reading: &super::Reading) -> Option<ContactCard> {
    let attachments = body.attachments.iter().flatten().filter_map(wire::read::<Attachment>);
    let own = |attachment: &Attachment| {
        let payload = attachment.payload.as_ref()?;
        let text = payload.vcf_info.as_deref()?;
        vcard::is_own(text, payload.hash.as_deref(), &reading.token)
            .then(|| vcard::read(text, reading.region))
    };
    attachments
        .filter(|attachment| attachment.r#type.as_deref() == Some("contact"))
        .find_map(|attachment| own(&attachment))
}
