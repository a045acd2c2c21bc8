//! Which messages of the provider one message of ours makes.

use connector_api::{
    ContactCard, ExternalId, FilledTemplate, MediaKind, OutboundAction, OutboundContent, OutboundFile,
    OutboundMessage, SendAttempt, SendError, TemplateHeader,
};
use rust_decimal::Decimal;

use super::shape::Shape;
use super::text::{length, split};

/// The longest text of one message.
pub(super) const TEXT_LIMIT: u32 = 4096;
/// The longest text under a file.
pub(super) const CAPTION_LIMIT: u32 = 1024;

/// One message of the provider.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part<'a> {
    Text(&'a str),
    File { file: &'a OutboundFile, shape: Shape, caption: Option<&'a str> },
    Location { latitude: Decimal, longitude: Decimal, name: Option<&'a str>, address: Option<&'a str> },
    Contacts(&'a [ContactCard]),
    Template { template: &'a FilledTemplate, head: Option<Shape> },
    Reaction { message: &'a ExternalId, emoji: Option<&'a str> },
}

impl<'a> Part<'a> {
    /// The file that must be at the provider before this part can go.
    pub fn file(&self) -> Option<(&'a OutboundFile, Shape)> {
        match self {
            Self::File { file, shape, .. } => Some((file, *shape)),
            Self::Template { template, head: Some(shape) } => match &template.header {
                Some(TemplateHeader::File(file)) => Some((file, *shape)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// How many there are.
pub(super) fn count(message: &OutboundMessage) -> Result<u16, SendError> {
    let parts = of(message)?.len();
    u16::try_from(parts)
        .map_err(|_| SendError::rejected("too_long", "Сообщение слишком длинное: сократите его."))
}

/// The part that an attempt is about.
pub(super) fn nth<'a>(attempt: &SendAttempt<'a>) -> Result<Part<'a>, SendError> {
    let part = of(attempt.message)?.into_iter().nth(attempt.part.into());
    part.ok_or_else(|| {
        SendError::rejected("no_such_part", "Этой части в сообщении нет: отправьте его заново.")
    })
}

fn of(message: &OutboundMessage) -> Result<Vec<Part<'_>>, SendError> {
    match &message.action {
        OutboundAction::Send { content, .. } => of_content(content),
        OutboundAction::React { message, emoji } => {
            Ok(vec![Part::Reaction { message, emoji: emoji.as_deref() }])
        }
        OutboundAction::Edit { .. } => Err(SendError::rejected(
            "no_edit",
            "WhatsApp не позволяет менять отправленное: отправьте новое сообщение.",
        )),
        OutboundAction::Delete { .. } => {
            Err(SendError::rejected("no_delete", "WhatsApp не позволяет программам удалять отправленное."))
        }
        OutboundAction::Answer { .. } => Err(no_buttons()),
    }
}

fn no_buttons() -> SendError {
    SendError::rejected("no_buttons", "В WhatsApp кнопки бывают только у шаблонов.")
}

fn of_content(content: &OutboundContent) -> Result<Vec<Part<'_>>, SendError> {
    match content {
        OutboundContent::Text { text } => {
            let texts = texts(text);
            if texts.is_empty() {
                return Err(SendError::rejected("text_empty", "В сообщении нет ни одного знака."));
            }
            Ok(texts)
        }
        OutboundContent::Buttons { .. } => Err(no_buttons()),
        OutboundContent::Media { files, caption } => of_files(files, caption.as_deref()),
        OutboundContent::Location { latitude, longitude, name, address } => Ok(vec![Part::Location {
            latitude: *latitude,
            longitude: *longitude,
            name: name.as_deref(),
            address: address.as_deref(),
        }]),
        OutboundContent::Contacts { cards } => Ok(vec![Part::Contacts(cards)]),
        OutboundContent::Template(template) => {
            let head = match &template.header {
                Some(TemplateHeader::File(file)) => Some(head_shape(file)?),
                _ => None,
            };
            values_in_one_line(template)?;
            Ok(vec![Part::Template { template, head }])
        }
    }
}

/// A head takes no other kind than its own: what would go as a document elsewhere is refused here.
fn head_shape(file: &OutboundFile) -> Result<Shape, SendError> {
    let (shape, wanted) = match (file.kind, Shape::of(file)?) {
        (MediaKind::Image, shape) => (shape, Shape::Image),
        (MediaKind::Video, shape) => (shape, Shape::Video),
        (_, shape) => (shape, Shape::Document),
    };
    let limits = match wanted {
        _ if shape == wanted => return Ok(shape),
        Shape::Image => "нужен снимок JPEG или PNG до 5 МБ",
        Shape::Video => "нужно видео MP4 или 3GP до 16 МБ",
        _ => "нужен документ",
    };
    Err(SendError::rejected("template_head", format!("Файл над текстом шаблона не подходит: {limits}.")))
}

/// The provider refuses values with line breaks, tabs and more than four spaces in a row.
fn values_in_one_line(template: &FilledTemplate) -> Result<(), SendError> {
    let head = match &template.header {
        Some(TemplateHeader::Text(value)) => Some(value),
        _ => None,
    };
    let broken = |text: &str| text.contains(['\n', '\r', '\t']) || text.contains("     ");
    match template.body.iter().chain(head).find(|value| broken(&value.text)) {
        None => Ok(()),
        Some(value) => {
            let start: String = value.text.trim().chars().take(20).collect();
            Err(SendError::rejected(
                "template_value",
                format!(
                    "Значение «{start}…»: в полях шаблона WhatsApp не бывает переноса строки, табуляции и больше \
                     четырёх пробелов подряд."
                ),
            ))
        }
    }
}

fn texts(text: &str) -> Vec<Part<'_>> {
    split(text, TEXT_LIMIT as usize).into_iter().map(Part::Text).collect()
}

/// Each file by itself. The text stands under the first one, or behind all of them where it is too long or the first file
/// takes none.
fn of_files<'a>(files: &'a [OutboundFile], caption: Option<&'a str>) -> Result<Vec<Part<'a>>, SendError> {
    let shapes = files.iter().map(Shape::of).collect::<Result<Vec<_>, _>>()?;
    let caption = caption.filter(|caption| !caption.trim().is_empty());
    let fits = |caption: &&str| {
        length(caption) <= CAPTION_LIMIT as usize && shapes.first().is_some_and(|shape| shape.takes_caption())
    };
    let under_the_first = caption.filter(fits);
    let mut parts = Vec::with_capacity(files.len() + 1);
    for (index, (file, shape)) in files.iter().zip(&shapes).enumerate() {
        let caption = under_the_first.filter(|_| index == 0);
        parts.push(Part::File { file, shape: *shape, caption });
    }
    if under_the_first.is_none() {
        parts.extend(caption.map(texts).unwrap_or_default());
    }
    Ok(parts)
}

#[cfg(test)]
pub(crate) mod tests {
    use connector_api::TemplateValue;
    use uuid::Uuid;

    use super::*;

    pub(crate) fn file(kind: MediaKind, mime_type: &str) -> OutboundFile {
        OutboundFile {
            id: Uuid::from_u128(1),
            kind,
            mime_type: mime_type.into(),
            file_name: "Счёт 17.pdf".into(),
            size_bytes: 1000,
            sha256: "ab".repeat(32),
            duration_s: None,
        }
    }

    pub(crate) fn message(action: OutboundAction) -> OutboundMessage {
        let conversation = ExternalId::new("900000000000002:79000000002");
        OutboundMessage { id: Uuid::from_u128(7), conversation, to: Vec::new(), action }
    }

    pub(crate) fn send(content: OutboundContent) -> OutboundMessage {
        message(OutboundAction::Send { content, quote: None })
    }

    fn media(files: Vec<OutboundFile>, caption: Option<&str>) -> OutboundMessage {
        send(OutboundContent::Media { files, caption: caption.map(str::to_owned) })
    }

    fn captions(message: &OutboundMessage) -> Vec<Option<String>> {
        let caption = |part: Part<'_>| match part {
            Part::File { caption, .. } => caption.map(str::to_owned),
            Part::Text(text) => Some(format!("text: {}", length(text))),
            other => panic!("{other:?}"),
        };
        of(message).expect("it can be sent").into_iter().map(caption).collect()
    }

    #[test]
    fn several_files_are_several_parts_and_the_first_carries_the_text() {
        let image = file(MediaKind::Image, "image/jpeg");
        let message = media(vec![image.clone(), image], Some("Вот"));
        assert_eq!(captions(&message), [Some("Вот".to_owned()), None]);
    }

    #[test]
    fn a_text_that_no_file_can_carry_follows_by_itself() {
        let (image, voice) = (file(MediaKind::Image, "image/jpeg"), file(MediaKind::Voice, "audio/ogg"));
        let spoken = media(vec![voice], Some("Слушайте"));
        assert_eq!(captions(&spoken), [None, Some("text: 8".to_owned())]);
        let long = "я".repeat(1025);
        assert_eq!(captions(&media(vec![image.clone()], Some(&long))), [None, Some("text: 1025".to_owned())]);
        assert_eq!(captions(&media(vec![image.clone()], Some(&"я".repeat(1024)))).len(), 1);
        assert_eq!(captions(&media(vec![image], Some(" "))), [None]);
    }

    fn template(header: Option<TemplateHeader>, value: &str) -> OutboundMessage {
        send(OutboundContent::Template(FilledTemplate {
            name: "order_ready".into(),
            language: "ru".into(),
            header,
            body: vec![TemplateValue { name: None, text: value.into() }],
            buttons: Vec::new(),
            text: "Заказ готов".into(),
        }))
    }

    fn refused(message: &OutboundMessage) -> String {
        match count(message) {
            Err(SendError::Rejected { code, .. }) => code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_value_of_a_template_is_one_line() {
        assert_eq!(count(&template(None, "17    шт.")).expect("it can be sent"), 1);
        for value in ["17\nшт.", "17\tшт.", "17     шт."] {
            assert_eq!(refused(&template(None, value)), "template_value");
        }
    }

    #[test]
    fn the_file_above_a_template_goes_as_its_kind_or_not_at_all() {
        let head = |file| template(Some(TemplateHeader::File(file)), "17");
        assert_eq!(count(&head(file(MediaKind::Image, "image/png"))).expect("it can be sent"), 1);
        assert_eq!(count(&head(file(MediaKind::Document, "application/pdf"))).expect("it can be sent"), 1);
        assert_eq!(refused(&head(file(MediaKind::Image, "image/heic"))), "template_head");
        assert_eq!(refused(&head(file(MediaKind::Video, "video/x-matroska"))), "template_head");
    }

    #[test]
    fn a_text_above_4096_makes_several_parts() {
        let text = |count| send(OutboundContent::Text { text: "я".repeat(count) });
        assert_eq!(count(&text(4096)).expect("it can be sent"), 1);
        assert_eq!(count(&text(4097)).expect("it can be sent"), 2);
    }

    #[test]
    fn what_whatsapp_cannot_do_is_refused_in_words() {
        let at = chrono::DateTime::from_timestamp(0, 0).expect("in range");
        for (message, word) in [
            (send(OutboundContent::Text { text: " \n".into() }), "text_empty"),
            (message(OutboundAction::Delete { message: Vec::new(), sent_at: at }), "no_delete"),
            (
                message(OutboundAction::Edit {
                    message: Vec::new(),
                    sent_at: at,
                    caption: false,
                    grows: false,
                    text: "x".into(),
                    buttons: Vec::new(),
                }),
                "no_edit",
            ),
            (send(OutboundContent::Buttons { text: "Да?".into(), rows: Vec::new() }), "no_buttons"),
        ] {
            match count(&message) {
                Err(SendError::Rejected { code, .. }) => assert_eq!(code, word),
                other => panic!("{other:?}"),
            }
        }
    }
}
