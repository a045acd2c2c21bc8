//! What a message becomes: the provider's messages, of which each attempt sends one.

use chrono::TimeDelta;
use connector_api::{
    ContactCard, ExternalId, MediaKind, OutboundAction, OutboundContent, OutboundFile, OutboundMessage,
    Remedy, SendError,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

use crate::ids;
use crate::split::{LONGEST, pieces};

/// Pictures and films of one message. The provider names no number; this one is shown as one grid in the app.
const MOST_TOGETHER: usize = 10;
/// Own messages in dialogs can be changed that long.
const EDITABLE: TimeDelta = TimeDelta::days(7);
const MB: u64 = 1024 * 1024;

/// The provider's four kinds of uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum UploadKind {
    Image,
    Video,
    Audio,
    File,
}

impl UploadKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::File => "file",
        }
    }

    /// The largest file taken.
    pub(crate) fn limit_bytes(self) -> u64 {
        match self {
            Self::Image => 50 * MB,
            Self::Video => 250 * MB,
            Self::Audio => 256 * MB,
            Self::File => 4096 * MB,
        }
    }

    /// Audio, files and cards must stand alone in a message.
    fn goes_with_others(self) -> bool {
        matches!(self, Self::Image | Self::Video)
    }

    /// As which kind a file goes: whatever the provider would not show goes as a plain file.
    pub(crate) fn of(file: &OutboundFile) -> Result<Self, SendError> {
        let mime = file.mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let wanted = match file.kind {
            MediaKind::Image | MediaKind::Sticker if IMAGES.contains(&mime.as_str()) => Self::Image,
            MediaKind::Video if VIDEOS.contains(&mime.as_str()) => Self::Video,
            MediaKind::Audio | MediaKind::Voice | MediaKind::Recording
                if mime.starts_with("audio/") && file.duration_s.unwrap_or(0) <= 3600 =>
            {
                Self::Audio
            }
            _ => Self::File,
        };
        let kind = if file.size_bytes > wanted.limit_bytes() { Self::File } else { wanted };
        if file.size_bytes > kind.limit_bytes() {
            return Err(SendError::Rejected {
                code: "too_large".into(),
                reason: "MAX принимает файлы до 4 ГБ. Сожмите файл или дайте ссылку на него.".into(),
                remedy: Some(Remedy::Convert),
            });
        }
        Ok(kind)
    }
}

const IMAGES: [&str; 7] =
    ["image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp", "image/heic", "image/heif"];
const VIDEOS: [&str; 4] = ["video/mp4", "video/quicktime", "video/x-matroska", "video/webm"];

/// One of the provider's messages, or one change of one.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    /// A new message.
    New(NewMessage<'a>),
    /// A new text; attachments stay as they are.
    Edit { mid: &'a str, text: &'a str },
    /// Taken back.
    Delete { mid: &'a str },
}

/// A new message of ours.
#[derive(Debug, PartialEq, Default)]
pub(crate) struct NewMessage<'a> {
    pub(crate) chat: i64,
    pub(crate) text: Option<String>,
    /// To be uploaded first.
    pub(crate) files: Vec<(UploadKind, &'a OutboundFile)>,
    /// Attachments that need no upload.
    pub(crate) attachments: Vec<Value>,
    /// The `mid` answered.
    pub(crate) quote: Option<&'a str>,
}

/// All pieces of a message, in order; at least one. The same message always gives the same pieces, but for the age of
/// what an edit changes, which is looked at when it is sent.
pub(crate) fn pieces_of(message: &OutboundMessage) -> Result<Vec<Piece<'_>>, SendError> {
    match &message.action {
        OutboundAction::Send { content, quote } => {
            let chat = ids::chat_of(&message.conversation)
                .ok_or_else(|| SendError::rejected("conversation", "Этот диалог не из MAX."))?;
            new(chat, content, quote.as_ref())
        }
        OutboundAction::Edit { message, caption, text, .. } => edit(message, *caption, text),
        OutboundAction::Delete { message, .. } => {
            let delete = |id| Ok(Piece::Delete { mid: mid_of(id)? });
            message.iter().map(delete).collect::<Result<Vec<_>, _>>().and_then(at_least_one)
        }
        OutboundAction::React { .. } => {
            Err(SendError::rejected("reaction", "Боты в MAX не ставят реакций: ответьте словами."))
        }
        OutboundAction::Answer { .. } => Err(no_buttons()),
    }
}

/// Whether an edit still may be tried.
pub(crate) fn is_editable(
    message: &OutboundMessage,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<(), SendError> {
    match &message.action {
        OutboundAction::Edit { sent_at, .. } if now - *sent_at > EDITABLE => Err(SendError::rejected(
            "too_old",
            "MAX позволяет менять сообщение семь дней. Отправьте исправление новым сообщением.",
        )),
        _ => Ok(()),
    }
}

fn no_buttons() -> SendError {
    SendError::rejected("buttons", "Кнопок в MAX мы не ставим: напишите обычный текст.")
}

fn new<'a>(
    chat: i64,
    content: &'a OutboundContent,
    quote: Option<&'a ExternalId>,
) -> Result<Vec<Piece<'a>>, SendError> {
    let mut messages = match content {
        OutboundContent::Text { text } => texts(text),
        OutboundContent::Media { files, caption } => media(files, caption.as_deref())?,
        OutboundContent::Location { latitude, longitude, name, address } => {
            let words: Vec<&str> = [name, address].into_iter().flatten().map(String::as_str).collect();
            let text = (!words.is_empty()).then(|| words.join("\n"));
            vec![NewMessage { text, attachments: vec![place(latitude, longitude)], ..NewMessage::default() }]
        }
        OutboundContent::Contacts { cards } => cards.iter().map(card).collect(),
        OutboundContent::Buttons { .. } => return Err(no_buttons()),
        OutboundContent::Template(_) => {
            return Err(SendError::rejected("template", "В MAX нет шаблонов: напишите обычный текст."));
        }
    };
    let empty = |message: &NewMessage<'_>| {
        let blank = message.text.as_deref().is_none_or(|text| text.trim().is_empty());
        blank && message.files.is_empty() && message.attachments.is_empty()
    };
    if messages.is_empty() || messages.iter().any(empty) {
        return Err(SendError::rejected("empty", "Пустое сообщение отправить нельзя."));
    }
    for message in &mut messages {
        message.chat = chat;
    }
    if let (Some(first), Some(quote)) = (messages.first_mut(), quote) {
        first.quote = Some(mid_of(quote)?);
    }
    Ok(messages.into_iter().map(Piece::New).collect())
}

fn texts<'a>(text: &str) -> Vec<NewMessage<'a>> {
    let one = |piece: &str| NewMessage { text: Some(piece.to_owned()), ..NewMessage::default() };
    pieces(text, LONGEST).into_iter().map(one).collect()
}

/// The text goes with the first message, or before it where it is too long; pictures and films share messages, the
/// order stays.
fn media<'a>(files: &'a [OutboundFile], caption: Option<&str>) -> Result<Vec<NewMessage<'a>>, SendError> {
    let mut messages: Vec<NewMessage<'a>> = Vec::new();
    for file in files {
        let kind = UploadKind::of(file)?;
        let joins = |message: &&mut NewMessage<'a>| {
            let together = message.files.iter().all(|(other, _)| other.goes_with_others());
            kind.goes_with_others() && together && message.files.len() < MOST_TOGETHER
        };
        match messages.last_mut().filter(joins) {
            Some(message) => message.files.push((kind, file)),
            None => messages.push(NewMessage { files: vec![(kind, file)], ..NewMessage::default() }),
        }
    }
    let Some(caption) = caption.filter(|caption| !caption.trim().is_empty()) else { return Ok(messages) };
    let mut before = texts(caption);
    if let ([_], Some(first)) = (before.as_slice(), messages.first_mut()) {
        first.text = Some(caption.to_owned());
        return Ok(messages);
    }
    before.append(&mut messages);
    Ok(before)
}

fn place(latitude: &Decimal, longitude: &Decimal) -> Value {
    let number = |degrees: &Decimal| serde_json::from_str::<Value>(&degrees.to_string()).unwrap_or_default();
    json!({ "type": "location", "latitude": number(latitude), "longitude": number(longitude) })
}

/// A card must be the only attachment of its message.
fn card<'a>(card: &ContactCard) -> NewMessage<'a> {
    let name = card.name.clone().unwrap_or_default();
    let phone = card.phones.first().map(|phone| phone.e164().to_owned());
    let payload = json!({ "name": name, "vcf_info": vcard(card), "vcf_phone": phone });
    let attachment = json!({ "type": "contact", "payload": payload });
    NewMessage { attachments: vec![attachment], ..NewMessage::default() }
}

fn vcard(card: &ContactCard) -> String {
    let escaped = |text: &str| {
        text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;").replace(['\r', '\n'], " ")
    };
    let mut lines = vec!["BEGIN:VCARD".to_owned(), "VERSION:3.0".to_owned()];
    lines.extend(card.name.as_ref().map(|name| format!("FN:{}", escaped(name))));
    lines.extend(card.organization.as_ref().map(|company| format!("ORG:{}", escaped(company))));
    lines.extend(card.phones.iter().map(|phone| format!("TEL;TYPE=cell:{phone}")));
    lines.extend(card.emails.iter().map(|email| format!("EMAIL:{}", escaped(email))));
    lines.push("END:VCARD\r\n".to_owned());
    lines.join("\r\n")
}

/// The text again in the messages that carry it; those that the shorter text does not need any more are taken back.
fn edit<'a>(ids: &'a [ExternalId], caption: bool, text: &'a str) -> Result<Vec<Piece<'a>>, SendError> {
    if text.trim().is_empty() && !caption {
        return Err(SendError::rejected("empty", "Пустое сообщение отправить нельзя."));
    }
    let texts = pieces(text, LONGEST);
    let carrying = if caption { ids.get(..1).unwrap_or_default() } else { ids };
    if texts.len() > carrying.len().max(1) {
        return Err(SendError::rejected(
            "too_long",
            "Новый текст длиннее того, что был отправлен. Отправьте продолжение новым сообщением.",
        ));
    }
    let mut texts = texts.into_iter();
    let change = |id| {
        let mid = mid_of(id)?;
        Ok(texts.next().map_or(Piece::Delete { mid }, |text| Piece::Edit { mid, text }))
    };
    carrying.iter().map(change).collect::<Result<Vec<_>, _>>().and_then(at_least_one)
}

fn at_least_one(pieces: Vec<Piece<'_>>) -> Result<Vec<Piece<'_>>, SendError> {
    if pieces.is_empty() {
        return Err(SendError::rejected("message", "У сообщения нет номера в MAX: оно не было отправлено."));
    }
    Ok(pieces)
}

fn mid_of(id: &ExternalId) -> Result<&str, SendError> {
    let mid = ids::read_message(id).map(|(_, mid)| mid);
    mid.ok_or_else(|| SendError::rejected("message", "Это сообщение не из MAX."))
}
