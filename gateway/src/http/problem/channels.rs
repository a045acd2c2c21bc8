//! What the errors of accounts and raw events are over HTTP.

use connector_api::{ConfigError, Setting};
use crm_core::accounts::AccountError;
use crm_core::delivery::route::PassedOver;
use crm_core::timeline::raw_log::RawLogError;

use super::Problem;
use crate::connectors::FieldError;
use crate::replay::ReplayError;

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Forbidden(forbidden) => forbidden.into(),
            AccountError::Missing => Self::not_found(),
            AccountError::Name => Self::invalid_field(
                "name",
                "Название канала: нужен непустой текст в одну строку, до 200 знаков.",
            ),
            AccountError::Database(error) => error.into(),
        }
    }
}

impl From<RawLogError> for Problem {
    fn from(error: RawLogError) -> Self {
        match error {
            RawLogError::Forbidden(forbidden) => forbidden.into(),
            RawLogError::Missing => Self::not_found(),
            RawLogError::Database(error) => error.into(),
        }
    }
}

impl From<ReplayError> for Problem {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Database(error) => error.into(),
        }
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        match error {
            FieldError::Unknown(name) => {
                Self::invalid_field(&format!("settings.{name}"), format!("Поля «{name}» у этого канала нет."))
            }
            FieldError::NotText(name) => Self::invalid_field(
                &format!("settings.{name}"),
                format!("Поле «{name}» секретное: нужен текст, null оставляет прежнее значение."),
            ),
            FieldError::Region => {
                Self::invalid_field("settings.region", "Страна: нужно одно из RU, KZ, KG, BY.")
            }
        }
    }
}

impl Problem {
    /// 400: a required setting of an account is empty.
    pub fn missing_setting(setting: &Setting) -> Self {
        let name = setting.name;
        Self::invalid_field(&format!("settings.{name}"), format!("Заполните поле «{name}»: {}", setting.hint))
    }

    /// 400: the connector refuses the settings of an account.
    pub fn unfit_settings(error: &ConfigError) -> Self {
        Self::invalid_field("settings", format!("С такими настройками канал не заработает: {}.", error.0))
    }
}

impl Problem {
    /// 409: only templates may be sent now.
    pub fn window_closed() -> Self {
        Self::conflict("Окно переписки закрыто: выберите шаблон.").with_kind("window-closed", "Окно закрыто")
    }

    /// 409: the rule finds no channel to the person; `passed_over` tells why each of them does not do.
    pub fn no_channel(passed_over: &[PassedOver]) -> Self {
        Self::conflict("Ни один канал сейчас не дойдёт до клиента.")
            .with_kind("no-channel", "Нет канала")
            .with("passed_over", serde_json::json!(passed_over))
    }

    /// 409: this conversation cannot be written to now.
    pub fn cannot_write(reason: impl Into<String>) -> Self {
        Self::conflict(reason).with_kind("cannot-write", "Написать нельзя")
    }
}
