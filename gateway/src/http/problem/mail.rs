//! What the errors of the hub's letters are over HTTP.

use crm_core::mail::MailError;

use super::Problem;

impl From<MailError> for Problem {
    fn from(error: MailError) -> Self {
        match error {
            MailError::Forbidden(forbidden) => forbidden.into(),
            MailError::Missing => Self::not_found(),
            MailError::OnItsWay => Self::conflict("Письмо уже ушло или уходит прямо сейчас.")
                .with_kind("mail-on-its-way", "Уже отправлено"),
            MailError::NoAddress => {
                Self::conflict("У вас не указана почта: её вписывает администратор в «Пользователях».")
                    .with_kind("no-email", "Нет адреса почты")
            }
            MailError::Database(error) => error.into(),
        }
    }
}
