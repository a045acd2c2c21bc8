//! Edits, deletions, reactions (`telegram.md`, 7).

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::chats::Spot;
use super::parameters::Parameters;
use super::refusal::{Refusal, bad};
use super::sending::spot;
use super::{Outcome, Shared, keyboard, words};
use crate::phone::Arrival;

/// How long a message can be deleted, and one of a manager's own edited.
const WINDOW: TimeDelta = TimeDelta::hours(48);

/// The reactions that a bot may set.
const EMOJI: &str = "👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 \
    🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡";

/// `editMessageText` and `editMessageCaption`.
pub(super) fn edit(shared: &Shared, method: &str, given: &Parameters) -> Outcome {
    let spot = spot(given)?;
    let now = (shared.clock)();
    let key = if method == "editmessagetext" { "text" } else { "caption" };
    let text = if key == "text" {
        Some(words::text(given)?)
    } else {
        words::caption(given.text("caption"), given.text("parse_mode"))?
    };
    let number = given.number("message_id").unwrap_or_default();
    let markup = keyboard::wanted(given)?;
    let mut inner = shared.lock();
    inner.chats.open(&spot, now)?;
    let message = inner.chats.known(&spot)?.messages.get_mut(&number);
    let message = message.ok_or_else(|| bad("message to edit not found"))?;
    if !message.by_bot {
        return Err(bad("message can't be edited"));
    }
    let holds_text = message.object.get("text").is_some();
    if holds_text != (key == "text") {
        return Err(bad(format!("there is no {key} in the message to edit")));
    }
    if message.object[key].as_str() == text.as_deref()
        && message.object.get("reply_markup") == markup.as_ref()
    {
        return Err(bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        ));
    }
    message.object[key] = text.clone().into();
    if text.is_none()
        && let Some(fields) = message.object.as_object_mut()
    {
        fields.remove(key);
    }
    // A text without a keyboard takes away the one that was there.
    let buttons = keyboard::shown(markup.as_ref());
    if let Some(fields) = message.object.as_object_mut() {
        fields.remove("reply_markup");
        fields.extend(markup.map(|markup| ("reply_markup".to_owned(), markup)));
    }
    message.object["edit_date"] = now.timestamp().into();
    let object = message.object.clone();
    drop(inner);
    let arrival = shared.arrival(&spot, 0, "edit");
    let about = Some(number.to_string().into());
    shared.phone.add(Arrival { text: text.map(Into::into), about, buttons, ..arrival });
    Ok(object)
}

/// `deleteMessage` says what is wrong, `deleteMessages` passes over it.
pub(super) fn delete(shared: &Shared, method: &str, given: &Parameters) -> Outcome {
    if method == "deletebusinessmessages" {
        return delete_business(shared, given);
    }
    let spot = spot(given)?;
    let now = (shared.clock)();
    if method == "deletemessage" {
        take_away(shared, &spot, given.number("message_id").unwrap_or_default(), now)?;
    } else {
        for number in numbers(given)? {
            let _ = take_away(shared, &spot, number, now);
        }
    }
    Ok(true.into())
}

fn delete_business(shared: &Shared, given: &Parameters) -> Outcome {
    let id = given.text("business_connection_id").unwrap_or_default();
    shared.lock().chats.with_right(id, "can_delete_sent_messages")?;
    for number in numbers(given)? {
        let spot = shared.lock().chats.holding(id, number).ok_or_else(|| bad("MESSAGE_ID_INVALID"))?;
        take_away(shared, &spot, number, (shared.clock)())?;
    }
    Ok(true.into())
}

fn numbers(given: &Parameters) -> Result<Vec<i64>, Refusal> {
    let list = given.nested("message_ids")?.unwrap_or_default();
    let numbers: Option<Vec<i64>> = list.as_array().and_then(|list| list.iter().map(Value::as_i64).collect());
    let fits = |numbers: &Vec<i64>| (1..=100).contains(&numbers.len());
    numbers.filter(fits).ok_or_else(|| bad("message identifiers are not specified"))
}

fn take_away(shared: &Shared, spot: &Spot, number: i64, now: DateTime<Utc>) -> Result<(), Refusal> {
    let mut inner = shared.lock();
    let messages = &mut inner.chats.known(spot)?.messages;
    let message = messages.get(&number).ok_or_else(|| bad("message to delete not found"))?;
    let sent_at = DateTime::from_timestamp(message.object["date"].as_i64().unwrap_or_default(), 0);
    if sent_at.is_some_and(|at| now - at >= WINDOW) {
        return Err(bad("message can't be deleted for everyone"));
    }
    messages.remove(&number);
    drop(inner);
    changed(shared, spot, "deletion", number, None);
    Ok(())
}

/// One reaction at most, out of a fixed list, and never in a manager's account.
pub(super) fn react(shared: &Shared, given: &Parameters) -> Outcome {
    if given.text("business_connection_id").is_some() {
        return Err(bad("BUSINESS_CONNECTION_NOT_ALLOWED"));
    }
    let spot = spot(given)?;
    let number = given.number("message_id").unwrap_or_default();
    let list = given.nested("reaction")?.unwrap_or_else(|| json!([]));
    let list = list.as_array().cloned().unwrap_or_default();
    if list.len() > 1 {
        return Err(bad("REACTIONS_TOO_MANY"));
    }
    let emoji = list.first().map(|one| one["emoji"].as_str().unwrap_or_default().to_owned());
    if emoji.as_ref().is_some_and(|emoji| !EMOJI.split_whitespace().any(|known| known == emoji)) {
        return Err(bad("REACTION_INVALID"));
    }
    let mut inner = shared.lock();
    let chat = inner.chats.open(&spot, (shared.clock)())?;
    if !chat.messages.contains_key(&number) {
        return Err(bad("message to react not found"));
    }
    drop(inner);
    changed(shared, &spot, "reaction", number, emoji);
    Ok(true.into())
}

fn changed(shared: &Shared, spot: &Spot, kind: &'static str, number: i64, text: Option<String>) {
    let arrival = shared.arrival(spot, 0, kind);
    let about = Some(number.to_string().into());
    shared.phone.add(Arrival { text: text.map(Into::into), about, ..arrival });
}
