//! Topics of supergroups (`telegram.md`, 6): opened, named, shut; and what the bot may do there.

use std::sync::Arc;

use serde_json::{Value, json};

use super::chats::{Spot, Topic};
use super::parameters::Parameters;
use super::refusal::{Refusal, bad};
use super::sending::spot;
use super::{Inner, Outcome, Shared};
use crate::phone::Arrival;

/// One of the methods about topics and chats.
pub(super) fn call(shared: &Arc<Shared>, method: &str, given: &Parameters) -> Outcome {
    let spot = spot(given)?;
    let mut inner = shared.lock();
    match method {
        "getchat" => Ok(inner.chats.known(&spot)?.object.clone()),
        "getchatmember" => Ok(inner.chats.known(&spot)?.member.clone()),
        "createforumtopic" => {
            manageable(&mut inner, &spot)?;
            let name = name(given)?;
            let number = inner.next_message;
            inner.next_message += 1;
            let topic = Topic { name: name.clone(), closed: false };
            inner.chats.known(&spot)?.topics.insert(number, topic);
            tell(shared, &spot, number, &name);
            Ok(json!({ "message_thread_id": number, "name": name, "icon_color": 7_322_096 }))
        }
        _ => {
            manageable(&mut inner, &spot)?;
            let number = given.number("message_thread_id").unwrap_or_default();
            let chat = inner.chats.known(&spot)?;
            let topic = chat.topics.get_mut(&number).ok_or_else(|| bad("message thread not found"))?;
            let before = topic.clone();
            match method {
                "editforumtopic" => topic.name = name(given)?,
                "closeforumtopic" => topic.closed = true,
                _ => topic.closed = false,
            }
            if *topic == before {
                return Err(bad("TOPIC_NOT_MODIFIED"));
            }
            let shown =
                if topic.closed { format!("{} (закрыта)", topic.name) } else { topic.name.clone() };
            tell(shared, &spot, number, &shown);
            Ok(true.into())
        }
    }
}

/// The topic that a message goes to; none is the chat itself.
pub(super) fn wanted(inner: &mut Inner, spot: &Spot, given: &Parameters) -> Result<Option<i64>, Refusal> {
    let Some(number) = given.number("message_thread_id") else { return Ok(None) };
    match inner.chats.known(spot)?.topics.get(&number) {
        None => Err(bad("message thread not found")),
        Some(topic) if topic.closed => Err(bad("TOPIC_CLOSED")),
        Some(_) => Ok(Some(number)),
    }
}

fn manageable(inner: &mut Inner, spot: &Spot) -> Result<(), Refusal> {
    let chat = inner.chats.known(spot)?;
    if chat.object["is_forum"] != true {
        return Err(bad("the chat is not a forum"));
    }
    if chat.member["status"] != "administrator" || chat.member["can_manage_topics"] != true {
        return Err(bad("not enough rights to create a topic"));
    }
    Ok(())
}

fn name(given: &Parameters) -> Result<String, Refusal> {
    let name = given.text("name").unwrap_or_default();
    if name.is_empty() || name.chars().count() > 128 {
        return Err(bad("invalid forum topic name specified"));
    }
    Ok(name.to_owned())
}

/// The director's list of topics.
fn tell(shared: &Shared, spot: &Spot, number: i64, name: &str) {
    let arrival = shared.arrival(spot, number, "topic");
    shared.phone.add(Arrival { text: Some(name.into()), to: place(spot, Some(number)), ..arrival });
}

/// Where something arrives, as the phone names it: a topic is a place of its own.
pub(super) fn place(spot: &Spot, topic: Option<i64>) -> Box<str> {
    topic.map_or_else(|| spot.chat.to_string(), |topic| format!("{}/{topic}", spot.chat)).into()
}

/// What a message in a topic carries.
pub(super) fn marks(topic: Option<i64>) -> Vec<(String, Value)> {
    topic.map_or_else(Vec::new, |topic| {
        vec![("message_thread_id".to_owned(), topic.into()), ("is_topic_message".to_owned(), true.into())]
    })
}
