//! What the errors of files are over HTTP.

use crm_core::media::{File, FileState};
use http::StatusCode;
use media_store::{ReceiveError, StoreError};

use super::Problem;
use crate::vault::KeepError;

impl Problem {
    /// 409: we do not have the bytes of this file (yet). `state` says how it stands, `cause` why.
    pub fn not_stored(file: &File) -> Self {
        let detail = match file.state {
            FileState::Wanted | FileState::Fetching => "Файл ещё загружается.",
            FileState::Expired => "Срок хранения записи истёк, она удалена.",
            FileState::Stored | FileState::Lost => "Файл недоступен.",
        };
        Self::conflict(detail)
            .with_kind("not-stored", "Файла нет")
            .with("state", file.state.as_str())
            .with("cause", file.cause.clone())
    }

    /// 415: nothing of this sort can be made of the file.
    pub fn no_picture(detail: &str) -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-drawable", "Показать нельзя").with_detail(detail)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "the media store failed a request");
        Self::unavailable()
    }
}

impl From<KeepError> for Problem {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Database(error) => error.into(),
            KeepError::Receive(ReceiveError::Store(error)) => error.into(),
            KeepError::Receive(ReceiveError::TooLarge(limit)) => Self::payload_too_large()
                .with_detail(format!("Файл больше допустимого размера ({} МБ).", limit >> 20)),
            KeepError::Receive(_) => Self::invalid("Файл пришёл не целиком. Отправьте его ещё раз."),
        }
    }
}
