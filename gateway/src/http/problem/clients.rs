//! What the errors of clients and timelines are over HTTP.

use crm_core::clients::{ClientError, TakenBy};
use serde_json::json;

use super::Problem;

impl From<ClientError> for Problem {
    fn from(error: ClientError) -> Self {
        match error {
            ClientError::Forbidden(forbidden) => forbidden.into(),
            ClientError::NotFound => Self::not_found(),
            ClientError::Foreign(stub) => Self::forbidden(
                "Этот клиент закреплён за другим менеджером: видны только название, ИНН и ответственный.",
            )
            .with_kind("foreign-client", "Чужой клиент")
            .with("stub", json!(stub)),
            ClientError::Stale { current } => {
                Self::conflict("Карточку уже изменили. Прочитайте её снова и повторите правку.")
                    .with_kind("stale-version", "Карточка изменилась")
                    .with("current", current)
            }
            ClientError::Invalid { field, reason } => Self::invalid_field(field, reason),
            ClientError::Taken { field, by } => taken(field, &by),
            ClientError::Conflicts(conflicts) => {
                Self::conflict("Поля карточек различаются: выберите, чьё значение останется.")
                    .with_kind("choice-needed", "Нужен выбор")
                    .with("conflicts", json!(conflicts))
            }
            ClientError::NotNow(reason) => Self::conflict(reason),
            ClientError::NoConsent(reason) => Self::conflict(reason).with_kind("no-consent", "Нет согласия"),
            ClientError::QuietHours { until, words } => Self::conflict(format!(
                "У клиента сейчас ночь. {words} Можно отправить и сейчас: подтвердите."
            ))
            .with_kind("quiet-hours", "Тихие часы")
            .with("until", json!(until)),
            ClientError::Database(error) => error.into(),
        }
    }
}

fn taken(field: &str, by: &TakenBy) -> Problem {
    let detail = match (field, by) {
        ("inn", TakenBy::Foreign { .. }) => "Клиент с таким ИНН есть у другого менеджера.",
        ("inn", _) => "Клиент с таким ИНН уже есть.",
        (_, TakenBy::Foreign { .. }) => "Этот номер или адрес принадлежит клиенту другого менеджера.",
        _ => "Этот номер или адрес уже есть у другого контакта.",
    };
    Problem::conflict(detail).with_kind("taken", "Уже есть").with("field", field).with("by", json!(by))
}
