//! `sendMessage` and its sisters (`telegram.md`, 7).

use std::sync::Arc;

use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::chats::{Message, Spot};
use super::files::{KINDS, Kind};
use super::parameters::Parameters;
use super::refusal::{Refusal, bad, slow_down};
use super::{Inner, Outcome, Shared};
use super::{keyboard, topics, words};
use crate::outgoing::Provider;
use crate::phone::{Arrival, File};

/// Actions of `sendChatAction`.
const ACTIONS: [&str; 10] = [
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
];

/// What a message holds: its keys on the wire and what the phone shows.
struct Content {
    fields: Map<String, Value>,
    kind: &'static str,
    text: Option<String>,
    file: Option<File>,
}

impl Content {
    fn new(fields: Value, kind: &'static str, text: Option<String>) -> Self {
        let fields = if let Value::Object(fields) = fields { fields } else { Map::new() };
        Self { fields, kind, text, file: None }
    }
}

/// Where a call writes to. `None` when it names no chat by its number.
pub(super) fn spot(given: &Parameters) -> Result<Spot, Refusal> {
    let connection = given.text("business_connection_id").map(str::to_owned);
    let chat = given.number("chat_id").ok_or_else(|| bad("chat not found"))?;
    Ok(Spot { connection, chat })
}

/// Sends one message or an album. Returns what a business chat tells back: our own messages.
pub(super) fn send(shared: &Arc<Shared>, method: &str, given: &Parameters) -> Outcome {
    let spot = spot(given)?;
    let mut inner = shared.lock();
    let now = (shared.clock)();
    inner.chats.open(&spot, now)?;
    let topic = topics::wanted(&mut inner, &spot, given)?;
    let reply = reply(&mut inner, &spot, given)?;
    let contents = contents(&mut inner, method, given)?;
    let markup = keyboard::wanted(given)?;
    if markup.is_some() && method == "sendmediagroup" {
        return Err(bad("albums take no reply markup"));
    }
    if shared.config.limits {
        inner.pace.take(spot.clone(), Instant::now()).map_err(slow_down)?;
    }
    let album = (method == "sendmediagroup").then(|| format!("139{:014}", inner.next_message));
    let mut sent = Vec::new();
    for content in contents {
        let Content { fields, kind, text, file } = content;
        let number = inner.next_message;
        inner.next_message += 1;
        let mut object = frame(shared, &inner, &spot, number);
        object.extend(fields);
        object.extend(topics::marks(topic));
        if let Some(markup) = &markup {
            object.insert("reply_markup".into(), markup.clone());
        }
        if let Some(album) = &album {
            object.insert("media_group_id".into(), album.clone().into());
        }
        if let Some(reply) = &reply {
            object.insert("reply_to_message".into(), reply.clone());
        }
        let object = Value::Object(object);
        let about = reply.as_ref().map(|reply| reply["message_id"].to_string().into());
        let text = text.map(Into::into);
        let arrival =
            Arrival { text, about, file: file.map(Box::new), ..shared.arrival(&spot, number, kind) };
        let buttons = keyboard::shown(markup.as_ref());
        let arrival = Arrival { to: topics::place(&spot, topic), buttons, ..arrival };
        shared.phone.add(arrival);
        let message = Message { by_bot: true, object: object.clone() };
        inner.chats.known(&spot)?.messages.insert(number, message);
        sent.push(object);
    }
    drop(inner);
    if spot.connection.is_some() {
        shared.echo(&spot, &sent);
    }
    Ok(if album.is_some() { sent.into() } else { sent.remove(0) })
}

/// What every message of ours carries.
fn frame(shared: &Shared, inner: &Inner, spot: &Spot, number: i64) -> Map<String, Value> {
    let now = (shared.clock)();
    let mut object = Map::new();
    object.insert("message_id".into(), number.into());
    object.insert("date".into(), now.timestamp().into());
    object.insert("chat".into(), inner.chats.object_of(spot));
    match &spot.connection {
        Some(id) => {
            object.insert("business_connection_id".into(), id.clone().into());
            object.insert("sender_business_bot".into(), shared.config.bot());
            object.insert("from".into(), inner.chats.manager(id));
        }
        None => {
            object.insert("from".into(), shared.config.bot());
        }
    }
    object
}

/// The message answered, in the shape that messages carry: without an answer of its own.
fn reply(inner: &mut Inner, spot: &Spot, given: &Parameters) -> Result<Option<Value>, Refusal> {
    let asked = given.nested("reply_parameters")?;
    let old = given.number("reply_to_message_id");
    let number = asked.as_ref().and_then(|asked| asked["message_id"].as_i64()).or(old);
    let Some(number) = number else { return Ok(None) };
    let elsewhere =
        asked.as_ref().and_then(|asked| asked["chat_id"].as_i64()).is_some_and(|chat| chat != spot.chat);
    if elsewhere && spot.connection.is_some() {
        return Err(bad("replies to other chats are not supported"));
    }
    let found = inner.chats.known(spot)?.messages.get(&number).map(|message| message.object.clone());
    if let Some(mut object) = found {
        if let Some(fields) = object.as_object_mut() {
            fields.remove("reply_to_message");
        }
        return Ok(Some(object));
    }
    let flag = asked.as_ref().is_some_and(|asked| asked["allow_sending_without_reply"] == true);
    if flag || given.flag("allow_sending_without_reply") || spot.connection.is_some() {
        return Ok(None);
    }
    Err(bad("message to be replied not found"))
}

fn contents(inner: &mut Inner, method: &str, given: &Parameters) -> Result<Vec<Content>, Refusal> {
    Ok(match method {
        "sendmessage" => {
            let text = words::text(given)?;
            vec![Content::new(json!({ "text": text }), "text", Some(text))]
        }
        "sendmediagroup" => album(inner, given)?,
        "sendlocation" => vec![Content::new(json!({ "location": point(given)? }), "location", None)],
        "sendvenue" => {
            let need = |name| given.text(name).ok_or_else(|| bad(format!("{name} must be non-empty")));
            let (title, address) = (need("title")?, need("address")?);
            let venue = json!({ "location": point(given)?, "title": title, "address": address });
            let fields = json!({ "location": point(given)?, "venue": venue });
            vec![Content::new(fields, "location", Some(title.to_owned()))]
        }
        "sendcontact" => {
            let need = |name| given.text(name).ok_or_else(|| bad(format!("{name} is empty")));
            let (phone, name) = (need("phone_number")?, need("first_name")?);
            let mut contact = json!({ "phone_number": phone, "first_name": name });
            if let Some(vcard) = given.text("vcard") {
                contact["vcard"] = vcard.into();
            }
            vec![Content::new(json!({ "contact": contact }), "contacts", Some(format!("{name} {phone}")))]
        }
        _ => vec![file(inner, method, given)?],
    })
}

fn point(given: &Parameters) -> Result<Value, Refusal> {
    let (latitude, longitude) = (given.float("latitude"), given.float("longitude"));
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
            Ok(json!({ "latitude": latitude, "longitude": longitude }))
        }
        _ => Err(bad("location is invalid")),
    }
}

/// Whether the method sends a file of some kind.
pub(super) fn kind_of(method: &str) -> Option<Kind> {
    KINDS.into_iter().find(|kind| method.strip_prefix("send") == Some(kind.field))
}

fn file(inner: &mut Inner, method: &str, given: &Parameters) -> Result<Content, Refusal> {
    let kind = kind_of(method).ok_or_else(|| bad("method is not known"))?;
    let caption = words::caption(given.text("caption"), given.text("parse_mode"))?;
    let placed = inner.files.place(kind, given.text(kind.field), given)?;
    Ok(with_file(kind, placed, caption))
}

fn with_file(kind: Kind, placed: super::files::Placed, caption: Option<String>) -> Content {
    let mut fields = json!({ kind.field: placed.object });
    if kind.field == "animation" {
        fields["document"] = fields["animation"].clone();
    }
    if let Some(caption) = caption.as_ref().filter(|_| kind.field != "sticker") {
        fields["caption"] = caption.as_str().into();
    }
    Content { file: Some(placed.on_phone), ..Content::new(fields, kind.on_phone, caption) }
}

/// 2–10 files; documents and sounds only among their like.
fn album(inner: &mut Inner, given: &Parameters) -> Result<Vec<Content>, Refusal> {
    let media = given.nested("media")?.unwrap_or_default();
    let items = media.as_array().cloned().unwrap_or_default();
    if !(2..=10).contains(&items.len()) {
        return Err(bad("expected from 2 to 10 messages to send as an album"));
    }
    let kinds = items.iter().map(|item| {
        let kind = KINDS.into_iter().find(|kind| item["type"] == kind.field);
        kind.filter(|kind| matches!(kind.field, "photo" | "video" | "audio" | "document"))
            .ok_or_else(|| bad("unexpected media type in the album"))
    });
    let kinds = kinds.collect::<Result<Vec<Kind>, _>>()?;
    let class = |kind: &Kind| if kind.field == "video" { "photo" } else { kind.field };
    if kinds.iter().any(|kind| class(kind) != class(&kinds[0])) {
        return Err(bad(format!("{} can't be mixed with other media types", kinds[0].field)));
    }
    let pairs = items.iter().zip(kinds).map(|(item, kind)| {
        let caption = words::caption(item["caption"].as_str(), item["parse_mode"].as_str())?;
        let placed = inner.files.place(kind, item["media"].as_str(), given)?;
        Ok(with_file(kind, placed, caption))
    });
    pairs.collect()
}

/// «печатает…»
pub(super) fn chat_action(shared: &Shared, given: &Parameters) -> Outcome {
    let spot = spot(given)?;
    shared.lock().chats.open(&spot, (shared.clock)())?;
    if !given.text("action").is_some_and(|action| ACTIONS.contains(&action)) {
        return Err(bad("wrong parameter action in request"));
    }
    shared.phone.add(shared.arrival(&spot, 0, "typing"));
    Ok(true.into())
}

/// The manager's phone shows the client that he read.
pub(super) fn read(shared: &Shared, given: &Parameters) -> Outcome {
    let spot = spot(given)?;
    let mut inner = shared.lock();
    let id = spot.connection.as_deref().ok_or_else(|| bad("BUSINESS_CONNECTION_INVALID"))?;
    inner.chats.with_right(id, "can_read_messages")?;
    let number = given.number("message_id").unwrap_or_default();
    if !inner.chats.known(&spot)?.messages.contains_key(&number) {
        return Err(bad("MESSAGE_ID_INVALID"));
    }
    let arrival = shared.arrival(&spot, 0, "read");
    shared.phone.add(Arrival { about: Some(number.to_string().into()), ..arrival });
    Ok(true.into())
}

impl Shared {
    /// Something at the phone of this chat. In a manager's account our account is the connection.
    pub(super) fn arrival(&self, spot: &Spot, number: i64, kind: &'static str) -> Arrival {
        let bot = self.config.bot_id().to_string();
        let account = spot.connection.as_deref().unwrap_or(&bot);
        let (to, id) = (spot.chat.to_string(), number.to_string());
        Arrival::new(Provider::Telegram, account, &to, &id, kind, (self.clock)())
    }
}
