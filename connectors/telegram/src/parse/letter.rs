//! Messages and their edits, in the bot's own chats and in managers' accounts.

use connector_api::{
    Address, Aside, ConversationState, ConversationUpdate, Direction, Edit, Event, EventKind, Facts,
    IdentityUpdate, Invitation, LinkReason, Message, Party, PhoneNumber, ignored, unknown,
};
use serde_json::{Value, json};

use super::author::{self, Author};
use super::content::{self, Said};
use super::{Update, context, event};
use crate::place::{Kind, Place};
use crate::wire;

/// By which kind of update a message came.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The bot's own chats.
    Bot,
    /// A manager's account.
    Business,
}

/// A new message, with what else it tells: an invitation used, a phone number shared, a group moved.
pub(super) fn message(update: &Update<'_>, value: &Value, side: Side) -> Facts {
    let message = framed(value, side)?;
    if let Some(moved) = migration(update, &message) {
        return Ok(vec![moved]);
    }
    let letter = Letter::read(update, value, &message)?;
    let Letter { place, number, author, said } = letter;
    let id = place.numbered(number, update.id);
    let at = update.time(message.date, number);
    let mut facts = Vec::new();
    if let Some(token) = invitation(&message, &said) {
        let conversation = place.conversation();
        let invitation = Invitation { token, party: author.party.clone(), conversation };
        facts.push(event(id.as_str(), at, EventKind::Invitation(invitation)));
    }
    if let Some(party) = shared_phone(update, value, &message, &author) {
        let same = IdentityUpdate::SamePerson { party, reason: LinkReason::SharedByPerson };
        facts.push(event(id.as_str(), at, EventKind::Identity(same)));
    }
    let body = Message {
        conversation: place.conversation(),
        quote: context::quote(&message, &place),
        forward: context::forward(&message),
        album: message.media_group_id.as_deref().map(|group| place.album(group)),
        party: author.party,
        direction: author.direction,
        origin: author.origin,
        author_name: author.name,
        content: said.into(),
        referral: None,
        delivery: None,
        placeholder: false,
    };
    facts.insert(0, event(id.as_str(), at, EventKind::Message(body)));
    Ok(facts)
}

/// A new version of a message, which we may never have seen. It may look the same as before.
pub(super) fn edit(update: &Update<'_>, value: &Value, side: Side) -> Facts {
    let message = framed(value, side)?;
    let Letter { place, number, author, said } = Letter::read(update, value, &message)?;
    let id = place.numbered(number, update.id);
    let version = format!("{id}@{}.{}", message.edit_date.unwrap_or(0), update.id);
    let edit = Edit {
        message: id,
        conversation: place.conversation(),
        party: author.party,
        direction: author.direction,
        content: Some(said.into()),
        album: message.media_group_id.as_deref().map(|group| place.album(group)),
    };
    Ok(vec![event(version, update.time(message.edit_date, update.id), EventKind::Edit(edit))])
}

/// The frame of a message. Without its connection a manager's chat would be mixed up with the bot's own.
fn framed(value: &Value, side: Side) -> Result<wire::Message, Aside> {
    let Some(mut message) = wire::read::<wire::Message>(value).filter(|_| value.is_object()) else {
        return unknown("not a message");
    };
    message.business_connection_id = message.business_connection_id.filter(|id| !id.is_empty());
    if side == Side::Business && message.business_connection_id.is_none() {
        return unknown("a message in a manager's account without its connection");
    }
    Ok(message)
}

/// A message of a conversation with a client.
struct Letter<'a> {
    place: Place<'a>,
    number: i64,
    author: Author,
    said: Said,
}

impl<'a> Letter<'a> {
    fn read(update: &Update<'_>, value: &Value, message: &'a wire::Message) -> Result<Self, Aside> {
        let (Some(chat), Some(place)) = (&message.chat, Place::of(message)) else {
            return unknown("a message without a chat");
        };
        let Some(number) = message.message_id else { return unknown("a message without a number") };
        match Kind::of(chat) {
            Kind::Private => {}
            Kind::Shared => return ignored(in_group(message, chat)),
            Kind::Unknown(kind) => return unknown(format!("unknown type of chat {kind:?}")),
        }
        let said = content::read(value, update.reading.region)?;
        let author = if message.business_connection_id.is_some() {
            author::in_business_chat(update.reading, message, chat)?
        } else {
            author::in_bot_chat(message, chat)?
        };
        Ok(Self { place, number, author, said })
    }
}

/// Why a group's message is set aside, told apart for the bridge: only a person who can be named may speak there.
fn in_group(message: &wire::Message, chat: &wire::Chat) -> &'static str {
    let chat_speaks = message.sender_chat.as_ref().map(|sender| sender.id == chat.id);
    match (chat_speaks, message.from.as_ref().and_then(|from| from.is_bot)) {
        (Some(true), _) => "a group's message by an anonymous administrator",
        (Some(false), _) => "a group's message in the name of a channel",
        (None, Some(true)) => "a group's message by a bot",
        (None, _) => "a group's message by a person",
    }
}

/// Both chats, the old and the new one, tell the same move; it is one fact whichever comes first.
fn migration(update: &Update<'_>, message: &wire::Message) -> Option<Event> {
    let chat = message.chat.as_ref()?.id?;
    let (old, new) = match (message.migrate_to_chat_id, message.migrate_from_chat_id) {
        (Some(new), _) => (chat, new),
        (None, Some(old)) => (old, chat),
        (None, None) => return None,
    };
    let moved = ConversationUpdate {
        conversation: Place::new(None, old).conversation(),
        party: None,
        state: ConversationState::Migrated,
        detail: Some(json!({ "moved_to": new.to_string() })),
    };
    Some(event(format!("{old}>{new}"), update.time(message.date, 0), EventKind::Conversation(moved)))
}

/// The payload of `https://t.me/<bot>?start=<payload>`. In a forward it would be another person's.
fn invitation(message: &wire::Message, said: &Said) -> Option<String> {
    let Said::Text(text) = said else { return None };
    if message.business_connection_id.is_some() || message.is_forward() {
        return None;
    }
    let (command, payload) = text.trim_end().split_once(' ')?;
    if command != "/start" && !command.starts_with("/start@") {
        return None;
    }
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    let fits = (1..=64).contains(&payload.len()) && payload.bytes().all(allowed);
    fits.then(|| payload.to_owned())
}

/// A person's own card that the person sent himself. Any other card says nothing about the sender.
fn shared_phone(
    update: &Update<'_>,
    value: &Value,
    message: &wire::Message,
    author: &Author,
) -> Option<Party> {
    if author.direction == Direction::Outbound || message.is_forward() {
        return None;
    }
    let card: wire::Contact = wire::read(value.get("contact")?)?;
    let sender = message.from.as_ref()?.id?;
    if card.user_id != Some(sender) {
        return None;
    }
    let phone = PhoneNumber::parse(&card.phone_number?, update.reading.region)?;
    let mut party = author.party.clone();
    party.addresses.push(Address::Phone(phone));
    Some(party)
}
