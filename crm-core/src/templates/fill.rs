//! What a template needs, and what it becomes with its values. Pure.

use connector_api::{
    FilledTemplate, MediaKind, OutboundFile, TemplateButton, TemplateComponent, TemplateHeader, TemplateValue,
};
use serde::{Deserialize, Serialize};

use super::placeholder::{names, number, replaced};
use super::template::Bindings;
use crate::phrases::{MissingField, Source, Sources, Values};

/// Where a field stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldPart {
    /// In the words above the text.
    Head,
    /// In the text.
    Body,
    /// In what a button does.
    Button,
}

/// A field of a template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TemplateField {
    /// By which a value is given: `head.1`, `body.order_id`, `button.0`.
    pub key: String,
    /// Where it stands.
    pub part: FieldPart,
    /// Its name at the provider: what stands between double braces, or the button's number.
    pub name: String,
    /// As people call it.
    pub label: String,
    /// What fills it by itself.
    #[schema(required = true)]
    pub source: Option<Source>,
    /// What stands there when nobody gives another value; known only for a conversation.
    #[schema(required = true)]
    pub value: Option<String>,
}

/// Why a template cannot be sent with these values.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// Fields without a value.
    #[error("{} fields are missing", .0.len())]
    Missing(Vec<MissingField>),
    /// A file of this kind has to stand above the text.
    #[error("the file above the text is missing")]
    NoFile(MediaKind),
    /// The file above the text is of another kind.
    #[error("the file above the text is of another kind")]
    WrongFile(MediaKind),
    /// Nothing stands above the text, but a file was given.
    #[error("the template takes no file")]
    NeedlessFile,
}

/// All fields in the order in which they are read.
pub(super) fn fields(
    components: &[TemplateComponent],
    bindings: &Bindings,
    sources: &Sources,
) -> Vec<TemplateField> {
    let field = |part: FieldPart, name: &str, usual: String| {
        let key = key(part, name);
        let bound = bindings.get(&key);
        let source = bound.and_then(|bound| bound.source);
        let label = bound.and_then(|bound| bound.label.clone());
        let label = label.or_else(|| source.map(|source| source.label().to_owned())).unwrap_or(usual);
        let value = source.and_then(|source| sources.value(source)).map(str::to_owned);
        TemplateField { key, part, name: name.to_owned(), label, source, value }
    };
    let mut fields = Vec::new();
    for component in components {
        match component {
            TemplateComponent::HeaderText { text } => {
                for name in names(text) {
                    let usual = if number(name).is_some() {
                        "поле заголовка".to_owned()
                    } else {
                        words(name)
                    };
                    fields.push(field(FieldPart::Head, name, usual));
                }
            }
            TemplateComponent::Body { text } => {
                for name in names(text) {
                    let usual = if number(name).is_some() { format!("поле {name}") } else { words(name) };
                    fields.push(field(FieldPart::Body, name, usual));
                }
            }
            TemplateComponent::Button { index, text, takes_value: true, .. } => {
                fields.push(field(FieldPart::Button, &index.to_string(), format!("кнопка «{text}»")));
            }
            _ => {}
        }
    }
    fields
}

fn key(part: FieldPart, name: &str) -> String {
    match part {
        FieldPart::Head => format!("head.{name}"),
        FieldPart::Body => format!("body.{name}"),
        FieldPart::Button => format!("button.{name}"),
    }
}

/// `order_id` as words.
fn words(name: &str) -> String {
    name.replace('_', " ")
}

/// The kind of file that stands above the text.
pub(super) fn head_file(components: &[TemplateComponent]) -> Option<MediaKind> {
    components.iter().find_map(|component| match component {
        TemplateComponent::HeaderFile { kind } => Some(*kind),
        _ => None,
    })
}

/// The words as the client reads them, one part below the other; what has no value stands as at the provider.
pub(super) fn text<'a>(
    components: &'a [TemplateComponent],
    value: impl Fn(FieldPart, &str) -> Option<&'a str>,
) -> String {
    let parts = components.iter().filter_map(|component| match component {
        TemplateComponent::HeaderText { text } => Some(replaced(text, |name| value(FieldPart::Head, name))),
        TemplateComponent::Body { text } => Some(replaced(text, |name| value(FieldPart::Body, name))),
        TemplateComponent::Footer { text } => Some(text.clone()),
        TemplateComponent::HeaderFile { .. } | TemplateComponent::Button { .. } => None,
    });
    parts.filter(|part| !part.trim().is_empty()).collect::<Vec<_>>().join("\n")
}

/// Fields with what was given for them, else with what is known.
pub(super) fn with_values(fields: Vec<TemplateField>, values: &Values) -> Vec<TemplateField> {
    let given = |key: &str| values.get(key).map(|value| value.trim()).filter(|value| !value.is_empty());
    let filled = |field: TemplateField| match given(&field.key) {
        Some(value) => TemplateField { value: Some(value.to_owned()), ..field },
        None => field,
    };
    fields.into_iter().map(filled).collect()
}

/// Fields without a value, in their order.
pub(super) fn missing(fields: &[TemplateField]) -> Vec<MissingField> {
    let empty = fields.iter().filter(|field| field.value.is_none());
    empty.map(|field| MissingField { key: field.key.clone(), label: field.label.clone() }).collect()
}

/// What goes to the provider. `fields` have their values.
pub(super) fn fill(
    (name, language): (&str, &str),
    components: &[TemplateComponent],
    fields: &[TemplateField],
    file: Option<OutboundFile>,
) -> Result<FilledTemplate, FillError> {
    let missing = missing(fields);
    if !missing.is_empty() {
        return Err(FillError::Missing(missing));
    }
    let value = |part, name: &str| -> Option<&str> {
        fields.iter().find(|field| field.part == part && field.name == name)?.value.as_deref()
    };
    let of_part = |part| fields.iter().filter(move |field| field.part == part);
    let values = |part| -> Vec<TemplateValue> {
        of_part(part)
            .map(|field| TemplateValue {
                name: number(&field.name).is_none().then(|| field.name.clone()),
                text: field.value.clone().unwrap_or_default(),
            })
            .collect()
    };
    let header = match (head_file(components), file) {
        (None, Some(_)) => return Err(FillError::NeedlessFile),
        (None, None) => values(FieldPart::Head).into_iter().next().map(TemplateHeader::Text),
        (Some(kind), None) => return Err(FillError::NoFile(kind)),
        (Some(kind), Some(file)) if file.kind == kind => Some(TemplateHeader::File(file)),
        (Some(kind), Some(_)) => return Err(FillError::WrongFile(kind)),
    };
    let buttons = components.iter().filter_map(|component| match component {
        TemplateComponent::Button { index, kind, takes_value: true, .. } => {
            let value = value(FieldPart::Button, &index.to_string())?;
            Some(TemplateButton { index: *index, kind: kind.clone(), value: value.to_owned() })
        }
        _ => None,
    });
    Ok(FilledTemplate {
        name: name.to_owned(),
        language: language.to_owned(),
        header,
        body: values(FieldPart::Body),
        buttons: buttons.collect(),
        text: text(components, value),
    })
}

#[cfg(test)]
mod tests {
    use super::super::template::Binding;
    use super::*;

    fn order_ready() -> Vec<TemplateComponent> {
        vec![
            TemplateComponent::HeaderFile { kind: MediaKind::Document },
            TemplateComponent::Body {
                text: "{{1}}, заказ {{2}} готов. Заберите {{3}}, {{1}}.".into()
            },
            TemplateComponent::Footer { text: "ООО Пример".into() },
            TemplateComponent::Button {
                index: 0,
                kind: "quick_reply".into(),
                text: "Перезвоните".into(),
                takes_value: false,
            },
            TemplateComponent::Button {
                index: 1,
                kind: "url".into(),
                text: "Заказ".into(),
                takes_value: true,
            },
        ]
    }

    fn bindings() -> Bindings {
        let name = Binding { label: None, source: Some(Source::ClientName) };
        let order = Binding { label: Some("номер заказа".into()), source: None };
        [("body.1".to_owned(), name), ("body.2".to_owned(), order)].into()
    }

    fn anna() -> Sources {
        Sources { client_name: Some("Анна".into()), ..Sources::default() }
    }

    fn invoice(kind: MediaKind) -> OutboundFile {
        OutboundFile {
            id: uuid::Uuid::from_u128(1),
            kind,
            mime_type: "application/pdf".into(),
            file_name: "Счёт 17.pdf".into(),
            size_bytes: 1000,
            sha256: "ab".repeat(32),
            duration_s: None,
        }
    }

    fn filled(values: &[(&str, &str)], file: Option<OutboundFile>) -> Result<FilledTemplate, FillError> {
        let values: Values =
            values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let components = order_ready();
        let fields = with_values(fields(&components, &bindings(), &anna()), &values);
        fill(("order_ready", "ru"), &components, &fields, file)
    }

    const ALL: [(&str, &str); 3] = [("body.2", "17"), ("body.3", "завтра"), ("button.1", "o/17")];

    #[test]
    fn a_filled_template_says_what_the_client_reads_and_holds_each_value_once() {
        let filled = filled(&ALL, Some(invoice(MediaKind::Document))).unwrap();
        assert_eq!(filled.text, "Анна, заказ 17 готов. Заберите завтра, Анна.\nООО Пример");
        let body: Vec<_> = filled.body.iter().map(|value| value.text.as_str()).collect();
        assert_eq!(body, ["Анна", "17", "завтра"]);
        assert_eq!(
            (filled.buttons.len(), filled.buttons[0].index, filled.buttons[0].value.as_str()),
            (1, 1, "o/17")
        );
        assert!(matches!(filled.header, Some(TemplateHeader::File(_))));
    }

    #[test]
    fn missing_values_are_named_as_people_call_them() {
        let Err(FillError::Missing(missing)) = filled(&[("body.3", " ")], None) else {
            panic!("it is not whole")
        };
        let labels: Vec<_> = missing.into_iter().map(|field| field.label).collect();
        assert_eq!(labels, ["номер заказа", "поле 3", "кнопка «Заказ»"]);
    }

    #[test]
    fn a_value_given_by_hand_goes_before_what_is_known() {
        let values = [("body.1", "Анна Петровна"), ALL[0], ALL[1], ALL[2]];
        let filled = filled(&values, Some(invoice(MediaKind::Document))).unwrap();
        assert!(filled.text.starts_with("Анна Петровна, заказ"));
    }

    #[test]
    fn the_file_above_the_text_is_of_the_templates_kind() {
        assert_eq!(filled(&ALL, None), Err(FillError::NoFile(MediaKind::Document)));
        let image = filled(&ALL, Some(invoice(MediaKind::Image)));
        assert_eq!(image, Err(FillError::WrongFile(MediaKind::Document)));
        let bare = [TemplateComponent::Body { text: "Здравствуйте".into() }];
        let needless = fill(("hello", "ru"), &bare, &[], Some(invoice(MediaKind::Image)));
        assert_eq!(needless, Err(FillError::NeedlessFile));
    }

    #[test]
    fn named_fields_keep_their_names() {
        let components = [
            TemplateComponent::HeaderText { text: "Заказ {{1}}".into() },
            TemplateComponent::Body { text: "Срок {{due_date}}".into() },
        ];
        let found = fields(&components, &Bindings::new(), &Sources::default());
        let labels: Vec<_> = found.iter().map(|field| field.label.as_str()).collect();
        assert_eq!(labels, ["поле заголовка", "due date"]);
        let values: Values =
            [("head.1".into(), "17".into()), ("body.due_date".into(), "5 июня".into())].into();
        let filled = fill(("due", "ru"), &components, &with_values(found, &values), None).unwrap();
        assert_eq!(filled.text, "Заказ 17\nСрок 5 июня");
        assert_eq!(filled.body[0].name.as_deref(), Some("due_date"));
        let head = TemplateValue { name: None, text: "17".into() };
        assert_eq!(filled.header, Some(TemplateHeader::Text(head)));
    }
}
