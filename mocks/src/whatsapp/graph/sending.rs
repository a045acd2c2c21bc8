//! One message of the hub's: checked as the provider checks it, then on the client's phone (`whatsapp.md`, 12 and 13).

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use super::{Inner, STATES, Shared, template};
use crate::outgoing::Provider;
use crate::phone::{Arrival, File};
use crate::whatsapp::{Config, Reached, Sender, wamid};

pub(super) type Checked<T> = Result<T, Refusal>;

/// Refuses, or accepts: then it stands in the phone's record and its states are on their way.
pub(super) fn accept(shared: &Arc<Shared>, body: &Value) -> Checked<Value> {
    let now = shared.now();
    let config = shared.provider.config();
    if body["messaging_product"] != "whatsapp" {
        return Err(Refusal::of(100, "Param messaging_product must be whatsapp"));
    }
    if body.get("status").is_some() {
        return mark_read(shared, body, now);
    }
    let mut inner = shared.lock();
    let to = recipient(config, &inner, body)?;
    let key = to.phone.clone().or(to.user_id.clone()).unwrap_or_default();
    let shown = shown(&inner, body, now)?;
    if shown.kind != "template" && !inner.people.is_open(&key, now) {
        return Err(Refusal::of(131_047, "More than 24 hours have passed since the recipient last replied"));
    }
    inner.rules.take(config.throughput, &key, now)?;
    drop(inner);

    let id = wamid(&key, shared.next(), true);
    let reference = body["biz_opaque_callback_data"].as_str().map(str::to_owned);
    let arrival = Arrival::new(Provider::WhatsApp, &config.phone_number_id, &key, &id, shown.kind, now);
    shared.around.phone.add(Arrival {
        text: shown.text.map(Into::into),
        about: shown.about.map(Into::into),
        file: shown.file.map(Box::new),
        reference: reference.clone().map(Into::into),
        ..arrival
    });
    let old_target = shown.kind == "reaction" && shown.stale;
    let reaction = [(STATES[0].0, if old_target { Reached::Failed(131_009) } else { Reached::Sent })];
    let states = if shown.kind == "reaction" { reaction.as_slice() } else { STATES.as_slice() };
    shared.report(id.clone(), to.clone(), reference, states);

    let mut contact = json!({ "input": body.get("to").or(body.get("recipient")) });
    match (body.get("to"), &to) {
        (Some(_), Sender { phone: Some(phone), .. }) => contact["wa_id"] = phone.clone().into(),
        _ => contact["user_id"] = to.user_id.clone().into(),
    }
    let mut message = json!({ "id": id });
    if shown.kind == "template" {
        message["message_status"] = "accepted".into();
    }
    Ok(json!({ "messaging_product": "whatsapp", "contacts": [contact], "messages": [message] }))
}

fn mark_read(shared: &Shared, body: &Value, now: DateTime<Utc>) -> Checked<Value> {
    let config = shared.provider.config();
    let id = body["message_id"].as_str().unwrap_or_default();
    if body["status"] != "read" || shared.lock().people.message(id).is_none() {
        return Err(Refusal::of(131_009, "Param message_id is not valid"));
    }
    let kind = match body.get("typing_indicator") {
        None => "read",
        Some(typing) if typing["type"] == "text" => "typing",
        Some(_) => return Err(Refusal::of(131_009, "Param typing_indicator is not valid")),
    };
    let arrival = Arrival::new(Provider::WhatsApp, &config.phone_number_id, "", id, kind, now);
    shared.around.phone.add(Arrival { about: Some(id.into()), ..arrival });
    Ok(json!({ "success": true }))
}

/// `to` wins over `recipient`. Without `+` the country of our own number stands before the digits.
fn recipient(config: &Config, inner: &Inner, body: &Value) -> Checked<Sender> {
    if body.get("recipient_type").is_some_and(|kind| kind != "individual") {
        return Err(Refusal::of(131_009, "Param recipient_type is not valid"));
    }
    if let Some(written) = body["to"].as_str() {
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        let strange = |character: char| !(character.is_ascii_digit() || "+ -()".contains(character));
        if written.contains(strange) {
            return Err(Refusal::of(131_009, "Param to is not valid"));
        }
        let phone = if written.starts_with('+') { digits } else { format!("7{digits}") };
        if phone == config.display_phone {
            return Err(Refusal::of(131_021, "Recipient cannot be sender"));
        }
        if !(8..=15).contains(&phone.len()) || phone.starts_with('7') && phone.len() != 11 {
            return Err(Refusal::of(131_026, "Message undeliverable"));
        }
        return Ok(inner.people.recipient(Some(&phone), None));
    }
    match body["recipient"].as_str() {
        Some(user) if user.as_bytes().get(2) == Some(&b'.') => Ok(inner.people.recipient(None, Some(user))),
        Some(_) => Err(Refusal::of(131_009, "Param recipient is not valid")),
        None => Err(Refusal::of(131_008, "Param to is missing")),
    }
}

/// What the phone shows of a message.
pub(super) struct Shown {
    pub kind: &'static str,
    pub text: Option<String>,
    pub about: Option<String>,
    pub file: Option<File>,
    /// The message reacted to is older than 30 days or not here.
    pub stale: bool,
}

fn shown(inner: &Inner, body: &Value, now: DateTime<Utc>) -> Checked<Shown> {
    if body["biz_opaque_callback_data"].as_str().is_some_and(|data| data.chars().count() > 512) {
        return Err(Refusal::of(100, "Param biz_opaque_callback_data is too long"));
    }
    let kind = body["type"].as_str().unwrap_or("text");
    let content = body.get(kind).ok_or_else(|| Refusal::of(131_008, format!("Param {kind} is missing")))?;
    let quoted = body["context"]["message_id"].as_str().map(str::to_owned);
    let plain = |kind, text| Shown { kind, text, about: quoted.clone(), file: None, stale: false };
    match kind {
        "text" => Ok(plain("text", Some(text(content, "body", 4096)?))),
        "image" => media(inner, content, "image", "image", now, quoted),
        "video" => media(inner, content, "video", "video", now, quoted),
        "audio" if content["voice"] == true => media(inner, content, "audio", "voice", now, quoted),
        "audio" => media(inner, content, "audio", "audio", now, quoted),
        "document" => media(inner, content, "document", "document", now, quoted),
        "sticker" => media(inner, content, "sticker", "sticker", now, quoted),
        "location" => location(content).map(|name| plain("location", name)),
        "contacts" => cards(content).map(|names| plain("contacts", Some(names))),
        "reaction" => {
            if quoted.is_some() {
                return Err(Refusal::of(100, "Param context is not allowed"));
            }
            reaction(inner, content, now)
        }
        "template" => template::shown(inner, content, now),
        other => Err(Refusal::of(131_051, format!("Message type {other} is not supported"))),
    }
}

/// A text of at least one visible character.
fn text(content: &Value, key: &str, limit: usize) -> Checked<String> {
    let text = content[key].as_str().unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Refusal::of(131_008, format!("Param {key} is missing")));
    }
    if text.chars().count() > limit {
        return Err(Refusal::of(100, format!("Param {key} must be at most {limit} characters long")));
    }
    Ok(text.to_owned())
}

pub(super) fn media(
    inner: &Inner,
    content: &Value,
    kind: &str,
    on_phone: &'static str,
    now: DateTime<Utc>,
    about: Option<String>,
) -> Checked<Shown> {
    let id = content["id"].as_str().ok_or_else(|| Refusal::of(131_008, "Param id is missing"))?;
    let file = inner.files.upload(id, kind, now)?;
    let caption = match content.get("caption") {
        None => None,
        Some(_) if matches!(kind, "image" | "video" | "document") => Some(text(content, "caption", 1024)?),
        Some(_) => return Err(Refusal::of(100, "Param caption is not allowed")),
    };
    if content.get("filename").is_some() && kind != "document" {
        return Err(Refusal::of(100, "Param filename is not allowed"));
    }
    if on_phone == "voice" && file.mime_type.split(';').next() != Some("audio/ogg") {
        return Err(Refusal::of(131_053, "Voice messages are OGG with Opus"));
    }
    let file = File {
        sha256: hex::encode(Sha256::digest(&file.bytes)).into(),
        size_bytes: file.bytes.len() as u64,
        mime_type: file.mime_type.as_str().into(),
        name: content["filename"].as_str().map(Into::into),
    };
    Ok(Shown { kind: on_phone, text: caption, about, file: Some(file), stale: false })
}

fn location(content: &Value) -> Checked<Option<String>> {
    let degrees = |key: &str, limit: f64| {
        let written = &content[key];
        let number = written.as_f64().or_else(|| written.as_str()?.parse().ok());
        number.filter(|number| number.abs() <= limit)
    };
    match (degrees("latitude", 90.0), degrees("longitude", 180.0)) {
        (Some(latitude), Some(longitude)) => {
            let name = content["name"].as_str().map(str::to_owned);
            Ok(name.or_else(|| Some(format!("{latitude}, {longitude}"))))
        }
        _ => Err(Refusal::of(131_009, "Param latitude or longitude is not valid")),
    }
}

fn cards(content: &Value) -> Checked<String> {
    let missing = || Refusal::of(131_008, "Param contacts[].name is missing");
    let cards = content.as_array().filter(|cards| !cards.is_empty()).ok_or_else(missing)?;
    let mut names = Vec::new();
    for card in cards {
        let name = &card["name"];
        let more = ["first_name", "last_name", "middle_name", "suffix", "prefix"];
        if !more.iter().any(|key| name[key].is_string()) {
            return Err(missing());
        }
        names.push(name["formatted_name"].as_str().ok_or_else(missing)?.to_owned());
    }
    Ok(names.join(", "))
}

/// A target that cannot be reacted to is told by a status, not at once.
fn reaction(inner: &Inner, content: &Value, now: DateTime<Utc>) -> Checked<Shown> {
    let target = content["message_id"].as_str();
    let target = target.ok_or_else(|| Refusal::of(131_008, "Param message_id is missing"))?;
    let emoji = content["emoji"].as_str().ok_or_else(|| Refusal::of(131_008, "Param emoji is missing"))?;
    let stale = inner.people.message(target).is_none_or(|at| now - at > TimeDelta::days(30));
    Ok(Shown {
        kind: "reaction",
        text: Some(emoji.to_owned()),
        about: Some(target.to_owned()),
        file: None,
        stale,
    })
}
