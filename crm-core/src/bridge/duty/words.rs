//! What the bot says on duty. Pure.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{Command, Context, DayFigures};
use crate::{
    ContactId,
    rates::{CurrencyNow, RatesNow},
    telephony::debt::Debt,
    timeline::conversation::Conversation,
};

pub(super) fn help() -> String {
    let russian = ["/курсы", "/день", "/долги", "/чаты"];
    let lines = Command::MENU
        .iter()
        .zip(russian)
        .map(|(command, russian)| format!("{russian} или /{}: {}", command.name, lower_first(command.about)));
    format!("Что можно спросить:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

pub(super) fn rates(now: &RatesNow) -> String {
    let mut lines = vec![format!("Курсы на {}", date(now.today))];
    lines.extend(now.items.iter().map(rate));
    if now.warning.is_some_and(crate::rates::RateWarning::is_alarm) {
        lines.push("Внимание: свежих курсов нет, проверьте их в Узле.".to_owned());
    }
    lines.join("\n")
}

fn rate(item: &CurrencyNow) -> String {
    let Some(rate) = &item.rate else { return format!("{}: курса нет", item.currency) };
    let change = match item.change {
        Some(change) if change > Decimal::ZERO => format!(" ▲ +{}", number(change)),
        Some(change) if change < Decimal::ZERO => format!(" ▼ −{}", number(change.abs())),
        Some(_) => " без изменений".to_owned(),
        None => String::new(),
    };
    let since = if item.is_stale { format!(" (на {})", date(rate.effective_on)) } else { String::new() };
    format!("{}: {} ₽{change}{since}", item.currency, number(rate.unit_rate))
}

/// Four digits behind a comma, as the bank has them.
fn number(value: Decimal) -> String {
    format!("{:.4}", value.round_dp(4)).replace('.', ",")
}

pub(super) fn day(title: &str, day: NaiveDate, figures: &DayFigures) -> String {
    let mut lines = vec![
        format!("{title}, {}", date(day)),
        format!("Сообщения: от клиентов {}, клиентам {}", figures.messages_in, figures.messages_out),
        format!(
            "Звонки: входящих {}, из них пропущено {}; исходящих {}",
            figures.calls_in, figures.calls_missed, figures.calls_out
        ),
        format!("Новых клиентов: {}", figures.new_clients),
    ];
    if let Some(median) = figures.first_answer {
        lines.push(format!("Первый ответ: медиана {}", span(median)));
    }
    lines.join("\n")
}

pub(super) fn debts(
    calls: &[Debt],
    waiting: &[Conversation],
    managers: &HashMap<ContactId, String>,
    context: &Context,
    now: DateTime<Utc>,
) -> String {
    if calls.is_empty() && waiting.is_empty() {
        return "Долгов нет: всем перезвонили и ответили.".to_owned();
    }
    let manager = |contact: &ContactId| managers.get(contact).map_or("без ответственного", String::as_str);
    let mut lines = Vec::new();
    if !calls.is_empty() {
        lines.push("Перезвонить:".to_owned());
        lines.extend(calls.iter().map(|debt| {
            let times = if debt.missed > 1 { format!(", {}", times(debt.missed)) } else { String::new() };
            let since = span(now - debt.first.occurred_at);
            let promised =
                if debt.promised_at.is_some() { ", обещали позвонить" } else { "" };
            let who = named(&debt.contact.name, debt.clients.first().map(|client| client.name.as_str()));
            format!("• {who}: {since} назад{times}{promised}. {}", manager(&debt.contact.id))
        }));
    }
    if !waiting.is_empty() {
        lines.push("Ждут ответа:".to_owned());
        lines.extend(waiting.iter().map(|row| {
            let since = span(now - row.waiting_since.unwrap_or(row.last_at));
            let who = named(&row.contact.name, row.clients.first().map(|client| client.name.as_str()));
            format!("• {who}: {since}. {}", manager(&row.contact.id))
        }));
    }
    if !context.screens.is_empty() {
        lines.push(format!("{}/dialogs", context.screens));
    }
    lines.join("\n")
}

fn named(person: &str, company: Option<&str>) -> String {
    match company {
        Some(company) if company != person => format!("{person} ({company})"),
        _ => person.to_owned(),
    }
}

/// Something that is bridged.
pub(super) struct Chat {
    /// `None` for what the reader may not know of, and for what is bridged no longer.
    pub(super) name: Option<String>,
    pub(super) waiting: i64,
    /// Of its screen.
    pub(super) path: String,
}

pub(super) fn chats(known: impl Iterator<Item = Chat>, context: &Context) -> String {
    let line = |chat: Chat| {
        let name = chat.name?;
        let waiting = if chat.waiting > 0 {
            format!(", ждут отправки: {}", chat.waiting)
        } else {
            String::new()
        };
        let link = match context.screens.as_str() {
            "" => String::new(),
            screens => format!("\n{screens}/{}", chat.path),
        };
        Some(format!("• {name}{waiting}{link}"))
    };
    let lines: Vec<String> = known.filter_map(line).collect();
    if lines.is_empty() {
        return "С Telegram пока не связан ни один чат. Это делается в Узле: «Настройки», «Мост».".to_owned();
    }
    format!("Чаты, связанные с Telegram:\n{}", lines.join("\n"))
}

/// «5 раз», «22 раза»
fn times(count: i64) -> String {
    let few = matches!(count % 10, 2..=4) && !matches!(count % 100, 12..=14);
    format!("{count} {}", if few { "раза" } else { "раз" })
}

/// `02.11.2026`
fn date(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

/// «5 мин», «2 ч 10 мин», «3 дн»
fn span(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    match (minutes / 60 / 24, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => "меньше минуты".to_owned(),
        (0, 0, minutes) => format!("{minutes} мин"),
        (0, hours, 0) => format!("{hours} ч"),
        (0, hours, minutes) => format!("{hours} ч {minutes} мин"),
        (days, 0, _) => format!("{days} дн"),
        (days, hours, _) => format!("{days} дн {hours} ч"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_two_words_at_most() {
        for (minutes, expected) in [
            (0, "меньше минуты"),
            (5, "5 мин"),
            (60, "1 ч"),
            (130, "2 ч 10 мин"),
            (1440, "1 дн"),
            (1515, "1 дн 1 ч"),
        ] {
            assert_eq!(span(TimeDelta::minutes(minutes)), expected);
        }
    }

    #[test]
    fn times_are_inflected() {
        let told = [2, 5, 11, 13, 21, 22, 104, 112].map(times);
        assert_eq!(told, ["2 раза", "5 раз", "11 раз", "13 раз", "21 раз", "22 раза", "104 раза", "112 раз"]);
    }

    #[test]
    fn numbers_have_a_comma_and_four_digits() {
        assert_eq!(number("78.5".parse().unwrap()), "78,5000");
        assert_eq!(number("0.912345".parse().unwrap()), "0,9123");
    }
}
