//! In: what bound people say in the messenger stands in the room of its thread, or goes into the inbox of its
//! conversation, under their names and once.

pub(super) mod store;
pub(super) mod words;

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use connector_api::{
    BridgeAct, BridgeChat, BridgeEvent, BridgeSender, ExternalId, OutboundAction, OutboundContent,
    OutboundMessage,
};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    ask,
    beside::{self, Reply},
    binding::{self, Arrival},
    buttons, inbox, setup,
};
use crate::{
    AccountId, InteractionId, RoomId, RoomMessageId,
    access::Viewer,
    clients::ClientError,
    delivery::press,
    id::uuid_at,
    rooms::{member, message, reach},
};

/// An event of an account that serves the bridge.
#[derive(Clone, Debug)]
pub struct Bridged {
    /// The account.
    pub account_id: AccountId,
    /// Names the event.
    pub external_id: ExternalId,
    /// What happened.
    pub told: BridgeEvent,
}

/// The place of a link that names an event and no message: behind all messages.
const EVENT: i32 = i32::MAX;

/// Takes events into the rooms. Wants the transaction of the ingest; repeats safely. Whoever is not bound is heard by
/// nobody.
pub(crate) async fn take(
    conn: &mut PgConnection,
    events: &[Bridged],
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut known = Known::default();
    for event in events {
        take_one(conn, event, &mut known, now).await?;
    }
    Ok(())
}

/// What the events of one transaction have in common and is asked for once.
#[derive(Default)]
struct Known {
    people: HashMap<(AccountId, String), Option<Viewer>>,
    met: HashSet<(AccountId, ExternalId)>,
}

impl Known {
    async fn viewer(
        &mut self,
        conn: &mut PgConnection,
        account: AccountId,
        sender: &BridgeSender,
    ) -> sqlx::Result<Option<Viewer>> {
        let person = (account, sender.address.key());
        if let Some(viewer) = self.people.get(&person) {
            return Ok(viewer.clone());
        }
        let viewer = binding::viewer(conn, account, sender).await?;
        self.people.insert(person, viewer.clone());
        Ok(viewer)
    }

    /// Whoever is heard in a chat shows that we are in it.
    async fn meet(
        &mut self,
        conn: &mut PgConnection,
        account: AccountId,
        chat: &BridgeChat,
        now: DateTime<Utc>,
    ) -> sqlx::Result<()> {
        if self.met.insert((account, chat.id.clone())) {
            setup::store::met(conn, account, chat, Some(true), now).await?;
        }
        Ok(())
    }
}

async fn take_one(
    conn: &mut PgConnection,
    event: &Bridged,
    known: &mut Known,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Bridged { account_id: account, told, .. } = event;
    match &told.act {
        BridgeAct::Standing { present } => {
            known.met.clear();
            return stand(conn, *account, told, *present, now).await;
        }
        BridgeAct::Moved { to } => {
            known.met.clear();
            let news = setup::store::moved(conn, *account, told.place.as_str(), to.as_str()).await?;
            return if news { say(conn, *account, to, words::MOVED, None, now).await } else { Ok(()) };
        }
        BridgeAct::Press { .. } => return buttons::take(conn, event, now).await,
        BridgeAct::Message { .. } | BridgeAct::Edit { .. } | BridgeAct::Reaction { .. } => {}
    }
    let speaker = Speaker { account: *account, place: &told.place };
    let Some(sender) = &told.sender else {
        let group = setup::store::chosen(conn).await?;
        let ours = group.is_some_and(|(_, chat)| chat == told.chat.id.as_str());
        return if ours { speaker.answer(conn, words::HIDDEN, now).await } else { Ok(()) };
    };
    if let (false, BridgeAct::Message { content, .. }) = (told.chat.shared, &told.act)
        && let Some(code) = words::code(content)
    {
        known.people.clear();
        return greet(conn, event, sender, code, now).await;
    }
    let Some(viewer) = known.viewer(conn, *account, sender).await? else {
        let answers = binding::refused(conn, *account, sender, now).await?;
        return if answers { speaker.answer(conn, words::STRANGER, now).await } else { Ok(()) };
    };
    if told.chat.shared {
        known.meet(conn, *account, &told.chat, now).await?;
    }
    if let BridgeAct::Reaction { message, emoji } = &told.act {
        return react(conn, event, &viewer, message, emoji.as_deref(), now).await;
    }
    if let (true, BridgeAct::Message { content, quote, .. }) = (told.place == told.chat.id, &told.act) {
        match beside::take(conn, event, &viewer, content, quote.as_ref(), now).await? {
            Reply::Pass => {}
            Reply::Silence => return Ok(()),
            Reply::Say(words) => return speaker.answer(conn, &words, now).await,
        }
    }
    if ask::is_stream(conn, event).await? {
        return ask::take(conn, event, &viewer, now).await;
    }
    let Some(thread) = store::thread_at(conn, *account, &told.chat.id, &told.place).await? else {
        let words = if told.chat.shared { words::NO_THREAD } else { words::PRIVATE };
        return speaker.answer(conn, words, now).await;
    };
    give(conn, event, &viewer, &thread, now).await
}

/// Takes a message or an edit into its thread. Wants the transaction of the ingest; repeats safely.
pub(super) async fn give(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    thread: &store::Thread,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(room) = thread.room_id else {
        return inbox::take(conn, event, viewer, thread.id, now).await;
    };
    match hear(conn, event, viewer, thread, room, now).await {
        Ok(()) => Ok(()),
        Err(ClientError::Database(error)) => Err(error),
        Err(refusal) => {
            let speaker = Speaker { account: event.account_id, place: &event.told.place };
            speaker.answer(conn, words::refusal(&refusal), now).await
        }
    }
}

/// Somebody's own chat has no name but his.
fn own_chat(chat: &BridgeChat, viewer: &Viewer) -> BridgeChat {
    BridgeChat { title: Some(words::own_chat(&viewer.name)), ..chat.clone() }
}

/// We were let into a chat, or put out of it.
async fn stand(
    conn: &mut PgConnection,
    account: AccountId,
    told: &BridgeEvent,
    present: bool,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let chosen = setup::is_chosen(conn, account, &told.chat.id).await?;
    if chosen {
        if present {
            setup::let_in(conn, account, now).await?;
        } else {
            setup::put_out(conn, account, now).await?;
        }
    }
    if told.chat.shared {
        setup::store::met(conn, account, &told.chat, Some(present), now).await
    } else {
        Ok(())
    }
}

/// A code in the bot's own chat.
async fn greet(
    conn: &mut PgConnection,
    event: &Bridged,
    sender: &BridgeSender,
    code: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let (account, place) = (event.account_id, &event.told.place);
    let speaker = Speaker { account, place };
    let arrival = Arrival { account, sender, chat: place.as_str() };
    if let Some(viewer) = binding::bind(conn, &arrival, code, now).await? {
        setup::store::met(conn, account, &own_chat(&event.told.chat, &viewer), Some(true), now).await?;
        return speaker.answer(conn, &words::welcome(&viewer.name), now).await;
    }
    // The same code told again by the provider must not read like a refusal to whom it has just bound.
    if binding::viewer(conn, account, sender).await?.is_some() {
        return Ok(());
    }
    let answers = binding::refused(conn, account, sender, now).await?;
    if answers { speaker.answer(conn, words::DEAD_CODE, now).await } else { Ok(()) }
}

/// A message or an edit in the thread of a room.
async fn hear(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    thread: &store::Thread,
    room: RoomId,
    now: DateTime<Utc>,
) -> Result<(), ClientError> {
    let account = event.account_id;
    let standing = reach::found(conn, viewer, room).await?;
    if standing.role.is_none() && standing.is_open {
        member::join(conn, viewer, room, now).await?;
    }
    let (external_id, content, quote) = match &event.told.act {
        BridgeAct::Message { content, quote, .. } => (&event.external_id, content, quote.as_ref()),
        BridgeAct::Edit { message, content } => (message, content, None),
        _ => return Ok(()),
    };
    let (text, media) = words::of(content);
    let id = message_id(account, external_id);
    if let BridgeAct::Edit { .. } = &event.told.act {
        // Told again when a later one has come, it must not bring former words back.
        if !store::link_first(conn, account, &event.external_id, thread.id, id.0, EVENT).await? {
            return Ok(());
        }
        if store::is_known(conn, id).await? {
            let text = text.unwrap_or_default();
            return message::edit(conn, viewer, id, &text, now).await.map(|_| ());
        }
    }
    let quote = match quote {
        Some(quote) => store::linked(conn, account, quote).await?,
        None => None,
    };
    let quote = quote.map(|(_, message)| RoomMessageId(message));
    let heard = message::Heard { id, text, quote, media: media.as_ref().map(std::slice::from_ref), account };
    if message::hear(conn, viewer, room, heard, now).await? {
        store::link(conn, account, external_id, thread.id, id.0, 0).await?;
    }
    Ok(())
}

async fn react(
    conn: &mut PgConnection,
    event: &Bridged,
    viewer: &Viewer,
    message: &ExternalId,
    emoji: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some((thread, id)) = store::linked(conn, event.account_id, message).await? else { return Ok(()) };
    if thread.room_id.is_none() {
        return inbox::react(conn, event, viewer, (thread.id, InteractionId(id)), message, emoji, now).await;
    }
    match message::react(conn, viewer, RoomMessageId(id), emoji, now).await {
        Err(ClientError::Database(error)) => Err(error),
        // A reaction is no word: nobody is told that it found no place.
        _ => Ok(()),
    }
}

/// The message of a room that a message of the messenger is, whenever and however often it is told.
fn message_id(account: AccountId, external_id: &ExternalId) -> RoomMessageId {
    RoomMessageId::derived(account, external_id.as_str())
}

/// Where somebody spoke, to answer him there.
struct Speaker<'a> {
    account: AccountId,
    place: &'a ExternalId,
}

impl Speaker<'_> {
    async fn answer(&self, conn: &mut PgConnection, text: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
        say(conn, self.account, self.place, text, None, now).await
    }
}

/// The bot says something, perhaps in answer to a message there. Wants a transaction.
pub(super) async fn say(
    conn: &mut PgConnection,
    account: AccountId,
    place: &ExternalId,
    text: &str,
    quote: Option<ExternalId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let content = OutboundContent::Text { text: text.to_owned() };
    say_with(conn, account, place, content, quote, now).await
}

/// The same with more than words.
pub(super) async fn say_with(
    conn: &mut PgConnection,
    account: AccountId,
    place: &ExternalId,
    content: OutboundContent,
    quote: Option<ExternalId>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let message = OutboundMessage {
        id: uuid_at(now),
        conversation: place.clone(),
        to: Vec::new(),
        action: OutboundAction::Send { content, quote },
    };
    press::aside(conn, account, &message, 1, Uuid::nil(), now).await
}
