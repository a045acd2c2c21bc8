//! Presses on buttons under messages of ours.

use connector_api::{Content, Direction, EventKind, Facts, Message, Origin, Quote, unknown};

use super::place::Place;
use super::{Told, event, person};
use crate::wire::{self, Attachment};

/// A press on a button. Its message may be gone; then the chat is not told.
pub(super) fn button(told: &Told<'_>) -> Facts {
    let Some(callback) = &told.update.callback else { return unknown("a press without its callback") };
    let (Some(id), Some(user)) = (callback.callback_id.as_ref().filter(|id| !id.is_empty()), &callback.user)
    else {
        return unknown("a press without its id or its user");
    };
    let message = told.update.message.as_ref();
    let place = Place::of(message.and_then(|message| message.recipient.as_ref()))?;
    let body = message.and_then(|message| message.body.as_ref());
    let payload = callback.payload.clone().unwrap_or_default();
    let title = body.and_then(|body| title(body, &payload)).unwrap_or_else(|| payload.clone());
    let quote = body.and_then(|body| {
        let message = place.message(body.mid.as_deref().filter(|mid| !mid.is_empty())?);
        Some(Quote { message: Some(message), text: body.text.clone() })
    });
    let choice = Message {
        conversation: place.conversation(),
        party: person::party(user),
        direction: Direction::Inbound,
        origin: Origin::Live,
        author_name: None,
        content: Content::Choice { id: payload, title, description: None },
        quote,
        forward: None,
        referral: None,
        album: None,
        delivery: None,
        placeholder: false,
    };
    let at = told.time(callback.timestamp.or(told.update.timestamp));
    Ok(vec![event(format!("callback/{id}"), at, EventKind::Message(choice))])
}

/// What stood on the button.
fn title(body: &wire::Body, payload: &str) -> Option<String> {
    let keyboards = body.attachments.iter().flatten().filter_map(wire::read::<Attachment>);
    keyboards
        .filter_map(|keyboard| keyboard.payload?.buttons)
        .flatten()
        .flatten()
        .find(|button| button.payload.as_deref() == Some(payload))?
        .text
}
