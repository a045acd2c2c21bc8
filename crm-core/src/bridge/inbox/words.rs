//! What may reach a client of what is said in a thread, and what is answered where it may not. Pure.

use connector_api::{Content, MediaRef, OutboundContent, OutboundFile};

use crate::clients::ClientError;

pub(super) const NOT_HEARD: &str = "Не передано: вы больше не можете отвечать через мост.";
pub(super) const COMMAND: &str = "Не передано клиенту: похоже на команду. Команды работают в общей теме группы и в личном \
    чате с ботом; здесь есть одна: «/удалить» в ответ на сообщение.";
pub(super) const DELETE_WHAT: &str = "Что удалить у клиента? Ответьте «/удалить» на само сообщение.";
pub(super) const UNSENT_BEFORE: &str =
    "Исправить нечего: исходное сообщение клиенту не ушло. Напишите его заново.";
pub(super) const NO_TEMPLATE: &str = "Не передано: такого шаблона нет.";
pub(super) const QUOTE_DELETED: &str =
    "Сообщение, на которое вы ответили, удалено: ответ ушёл клиенту без цитаты.";
const FOREIGN: &str = "Не передано: у вас нет права писать этому клиенту.";
const COPIED: &str = "Не передано: пересланное стоит в другом чате Узла, вместе с именами. Напишите клиенту своими словами \
    или пришлите файл заново.";
const KIND: &str =
    "Не передано: сообщение такого вида клиенту не отправить. Пришлите текст, фото, файл или голосовое.";
const EMPTY: &str = "Не передано: в сообщении нет ни слов, ни файла.";

/// A remark for those who read along: it begins with two strokes and is passed on to nobody.
pub(super) fn is_among_colleagues(content: &Content) -> bool {
    content.text().is_some_and(|text| text.trim_start().starts_with("//"))
}

/// The messenger tells nobody that a message was deleted, so it is asked for by a word.
pub(super) fn is_deletion(content: &Content) -> bool {
    let Content::Text { text } = content else { return false };
    matches!(text.trim().to_lowercase().as_str(), "/удалить" | "/delete")
}

/// The kind of [`copy`].
const COPY: &str = "bridge_copy";

/// Stands for what the bot has written elsewhere: it names other chats, which are no matter of the client's.
pub(super) fn copy() -> Content {
    Content::Unsupported { kind: COPY.to_owned(), text: None }
}

/// A word for the bot, not for the client.
fn is_command(text: &str) -> bool {
    let mut letters = text.trim_start().chars();
    letters.next() == Some('/') && letters.next().is_some_and(char::is_alphabetic)
}

/// Gives a message that has not gone other words.
pub(super) fn reword(contents: &mut [Content], new: &str) {
    let kept = (!new.is_empty()).then(|| new.to_owned());
    let mut first = true;
    for content in contents {
        match content {
            Content::Text { text } => new.clone_into(text),
            Content::Media { caption, .. } => *caption = kept.clone().filter(|_| first),
            _ => {}
        }
        first = false;
    }
}

/// The files of a message.
pub(super) fn files(contents: &[Content]) -> impl Iterator<Item = &MediaRef> {
    contents.iter().filter_map(|content| match content {
        Content::Media { media, .. } => Some(media),
        _ => None,
    })
}

/// What goes to the client; `files` are those of [`files`]. The sentence where nothing may.
pub(super) fn outbound(
    contents: Vec<Content>,
    files: Vec<OutboundFile>,
) -> Result<OutboundContent, &'static str> {
    if !files.is_empty() {
        let captions: Vec<&str> = contents.iter().filter_map(Content::text).collect();
        let caption = captions.join("\n");
        return Ok(OutboundContent::Media { files, caption: Some(caption).filter(|text| !text.is_empty()) });
    }
    match contents.into_iter().next() {
        Some(Content::Text { text }) if text.trim().is_empty() => Err(EMPTY),
        Some(Content::Text { text }) if is_command(&text) => Err(COMMAND),
        Some(Content::Text { text }) => Ok(OutboundContent::Text { text: text.replace('\0', "") }),
        Some(Content::Location { latitude, longitude, name, address }) => {
            Ok(OutboundContent::Location { latitude, longitude, name, address })
        }
        Some(Content::Contacts { cards }) => Ok(OutboundContent::Contacts { cards }),
        Some(Content::Unsupported { kind, .. }) if kind == COPY => Err(COPIED),
        _ => Err(KIND),
    }
}

/// A file that the messenger did not give us.
pub(super) fn lost(cause: Option<&str>) -> String {
    format!("Не передано: файл не получен. {}", cause.unwrap_or_default()).trim_end().to_owned()
}

/// Why the press was refused.
pub(super) fn refusal(error: &ClientError) -> String {
    match error {
        ClientError::NotNow(reason)
        | ClientError::NoConsent(reason)
        | ClientError::Invalid { reason, .. } => format!("Не передано: {reason}"),
        _ => FOREIGN.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Content {
        Content::Text { text: text.to_owned() }
    }

    #[test]
    fn only_what_is_meant_for_the_client_goes_to_the_client() {
        assert!(is_among_colleagues(&text(" // он торгуется")));
        assert!(!is_among_colleagues(&text("https://пример.рф")));
        assert_eq!(outbound(vec![text("/день")], Vec::new()), Err(COMMAND));
        assert_eq!(outbound(vec![text(" \n")], Vec::new()), Err(EMPTY));
        for plain in ["Да", "/ 3 = 7", "50/50", "a < b && </b>"] {
            let sent = outbound(vec![text(plain)], Vec::new());
            assert_eq!(sent, Ok(OutboundContent::Text { text: plain.into() }));
        }
        let poll = Content::Unsupported { kind: "poll".into(), text: Some("Опрос".into()) };
        assert_eq!(outbound(vec![poll], Vec::new()), Err(KIND));
        assert_eq!(outbound(vec![copy()], Vec::new()), Err(COPIED));
    }
}
