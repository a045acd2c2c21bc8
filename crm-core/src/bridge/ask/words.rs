//! What is asked, and what its buttons give back. Pure.

use connector_api::Button;
use uuid::Uuid;

use super::store::Chat;

pub(super) const WHICH: &str = "В какой чат? Выберите, и сообщение уйдёт туда. Чтобы вопроса не было, отвечайте на сообщение \
    нужного чата.";
pub(super) const NOTHING_BRIDGED: &str = "Сообщение не передано: ни один чат не связан с Telegram. Их выбирают в Узле: «Настройки», «Мост в Telegram».";
pub(super) const DEAD: &str = "Эта кнопка больше не действует.";
pub(super) const CHOSEN_BEFORE: &str = "Чат уже выбран.";
pub(super) const NOT_BRIDGED: &str = "Этот чат больше не связан с Telegram: выберите другой.";
pub(super) const MORE: &str = "Показаны другие чаты.";
pub(super) const TAKEN: &str = "Передаём.";

/// Begins the data of our buttons; the number of the question follows, then a thread or a page.
const PREFIX: &str = "ask/";

/// Chats shown at once.
const PAGE: usize = 8;

/// The messenger shows about so much of a label.
const LONGEST_LABEL: usize = 60;

/// What a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// This chat.
    Thread(Uuid),
    /// Others to choose from.
    Page(usize),
}

pub(super) fn chosen(chat: &str) -> String {
    format!("Выбран чат «{chat}».")
}

/// One row for each chat of the page, the newest first, and one that leads to the pages beside it.
pub(super) fn buttons(number: i64, chats: &[Chat], page: usize) -> Vec<Vec<Button>> {
    let last = chats.len().saturating_sub(1) / PAGE;
    let page = page.min(last);
    let of = |chat: &Chat| {
        let label = chat.name.chars().take(LONGEST_LABEL).collect();
        vec![Button { label, data: format!("{PREFIX}{number}/t/{}", chat.thread_id.simple()) }]
    };
    let turn =
        |label: &str, to: usize| Button { label: label.to_owned(), data: format!("{PREFIX}{number}/p/{to}") };
    let newer = (page > 0).then(|| turn("← Новее", page.saturating_sub(1)));
    let older = (page < last).then(|| turn("Старее →", page + 1));
    let beside: Vec<Button> = newer.into_iter().chain(older).collect();
    let shown = chats.iter().skip(page * PAGE).take(PAGE).map(of);
    shown.chain((!beside.is_empty()).then_some(beside)).collect()
}

/// The number of the question and what its button asks for.
pub(super) fn read(data: &str) -> Option<(i64, Wish)> {
    let mut parts = data.strip_prefix(PREFIX)?.splitn(3, '/');
    let (number, kind, what) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    let wish = match kind {
        "t" => Wish::Thread(Uuid::try_parse(what).ok()?),
        "p" => Wish::Page(what.parse().ok()?),
        _ => return None,
    };
    Some((number, wish))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chats(count: u128) -> Vec<Chat> {
        (1..=count).map(|n| Chat { thread_id: Uuid::from_u128(n), name: format!("Чат {n}") }).collect()
    }

    #[test]
    fn what_a_button_gives_back_fits_and_is_read() {
        for row in buttons(i64::MAX, &chats(20), 1).iter().flatten() {
            assert!(row.data.len() <= 64, "{}", row.data);
            assert_eq!(read(&row.data).map(|(number, _)| number), Some(i64::MAX));
        }
        let thread = Uuid::from_u128(3);
        assert_eq!(read(&format!("ask/7/t/{}", thread.simple())), Some((7, Wish::Thread(thread))));
        for foreign in ["d/1/yes", "ask/x/p/1", "ask/1/q/1", "ask/1/t/zz", "template/1"] {
            assert_eq!(read(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn many_chats_are_shown_in_pages() {
        let labels = |count, page| -> Vec<String> {
            buttons(1, &chats(count), page).into_iter().flatten().map(|button| button.label).collect()
        };
        assert_eq!(labels(2, 0), ["Чат 1", "Чат 2"]);
        assert_eq!(labels(9, 0).last().unwrap(), "Старее →");
        assert_eq!(labels(9, 1), ["Чат 9", "← Новее"]);
        assert_eq!(labels(20, 1).len(), 10);
        assert_eq!(labels(9, 50), ["Чат 9", "← Новее"], "a list that became shorter");
    }
}
