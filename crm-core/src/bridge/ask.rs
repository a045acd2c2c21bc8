//! A chat without threads is one stream: an answer belongs to the message that it quotes, and whoever quotes none is asked
//! which chat he means. What he has said waits until he presses one, and goes there once.

mod store;
mod words;

use chrono::{DateTime, Utc};
use connector_api::{BridgeAct, BridgeEvent, ExternalId, OutboundAction, OutboundContent, OutboundMessage};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    arrive::{self, Bridged, store::linked},
    setup,
};
use crate::{DeliveryId, access::Viewer, delivery::press, id::uuid_at};

pub(super) use store::forget_before;

/// What was said, to be taken in when it is known where it belongs.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Told {
    external_id: ExternalId,
    event: BridgeEvent,
}

/// Whether somebody speaks in the chosen chat, and it has no threads.
pub(super) async fn is_stream(conn: &mut PgConnection, event: &Bridged) -> sqlx::Result<bool> {
    let told = &event.told;
    Ok(!told.chat.shared
        && told.place == told.chat.id
        && setup::is_chosen(conn, event.account_id, &told.chat.id).await?)
}

/// Takes a message or an edit there. Wants the transaction of the ingest; repeats safely.
pub(super) async fn take(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (known, named) = match &event.told.act {
        BridgeAct::Message { quote, album, .. } => (quote.as_ref(), album.as_ref()),
        BridgeAct::Edit { message, .. } => (Some(message), Some(message)),
        _ => return Ok(()),
    };
    if let Some(known) = known
        && let Some((thread, _)) = linked(conn, event.account_id, known).await?
    {
        return arrive::give(conn, event, viewer, &thread, now).await;
    }
    let id = DeliveryId::heard(event.account_id, named.unwrap_or(&event.external_id).as_str()).0;
    let told = Told { external_id: event.external_id.clone(), event: event.told.clone() };
    match store::insert(conn, id, event, viewer, std::slice::from_ref(&told), now).await? {
        Some(number) => ask(conn, event, viewer, number, now).await,
        None => goes_on(conn, id, event, viewer, told, now).await,
    }
}

async fn ask(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    number: i64,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let chats = store::chats(conn, viewer).await?;
    let content = if chats.is_empty() {
        OutboundContent::Text { text: words::NOTHING_BRIDGED.to_owned() }
    } else {
        OutboundContent::Buttons { text: words::WHICH.to_owned(), rows: words::buttons(number, &chats, 0) }
    };
    let quote = Some(event.external_id.clone());
    arrive::say_with(conn, event.account_id, &event.told.place, content, quote, now).await
}

/// More of what is asked about: another file of the album, or new words.
async fn goes_on(
    conn: &mut PgConnection,
    id: Uuid,
    event: &Bridged,
    viewer: &Viewer,
    told: Told,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(mut question) = store::lock(conn, id).await? else { return Ok(()) };
    if question.events.iter().any(|known| known.external_id == told.external_id) {
        return Ok(());
    }
    if let Some(thread) = question.thread_id {
        let Some(thread) = store::thread(conn, thread).await? else { return Ok(()) };
        return arrive::give(conn, event, viewer, &thread, now).await;
    }
    question.events.0.push(told);
    store::set_events(conn, id, &question.events.0).await
}

/// A press on one of the buttons: what is shown to whoever pressed; `None` for a button of somebody else. Wants the
/// transaction of the ingest.
pub(super) async fn pressed(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<&'static str>> {
    let BridgeAct::Press { message, data } = &event.told.act else { return Ok(None) };
    let Some((number, wish)) = words::read(data) else { return Ok(None) };
    let question = store::lock_number(conn, number).await?;
    let Some(question) = question.filter(|question| question.user_id == viewer.user_id) else {
        return Ok(Some(words::DEAD));
    };
    if question.thread_id.is_some() {
        return Ok(Some(words::CHOSEN_BEFORE));
    }
    let chats = store::chats(conn, viewer).await?;
    let thread = match wish {
        words::Wish::Page(page) => {
            let rows = words::buttons(number, &chats, page);
            reword(conn, event, message, words::WHICH.to_owned(), rows, now).await?;
            return Ok(Some(words::MORE));
        }
        words::Wish::Thread(thread) => thread,
    };
    let Some(chat) = chats.iter().find(|chat| chat.thread_id == thread) else {
        return Ok(Some(words::NOT_BRIDGED));
    };
    let Some(thread) = store::thread(conn, thread).await? else { return Ok(Some(words::NOT_BRIDGED)) };
    store::answer(conn, question.id, thread.id).await?;
    for told in question.events.0 {
        let said = Bridged { account_id: event.account_id, external_id: told.external_id, told: told.event };
        arrive::give(conn, &said, viewer, &thread, now).await?;
    }
    reword(conn, event, message, words::chosen(&chat.name), Vec::new(), now).await?;
    Ok(Some(words::TAKEN))
}

/// The question says something else from now on.
async fn reword(
    conn: &mut PgConnection,
    event: &Bridged,
    message: &ExternalId,
    text: String,
    buttons: Vec<Vec<connector_api::Button>>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let message = vec![message.clone()];
    let action = OutboundAction::Edit { message, sent_at: now, caption: false, grows: false, text, buttons };
    let place = event.told.place.clone();
    let edit = OutboundMessage { id: uuid_at(now), conversation: place, to: Vec::new(), action };
    press::aside(conn, event.account_id, &edit, 1, Uuid::nil(), now).await
}
