//! How a message on its way out looks on the timeline.

use connector_api::{Content, MediaRef, OutboundContent};

use crate::{
    InteractionId,
    timeline::{InteractionPayload, QuotePayload},
};

/// The row, and its files where there are several.
pub(super) struct ShownRow {
    pub body: Option<String>,
    pub payload: InteractionPayload,
    pub items: Vec<Content>,
    pub has_files: bool,
}

/// `files` are those of the content, as rows point at them.
pub(super) fn row(content: &OutboundContent, files: Vec<MediaRef>, quote: Option<InteractionId>) -> ShownRow {
    let has_files = !files.is_empty();
    let quote = quote.map(|row| QuotePayload { interaction_id: Some(row), text: None });
    let (shown, items) = match content {
        OutboundContent::Text { text } | OutboundContent::Buttons { text, .. } => {
            (Content::Text { text: text.clone() }, Vec::new())
        }
        OutboundContent::Template(template) => {
            let text = template.text.clone();
            let shown = match files.into_iter().next() {
                Some(media) => Content::Media { media, caption: Some(text) },
                None => Content::Text { text },
            };
            (shown, Vec::new())
        }
        OutboundContent::Media { caption, .. } => {
            let caption = caption.clone();
            let shown = |media, caption| Content::Media { media, caption };
            match <[MediaRef; 1]>::try_from(files) {
                Ok([file]) => (shown(file, caption), Vec::new()),
                Err(files) => {
                    let text = Content::Text { text: caption.unwrap_or_default() };
                    (text, files.into_iter().map(|file| shown(file, None)).collect())
                }
            }
        }
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
    let payload = InteractionPayload { content, quote, ..InteractionPayload::default() };
    ShownRow { body, payload, items, has_files }
}
