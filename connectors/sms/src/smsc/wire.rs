//! The callback of SMSC.ru (<https://smsc.ru/api/http/miscellaneous/callback/>) and its status codes
//! (<https://smsc.ru/api/http/status_messages/>).

use connector_api::DeliveryState;

use crate::form::Form;

/// What a callback is about. The provider names no kind; the fields tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A report on a message of ours.
    Status,
    /// A message to a number of ours.
    Inbound,
    /// A verification call.
    Call,
}

impl Kind {
    /// An empty `mes` is an empty message, unless a report came with the field.
    pub(super) fn of(form: &Form) -> Self {
        let has = |name| form.iter().any(|(known, _)| known == name);
        if has("mes") && (!form.bytes("mes").is_empty() || !has("status")) {
            Self::Inbound
        } else if has("waitcall") {
            Self::Call
        } else {
            Self::Status
        }
    }

    /// The fields that are signed, in order; the secret word follows them.
    pub(super) fn signed_fields(self) -> &'static [&'static str] {
        match self {
            Self::Status => &["id", "phone", "status"],
            Self::Inbound => &["phone", "mes", "to"],
            Self::Call => &["phone", "ts"],
        }
    }
}

/// What a status code means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// The message got so far.
    Reached(DeliveryState),
    /// It will not arrive, for this reason.
    Failed(&'static str),
    /// The provider does not know the message, perhaps not yet.
    NotFound,
}

impl Status {
    /// `None` for codes that are not in the provider's table.
    pub(super) fn of(code: &str) -> Option<Self> {
        Some(match code {
            "-3" => Self::NotFound,
            "-2" => Self::Failed("Отправка остановлена"),
            "-1" => Self::Reached(DeliveryState::Queued),
            "0" => Self::Reached(DeliveryState::Sent),
            // 4: the person followed the link, so the message had arrived.
            "1" | "4" => Self::Reached(DeliveryState::Delivered),
            "2" => Self::Reached(DeliveryState::Read),
            "3" => Self::Failed("Не доставлено за отведённое время"),
            "6" => Self::Failed("Задержано фильтром спама"),
            "20" => Self::Failed("Невозможно доставить"),
            "22" => Self::Failed("Неверный номер"),
            "23" => Self::Failed("Запрещено: повтор, чёрный список, спам или имя отправителя"),
            "24" => Self::Failed("Недостаточно денег на счёте SMSC.ru"),
            "25" => Self::Failed("Номер недоступен"),
            _ => return None,
        })
    }
}
