//! What the errors of comments and drafts are over HTTP.

use crm_core::timeline::draft::DraftError;
use crm_core::timeline::note::NoteError;

use serde_json::json;

use super::Problem;

impl From<NoteError> for Problem {
    fn from(error: NoteError) -> Self {
        match error {
            NoteError::Client(error) => error.into(),
            NoteError::Locked(since) => Self::forbidden(
                "Прошло больше суток: изменить комментарий могут только администратор и руководитель.",
            )
            .with_kind("note-locked", "Комментарий закрыт")
            .with("locked_at", since.to_rfc3339()),
            NoteError::NotAuthor => Self::forbidden("Комментарий меняет только его автор.")
                .with_kind("not-author", "Чужой комментарий"),
        }
    }
}

impl From<DraftError> for Problem {
    fn from(error: DraftError) -> Self {
        match error {
            DraftError::Client(error) => error.into(),
            DraftError::Newer(draft) => Self::conflict("На другом устройстве записан другой черновик.")
                .with_kind("newer-draft", "Есть другой черновик")
                .with("draft", json!(draft)),
        }
    }
}
