//! What becomes of conversations: blocked, disconnected, messages deleted.

use chrono::{DateTime, Utc};
use connector_api::{
    ConversationState, ConversationUpdate, Deletion, Event, EventKind, ExternalId, Facts, Party, ignored,
    unknown,
};
use serde_json::{Map, Value};

use super::author::owner;
use super::{Update, event};
use crate::connection::ConnectionState;
use crate::place::{Kind, Place};
use crate::wire;

/// The person blocked the bot or let it in again. In a group it is about our rights there.
pub(super) fn membership(update: &Update<'_>, value: &Value) -> Facts {
    let Some(change) = wire::read::<wire::ChatMemberUpdated>(value) else {
        return unknown("not a change of membership");
    };
    let Some(chat) = change.chat else { return unknown("a change of membership without a chat") };
    match Kind::of(&chat) {
        Kind::Private => {}
        Kind::Shared => return ignored("the bot's rights in a group"),
        Kind::Unknown(kind) => return unknown(format!("unknown type of chat {kind:?}")),
    }
    let status = change.new_chat_member.and_then(|member| member.status);
    let state = match status.as_deref() {
        Some("kicked") => ConversationState::Blocked,
        Some("member") => ConversationState::Open,
        other => return unknown(format!("unknown status of membership {:?}", other.unwrap_or_default())),
    };
    let Some(id) = chat.id else { return unknown("a change of membership without a chat") };
    let at = update.time(change.date, update.id);
    Ok(vec![stands(update, at, Place::new(None, id).conversation(), Some(owner(&chat)), state, None)])
}

/// A manager connected his account, cut it off or changed the bot's rights.
pub(super) fn connection(update: &Update<'_>, value: &Value) -> Facts {
    let connection: wire::BusinessConnection = wire::read(value).unwrap_or_default();
    let may_write = ConnectionState::of(&connection).may_write;
    let (Some(id), Some(_)) = (connection.id.filter(|id| !id.is_empty()), connection.is_enabled) else {
        return unknown("not a connection of an account");
    };
    // Without the right to answer a standing connection is of no more use for us than a cut one.
    let state = if may_write { ConversationState::Open } else { ConversationState::Disconnected };
    // `date` is the time of the first connection, also when it is cut.
    Ok(vec![stands(update, update.received(), ExternalId::new(id), None, state, Some(details(value)))])
}

fn details(connection: &Value) -> Value {
    let shown = ["user", "user_chat_id", "date", "rights", "can_reply"];
    let pairs = shown.iter().filter_map(|key| Some(((*key).to_owned(), connection.get(*key)?.clone())));
    Value::Object(pairs.collect::<Map<_, _>>())
}

fn stands(
    update: &Update<'_>,
    at: DateTime<Utc>,
    conversation: ExternalId,
    party: Option<Party>,
    state: ConversationState,
    detail: Option<Value>,
) -> Event {
    let id = format!("{conversation}/state/{}", update.id);
    event(id, at, EventKind::Conversation(ConversationUpdate { conversation, party, state, detail }))
}

/// Messages deleted in a manager's chat, by either side; the time is not told. Ordinary chats tell of no deletion.
pub(super) fn deletions(update: &Update<'_>, value: &Value) -> Facts {
    let deleted: wire::BusinessMessagesDeleted = wire::read(value).unwrap_or_default();
    let chat = deleted.chat.and_then(|chat| chat.id);
    let connection = deleted.business_connection_id.filter(|id| !id.is_empty());
    let (Some(chat), Some(connection)) = (chat, connection) else {
        return unknown("deleted messages without their chat or connection");
    };
    let numbers: Option<Vec<i64>> = deleted
        .message_ids
        .filter(|ids| !ids.is_empty())
        .and_then(|ids| ids.iter().map(Value::as_i64).collect());
    let Some(numbers) = numbers else { return unknown("deleted messages without their numbers") };
    let place = Place::new(Some(&connection), chat);
    let deletion = |number: i64| {
        let message = place.message(number);
        let id = format!("{message}#deleted");
        event(id, update.received_at, EventKind::Deletion(Deletion { message, by: None }))
    };
    Ok(numbers.into_iter().map(deletion).collect())
}
