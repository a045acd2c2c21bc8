//! What stands in the messenger for a message of a room. Pure.

use connector_api::{ExternalId, OutboundAction, OutboundContent};

use super::store::{Said, Thread};

/// The messenger's bots take no larger files: a link stands for them.
const LARGEST_FILE: u64 = 50_000_000;

/// The new message, edit or mark; `None` when there is nothing to say any more.
pub(super) fn action(
    act: &str,
    said: Option<Said>,
    links: Vec<ExternalId>,
    thread: &Thread,
    screens: &str,
) -> Option<OutboundAction> {
    let said = said?;
    match act {
        "message" if !said.deleted => Some(OutboundAction::Send {
            content: content(&said, thread, screens)?,
            quote: said.quote.clone().map(ExternalId::new),
        }),
        "edit" if !said.deleted => {
            let text = said.body.clone().unwrap_or_default();
            Some(edit(&said, links, signed(&said, thread, &text)))
        }
        "deletion" => Some(edit(&said, links, signed(&said, thread, "сообщение удалено"))),
        _ => None,
    }
}

fn edit(said: &Said, message: Vec<ExternalId>, text: String) -> OutboundAction {
    let caption = said.files.iter().any(|file| file.size_bytes <= LARGEST_FILE);
    OutboundAction::Edit { message, sent_at: said.created_at, caption, text, buttons: Vec::new() }
}

fn content(said: &Said, thread: &Thread, screens: &str) -> Option<OutboundContent> {
    let (files, large): (Vec<_>, Vec<_>) =
        said.files.iter().cloned().partition(|file| file.size_bytes <= LARGEST_FILE);
    let mut text = said.body.clone().unwrap_or_default();
    for file in &large {
        let megabytes = file.size_bytes / 1_000_000;
        let link = format!("{screens}/rooms/{}?at={}", thread.room_id, said.position);
        let instead = format!("{} ({megabytes} МБ): {link}", file.file_name);
        text = if text.is_empty() { instead } else { format!("{text}\n{instead}") };
    }
    if text.is_empty() && files.is_empty() {
        return None;
    }
    let text = signed(said, thread, &text);
    Some(if files.is_empty() {
        OutboundContent::Text { text }
    } else {
        OutboundContent::Media { files, caption: Some(text) }
    })
}

/// Who and where, then what. Plain text: nothing in it is mark-up.
fn signed(said: &Said, thread: &Thread, text: &str) -> String {
    format!("{} · {}:\n{text}", said.author_name, thread.wanted_name).trim_end().to_owned()
}
