//! Who wrote, and who the client is.

use connector_api::{Address, Aside, Direction, Origin, Party, ignored, unknown};

use super::Reading;
use crate::wire::{Chat, Message, User};

/// The two sides of a message.
pub(super) struct Author {
    pub(super) party: Party,
    pub(super) direction: Direction,
    pub(super) origin: Origin,
    pub(super) name: Option<String>,
}

/// In the bot's own chat everything that reaches us is the client's.
pub(super) fn in_bot_chat(message: &Message, chat: &Chat) -> Result<Author, Aside> {
    match &message.from {
        Some(from) if from.is_bot == Some(true) => ignored("written by a bot"),
        Some(from) => Ok(by_client(person(from))),
        None => Ok(by_client(owner(chat))),
    }
}

/// In a manager's account both sides arrive, and the bots that write for him: taking an echo for the client's words
/// would make the hub answer itself.
pub(super) fn in_business_chat(reading: &Reading, message: &Message, chat: &Chat) -> Result<Author, Aside> {
    let by_us = |origin, name| Author { party: owner(chat), direction: Direction::Outbound, origin, name };
    if let Some(bot) = &message.sender_business_bot {
        return Ok(if bot.id == Some(reading.bot_id) {
            by_us(Origin::Live, None)
        } else {
            by_us(Origin::OtherSystem, name_of(bot))
        });
    }
    let Some(from) = &message.from else {
        return unknown("a message in a manager's account without a sender");
    };
    if from.id.is_some() && from.id == chat.id {
        if from.is_bot == Some(true) {
            return ignored("written by a bot");
        }
        return Ok(by_client(person(from)));
    }
    // A client may schedule a message too, so this mark says nothing before the side is known.
    let automatic = message.is_from_offline == Some(true);
    Ok(by_us(if automatic { Origin::Automatic } else { Origin::Phone }, name_of(from)))
}

fn by_client(party: Party) -> Author {
    Author { party, direction: Direction::Inbound, origin: Origin::Live, name: None }
}

/// A user's number is the same for all bots and for ever; the user name changes hands.
pub(super) fn person(user: &User) -> Party {
    Party { addresses: address(user.id), name: name_of(user), username: filled(user.username.as_ref()) }
}

/// The person of a private chat.
pub(super) fn owner(chat: &Chat) -> Party {
    Party {
        addresses: address(chat.id),
        name: full_name(chat.first_name.as_ref(), chat.last_name.as_ref()),
        username: filled(chat.username.as_ref()),
    }
}

pub(crate) fn name_of(user: &User) -> Option<String> {
    full_name(user.first_name.as_ref(), user.last_name.as_ref())
}

/// First and last name, whichever is there.
pub(super) fn full_name(first: Option<&String>, last: Option<&String>) -> Option<String> {
    let parts: Vec<String> = [first, last].into_iter().filter_map(filled).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

pub(super) fn filled(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn address(id: Option<i64>) -> Vec<Address> {
    id.map(|id| Address::opaque("telegram", id.to_string())).into_iter().collect()
}
