//! How a message on its way out looks on the timeline.

use connector_api::{Content, MediaRef, OutboundContent, OutboundFile};

use crate::{
    InteractionId,
    timeline::{InteractionPayload, QuotePayload},
};

/// The row, and its files where there are several.
pub(super) struct ShownRow {
    pub body: Option<String>,
    pub payload: InteractionPayload,
    pub items: Vec<Content>,
}

pub(super) fn row(content: &OutboundContent, quote: Option<InteractionId>) -> ShownRow {
    let quote = quote.map(|row| QuotePayload { interaction_id: Some(row), text: None });
    let (shown, items) = match content {
        OutboundContent::Text { text } => (Content::Text { text: text.clone() }, Vec::new()),
        OutboundContent::Template(template) => (Content::Text { text: template.text.clone() }, Vec::new()),
        OutboundContent::Media { files, caption } => match files.as_slice() {
            [file] => (file_content(file, caption.clone()), Vec::new()),
            files => {
                let text = Content::Text { text: caption.clone().unwrap_or_default() };
                (text, files.iter().map(|file| file_content(file, None)).collect())
            }
        },
        OutboundContent::Location { latitude, longitude, name, address } => {
            let (latitude, longitude) = (*latitude, *longitude);
            (
                Content::Location { latitude, longitude, name: name.clone(), address: address.clone() },
                Vec::new(),
            )
        }
        OutboundContent::Contacts { cards } => (Content::Contacts { cards: cards.clone() }, Vec::new()),
    };
    let body = shown.text().filter(|text| !text.is_empty()).map(str::to_owned);
    let content = match shown {
        Content::Text { .. } => None,
        content => Some(content),
    };
    ShownRow { body, payload: InteractionPayload { content, quote, ..InteractionPayload::default() }, items }
}

/// A file of our own store as a row points at it: its handle is our own id of it.
fn file_content(file: &OutboundFile, caption: Option<String>) -> Content {
    let media = MediaRef {
        mime_type: Some(file.mime_type.clone()),
        file_name: Some(file.file_name.clone()),
        size_bytes: i64::try_from(file.size_bytes).ok(),
        sha256: Some(file.sha256.clone()),
        duration_s: file.duration_s.map(i64::from),
        ..MediaRef::new(file.id.to_string(), file.kind)
    };
    Content::Media { media, caption }
}
