//! The words by which a row of a timeline stands in the messenger. Pure.

use connector_api::Direction;

use crate::{
    clients::ClientError,
    delivery::DeliveryStep,
    timeline::{
        call::CallState,
        entry::{CallEntry, ContentView, EntryKind, TimelineEntry},
    },
};

/// A longer quotation of what is not there is cut.
const LONGEST_QUOTE: usize = 200;

/// Reading for nobody in particular fails only with the database.
pub(super) fn only_database(error: ClientError) -> sqlx::Error {
    match error {
        ClientError::Database(error) => error,
        other => sqlx::Error::Protocol(other.to_string()),
    }
}

/// It was planned and taken back, or waits for its time: nobody has said it.
pub(super) fn is_unsaid(entry: &TimelineEntry) -> bool {
    entry.origin != "bridge"
        && entry.delivery.as_ref().is_some_and(|delivery| delivery.step == DeliveryStep::Planned)
}

/// Who speaks.
pub(super) fn author(entry: &TimelineEntry) -> String {
    let named = entry.author.as_ref().map(|author| author.name.clone()).filter(|name| !name.is_empty());
    let person = entry.contact.as_ref().map(|contact| contact.name.clone());
    if entry.kind == EntryKind::Call || entry.direction != Some(Direction::Outbound) {
        return named
            .filter(|_| entry.kind == EntryKind::Message)
            .or(person)
            .unwrap_or_else(|| "Клиент".into());
    }
    match (entry.origin.as_str(), named) {
        ("automatic", _) => "Автоответ".into(),
        ("phone", Some(name)) => format!("{name} (с телефона)"),
        ("phone", None) => "С телефона".into(),
        (_, Some(name)) => name,
        (_, None) => "Компания".into(),
    }
}

/// What it says; `link` leads to what the messenger cannot show.
pub(super) fn of(entry: &TimelineEntry, link: &str) -> Vec<String> {
    if let Some(call) = &entry.call {
        return vec![self::call(entry, call)];
    }
    let mut lines: Vec<String> = Vec::new();
    let contents = entry.content.iter().chain(entry.items.iter().filter_map(|item| item.content.as_ref()));
    for content in contents {
        lines.extend(other(content, link));
    }
    let captions = entry.items.iter().filter_map(|item| item.text.clone());
    lines.extend(entry.text.clone().filter(|_| says_its_text(entry)).into_iter().chain(captions));
    lines.retain(|line| !line.trim().is_empty());
    let failed = entry.delivery.as_ref().filter(|_| entry.origin != "bridge");
    if let Some(delivery) = failed {
        match delivery.step {
            DeliveryStep::Failed => {
                lines.push(format!(
                    "⚠ Не доставлено: {}",
                    delivery.reason.as_deref().unwrap_or("причина не известна")
                ));
            }
            DeliveryStep::Cancelled => lines.push("⚠ Отправка отменена".into()),
            _ => {}
        }
    }
    if let (Some(failure), None | Some(DeliveryStep::Accepted)) =
        (&entry.failure, failed.map(|delivery| delivery.step))
        && entry.origin != "bridge"
    {
        lines.push(format!("⚠ Не доставлено: {}", failure.text));
    }
    lines
}

/// Whether the words of the row are not told by its content already.
fn says_its_text(entry: &TimelineEntry) -> bool {
    matches!(entry.content, None | Some(ContentView::Text { .. } | ContentView::Media { .. }))
}

/// What is neither words nor a file.
fn other(content: &ContentView, link: &str) -> Option<String> {
    Some(match content {
        ContentView::Text { .. } | ContentView::Media { .. } => return None,
        ContentView::Location { latitude, longitude, name, address } => {
            let place = [name.clone(), address.clone(), Some(format!("{latitude}, {longitude}"))];
            format!("Место: {}", place.into_iter().flatten().collect::<Vec<_>>().join(", "))
        }
        ContentView::Contacts { cards } => {
            let line = |card: &crate::timeline::entry::content::CardView| {
                let name = card.name.as_deref().unwrap_or("Контакт");
                let ways = card.phones.iter().chain(&card.emails).cloned().collect::<Vec<_>>().join(", ");
                format!("{name} {ways}")
            };
            cards.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        ContentView::Choice { title, description } => match description {
            Some(description) => format!("{title}\n{description}"),
            None => title.clone(),
        },
        ContentView::Form { name, text, .. } => {
            format!("Форма «{}»: {link}", text.as_deref().unwrap_or(name))
        }
        ContentView::Order { text, items, .. } => {
            let count = items.len();
            format!("{}Заказ из каталога, позиций: {count}: {link}", with_break(text.as_deref()))
        }
        ContentView::Unsupported { text, .. } => {
            format!("{}Сообщение такого вида видно в Узле: {link}", with_break(text.as_deref()))
        }
    })
}

fn with_break(text: Option<&str>) -> String {
    text.map(|text| format!("{text}\n")).unwrap_or_default()
}

fn call(entry: &TimelineEntry, call: &CallEntry) -> String {
    let minutes = call.talk_us.map(|talk| (talk + 59_999_999) / 60_000_000).filter(|minutes| *minutes > 0);
    let inbound = entry.direction == Some(Direction::Inbound);
    let way = if inbound { "Входящий звонок" } else { "Исходящий звонок" };
    match (call.outcome, minutes) {
        (CallState::Answered | CallState::Talking, Some(minutes)) => format!("{way}, {minutes} мин"),
        (CallState::Missed, _) => "Пропущенный звонок".into(),
        (CallState::Busy, _) => format!("{way}: занято"),
        (CallState::NotAnswered, _) => format!("{way}: не ответили"),
        (CallState::Cancelled | CallState::Unavailable | CallState::Failed, _) => {
            format!("{way}: не состоялся")
        }
        _ => way.into(),
    }
}

/// The words answered, where their message is not in the messenger.
pub(super) fn quoted(entry: &TimelineEntry) -> Option<String> {
    let text = entry.quote.as_ref()?.text.as_deref()?.trim();
    let mut short: String = text.chars().take(LONGEST_QUOTE).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    (!short.is_empty()).then(|| format!("В ответ на «{short}»:"))
}

/// A file that did not come.
pub(super) fn lost(cause: Option<&str>) -> String {
    format!("Файл не получен: {}", cause.unwrap_or("причина не известна"))
}
