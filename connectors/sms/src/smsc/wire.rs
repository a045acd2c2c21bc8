//! The callback of SMSC.ru (<https://smsc.ru/api/http/miscellaneous/callback/>) and its status codes
//! (<https://smsc.ru/api/http/status_messages/>).

use connector_api::DeliveryState;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Value;

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

/// An answer to a sending.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sent {
    Accepted,
    Refused { code: i64, text: String },
}

#[derive(Deserialize)]
struct Answer {
    id: Option<Value>,
    status: Option<Value>,
    balance: Option<Decimal>,
    error: Option<String>,
    error_code: Option<i64>,
}

fn read(body: &[u8]) -> Option<Answer> {
    serde_json::from_slice(body).ok()
}

impl Sent {
    /// `None`: not an answer of the provider.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let answer = read(body)?;
        match (answer.error_code, answer.id) {
            (Some(code), _) => Some(Self::Refused { code, text: answer.error.unwrap_or_default() }),
            (None, Some(_)) => Some(Self::Accepted),
            (None, None) => None,
        }
    }

    /// The status code of a message, or the code of a refusal.
    pub(super) fn read_status(body: &[u8]) -> Option<Result<String, i64>> {
        let answer = read(body)?;
        if let Some(code) = answer.error_code {
            return Some(Err(code));
        }
        match answer.status? {
            Value::Number(number) => Some(Ok(number.to_string())),
            Value::String(text) => Some(Ok(text)),
            _ => None,
        }
    }
}

/// What a message's state was asked to be, each field as it stands in a report; empty where it is not told.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StatusAnswer {
    pub status: String,
    pub last_timestamp: String,
    pub err: String,
}

impl StatusAnswer {
    /// `None`: not an answer about a message.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let answer: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| match &answer[name] {
            Value::Number(number) => number.to_string(),
            // Digits and a sign; anything else would become other fields.
            Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') => {
                text.clone()
            }
            _ => String::new(),
        };
        let status = text("status");
        let (last_timestamp, err) = (text("last_timestamp"), text("err"));
        (!status.is_empty()).then_some(Self { status, last_timestamp, err })
    }
}

/// The money on an account.
pub(super) struct Balance;

impl Balance {
    /// Roubles, or the code of a refusal; `None`: not an answer of the provider.
    pub(super) fn read(body: &[u8]) -> Option<Result<Decimal, i64>> {
        let answer = read(body)?;
        match (answer.error_code, answer.balance) {
            (Some(code), _) => Some(Err(code)),
            (None, Some(balance)) => Some(Ok(balance)),
            (None, None) => None,
        }
    }
}
