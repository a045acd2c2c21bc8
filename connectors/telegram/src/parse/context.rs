//! What a message refers to: the message answered, the place it was forwarded from.

use connector_api::{Forward, Quote};

use super::author::{filled, name_of};
use crate::place::{Place, topic};
use crate::wire::{self, Message, Origin};

/// The message answered. Inside a topic every message "answers" the topic's opening, which is no reply.
pub(super) fn quote(message: &Message, place: &Place<'_>) -> Option<Quote> {
    let picked = message.quote.as_ref().and_then(|quote| quote.text.clone());
    let Some(replied) = &message.reply_to_message else {
        return message.external_reply.as_ref().map(|_| Quote { message: None, text: picked });
    };
    let root = topic(message).is_some_and(|topic| replied.message_id == Some(topic));
    if root || replied.forum_topic_created.is_some() {
        return None;
    }
    Some(Quote {
        message: replied.message_id.filter(|id| *id != 0).map(|id| place.message(id)),
        text: picked.or_else(|| replied.text.clone()).or_else(|| replied.caption.clone()),
    })
}

/// Where a forwarded message comes from.
pub(super) fn forward(message: &Message) -> Option<Forward> {
    if !message.is_forward() {
        return None;
    }
    let origin: Origin = message.forward_origin.as_ref().and_then(wire::read).unwrap_or_default();
    let chat = origin.chat.or(origin.sender_chat);
    let from = origin
        .sender_user
        .as_ref()
        .and_then(name_of)
        .or_else(|| filled(origin.sender_user_name.as_ref()))
        .or_else(|| filled(chat?.title.as_ref()));
    Some(Forward { many_times: false, from })
}
