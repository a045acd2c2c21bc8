//! Out: from the outbox of a thread to deliveries, one after the other. The caller talks to the provider about threads and
//! tells what came of it; it is the only one at work on a thread.

mod changed;
mod compose;
mod said;
mod store;
mod words;

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, OutboundAction, OutboundMessage};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::setup::{self, store::chosen};
use crate::{
    AccountId, RoomId, RoomMessageId,
    delivery::{DeliveryStep, press},
    id::uuid_at,
    rooms::{RoomOrigin, message},
};

pub(crate) use changed::rows_changed;
pub(super) use store::wake;

/// The channel of `NOTIFY` on which writers say that an outbox has grown.
pub const CHANNEL: &str = "bridge";

/// What happened to a message of a room. Rows of conversations leave theirs by [`rows_changed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// It is new.
    Message,
    /// It has other words.
    Edit,
    /// It was taken back.
    Deletion,
}

impl Act {
    fn word(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Edit => "edit",
            Self::Deletion => "deletion",
        }
    }
}

/// Leaves a row for the thread of a bridged room. What came from the bridge is never mirrored back. In the transaction of
/// the change.
pub(crate) async fn leave(
    conn: &mut PgConnection,
    room: RoomId,
    message: RoomMessageId,
    origin: RoomOrigin,
    act: Act,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    if origin == RoomOrigin::Bridge {
        return Ok(());
    }
    store::leave(conn, room, uuid_at(now), message, act.word(), now).await
}

/// The group with its account and the threads in which something is to be done; none while the bot is not in the group.
pub async fn due(conn: &mut PgConnection) -> sqlx::Result<Option<(AccountId, ExternalId, Vec<Uuid>)>> {
    let Some((account, chat)) = chosen(conn).await? else { return Ok(None) };
    Ok(Some((account, ExternalId::new(chat), store::due(conn).await?)))
}

/// Makes the caller's connection the one that leads, until it ends; `false` while another one does.
pub async fn lead(conn: &mut PgConnection) -> sqlx::Result<bool> {
    store::lead(conn).await
}

/// What is to be done for a thread now.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Nothing, or a delivery is under way.
    Rest,
    /// Open it under this name, then tell [`opened`].
    Open(String),
    /// Give it this name, then tell [`renamed`].
    Rename(ExternalId, String),
    /// Shut it or open it again, then tell [`set_closed`].
    SetClosed(ExternalId, bool),
    /// Hand this over by [`queue`].
    Send(Box<Mirrored>),
}

/// A row of the outbox, ready to be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Mirrored {
    row: Uuid,
    /// What goes to the messenger.
    pub message: OutboundMessage,
}

/// Records what became of the delivery at the head of a thread's outbox, and tells what is to be done next. `links` begins
/// addresses of the product's screens; a file that is too large for the messenger is replaced by one.
pub async fn look(
    conn: &mut PgConnection,
    thread: Uuid,
    links: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Next> {
    let mut tx = conn.begin().await?;
    let next = look_at(&mut tx, thread, links, now).await?;
    tx.commit().await?;
    Ok(next)
}

async fn look_at(conn: &mut PgConnection, id: Uuid, links: &str, now: DateTime<Utc>) -> sqlx::Result<Next> {
    loop {
        let Some(thread) = store::lock(conn, id).await? else { return Ok(Next::Rest) };
        let Some(head) = store::head(conn, id).await? else {
            return Ok(upkeep(&thread).unwrap_or(Next::Rest));
        };
        if let Some(delivery) = head.delivery_id {
            if !settle(conn, &thread, &head, delivery, now).await? {
                return Ok(Next::Rest);
            }
            continue;
        }
        if !thread.enabled {
            store::finish(conn, head.id, "skipped", Some("Чат больше не связан с Telegram."), now).await?;
            continue;
        }
        let known = store::copies(conn, &thread, &head).await?;
        if head.act != "message" && known.is_empty() {
            store::finish(conn, head.id, "skipped", Some("Сообщения нет в Telegram."), now).await?;
            continue;
        }
        let Some(place) = thread.place.clone().map(ExternalId::new) else {
            return Ok(Next::Open(thread.wanted_name));
        };
        if let Some(first) = upkeep(&thread) {
            return Ok(first);
        }
        let action = match wanted(conn, &thread, &head, known, links, now).await? {
            Wanted::Later => return Ok(Next::Rest),
            Wanted::Nothing => {
                store::finish(conn, head.id, "skipped", None, now).await?;
                continue;
            }
            Wanted::Now(action) => *action,
        };
        let message = OutboundMessage { id: uuid_at(now), conversation: place, to: Vec::new(), action };
        return Ok(Next::Send(Box::new(Mirrored { row: head.id, message })));
    }
}

/// What the thread itself needs before anything is said in it.
fn upkeep(thread: &store::Thread) -> Option<Next> {
    let place = ExternalId::new(thread.place.clone()?);
    if thread.enabled == thread.closed {
        return Some(Next::SetClosed(place, !thread.enabled));
    }
    let renamed = thread.enabled && thread.name.as_ref() != Some(&thread.wanted_name);
    renamed.then(|| Next::Rename(place, thread.wanted_name.clone()))
}

/// What a row of an outbox comes to.
enum Wanted {
    /// Something it shows is still on its way to us.
    Later,
    /// It stands there already, or there is nothing to say (any more).
    Nothing,
    /// This.
    Now(Box<OutboundAction>),
}

async fn wanted(
    conn: &mut PgConnection,
    thread: &store::Thread,
    head: &store::Head,
    copies: Vec<ExternalId>,
    links: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Wanted> {
    let Some(said) = said::of(conn, thread, head, links).await? else { return Ok(Wanted::Nothing) };
    if said.is_awaited(head.created_at, now) {
        return Ok(Wanted::Later);
    }
    let before = store::done(conn, thread.id, head.message_id).await?;
    let action = compose::action(&head.act, said, copies, &before, &thread.wanted_name);
    Ok(action.map_or(Wanted::Nothing, |action| Wanted::Now(Box::new(action))))
}

/// Takes over what became of a delivery; `false` while it is under way.
async fn settle(
    conn: &mut PgConnection,
    thread: &store::Thread,
    head: &store::Head,
    delivery: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let Some(known) = store::delivery(conn, delivery).await? else {
        store::take_back(conn, head.id).await?;
        return Ok(true);
    };
    match (known.step, known.code.as_deref()) {
        (DeliveryStep::Accepted, _) => {
            match &known.message.action {
                OutboundAction::Edit { message, .. } => {
                    store::relink(conn, thread, head, message, &known.external_ids).await?;
                }
                _ => store::link(conn, thread, head, &known.external_ids).await?,
            }
            store::finish(conn, head.id, "done", None, now).await?;
            store::set_trouble(conn, thread.id, None).await?;
        }
        // Removed by hand: there is no notice of that.
        (DeliveryStep::Failed, Some("topic_gone")) => {
            store::lost(conn, thread.id).await?;
            store::take_back(conn, head.id).await?;
        }
        (DeliveryStep::Failed, Some("topic_closed")) => {
            store::set_closed(conn, thread.id, true).await?;
            store::take_back(conn, head.id).await?;
        }
        // Removed by hand, too old, or of a kind without words.
        (DeliveryStep::Failed, Some("edit_impossible")) if head.act != "correction" => {
            store::correct(conn, head.id).await?;
        }
        // What waits, waits until the bot is let in again.
        (DeliveryStep::Failed, Some("group_lost" | "blocked")) => {
            store::take_back(conn, head.id).await?;
            setup::put_out(conn, thread.account_id, now).await?;
            return Ok(false);
        }
        (DeliveryStep::Failed | DeliveryStep::Cancelled, _) => {
            store::finish(conn, head.id, "failed", known.reason.as_deref(), now).await?;
            // A sign that the group does not allow is no trouble of the thread.
            if head.act != "state" {
                store::set_trouble(conn, thread.id, known.reason.as_deref()).await?;
            }
        }
        (DeliveryStep::Unknown, _) => {
            let reason = "Связь оборвалась при отправке: неизвестно, дошло ли сообщение до Telegram.";
            store::finish(conn, head.id, "failed", Some(reason), now).await?;
        }
        _ => return Ok(false),
    }
    if let Some(room) = thread.room_id {
        message::tell(conn, room, RoomMessageId(head.message_id), Vec::new(), now).await?;
    }
    Ok(true)
}

/// Makes the delivery of a row; from now on it is the sender's. Repeats safely.
pub async fn queue(
    conn: &mut PgConnection,
    account: AccountId,
    mirrored: &Mirrored,
    parts: u16,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut tx = conn.begin().await?;
    if store::hand_over(&mut tx, mirrored.row, mirrored.message.id).await? {
        press::aside(&mut tx, account, &mirrored.message, parts, mirrored.row, now).await?;
    }
    tx.commit().await
}

/// A row that the messenger cannot carry at all.
pub async fn impossible(
    conn: &mut PgConnection,
    mirrored: &Mirrored,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::finish(conn, mirrored.row, "failed", Some(reason), now).await
}

/// The thread is open at this place.
pub async fn opened(
    conn: &mut PgConnection,
    thread: Uuid,
    place: &ExternalId,
    name: &str,
) -> sqlx::Result<()> {
    store::opened(conn, thread, place.as_str(), name).await
}

/// The thread has this name now.
pub async fn renamed(conn: &mut PgConnection, thread: Uuid, name: &str) -> sqlx::Result<()> {
    store::renamed(conn, thread, name).await
}

/// The thread is shut, or open again.
pub async fn set_closed(conn: &mut PgConnection, thread: Uuid, closed: bool) -> sqlx::Result<()> {
    store::set_closed(conn, thread, closed).await
}

/// The thread is gone: the next message opens another one.
pub async fn lost(conn: &mut PgConnection, thread: Uuid) -> sqlx::Result<()> {
    store::lost(conn, thread).await
}

/// Why nothing gets into the thread, for the screen; what waits goes on waiting. `true` when that is news.
pub async fn troubled(conn: &mut PgConnection, thread: Uuid, reason: &str) -> sqlx::Result<bool> {
    store::set_trouble(conn, thread, Some(reason)).await
}
