//! Inline keyboards (`telegram.md`, 7): what may be sent, what is pressed, and the answer to a press; and the bot's menu.

use serde_json::{Value, json};

use super::chats::Spot;
use super::parameters::Parameters;
use super::refusal::{Refusal, bad};
use super::{Outcome, Shared};
use crate::phone::Arrival;
use crate::telegram::Press;

/// The most that a button gives back, in bytes.
const DATA_LIMIT: usize = 64;

/// The longest answer to a press.
const ANSWER_LIMIT: usize = 200;

/// The keyboard that goes with a message; `None` for a message without one.
pub(super) fn wanted(given: &Parameters) -> Result<Option<Value>, Refusal> {
    let Some(markup) = given.nested("reply_markup")? else { return Ok(None) };
    let Some(rows) = markup["inline_keyboard"].as_array() else {
        return Err(bad("object expected as reply markup"));
    };
    for button in rows.iter().flat_map(|row| row.as_array().into_iter().flatten()) {
        let text = button["text"].as_str().unwrap_or_default();
        let data = button["callback_data"].as_str().unwrap_or_default();
        if text.trim().is_empty() {
            return Err(bad("can't parse inline keyboard button: Field \"text\" must be of type String"));
        }
        if data.is_empty() {
            return Err(bad(
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ));
        }
        if data.len() > DATA_LIMIT {
            return Err(bad("BUTTON_DATA_INVALID"));
        }
    }
    let filled = rows.iter().any(|row| row.as_array().is_some_and(|row| !row.is_empty()));
    Ok(filled.then(|| json!({ "inline_keyboard": rows })))
}

/// The labels, as the phone shows them, row by row.
pub(super) fn shown(markup: Option<&Value>) -> Vec<String> {
    let rows = markup.and_then(|markup| markup["inline_keyboard"].as_array());
    let label = |button: &Value| button["text"].as_str().unwrap_or_default().to_owned();
    rows.into_iter().flatten().flat_map(|row| row.as_array().into_iter().flatten()).map(label).collect()
}

/// See [`super::Server::press`].
pub(super) fn press(shared: &Shared, press: &Press) -> Option<Value> {
    let spot = Spot { connection: None, chat: press.chat.unwrap_or(press.user.id) };
    let mut inner = shared.lock();
    let message = inner.chats.known(&spot).ok()?.messages.get(&press.message_id)?.object.clone();
    let rows = message["reply_markup"]["inline_keyboard"].as_array()?;
    let buttons = rows.iter().flat_map(|row| row.as_array().into_iter().flatten());
    let data =
        buttons.skip(press.button.checked_sub(1)?).map(|button| button["callback_data"].clone()).next()?;
    let id = inner.intake.number().to_string();
    Some(json!({
        "id": id, "from": press.user.user(), "chat_instance": spot.chat.to_string(), "data": data,
        "message": message,
    }))
}

/// Stops the spinning; what it says is shown for a moment.
pub(super) fn answer(shared: &Shared, given: &Parameters) -> Outcome {
    let id = given.text("callback_query_id").unwrap_or_default();
    let text = given.text("text").unwrap_or_default();
    if text.chars().count() > ANSWER_LIMIT {
        return Err(bad("MESSAGE_TOO_LONG"));
    }
    let by = shared.lock().chats.answer_press(id)?;
    let spot = Spot { connection: None, chat: by };
    let arrival = shared.arrival(&spot, 0, "press_answer");
    let text = (!text.is_empty()).then(|| text.into());
    shared.phone.add(Arrival { text, about: Some(id.into()), ..arrival });
    Ok(true.into())
}

/// Names are Latin, and each says what it gives.
pub(super) fn menu(given: &Parameters) -> Outcome {
    let commands = given.nested("commands")?.unwrap_or_default();
    let Some(commands) = commands.as_array().filter(|commands| commands.len() <= 100) else {
        return Err(bad("can't parse BotCommand: expected an Array"));
    };
    for command in commands {
        let name = command["command"].as_str().unwrap_or_default();
        let about = command["description"].as_str().unwrap_or_default();
        let latin = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 32 || !name.bytes().all(latin) {
            return Err(bad("BOT_COMMAND_INVALID"));
        }
        if !(1..=256).contains(&about.chars().count()) {
            return Err(bad("BOT_COMMAND_DESCRIPTION_INVALID"));
        }
    }
    Ok(true.into())
}
