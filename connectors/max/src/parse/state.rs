//! What becomes of dialogs: begun by a link, stopped, messages removed.

use connector_api::{
    Aside, ConversationState, ConversationUpdate, Deletion, Event, EventKind, Facts, Invitation, Party,
    unknown,
};

use super::place::Place;
use super::{Told, event, person};

/// The person pressed «Начать», perhaps by a link of ours. A second press tells it again.
pub(super) fn started(told: &Told<'_>) -> Facts {
    let (place, party, id) = who(told, "bot_started")?;
    let at = told.time(told.update.timestamp);
    let mut facts = vec![stands(&id, told, place, party.clone(), ConversationState::Open)];
    if let Some(token) = told.update.payload.clone().filter(|payload| !payload.is_empty()) {
        let invitation = Invitation { token, party, conversation: place.conversation() };
        facts.push(event(id, at, EventKind::Invitation(invitation)));
    }
    Ok(facts)
}

/// The person stopped the bot or threw the dialog away: until he starts it again or writes, nothing reaches him.
pub(super) fn stopped(told: &Told<'_>, kind: &str) -> Facts {
    let (place, party, id) = who(told, kind)?;
    Ok(vec![stands(&id, told, place, party, ConversationState::Blocked)])
}

fn who(told: &Told<'_>, kind: &str) -> Result<(Place, Party, String), Aside> {
    let place = Place::of_chat(told.update.chat_id)?;
    let Some((user, id)) = told.update.user.as_ref().and_then(|user| Some((user, user.user_id?))) else {
        return unknown("an update about a dialog without its user");
    };
    let at = told.update.timestamp.unwrap_or(0);
    Ok((place, person::party(user), format!("{kind}/{}/{id}/{at}", place.0)))
}

fn stands(id: &str, told: &Told<'_>, place: Place, party: Party, state: ConversationState) -> Event {
    let update =
        ConversationUpdate { conversation: place.conversation(), party: Some(party), state, detail: None };
    event(id, told.time(told.update.timestamp), EventKind::Conversation(update))
}

/// A message was taken back. `user_id` says who did it, but not which side that is.
pub(super) fn removal(told: &Told<'_>) -> Facts {
    let place = Place::of_chat(told.update.chat_id)?;
    let Some(mid) = told.update.message_id.as_deref().filter(|mid| !mid.is_empty()) else {
        return unknown("a removal without its message");
    };
    let message = place.message(mid);
    let id = format!("{message}#deleted");
    let deletion = EventKind::Deletion(Deletion { message, by: None });
    Ok(vec![event(id, told.time(told.update.timestamp), deletion)])
}
