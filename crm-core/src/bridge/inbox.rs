//! What bound people say in threads of conversations, on its way to the client: written down with the event, and passed on
//! when it is whole and its files are here. Whoever knows the channels asks for it by [`next`], and tells by [`say`],
//! [`act`] or [`refuse`] what comes of it.

mod offer;
mod store;
mod turn;
mod words;

use chrono::{DateTime, Utc};
use connector_api::{BridgeAct, Content, ExternalId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::arrive::{
    self, Bridged,
    store::{link, linked},
};
use crate::{DeliveryId, InteractionId, access::Viewer, media};

pub(super) use offer::press;
pub use offer::{offer_templates, template};
pub use store::{due, goes_soon};
pub use turn::{Heard, Wish, act, next, pass_over, refuse, say};

/// Takes a message or an edit of a bound person. Wants the transaction of the ingest; repeats safely.
pub(super) async fn take(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    thread: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let account = event.account_id;
    match &event.told.act {
        BridgeAct::Message { content, quote, album, ours } => {
            let copy = words::copy();
            let content = if *ours { &copy } else { content };
            if words::is_among_colleagues(content) {
                return Ok(());
            }
            let target = match quote {
                Some(quote) => linked(conn, account, quote).await?.filter(|(at, _)| at.id == thread),
                None => None,
            };
            let said = Said { event, viewer, thread, target: target.map(|(_, row)| InteractionId(row)) };
            take_message(conn, &said, &event.external_id, content, album.as_ref(), now).await
        }
        BridgeAct::Edit { message, content } => {
            let said = Said { event, viewer, thread, target: None };
            match linked(conn, account, message).await? {
                // An edit of a message never seen is the message.
                None => take_message(conn, &said, message, content, None, now).await,
                Some((at, row)) if at.id == thread => {
                    take_edit(conn, &said, InteractionId(row), content, now).await
                }
                Some(_) => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

/// Takes a reaction to a row of a conversation.
pub(super) async fn react(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    (thread, row): (Uuid, InteractionId),
    message: &ExternalId,
    emoji: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let fresh = store::Fresh {
        id: DeliveryId::heard(event.account_id, event.external_id.as_str()),
        thread,
        user: viewer.user_id,
        account: event.account_id,
        external_id: message,
        act: "reaction",
        content: &[],
        album: false,
        words: emoji,
        target: Some(row),
    };
    store::insert(conn, &fresh, now).await.map(|_| ())
}

/// Who says something, and where.
struct Said<'a> {
    event: &'a Bridged,
    viewer: &'a Viewer,
    thread: Uuid,
    target: Option<InteractionId>,
}

async fn take_message(
    conn: &mut PgConnection,
    said: &Said<'_>,
    message: &ExternalId,
    content: &Content,
    album: Option<&ExternalId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let account = said.event.account_id;
    if linked(conn, account, message).await?.is_some() {
        return Ok(());
    }
    if let Content::Media { media, .. } = content {
        media::want(conn, account, media, now).await?;
    }
    let deletes = words::is_deletion(content);
    let one = std::slice::from_ref(content);
    let fresh = store::Fresh {
        id: DeliveryId::heard(account, album.unwrap_or(message).as_str()),
        thread: said.thread,
        user: said.viewer.user_id,
        account,
        external_id: message,
        act: if deletes { "deletion" } else { "message" },
        content: if deletes { &[] } else { one },
        album: album.is_some(),
        words: None,
        target: said.target,
    };
    if store::insert(conn, &fresh, now).await? {
        return if deletes { Ok(()) } else { link(conn, account, message, said.thread, fresh.id.0, 0).await };
    }
    if album.is_none() {
        return Ok(());
    }
    if let Some(place) = store::join(conn, fresh.id, content, now).await? {
        return link(conn, account, message, said.thread, fresh.id.0, place).await;
    }
    // The album has gone without it.
    let alone = store::Fresh { id: DeliveryId::heard(account, message.as_str()), album: false, ..fresh };
    store::insert(conn, &alone, now).await?;
    link(conn, account, message, said.thread, alone.id.0, 0).await
}

async fn take_edit(
    conn: &mut PgConnection,
    said: &Said<'_>,
    row: InteractionId,
    content: &Content,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (text, _) = arrive::words::of(content);
    let text = text.unwrap_or_default();
    if let Some(mut waiting) = store::waiting_content(conn, row).await? {
        words::reword(&mut waiting, &text);
        return store::set_content(conn, row, &waiting).await;
    }
    let BridgeAct::Edit { message, .. } = &said.event.told.act else { return Ok(()) };
    let fresh = store::Fresh {
        id: DeliveryId::heard(said.event.account_id, said.event.external_id.as_str()),
        thread: said.thread,
        user: said.viewer.user_id,
        account: said.event.account_id,
        external_id: message,
        act: "edit",
        content: &[],
        album: false,
        words: Some(&text),
        target: Some(row),
    };
    store::insert(conn, &fresh, now).await.map(|_| ())
}
