//! What the errors of rates and of the schedule are over HTTP.

use crm_core::rates::{ConversionError, RateError};
use crm_core::schedule::ScheduleError;

use super::Problem;

impl From<RateError> for Problem {
    fn from(error: RateError) -> Self {
        match error {
            RateError::Forbidden(forbidden) => forbidden.into(),
            RateError::Missing => Self::not_found(),
            RateError::Invalid { field, reason } => Self::invalid_field(field, reason),
            RateError::Database(error) => error.into(),
        }
    }
}

impl From<ConversionError> for Problem {
    fn from(error: ConversionError) -> Self {
        match error {
            ConversionError::NoRate(currency) => Self::not_found()
                .with_kind("no-rate", "Нет курса")
                .with_detail(format!("На этот день и раньше нет курса {currency}."))
                .with("currency", currency.as_str()),
            ConversionError::TooLarge => Self::invalid_field("amount", "Сумма слишком велика."),
            ConversionError::Database(error) => error.into(),
        }
    }
}

impl From<ScheduleError> for Problem {
    fn from(error: ScheduleError) -> Self {
        match error {
            ScheduleError::Forbidden(forbidden) => forbidden.into(),
            ScheduleError::Missing => Self::not_found(),
            ScheduleError::Running => {
                Self::conflict("Задача уже выполняется.").with_kind("already-running", "Уже выполняется")
            }
            ScheduleError::Database(error) => error.into(),
        }
    }
}
