//! Texts written beforehand, so that a slash finds something in the demo.

use chrono::{DateTime, Utc};
use crm_core::access::Viewer;
use crm_core::phrases::phrase::{self, NewPhrase, PhraseKind};
use sqlx::PgConnection;

/// Kind, code, name and text.
const PHRASES: [(PhraseKind, &str, &str, &str); 6] = [
    (
        PhraseKind::QuickReply,
        "привет",
        "Приветствие",
        "Здравствуйте, {клиент.имя}! Меня зовут {менеджер.имя}, чем могу помочь?",
    ),
    (
        PhraseKind::QuickReply,
        "счёт",
        "Счёт отправлен",
        "Счёт № {номер счёта} отправил на почту. Действует {срок}.",
    ),
    (
        PhraseKind::QuickReply,
        "склад",
        "Адрес склада",
        "Склад: Новосибирск, ул. Примерная, 1. Будни с 9 до 18, въезд со двора.",
    ),
    (PhraseKind::QuickReply, "отгрузка", "Отгрузка", "{клиент.имя}, заказ {номер заказа} отгрузим {срок}."),
    (PhraseKind::Sms, "готов", "Заказ готов", "{имя}, заказ {номер заказа} готов. Забрать можно до {срок}."),
    (
        PhraseKind::Sms,
        "звонок",
        "Не дозвонились",
        "{имя}, не смогли до вас дозвониться. Перезвоните, пожалуйста. {менеджер.имя}",
    ),
];

/// Writes them as the company's.
pub(super) async fn write(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> anyhow::Result<()> {
    for (kind, code, name, text) in PHRASES {
        let new = NewPhrase {
            kind,
            own: false,
            name: name.to_owned(),
            code: Some(code.to_owned()),
            text: text.to_owned(),
            language: "ru".to_owned(),
        };
        phrase::create(conn, viewer, new, now).await?;
    }
    Ok(())
}
