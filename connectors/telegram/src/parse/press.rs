//! Reactions and presses on buttons.

use connector_api::{
    Author, Content, Direction, EventKind, Facts, Message, Origin, Quote, Reaction, ignored, unknown,
};
use serde_json::Value;

use super::author::person;
use super::{Update, event};
use crate::place::{Kind, Place};
use crate::press::PREFIX;
use crate::wire::{self, ReactionType};

/// The list of reactions of one person to one message; an empty one takes them back.
pub(super) fn reaction(update: &Update<'_>, value: &Value) -> Facts {
    let reaction: wire::MessageReactionUpdated = wire::read(value).unwrap_or_default();
    let Some(chat) = reaction.chat else { return unknown("a reaction without a chat") };
    match Kind::of(&chat) {
        Kind::Private => {}
        Kind::Shared => return ignored("a reaction in a group"),
        Kind::Unknown(kind) => return unknown(format!("unknown type of chat {kind:?}")),
    }
    let user = reaction.user.and_then(|user| user.id);
    let (Some(chat), Some(number), Some(user)) = (chat.id, reaction.message_id, user) else {
        return unknown("a reaction without its message or its author");
    };
    let Some(list) = reaction.new_reaction else { return unknown("a reaction without a list") };
    let message = Place::new(None, chat).message(number);
    let id = format!("{message}^{user}@{}.{}", reaction.date.unwrap_or(0), update.id);
    let pictures: Vec<String> = list.into_iter().map(picture).collect();
    let kind = EventKind::Reaction(Reaction {
        message,
        author: if user == chat { Author::Client } else { Author::Company },
        emoji: (!pictures.is_empty()).then(|| pictures.join(" ")),
    });
    Ok(vec![event(id, update.time(reaction.date, update.id), kind)])
}

/// The picture itself, or what names it: the id of a picture of someone's own, `paid`, a word we do not know yet.
fn picture(reaction: ReactionType) -> String {
    let ReactionType { emoji, custom_emoji_id, r#type } = reaction;
    emoji.or(custom_emoji_id).or(r#type).unwrap_or_else(|| "?".to_owned())
}

/// A press on a button under a message of ours. The time is not told.
pub(super) fn button(update: &Update<'_>, value: &Value) -> Facts {
    let query: wire::CallbackQuery = wire::read(value).unwrap_or_default();
    let (Some(id), Some(from), Some(data)) = (query.id, query.from, query.data) else {
        return unknown("a press without its id, its author or its data");
    };
    let Some(message) = query.message.as_ref().and_then(wire::read::<wire::Message>) else {
        return unknown("a press without its message");
    };
    let (Some(chat), Some(place)) = (&message.chat, Place::of(&message)) else {
        return unknown("a press without its chat");
    };
    match Kind::of(chat) {
        Kind::Private => {}
        Kind::Shared => return ignored("a press in a group"),
        Kind::Unknown(kind) => return unknown(format!("unknown type of chat {kind:?}")),
    }
    if from.id.is_none() || from.id != chat.id {
        return ignored("a press by our own side");
    }
    let title = title(&message, &data).unwrap_or_else(|| data.clone());
    let text = |key| query.message.as_ref()?.get(key)?.as_str().map(str::to_owned);
    let quote = message.message_id.filter(|number| *number != 0).map(|number| Quote {
        message: Some(place.message(number)),
        text: text("text").or_else(|| text("caption")),
    });
    let choice = Message {
        conversation: place.conversation(),
        party: person(&from),
        direction: Direction::Inbound,
        origin: Origin::Live,
        author_name: None,
        content: Content::Choice { id: data, title, description: None },
        quote,
        forward: None,
        referral: None,
        album: None,
        delivery: None,
        placeholder: false,
    };
    Ok(vec![event(format!("{PREFIX}{id}"), update.received(), EventKind::Message(choice))])
}

/// What stood on the button, as long as the message can still be seen.
fn title(message: &wire::Message, data: &str) -> Option<String> {
    let rows = message.reply_markup.as_ref()?.inline_keyboard.as_ref()?;
    let pressed = rows.iter().flatten().find(|button| button.callback_data.as_deref() == Some(data))?;
    pressed.text.clone()
}
