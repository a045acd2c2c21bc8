//! What the errors of people and rights are over HTTP.

use chrono::{DateTime, Utc};
use crm_core::access::api_key::ApiKeyError;
use crm_core::access::audit::ListError;
use crm_core::access::password::{MIN_CHARS, WeakPassword};
use crm_core::access::password_link::LinkError;
use crm_core::access::role::RoleError;
use crm_core::access::second_factor::FactorError;
use crm_core::access::throttle::Wait;
use crm_core::access::user::UserError;
use crm_core::bridge::binding::BindingError;

use super::Problem;
use crate::passwords::Busy;

impl From<BindingError> for Problem {
    fn from(error: BindingError) -> Self {
        match error {
            BindingError::Forbidden(forbidden) => forbidden.into(),
            BindingError::Database(error) => error.into(),
        }
    }
}

impl From<FactorError> for Problem {
    fn from(error: FactorError) -> Self {
        match error {
            FactorError::On => {
                Self::conflict("Вход с кодом уже включён. Чтобы сменить приложение, сначала выключите его.")
            }
            FactorError::Off => Self::conflict("Начните подключение заново: этот код уже не ждут."),
            FactorError::Required => {
                Self::conflict("Администратор требует вход с кодом, выключить его нельзя.")
            }
            FactorError::Database(error) => error.into(),
        }
    }
}

impl From<UserError> for Problem {
    fn from(error: UserError) -> Self {
        match error {
            UserError::Forbidden(forbidden) => forbidden.into(),
            UserError::Missing => Self::not_found(),
            UserError::Field { field: "login" } => Self::invalid_field(
                "login",
                "Логин: от 2 до 64 знаков, буквы, цифры и знаки . _ - @ + без пробелов.",
            ),
            UserError::Field { field: "email" } => {
                Self::invalid_field("email", "Почта: адрес вида имя@домен, латинскими буквами.")
            }
            UserError::Field { field } => Self::invalid_field(
                field,
                format!("Поле «{field}»: нужен непустой текст в одну строку, до 200 знаков."),
            ),
            UserError::UnknownRole(role) => Self::invalid_field("roles", format!("Роли «{role}» нет.")),
            UserError::LoginTaken => {
                Self::conflict("Такой логин уже есть, регистр букв не важен.").with("field", "login")
            }
            UserError::LastAdministrator => Self::conflict(
                "Это последний администратор: сначала дайте роль администратора другому, \
                 и пусть он задаст пароль.",
            ),
            UserError::Oneself => Self::conflict("Нельзя отключить самого себя."),
            UserError::Database(error) => error.into(),
        }
    }
}

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::Forbidden(forbidden) => forbidden.into(),
            RoleError::Missing => Self::not_found(),
            RoleError::AdministratorManagesUsers => {
                Self::conflict("Администратор не может лишиться права управлять пользователями.")
            }
            RoleError::Database(error) => error.into(),
        }
    }
}

impl From<ApiKeyError> for Problem {
    fn from(error: ApiKeyError) -> Self {
        match error {
            ApiKeyError::Forbidden(forbidden) => {
                Self::from(forbidden).with_detail("Ключу нельзя дать право, которого нет у вас.")
            }
            ApiKeyError::Name => Self::invalid_field("name", "Название ключа: непустой текст до 100 знаков."),
            ApiKeyError::Database(error) => error.into(),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Forbidden(forbidden) => forbidden.into(),
            ListError::Database(error) => error.into(),
        }
    }
}

impl From<LinkError> for Problem {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Dead => {
                Self::forbidden("Ссылка недействительна: она уже использована или устарела. Попросите новую.")
                    .with_kind("dead-link", "Ссылка недействительна")
            }
            LinkError::User(error) => error.into(),
            LinkError::Database(error) => error.into(),
        }
    }
}

impl From<WeakPassword> for Problem {
    fn from(error: WeakPassword) -> Self {
        let detail = match error {
            WeakPassword::TooShort => format!("Пароль слишком короткий: нужно не меньше {MIN_CHARS} знаков."),
            WeakPassword::TooLong => "Пароль слишком длинный.".to_owned(),
            WeakPassword::SameAsLogin => "Пароль не должен совпадать с логином.".to_owned(),
        };
        Self::invalid_field("password", detail)
    }
}

impl From<Busy> for Problem {
    fn from(_: Busy) -> Self {
        Self::unavailable()
    }
}

impl Problem {
    /// 429 for a log-in that has to wait.
    pub fn wait(wait: Wait, now: DateTime<Utc>) -> Self {
        let millis = (wait.until - now).num_milliseconds().max(1);
        let seconds = u64::try_from(millis).unwrap_or(1).div_ceil(1000);
        let detail = if wait.locked {
            "Вход заблокирован из-за неверных паролей. Подождите или попросите администратора открыть вход."
        } else {
            "Слишком частые попытки входа. Подождите немного."
        };
        Self::too_many_attempts(seconds, detail).with("locked", wait.locked)
    }
}
