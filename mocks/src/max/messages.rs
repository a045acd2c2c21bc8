//! Messages of dialogs: what clients said, what the bot says, edits, deletions and the history.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use super::Config;
use super::action::{User, mid, seq};
use super::server::{Failure, bad, refused};
use super::uploads::{NotSendable, Uploads};
use crate::outgoing::Provider;
use crate::phone::{Arrival, File};

const LONGEST_TEXT: usize = 4000;
/// Must stand alone in their message, but for a keyboard.
const ALONE: [&str; 4] = ["audio", "file", "contact", "sticker"];

/// Everything that was said, in each dialog by its order.
#[derive(Debug, Default)]
pub(super) struct Messages {
    chats: BTreeMap<i64, BTreeMap<i64, Value>>,
    /// Dialogs that their clients ended.
    stopped: BTreeMap<i64, bool>,
}

/// What reached the client, but for its number.
pub(super) struct Reached {
    pub(super) answer: Value,
    pub(super) arrivals: Vec<Arrival>,
}

impl Messages {
    /// Keeps what an update of a client tells.
    pub(super) fn hear(&mut self, update: &Value) {
        let kind = update["update_type"].as_str().unwrap_or_default();
        let message = &update["message"];
        let chat =
            message["recipient"]["chat_id"].as_i64().or(update["chat_id"].as_i64()).unwrap_or_default();
        match kind {
            "message_created" | "message_edited" => {
                if let Some(seq) = message["body"]["seq"].as_i64() {
                    self.chats.entry(chat).or_default().insert(seq, message.clone());
                }
                self.stopped.remove(&chat);
            }
            "message_removed" => {
                self.remove(chat, update["message_id"].as_str().unwrap_or_default());
            }
            "bot_started" => _ = self.stopped.remove(&chat),
            "bot_stopped" | "dialog_removed" => _ = self.stopped.insert(chat, true),
            _ => {}
        }
    }

    fn remove(&mut self, chat: i64, mid: &str) {
        if let Some(said) = self.chats.get_mut(&chat) {
            said.retain(|_, message| message["body"]["mid"] != mid);
        }
    }

    /// The message of this id, with its dialog.
    pub(super) fn find(&self, mid: &str) -> Option<(i64, &Value)> {
        let mut all = self.chats.iter().flat_map(|(chat, said)| said.values().map(move |one| (*chat, one)));
        all.find(|(_, message)| message["body"]["mid"] == mid)
    }

    /// The dialog that a sending names: by its own number or by its client's, and never by both.
    pub(super) fn dialog(&self, query: &Map<String, Value>) -> Result<User, Failure> {
        let number = |name| query.get(name).and_then(Value::as_str).map(str::parse::<i64>);
        let client = match (number("chat_id"), number("user_id")) {
            (Some(Ok(chat)), None) => User::of_chat(chat),
            (None, Some(Ok(user))) => User::of_user(user),
            _ => return Err(bad("exactly one of chat_id and user_id is needed")),
        };
        let client = client.ok_or_else(|| refused(404, "chat.not.found", "Chat not found"))?;
        if self.stopped.contains_key(&client.chat_id()) {
            return Err(refused(403, "chat.denied", "error.dialog.suspended"));
        }
        Ok(client)
    }

    /// `POST /messages`
    pub(super) fn send(
        &mut self,
        config: &Config,
        client: &User,
        body: &Value,
        uploads: &Uploads,
        clock: (DateTime<Utc>, Instant),
    ) -> Result<Reached, Failure> {
        let (at, now) = clock;
        let text = text_of(body)?;
        let attachments = attachments(body, uploads, now)?;
        if text.is_none_or(str::is_empty) && attachments.is_empty() {
            return Err(bad("text or attachments are needed"));
        }
        let chat = client.chat_id();
        let link = self.link(chat, body)?;
        let said = self.chats.entry(chat).or_default();
        let next = said.keys().next_back().map_or(0, |last| last + 1).max(seq(at, 0));
        let id = mid(chat, next);
        let mut message = json!({
            "sender": config.bot(),
            "recipient": {"chat_id": chat, "chat_type": "dialog", "user_id": client.id()},
            "timestamp": at.timestamp_millis(),
            "body": {"mid": id, "seq": next, "text": text},
        });
        if !attachments.is_empty() {
            let shown: Vec<&Value> = attachments.iter().map(|(shown, _)| shown).collect();
            message["body"]["attachments"] = json!(shown);
        }
        let quoted = link.as_ref().and_then(|link| link["message"]["mid"].as_str().map(str::to_owned));
        if let Some(link) = link {
            message["link"] = link;
        }
        said.insert(next, message.clone());
        let arrival = |kind| arrival(config, chat, &id, kind, at);
        let mut arrivals: Vec<Arrival> = attachments
            .into_iter()
            .filter_map(|(shown, file)| {
                let kind = kind_on_phone(shown["type"].as_str()?)?;
                Some(Arrival { file: file.map(Box::new), ..arrival(kind) })
            })
            .collect();
        if arrivals.is_empty() {
            arrivals.push(arrival("text"));
        }
        arrivals[0].text = text.map(Into::into);
        arrivals[0].about = quoted.map(Into::into);
        Ok(Reached { answer: json!({ "message": message }), arrivals })
    }

    fn link(&self, chat: i64, body: &Value) -> Result<Option<Value>, Failure> {
        let link = &body["link"];
        if link.is_null() {
            return Ok(None);
        }
        let kind = link["type"].as_str().filter(|kind| matches!(*kind, "reply" | "forward"));
        let (Some(kind), Some(mid)) = (kind, link["mid"].as_str()) else {
            return Err(bad("link: type or mid is wrong"));
        };
        let said = self.chats.get(&chat).into_iter().flat_map(BTreeMap::values);
        let message = { said }.find(|message| message["body"]["mid"] == mid);
        let message = message.ok_or_else(|| refused(404, "not.found", "link: message not found"))?;
        Ok(Some(json!({ "type": kind, "sender": message["sender"], "message": message["body"] })))
    }

    /// `PUT /messages`: 200 either way.
    pub(super) fn edit(
        &mut self,
        config: &Config,
        id: &str,
        body: &Value,
        uploads: &Uploads,
        clock: (DateTime<Utc>, Instant),
    ) -> Result<Reached, Failure> {
        let (at, now) = clock;
        let text = text_of(body)?.map(str::to_owned);
        let replaced =
            if body["attachments"].is_array() { Some(attachments(body, uploads, now)?) } else { None };
        let chat = self.own(config, id)?;
        let said = self.chats.get_mut(&chat).into_iter().flat_map(BTreeMap::values_mut);
        let Some(message) = { said }.find(|message| message["body"]["mid"] == id) else {
            return Err(refused(404, "not.found", "message not found"));
        };
        let sent_at = message["timestamp"].as_i64().and_then(DateTime::from_timestamp_millis).unwrap_or(at);
        let has_keyboard = message["body"]["attachments"].to_string().contains("inline_keyboard");
        if at - sent_at > TimeDelta::days(7) && !has_keyboard {
            let answer = json!({ "success": false, "message": "Message is too old to edit" });
            return Ok(Reached { answer, arrivals: Vec::new() });
        }
        if let Some(text) = &text {
            message["body"]["text"] = text.clone().into();
        }
        if let Some(replaced) = replaced {
            message["body"]["attachments"] = replaced.into_iter().map(|(shown, _)| shown).collect();
        }
        let mut edit = arrival(config, chat, id, "edit", at);
        (edit.text, edit.about) = (text.map(Into::into), Some(id.into()));
        Ok(Reached { answer: json!({ "success": true }), arrivals: vec![edit] })
    }

    /// `DELETE /messages`
    pub(super) fn delete(
        &mut self,
        config: &Config,
        id: &str,
        at: DateTime<Utc>,
    ) -> Result<Reached, Failure> {
        let chat = self.own(config, id)?;
        self.remove(chat, id);
        let mut deletion = arrival(config, chat, id, "deletion", at);
        deletion.about = Some(id.into());
        Ok(Reached { answer: json!({ "success": true }), arrivals: vec![deletion] })
    }

    /// The dialog of a message of the bot.
    pub(super) fn own(&self, config: &Config, id: &str) -> Result<i64, Failure> {
        match self.find(id) {
            None => Err(refused(404, "not.found", "message not found")),
            Some((_, message)) if message["sender"]["user_id"] != config.bot_id => {
                Err(refused(403, "access.denied", "not a message of the bot"))
            }
            Some((chat, _)) => Ok(chat),
        }
    }

    /// `GET /messages`: newest first; `from` is the upper border and `to` the lower one.
    pub(super) fn history(&self, query: &Map<String, Value>) -> Result<Value, Failure> {
        let text = |name| query.get(name).and_then(Value::as_str);
        if let Some(ids) = text("message_ids") {
            let found = ids.split(',').filter_map(|id| Some(self.find(id)?.1.clone()));
            return Ok(json!({ "messages": found.collect::<Vec<_>>() }));
        }
        let number = |name| text(name).map(|text| text.parse::<i64>().map_err(|_| bad("not a number")));
        let chat = number("chat_id").transpose()?.ok_or_else(|| bad("chat_id or message_ids is needed"))?;
        let count = number("count").transpose()?.unwrap_or(50);
        if !(1..=100).contains(&count) {
            return Err(bad("count: 1 to 100"));
        }
        let (from, to) = (number("from").transpose()?, number("to").transpose()?);
        let within = |message: &&Value| {
            let at = message["timestamp"].as_i64().unwrap_or_default();
            from.is_none_or(|from| at <= from) && to.is_none_or(|to| at >= to)
        };
        let said = self.chats.get(&chat).into_iter().flat_map(BTreeMap::values).rev();
        let page: Vec<&Value> = said.filter(within).take(usize::try_from(count).unwrap_or(0)).collect();
        Ok(json!({ "messages": page }))
    }
}

fn arrival(config: &Config, chat: i64, id: &str, kind: &'static str, at: DateTime<Utc>) -> Arrival {
    Arrival::new(Provider::Max, &config.bot_id.to_string(), &chat.to_string(), id, kind, at)
}

fn text_of(body: &Value) -> Result<Option<&str>, Failure> {
    if !body.is_object() {
        return Err(bad("a JSON object is needed"));
    }
    if !matches!(body["format"].as_str(), None | Some("markdown" | "html")) {
        return Err(bad("format: markdown or html"));
    }
    match &body["text"] {
        Value::Null => Ok(None),
        Value::String(text) if text.encode_utf16().count() <= LONGEST_TEXT => Ok(Some(text)),
        Value::String(_) => Err(bad("text: must be up to 4000 characters")),
        _ => Err(bad("text: a string is needed")),
    }
}

/// The attachments as they are shown, with the files behind them.
fn attachments(body: &Value, uploads: &Uploads, now: Instant) -> Result<Vec<(Value, Option<File>)>, Failure> {
    let asked = match &body["attachments"] {
        Value::Null => return Ok(Vec::new()),
        Value::Array(asked) => asked,
        _ => return Err(bad("attachments: a list is needed")),
    };
    let kinds: Vec<&str> = asked.iter().filter_map(|one| one["type"].as_str()).collect();
    let shown = kinds.iter().filter(|kind| **kind != "inline_keyboard").count();
    if shown > 1 && kinds.iter().any(|kind| ALONE.contains(kind)) {
        return Err(bad("attachments: audio, file, contact and sticker must be alone"));
    }
    asked.iter().map(|one| attachment(one, uploads, now)).collect()
}

fn attachment(one: &Value, uploads: &Uploads, now: Instant) -> Result<(Value, Option<File>), Failure> {
    let kind = one["type"].as_str().unwrap_or_default();
    match kind {
        "image" if one["payload"]["url"].is_string() => Ok((one.clone(), None)),
        "image" | "video" | "audio" | "file" => {
            let token = one["payload"]["token"].as_str().unwrap_or_default();
            match uploads.file(kind, token, now) {
                Ok(file) => Ok((one.clone(), Some(file))),
                Err(NotSendable::Unknown) => Err(bad("attachments: unknown token")),
                Err(NotSendable::NotReady) => Err(refused(
                    400,
                    "attachment.not.ready",
                    "Key: errors.process.attachment.file.not.processed",
                )),
            }
        }
        "contact" if one["payload"]["name"].is_string() => Ok((one.clone(), None)),
        "location" if one["latitude"].is_number() && one["longitude"].is_number() => Ok((one.clone(), None)),
        "inline_keyboard" if fits(&one["payload"]["buttons"]) => Ok((one.clone(), None)),
        "sticker" if one["payload"]["code"].is_string() => Ok((one.clone(), None)),
        _ => Err(bad("attachments: unknown or incomplete")),
    }
}

fn fits(buttons: &Value) -> bool {
    let Some(rows) = buttons.as_array().filter(|rows| rows.len() <= 30) else { return false };
    rows.iter().all(|row| row.as_array().is_some_and(|row| (1..=7).contains(&row.len())))
}

/// `None` for what is no thing of its own.
fn kind_on_phone(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "image" => "image",
        "video" => "video",
        "audio" => "audio",
        "file" => "document",
        "sticker" => "sticker",
        "contact" => "contacts",
        "location" => "location",
        _ => return None,
    })
}
