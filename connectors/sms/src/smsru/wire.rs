//! The callback of SMS.ru and its codes (<https://sms.ru/api/status>).

use std::collections::BTreeMap;

use connector_api::{DeliveryState, PhoneNumber, Region};
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::form::Form;

/// The fields `data[…]` in the order of their numbers, each with its name.
pub(super) fn entries(form: &Form) -> Vec<(&str, &[u8])> {
    let mut entries: Vec<_> = form.iter().filter(|(name, _)| name.starts_with("data[")).collect();
    entries.sort_by_key(|(name, _)| number(name));
    entries
}

/// A name without a number comes last; equal ones stay in the order of arrival.
fn number(name: &str) -> u64 {
    name.strip_prefix("data[").and_then(|rest| rest.strip_suffix(']')?.parse().ok()).unwrap_or(u64::MAX)
}

/// What a code says of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// The message got so far.
    Reached(DeliveryState),
    /// It will not arrive, for this reason.
    Failed(&'static str),
    /// The provider does not know the message, perhaps not yet.
    NotFound,
}

impl Code {
    /// `None` for codes that say nothing of a message.
    pub(super) fn of(code: &str) -> Option<Self> {
        Some(match code {
            "-1" => Self::NotFound,
            "100" | "101" => Self::Reached(DeliveryState::Queued),
            "102" => Self::Reached(DeliveryState::Sent),
            "103" => Self::Reached(DeliveryState::Delivered),
            "110" => Self::Reached(DeliveryState::Read),
            "104" => Self::Failed("Не доставлено: истёк срок жизни сообщения"),
            "105" => Self::Failed("Не доставлено: удалено оператором"),
            "106" => Self::Failed("Не доставлено: сбой в телефоне"),
            "107" => Self::Failed("Не доставлено: причина неизвестна"),
            "108" => Self::Failed("Не доставлено: отклонено"),
            "150" => Self::Failed("Не доставлено: нет маршрута на этот номер"),
            "202" => Self::Failed("Неверный номер получателя"),
            "203" => Self::Failed("Нет текста сообщения"),
            "204" => Self::Failed("Имя отправителя не согласовано"),
            "205" => Self::Failed("Сообщение длиннее восьми частей"),
            "207" => Self::Failed("На этот номер нет маршрута"),
            "208" => Self::Failed("Неверное время отправки"),
            "209" => Self::Failed("Получатель в стоп-листе"),
            "212" => Self::Failed("Текст передан не в UTF-8"),
            "213" => Self::Failed("Больше ста номеров в одном запросе"),
            "230" => Self::Failed("Превышено число сообщений на этот номер за день"),
            "231" => Self::Failed("Превышено число одинаковых сообщений на этот номер за минуту"),
            "232" => Self::Failed("Превышено число одинаковых сообщений на этот номер за день"),
            "233" => Self::Failed("Отклонено защитой от повторной отправки кодов"),
            _ => return None,
        })
    }
}

/// An answer to a sending: one status for the request and one per number.
#[derive(Debug, Deserialize)]
pub(super) struct SentAnswer {
    status_code: i64,
    #[serde(default)]
    status_text: String,
    #[serde(default)]
    sms: BTreeMap<String, SentNumber>,
}

/// What became of one number.
#[derive(Debug, Deserialize)]
pub(super) struct SentNumber {
    status_code: i64,
    #[serde(default)]
    status_text: String,
    sms_id: Option<String>,
}

impl SentAnswer {
    /// `None`: not an answer of the provider.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    pub(super) fn code(&self) -> i64 {
        self.status_code
    }

    pub(super) fn text(&self) -> &str {
        &self.status_text
    }

    /// By the id of each message, where it was asked for.
    pub(super) fn states(&self) -> impl Iterator<Item = (&str, i64)> {
        self.sms.iter().map(|(id, sent)| (id.as_str(), sent.status_code))
    }

    /// The provider may write the number in another form than we did.
    pub(super) fn number(&self, digits: &str) -> Option<&SentNumber> {
        let same = |key: &str| {
            PhoneNumber::parse(key, Region::default()).is_some_and(|number| number.digits() == digits)
        };
        self.sms.get(digits).or_else(|| self.sms.iter().find(|(key, _)| same(key)).map(|(_, number)| number))
    }
}

impl SentNumber {
    pub(super) fn code(&self) -> i64 {
        self.status_code
    }

    pub(super) fn text(&self) -> &str {
        &self.status_text
    }

    pub(super) fn sms_id(&self) -> Option<&str> {
        self.sms_id.as_deref()
    }
}

/// An answer about the account.
#[derive(Debug, Deserialize)]
pub(super) struct AccountAnswer {
    status_code: i64,
    pub balance: Option<Decimal>,
    /// Addresses for reports.
    #[serde(default)]
    pub callback: Vec<String>,
}

impl AccountAnswer {
    /// `None`: not an answer of the provider.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }

    pub(super) fn code(&self) -> i64 {
        self.status_code
    }
}
