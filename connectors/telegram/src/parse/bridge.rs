//! Updates of a bot that serves the bridge: what employees say in its group and to itself.

use connector_api::{
    Aside, BridgeAct, BridgeChat, BridgeEvent, BridgeSender, Content, EventKind, Facts, ignored, unknown,
};
use serde_json::Value;

use super::author::{filled, name_of, person};
use super::{UNWANTED, Update, content, context, event, links};
use crate::place::{Kind, Place};
use crate::press::PREFIX;
use crate::wire::{self, Chat, Message, User};

pub(super) fn facts(update: &Update<'_>, kind: &str, value: &Value) -> Facts {
    match kind {
        "message" => message(update, value),
        "edited_message" => edit(update, value),
        "message_reaction" => reaction(update, value),
        "callback_query" => press(update, value),
        "my_chat_member" => standing(update, value),
        "business_message"
        | "edited_business_message"
        | "deleted_business_messages"
        | "business_connection" => ignored("not for the bot of the bridge"),
        kind if UNWANTED.contains(&kind) => ignored("a kind of update that is not used"),
        kind => unknown(format!("unknown kind of update {kind:?}")),
    }
}

fn message(update: &Update<'_>, value: &Value) -> Facts {
    let Some(message) = wire::read::<Message>(value).filter(|_| value.is_object()) else {
        return unknown("not a message");
    };
    let (Some(chat), Some(place)) = (&message.chat, Place::of(&message)) else {
        return unknown("a message without a chat");
    };
    // Both chats tell the same move: the key of the old one with that of the new.
    let moved = match (message.migrate_to_chat_id, message.migrate_from_chat_id) {
        (Some(to), _) => Some((place.chat, to)),
        (None, Some(from)) => Some((from, place.chat)),
        (None, None) => None,
    };
    if let Some((from, to)) = moved {
        let to = Place::new(None, to).conversation();
        let from = Place::new(None, from);
        let told = BridgeEvent {
            place: from.conversation(),
            chat: BridgeChat { id: from.conversation(), ..chat_of(chat, &from) },
            sender: None,
            act: BridgeAct::Moved { to: to.clone() },
        };
        return Ok(vec![event(format!("{}>{to}", told.place), update.time(message.date, 0), wrapped(told))]);
    }
    let Some(number) = message.message_id else { return unknown("a message without a number") };
    let (sender, content) = said(update, value, &message)?;
    let quote = context::quote(&message, &place).and_then(|quote| quote.message);
    let album = filled(message.media_group_id.as_ref()).map(|group| place.album(&group));
    let told = BridgeEvent {
        place: place.conversation(),
        chat: chat_of(chat, &place),
        sender,
        act: BridgeAct::Message { content, quote, album, ours: is_ours(update, &message) },
    };
    let id = place.numbered(number, update.id);
    Ok(vec![event(id.as_str(), update.time(message.date, number), wrapped(told))])
}

fn edit(update: &Update<'_>, value: &Value) -> Facts {
    let Some(message) = wire::read::<Message>(value).filter(|_| value.is_object()) else {
        return unknown("not a message");
    };
    let (Some(chat), Some(place)) = (&message.chat, Place::of(&message)) else {
        return unknown("a message without a chat");
    };
    let Some(number) = message.message_id else { return unknown("a message without a number") };
    let (sender, content) = said(update, value, &message)?;
    let edited = place.numbered(number, update.id);
    let version = format!("{edited}@{}.{}", message.edit_date.unwrap_or(0), update.id);
    let told = BridgeEvent {
        place: place.conversation(),
        chat: chat_of(chat, &place),
        sender,
        act: BridgeAct::Edit { message: edited, content },
    };
    Ok(vec![event(version, update.time(message.edit_date, update.id), wrapped(told))])
}

/// Who speaks, and what. Whoever speaks in the name of a chat is nobody whom we could know.
fn said(
    update: &Update<'_>,
    value: &Value,
    message: &Message,
) -> Result<(Option<BridgeSender>, Content), Aside> {
    let content = content::read(&links::written_out(value), update.reading.region)?;
    if message.sender_chat.is_some() {
        return Ok((None, content.into()));
    }
    match &message.from {
        Some(from) if from.is_bot == Some(true) => ignored("written by a bot"),
        Some(from) => Ok((sender_of(from), content.into())),
        None => unknown("a message without a sender"),
    }
}

/// A copy of what the bot itself has written, somewhere.
fn is_ours(update: &Update<'_>, message: &Message) -> bool {
    let origin: wire::Origin = message.forward_origin.as_ref().and_then(wire::read).unwrap_or_default();
    origin.sender_user.and_then(|from| from.id) == Some(update.reading.bot_id)
}

fn reaction(update: &Update<'_>, value: &Value) -> Facts {
    let reaction: wire::MessageReactionUpdated = wire::read(value).unwrap_or_default();
    let (Some(chat), Some(number)) = (reaction.chat, reaction.message_id) else {
        return unknown("a reaction without its message");
    };
    let Some(chat_id) = chat.id else { return unknown("a reaction without a chat") };
    let Some(list) = reaction.new_reaction else { return unknown("a reaction without a list") };
    let Some(sender) = reaction.user.as_ref().and_then(sender_of) else {
        return ignored("a reaction of somebody who hides");
    };
    let place = Place::new(None, chat_id);
    let message = place.message(number);
    let id = format!("{message}^{}@{}.{}", sender.address.key(), reaction.date.unwrap_or(0), update.id);
    let emoji = list.into_iter().find_map(|reaction| reaction.emoji);
    let told = BridgeEvent {
        place: place.conversation(),
        chat: chat_of(&chat, &place),
        sender: Some(sender),
        act: BridgeAct::Reaction { message, emoji },
    };
    Ok(vec![event(id, update.time(reaction.date, update.id), wrapped(told))])
}

/// A press on a button under a message of ours. The time is not told.
fn press(update: &Update<'_>, value: &Value) -> Facts {
    let query: wire::CallbackQuery = wire::read(value).unwrap_or_default();
    let (Some(id), Some(from), Some(data)) = (query.id, query.from, query.data) else {
        return unknown("a press without its id, its author or its data");
    };
    let Some(message) = query.message.as_ref().and_then(wire::read::<Message>) else {
        return unknown("a press without its message");
    };
    let (Some(chat), Some(place), Some(number)) = (&message.chat, Place::of(&message), message.message_id)
    else {
        return unknown("a press without its chat");
    };
    let told = BridgeEvent {
        place: place.conversation(),
        chat: chat_of(chat, &place),
        sender: sender_of(&from),
        act: BridgeAct::Press { message: place.message(number), data },
    };
    Ok(vec![event(format!("{PREFIX}{id}"), update.received(), wrapped(told))])
}

fn standing(update: &Update<'_>, value: &Value) -> Facts {
    let change: wire::ChatMemberUpdated = wire::read(value).unwrap_or_default();
    let Some((chat, id)) = change.chat.and_then(|chat| chat.id.map(|id| (chat, id))) else {
        return unknown("a change of membership without a chat");
    };
    let place = Place::new(None, id);
    let status = change.new_chat_member.and_then(|member| member.status);
    let present = !matches!(status.as_deref(), Some("left" | "kicked"));
    let told = BridgeEvent {
        place: place.conversation(),
        chat: chat_of(&chat, &place),
        sender: None,
        act: BridgeAct::Standing { present },
    };
    let id = format!("{}/state/{}", told.place, update.id);
    Ok(vec![event(id, update.time(change.date, update.id), wrapped(told))])
}

fn chat_of(chat: &Chat, place: &Place<'_>) -> BridgeChat {
    BridgeChat {
        id: Place::new(None, place.chat).conversation(),
        shared: !matches!(Kind::of(chat), Kind::Private),
        title: filled(chat.title.as_ref()),
        threads: chat.is_forum == Some(true),
    }
}

fn sender_of(user: &User) -> Option<BridgeSender> {
    let address = person(user).addresses.into_iter().next()?;
    Some(BridgeSender { address, name: name_of(user) })
}

fn wrapped(told: BridgeEvent) -> EventKind {
    EventKind::Bridge(Box::new(told))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Purpose;
    use crate::parse::{Reading, parse};
    use connector_api::{Parsed, RawEvent};

    fn read(update: Value) -> Parsed {
        let reading = Reading {
            bot_id: 7_000_000_001,
            region: connector_api::Region::default(),
            purpose: Purpose::Bridge,
        };
        let raw = RawEvent {
            source: "webhook".into(),
            received_at: chrono::DateTime::UNIX_EPOCH,
            content_type: None,
            query: String::new(),
            body: update.to_string().into(),
        };
        parse(&reading, &raw).unwrap()
    }

    fn told(update: Value) -> (String, BridgeEvent) {
        let parsed = read(update);
        assert!(parsed.unknown.is_empty(), "{:?}", parsed.unknown);
        let [event] = &parsed.events[..] else { panic!("{parsed:?}") };
        let EventKind::Bridge(told) = &event.kind else { panic!("{event:?}") };
        (event.external_id.to_string(), (**told).clone())
    }

    fn fixture(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn a_word_in_a_topic_has_its_place_its_speaker_and_the_message_answered() {
        let (id, answer) = told(fixture(include_bytes!("../../fixtures/topic_with_a_reply.json")));
        assert_eq!((id.as_str(), answer.place.as_str()), ("-1002000000001/912", "-1002000000001/34"));
        assert_eq!(answer.chat.id.as_str(), "-1002000000001");
        assert!(answer.chat.shared && answer.chat.threads);
        assert_eq!(answer.sender.unwrap().address.key(), "telegram/5000000001");
        let BridgeAct::Message { content: Content::Text { text }, quote, album: None, ours: false } =
            answer.act
        else {
            panic!()
        };
        assert_eq!(text, "Скажите, что в четверг до обеда");
        assert_eq!(quote.unwrap().as_str(), "-1002000000001/905");
        let (_, plain) = told(fixture(include_bytes!("../../fixtures/topic_without_a_reply.json")));
        assert!(matches!(plain.act, BridgeAct::Message { quote: None, .. }));
    }

    #[test]
    fn a_message_passed_on_from_elsewhere_tells_whether_it_was_ours() {
        let passed_on = |from: Value| {
            let chat = json!({ "id": -100, "type": "supergroup", "is_forum": true });
            let boss = json!({ "id": 50, "is_bot": false, "first_name": "Директор" });
            told(json!({ "update_id": 1, "message": {
                "message_id": 5, "date": 2, "chat": chat, "from": boss, "text": "Скидка?", "forward_date": 1,
                "forward_origin": { "type": "user", "date": 1, "sender_user": from },
            }}))
            .1
            .act
        };
        for (author, expected) in [(7_000_000_001_i64, true), (5_000_000_009, false)] {
            let act = passed_on(json!({ "id": author, "is_bot": expected, "first_name": "Кто-то" }));
            assert!(matches!(act, BridgeAct::Message { ours, .. } if ours == expected), "{act:?}");
        }
    }

    #[test]
    fn who_hides_behind_the_group_is_nobody_and_bots_and_service_messages_are_nothing() {
        let chat = json!({ "id": -1_002_000_000_001_i64, "type": "supergroup", "is_forum": true });
        let bot = json!({ "id": 1_087_968_824, "is_bot": true, "first_name": "Group" });
        let message = |from: &Value, sender: Option<&Value>| {
            let mut message = json!({
                "message_id": 5, "date": 1_795_252_000, "chat": chat, "from": from, "text": "Кто я?",
            });
            if let Some(sender) = sender {
                message["sender_chat"] = sender.clone();
            }
            json!({ "update_id": 1, "message": message })
        };
        assert_eq!(told(message(&bot, Some(&chat))).1.sender, None);
        assert_eq!(read(message(&bot, None)).ignored.len(), 1);
        for update in
            fixture(include_bytes!("../../fixtures/topic_service.json")).as_array().into_iter().flatten()
        {
            assert!(read(update.clone()).events.is_empty(), "{update}");
        }
    }

    #[test]
    fn a_press_names_its_message_its_place_and_whoever_pressed() {
        let chat = json!({ "id": -100, "type": "supergroup", "is_forum": true, "title": "Мост" });
        let boss = json!({ "id": 50, "is_bot": false, "first_name": "Директор" });
        let query = |message: &Value| {
            json!({ "update_id": 14, "callback_query": {
                "id": "4382", "from": boss, "data": "d/1/yes", "chat_instance": "7", "message": message,
            }})
        };
        let (id, press) = told(query(&json!({
            "message_id": 5, "date": 1, "chat": chat, "text": "Решайте", "message_thread_id": 34,
            "is_topic_message": true,
        })));
        assert_eq!((id.as_str(), press.place.as_str()), ("callback/4382", "-100/34"));
        assert_eq!(press.sender.unwrap().address.key(), "telegram/50");
        let expected =
            BridgeAct::Press { message: connector_api::ExternalId::new("-100/5"), data: "d/1/yes".into() };
        assert_eq!(press.act, expected);
        // The provider has forgotten what the message said.
        let (_, old) = told(query(&json!({ "message_id": 5, "date": 0, "chat": chat })));
        assert_eq!((old.place.as_str(), old.act), ("-100", expected));
        assert_eq!(read(query(&Value::Null)).unknown.len(), 1);
    }

    #[test]
    fn edits_reactions_rights_and_moves_are_told() {
        let chat = json!({ "id": -100, "type": "supergroup", "is_forum": true, "title": "Мост" });
        let boss = json!({ "id": 50, "is_bot": false, "first_name": "Директор" });
        let (id, edit) = told(json!({ "update_id": 9, "edited_message": {
            "message_id": 5, "date": 1, "edit_date": 2, "chat": chat, "from": boss, "text": "Иначе",
            "message_thread_id": 34, "is_topic_message": true,
        }}));
        assert_eq!(id, "-100/5@2.9");
        assert!(matches!(&edit.act, BridgeAct::Edit { message, .. } if message.as_str() == "-100/5"));
        let (_, reaction) = told(json!({ "update_id": 10, "message_reaction": {
            "chat": chat, "message_id": 5, "user": boss, "date": 3, "old_reaction": [],
            "new_reaction": [{ "type": "emoji", "emoji": "👍" }],
        }}));
        assert!(matches!(&reaction.act, BridgeAct::Reaction { emoji: Some(emoji), .. } if emoji == "👍"));
        let (_, out) = told(json!({ "update_id": 11, "my_chat_member": {
            "chat": chat, "from": boss, "date": 4, "new_chat_member": { "status": "kicked" },
        }}));
        assert_eq!(out.act, BridgeAct::Standing { present: false });
        let to = json!({ "update_id": 12, "message": {
            "message_id": 6, "date": 5, "chat": { "id": -7, "type": "group" }, "migrate_to_chat_id": -100,
        }});
        let from = json!({ "update_id": 13, "message": {
            "message_id": 1, "date": 5, "chat": chat, "migrate_from_chat_id": -7,
        }});
        let (one, other) = (told(to), told(from));
        assert_eq!(one.0, other.0);
        assert_eq!((one.1.place.as_str(), one.1.act), ("-7", other.1.act));
    }
}
