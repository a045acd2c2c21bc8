//! What the errors of comments are over HTTP.

use crm_core::timeline::note::NoteError;

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
