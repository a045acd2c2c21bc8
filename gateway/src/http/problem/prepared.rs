//! What the errors of templates and phrases are over HTTP.

use connector_api::MediaKind;
use crm_core::phrases::{MissingField, PhraseError};
use crm_core::templates::{FillError, TemplateError};
use serde_json::json;

use super::Problem;

impl From<PhraseError> for Problem {
    fn from(error: PhraseError) -> Self {
        match error {
            PhraseError::Forbidden(forbidden) => forbidden.into(),
            PhraseError::Missing => Self::not_found(),
            PhraseError::Invalid { field, reason } => Self::invalid_field(field, reason),
            PhraseError::CodeTaken => {
                Self::conflict("Этот код уже есть у другой заготовки: выберите другой.")
                    .with_kind("taken", "Уже есть")
                    .with("field", "code")
            }
            PhraseError::Database(error) => error.into(),
        }
    }
}

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        match error {
            TemplateError::Forbidden(forbidden) => forbidden.into(),
            TemplateError::Missing => {
                Self::invalid_field("template_id", "Такого шаблона у этого канала нет: выберите другой.")
            }
            TemplateError::NotReady(why) => {
                Self::conflict(why).with_kind("template-not-ready", "Шаблон не отправляется")
            }
            TemplateError::NotFilled(error) => error.into(),
            TemplateError::Binding(key) => Self::invalid_field(
                &format!("fields.{key}"),
                "Такого поля у шаблона нет, или его название длиннее 60 знаков.",
            ),
            TemplateError::Client(error) => error.into(),
            TemplateError::Database(error) => error.into(),
        }
    }
}

impl From<FillError> for Problem {
    fn from(error: FillError) -> Self {
        match error {
            FillError::Missing(missing) => Self::not_filled(&missing),
            FillError::NoFile(kind) => Self::invalid_field(
                "head_file",
                format!("Приложите {}: это часть шаблона и стоит над его текстом.", file(kind)),
            ),
            FillError::WrongFile(kind) => Self::invalid_field(
                "head_file",
                format!("Над текстом этого шаблона стоит {}, приложен другой файл.", file(kind)),
            ),
            FillError::NeedlessFile => {
                Self::invalid_field("head_file", "Этот шаблон отправляется без файла.")
            }
        }
    }
}

/// In the nominative, which is the accusative too.
fn file(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "снимок",
        MediaKind::Video => "видео",
        _ => "документ",
    }
}

impl Problem {
    /// 400: fields have no value; they are named in words and in `missing`.
    pub fn not_filled(missing: &[MissingField]) -> Self {
        let labels: Vec<_> = missing.iter().map(|field| field.label.as_str()).collect();
        Self::invalid_field("values", format!("Не заполнено: {}.", labels.join(", ")))
            .with_kind("not-filled", "Не всё заполнено")
            .with("missing", json!(missing))
    }
}
