//! From an attempt to a call. Pure but for what earlier answers taught us.

use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{Button, ContactCard, ExternalId, OutboundAction, SendAttempt, SendError};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::memory::Memory;
use super::piece::{Piece, Shaped, pieces};
use crate::api::{Call, Upload};
use crate::place::Place;
use crate::press;

/// Older messages can be taken back no more.
const DELETE_WINDOW: TimeDelta = TimeDelta::hours(48);

/// One attempt, ready to be made.
#[derive(Clone, Debug)]
pub(crate) struct Request<'a> {
    /// What is called.
    pub(crate) call: Call,
    /// What it does: the answer is read accordingly.
    pub(crate) piece: Piece<'a>,
    /// Where.
    pub(crate) place: Place<'a>,
    /// Whoever asked wants to know what the changed message is made of.
    pub(crate) names_changed: bool,
}

/// What to call for this attempt.
pub(crate) fn request_for<'a>(memory: &Memory, attempt: &SendAttempt<'a>) -> Result<Request<'a>, SendError> {
    let message = attempt.message;
    let place = Place::read(&message.conversation).ok_or_else(|| {
        SendError::rejected("no_chat", "Не удалось понять, в какой чат Telegram отправлять.")
    })?;
    let place = Place { chat: memory.chat(place.chat), ..place };
    let piece = pieces(message)?
        .into_iter()
        .nth(attempt.part.into())
        .ok_or_else(|| SendError::rejected("no_such_part", "Части сообщения с таким номером нет."))?;
    let quote = match &message.action {
        OutboundAction::Send { quote, .. } if attempt.part == 0 => quote.as_ref(),
        OutboundAction::Delete { sent_at, .. } => {
            young_enough(*sent_at, attempt.now)?;
            None
        }
        _ => None,
    };
    let call = Caller { memory, place, quote }.call(&piece)?;
    let names_changed = matches!(message.action, OutboundAction::Edit { grows: true, .. });
    Ok(Request { call, piece, place, names_changed })
}

fn young_enough(sent_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), SendError> {
    if now - sent_at < DELETE_WINDOW {
        return Ok(());
    }
    Err(SendError::rejected(
        "too_old",
        "Сообщению больше 48 часов: Telegram уже не даёт его удалить. Его может удалить сам клиент.",
    ))
}

/// What all requests of one message share.
struct Caller<'a> {
    memory: &'a Memory,
    place: Place<'a>,
    quote: Option<&'a ExternalId>,
}

impl Caller<'_> {
    fn call(&self, piece: &Piece<'_>) -> Result<Call, SendError> {
        Ok(match piece {
            Piece::Text(text) => self.sending("sendMessage", json!({ "text": text })),
            Piece::Buttons { text, rows } => {
                self.sending("sendMessage", json!({ "text": text, "reply_markup": keyboard(rows) }))
            }
            Piece::File { file, caption } => self.file(*file, *caption),
            Piece::Album { files, caption } => self.album(files, *caption),
            Piece::Location { latitude, longitude } => self.sending(
                "sendLocation",
                json!({ "latitude": degrees(*latitude), "longitude": degrees(*longitude) }),
            ),
            Piece::Venue { latitude, longitude, title, address } => self.sending(
                "sendVenue",
                json!({
                    "latitude": degrees(*latitude), "longitude": degrees(*longitude),
                    "title": title, "address": address,
                }),
            ),
            Piece::Contact(card) => self.sending("sendContact", contact(card)),
            Piece::EditText { message, text, buttons } => {
                // Without a keyboard the former one goes.
                let fields = json!({ "text": text, "reply_markup": keyboard(buttons) });
                self.changing("editMessageText", message, fields)?
            }
            Piece::EditCaption { message, text } => {
                self.changing("editMessageCaption", message, json!({ "caption": text }))?
            }
            Piece::Delete(messages) => self.deleting(messages)?,
            Piece::React { message, emoji } => self.reacting(message, *emoji)?,
            Piece::Answer { press, text } => press::request_for(press, Some(text))
                .ok_or_else(|| SendError::rejected("no_press", "Это не нажатие на кнопку."))?,
        })
    }

    fn file(&self, Shaped { file, shape }: Shaped<'_>, caption: Option<&str>) -> Call {
        let mut uploads = Vec::new();
        let mut fields =
            json!({ shape.field(): self.source(Shaped { file, shape }, &mut uploads), "caption": caption });
        describe(&mut fields, Shaped { file, shape });
        Call { uploads, ..self.sending(shape.method(), fields) }
    }

    fn album(&self, files: &[Shaped<'_>], caption: Option<&str>) -> Call {
        let mut uploads = Vec::new();
        let media: Vec<Value> = files
            .iter()
            .enumerate()
            .map(|(index, file)| {
                let mut item =
                    json!({ "type": file.shape.field(), "media": self.source(*file, &mut uploads) });
                if let Some(caption) = caption.filter(|_| index == 0) {
                    item["caption"] = caption.into();
                }
                describe(&mut item, *file);
                item
            })
            .collect();
        Call { uploads, ..self.sending("sendMediaGroup", json!({ "media": media })) }
    }

    /// The provider's handle where it has the bytes already, otherwise an upload.
    fn source(&self, Shaped { file, shape }: Shaped<'_>, uploads: &mut Vec<Upload>) -> String {
        if let Some(id) = self.memory.file_id(file, shape) {
            return id;
        }
        let name = format!("file{}", uploads.len());
        let source = format!("attach://{name}");
        uploads.push(Upload { name, file: file.clone() });
        source
    }

    /// Plain text always: a client's `<` in a text with mark-up would cost the message.
    fn sending(&self, method: &'static str, content: Value) -> Call {
        let mut fields = self.target();
        // Topic 1 is the main stream, which has no number when sending.
        fields["message_thread_id"] = self.place.topic.filter(|topic| *topic != 1).into();
        fields["reply_parameters"] = self.reply().into();
        Call::new(method, joined(fields, content))
    }

    /// The answered message, where it stands in this chat. A deleted one must not block the answer.
    fn reply(&self) -> Option<Value> {
        let (place, number) = Place::read_message(self.quote?)?;
        let here =
            place.connection == self.place.connection && self.memory.chat(place.chat) == self.place.chat;
        here.then(|| json!({ "message_id": number, "allow_sending_without_reply": true }))
    }

    fn changing(
        &self,
        method: &'static str,
        message: &ExternalId,
        content: Value,
    ) -> Result<Call, SendError> {
        let mut fields = self.target();
        fields["message_id"] = number(message)?.into();
        Ok(Call::new(method, joined(fields, content)))
    }

    fn deleting(&self, messages: &[ExternalId]) -> Result<Call, SendError> {
        let numbers = messages.iter().map(number).collect::<Result<Vec<i64>, _>>()?;
        if let Some(connection) = self.place.connection {
            let fields = json!({ "business_connection_id": connection, "message_ids": numbers });
            return Ok(Call::new("deleteBusinessMessages", fields));
        }
        Ok(match numbers.as_slice() {
            // The method for one says what is wrong, the one for many passes over it.
            [number] => Call::new("deleteMessage", joined(self.target(), json!({ "message_id": number }))),
            numbers => Call::new("deleteMessages", joined(self.target(), json!({ "message_ids": numbers }))),
        })
    }

    fn reacting(&self, message: &ExternalId, emoji: Option<&str>) -> Result<Call, SendError> {
        if self.place.connection.is_some() {
            return Err(SendError::rejected(
                "no_reactions_here",
                "В чате из аккаунта менеджера бот не может ставить реакции. Поставьте её с телефона.",
            ));
        }
        // Keyboards add a sign that asks for colour; the provider's list has the bare characters.
        let bare = emoji.map(|emoji| emoji.replace('\u{fe0f}', ""));
        let reaction: Vec<Value> =
            bare.into_iter().map(|emoji| json!({ "type": "emoji", "emoji": emoji })).collect();
        self.changing("setMessageReaction", message, json!({ "reaction": reaction }))
    }

    fn target(&self) -> Value {
        json!({ "business_connection_id": self.place.connection, "chat_id": self.place.chat })
    }
}

/// <https://core.telegram.org/bots/api#inlinekeyboardmarkup>
fn keyboard(rows: &[Vec<Button>]) -> Option<Value> {
    let row = |row: &Vec<Button>| -> Value {
        row.iter().map(|button| json!({ "text": button.label, "callback_data": button.data })).collect()
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    (!rows.is_empty()).then(|| json!({ "inline_keyboard": rows }))
}

/// The provider's number of a message.
fn number(message: &ExternalId) -> Result<i64, SendError> {
    Place::read_message(message).map(|(_, number)| number).ok_or_else(|| {
        SendError::rejected("no_number", "У этого сообщения нет номера в Telegram: изменить его нельзя.")
    })
}

fn joined(mut fields: Value, content: Value) -> Value {
    if let (Some(fields), Value::Object(content)) = (fields.as_object_mut(), content) {
        fields.extend(content);
    }
    fields
}

/// What the provider cannot see in the bytes.
fn describe(item: &mut Value, Shaped { file, shape }: Shaped<'_>) {
    if let Some(seconds) = file.duration_s.filter(|_| shape.has_duration()) {
        item["duration"] = seconds.into();
    }
    match shape {
        super::shape::Shape::Video => item["supports_streaming"] = true.into(),
        // A picture that somebody sends as a file stays one.
        super::shape::Shape::Document => item["disable_content_type_detection"] = true.into(),
        _ => {}
    }
}

/// Degrees as a number of JSON; six digits behind the point are a hand's breadth.
fn degrees(value: Decimal) -> Value {
    value.to_string().parse::<serde_json::Number>().map_or(Value::Null, Value::Number)
}

/// A visiting card. The provider has room for one number and two names; the whole card goes as a vCard beside them.
fn contact(card: &ContactCard) -> Value {
    let numbers = numbers(card);
    let first = numbers.first().cloned().unwrap_or_default();
    let name = card.name.as_deref().or(card.organization.as_deref()).unwrap_or(&first);
    let mut fields = Map::new();
    fields.insert("phone_number".into(), first.clone().into());
    fields.insert("first_name".into(), name.into());
    if numbers.len() > 1 || card.organization.is_some() || !card.emails.is_empty() {
        fields.insert("vcard".into(), vcard(card, name, &numbers).into());
    }
    Value::Object(fields)
}

fn numbers(card: &ContactCard) -> Vec<String> {
    if card.phones.is_empty() {
        return card.phone_texts.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
    }
    card.phones.iter().map(|phone| phone.e164().to_string()).collect()
}

/// RFC 6350, as far as a card of ours goes. Lines are added while they fit: the provider takes 2048 bytes.
fn vcard(card: &ContactCard, name: &str, numbers: &[String]) -> String {
    let escaped = |text: &str| {
        text.replace('\\', "\\\\").replace(['\r', '\n'], " ").replace(',', "\\,").replace(';', "\\;")
    };
    let mut text = format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\n", escaped(name));
    let organization = card.organization.iter().map(|name| format!("ORG:{}\r\n", escaped(name)));
    let phones = numbers.iter().map(|number| format!("TEL:{}\r\n", escaped(number)));
    let emails = card.emails.iter().map(|email| format!("EMAIL:{}\r\n", escaped(email)));
    for line in phones.chain(organization).chain(emails) {
        if text.len() + line.len() + "END:VCARD".len() <= 2048 {
            text.push_str(&line);
        }
    }
    text + "END:VCARD"
}
