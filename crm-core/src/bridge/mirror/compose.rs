//! What stands in the messenger for a message. Pure: nothing in a text is mark-up.

use connector_api::{ExternalId, OutboundAction, OutboundContent, OutboundFile};

use super::said::{Said, State};

/// The messenger's bots take no larger files: a link stands for them.
const LARGEST_FILE: u64 = 50_000_000;

/// Stands for words that were taken back.
const DELETED: &str = "сообщение удалено";

/// The new message, edit, mark or sign; `None` when there is nothing to say (any more). `copies` are the messages there by
/// which it is done, `before` is what was sent for the message so far.
pub(super) fn action(
    act: &str,
    said: Said,
    copies: Vec<ExternalId>,
    before: &[OutboundAction],
    chat: &str,
) -> Option<OutboundAction> {
    match act {
        "message" if said.deleted => None,
        "message" => {
            let quote = said.quote.clone().map(ExternalId::new);
            Some(OutboundAction::Send { content: content(&said, chat)?, quote })
        }
        "correction" => Some(correction(&said, &copies, chat)),
        "edit" | "deletion" => {
            late_files(&said, &copies, before, chat).or_else(|| edit(&said, copies, before, chat))
        }
        "state" => state(said.state?, copies, before),
        _ => None,
    }
}

/// Files that were not here yet when the message went out.
fn late_files(
    said: &Said,
    copies: &[ExternalId],
    before: &[OutboundAction],
    chat: &str,
) -> Option<OutboundAction> {
    let sent = |file: &OutboundFile| {
        before.iter().any(|action| match action {
            OutboundAction::Send { content: OutboundContent::Media { files, .. }, .. } => {
                files.iter().any(|known| known.id == file.id)
            }
            _ => false,
        })
    };
    let late: Vec<OutboundFile> =
        said.files.iter().filter(|file| file.size_bytes <= LARGEST_FILE && !sent(file)).cloned().collect();
    if said.deleted || late.is_empty() {
        return None;
    }
    let caption = Some(signed(said, chat, ""));
    Some(OutboundAction::Send {
        content: OutboundContent::Media { files: late, caption },
        quote: copies.first().cloned(),
    })
}

fn edit(
    said: &Said,
    message: Vec<ExternalId>,
    before: &[OutboundAction],
    chat: &str,
) -> Option<OutboundAction> {
    let words = if said.deleted { DELETED.to_owned() } else { said.words(LARGEST_FILE) };
    let text = signed(said, chat, &words);
    let copy = standing_copy(before);
    let standing = before.iter().rev().find_map(|action| match action {
        OutboundAction::Edit { text, .. } => Some(text.as_str()),
        OutboundAction::Send { content, quote: _ } if Some(content) == copy => words_of(content),
        _ => None,
    });
    // The same event told again, or a change that does not show.
    if standing == Some(text.as_str()) {
        return None;
    }
    let files = match copy {
        Some(OutboundContent::Media { files, .. }) => files.len(),
        _ => 0,
    };
    // The caption stands under the first file, and goes on behind all of them.
    let message = message.into_iter().enumerate();
    let message = message.filter(|(place, _)| *place == 0 || *place >= files).map(|(_, id)| id).collect();
    Some(OutboundAction::Edit {
        message,
        sent_at: said.created_at,
        caption: files > 0,
        grows: true,
        text,
        buttons: Vec::new(),
    })
}

fn sent(action: &OutboundAction) -> Option<&OutboundContent> {
    match action {
        OutboundAction::Send { content, .. } => Some(content),
        _ => None,
    }
}

/// What the copy was when it was sent: a correction in words stands for what was there before it.
fn standing_copy(before: &[OutboundAction]) -> Option<&OutboundContent> {
    let is_words = |content: &&OutboundContent| matches!(content, OutboundContent::Text { .. });
    before.iter().rev().filter_map(sent).find(is_words).or_else(|| before.iter().find_map(sent))
}

/// The copy cannot be changed, or is not there any more: the new words answer it.
fn correction(said: &Said, copies: &[ExternalId], chat: &str) -> OutboundAction {
    let text = if said.deleted {
        signed(said, chat, DELETED)
    } else {
        signed(said, &format!("{chat} (исправлено)"), &said.words(LARGEST_FILE))
    };
    let quote = copies.first().cloned();
    OutboundAction::Send { content: OutboundContent::Text { text }, quote }
}

fn words_of(content: &OutboundContent) -> Option<&str> {
    match content {
        OutboundContent::Text { text } => Some(text),
        OutboundContent::Media { caption, .. } => caption.as_deref(),
        _ => None,
    }
}

/// One sign on the person's own message, which a later one replaces; a failure in words.
fn state(state: State, mut copies: Vec<ExternalId>, before: &[OutboundAction]) -> Option<OutboundAction> {
    let message = (!copies.is_empty()).then(|| copies.remove(0))?;
    let action = match state {
        State::Reached(emoji) => OutboundAction::React { message, emoji: Some(emoji.to_owned()) },
        State::Stuck(text) => {
            OutboundAction::Send { content: OutboundContent::Text { text }, quote: Some(message) }
        }
    };
    (before.last() != Some(&action)).then_some(action)
}

fn content(said: &Said, chat: &str) -> Option<OutboundContent> {
    let files: Vec<OutboundFile> =
        said.files.iter().filter(|file| file.size_bytes <= LARGEST_FILE).cloned().collect();
    let text = said.words(LARGEST_FILE);
    if text.is_empty() && files.is_empty() {
        return None;
    }
    let text = signed(said, chat, &text);
    Some(if files.is_empty() {
        OutboundContent::Text { text }
    } else {
        OutboundContent::Media { files, caption: Some(text) }
    })
}

/// Who and where, then what. A conversation is called by its client, who is not named twice where he speaks himself.
fn signed(said: &Said, chat: &str, text: &str) -> String {
    let is_named =
        chat.strip_prefix(said.author.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ·"));
    let head = if is_named { chat.to_owned() } else { format!("{} · {chat}", said.author) };
    format!("{head}:\n{text}").trim_end().to_owned()
}
