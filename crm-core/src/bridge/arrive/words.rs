//! What the bot says, and what it reads in what people say. Pure.

use connector_api::{Content, MediaRef};

use crate::clients::ClientError;

pub(super) const STRANGER: &str = "Этот бот служит сотрудникам компании. Если вы один из них, возьмите код в Узле: \
    «Настройки», «Мой профиль», «Связать с Telegram», и пришлите его сюда.";
pub(super) const DEAD_CODE: &str =
    "Этот код не подходит: он уже использован, или его срок вышел. Возьмите в Узле новый.";
pub(super) const HIDDEN: &str = "Сообщение не передано: вы пишете от имени группы. Выключите анонимность в правах \
    администратора группы и напишите снова.";
pub(super) const MOVED: &str = "Группа стала супергруппой: мост работает дальше. Если в ней выключены темы, включите их, и чаты снова появятся здесь.";
pub(super) const NO_THREAD: &str =
    "Сообщение не передано: у этого места нет чата в Узле. Ответьте в теме нужного чата.";
pub(super) const PRIVATE: &str =
    "Здесь бот только связывает вас с Узлом. Отвечайте в группе, в теме нужного чата.";

/// The name of somebody's own chat with the bot.
pub(super) fn own_chat(name: &str) -> String {
    format!("Личный чат: {name}")
}

pub(super) fn welcome(name: &str) -> String {
    format!("Готово, {name}: теперь ваши сообщения в темах группы попадают в чаты Узла под вашим именем.")
}

/// Why a message found no place in its room.
pub(super) fn refusal(error: &ClientError) -> &'static str {
    match error {
        ClientError::NotNow(reason) | ClientError::Invalid { reason, .. } => reason,
        _ => "Сообщение не передано: вы не участник этого чата.",
    }
}

/// A one-time code: sent by itself, or by the link that opens the bot.
pub(super) fn code(content: &Content) -> Option<&str> {
    let Content::Text { text } = content else { return None };
    let word = text.trim();
    let word = word.strip_prefix("/start").map_or(word, str::trim);
    let fits = word.len() == 20 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    fits.then_some(word)
}

/// The words and the file of a message. What rooms do not hold is told in words.
pub(in crate::bridge) fn of(content: &Content) -> (Option<String>, Option<MediaRef>) {
    let words = |text: String| (Some(text).filter(|text| !text.trim().is_empty()), None);
    match content {
        Content::Media { media, caption } => (caption.clone(), Some(media.clone())),
        Content::Location { latitude, longitude, name, address } => {
            let place: Vec<String> =
                [name.clone(), address.clone(), Some(format!("{latitude}, {longitude}"))]
                    .into_iter()
                    .flatten()
                    .collect();
            words(format!("Место: {}", place.join(", ")))
        }
        Content::Contacts { cards } => words(
            cards
                .iter()
                .map(|card| {
                    format!("{} {}", card.name.as_deref().unwrap_or("Контакт"), card.phone_texts.join(", "))
                })
                .collect::<Vec<_>>()
                .join("\n"),
        ),
        Content::Choice { title, .. } => words(title.clone()),
        Content::Text { text } | Content::Unsupported { text: Some(text), .. } => words(text.clone()),
        _ => words("Сообщение такого вида не передаётся: посмотрите его в Telegram.".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_twenty_digits_alone_or_behind_the_start_of_the_bot() {
        let read = |text: &str| code(&Content::Text { text: text.to_owned() }).map(str::to_owned);
        let known = "0123456789abcdef0123";
        for text in [known.to_owned(), format!(" {known}\n"), format!("/start {known}")] {
            assert_eq!(read(&text).as_deref(), Some(known), "{text}");
        }
        for text in ["/start", "Добрый день", "0123456789abcdef012", "код 0123456789abcdef0123"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
