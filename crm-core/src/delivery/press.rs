//! What a person presses: a new message, an edit, a deletion, a reaction; and what he does about one on its way.

mod aside;
mod place;
mod planned;
mod shown;
mod store;
mod waiting;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use connector_api::{
    Content, ExternalId, FilledTemplate, OutboundAction, OutboundContent, OutboundMessage, TemplateHeader,
};
use sqlx::PgConnection;

pub(crate) use aside::{answer, aside};
pub use place::{Place, WriteTo, place, place_with, writable_identities};
pub use planned::{Plan, planned, replan};
pub(super) use store::{conversation as known_place, identities};
pub use waiting::{cancel, confirm_sent, retry, send_now};

use super::{
    purpose::{self, Purpose, StatedPurpose},
    quiet::{self, AtNight, Quiet},
    route::Chosen,
    state::{DeliveryAction, DeliveryStep},
};
use crate::{
    ClientId, ContactId, ConversationId, DeliveryId, InteractionId, UserId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, error::Result, reach},
    media,
    timeline::{
        conversation::rest::{self, LayAside},
        feed::{self, Changes},
    },
};

/// A new message as the screen sends it.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Made by the screen: the same press is the same id.
    pub id: DeliveryId,
    /// What it says.
    pub content: OutboundContent,
    /// The row answered.
    pub quote: Option<InteractionId>,
    /// Not before this moment.
    pub planned_for: Option<DateTime<Utc>>,
    /// The company meant, where the person speaks for several.
    pub pin: Option<ClientId>,
    /// How many of the provider's messages it makes.
    pub parts: u16,
    /// What it is for, where the sender says so; else it is an answer or a first message by hand.
    pub purpose: Option<StatedPurpose>,
    /// Set where the rule chose the channel.
    pub chosen: Option<Chosen>,
    /// What becomes of it in quiet hours. Unsaid: a mailing waits, and a message by hand is refused with
    /// [`ClientError::QuietHours`], so that a person decides.
    pub at_night: Option<AtNight>,
    /// What becomes of the conversation with the press, also where the message itself waits.
    pub lay_aside: Option<LayAside>,
}

/// Who writes a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writer<'a> {
    pub user: Option<UserId>,
    pub name: &'a str,
    /// `live` in the product, `bridge` in his own messenger.
    pub origin: &'static str,
    /// The delivery that failed before.
    pub replaces: Option<DeliveryId>,
}

/// What is done to a row that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowAction {
    /// A new text, or a new text under a file.
    Edit(String),
    /// Taken back.
    Delete,
    /// `None` removes.
    React(Option<String>),
}

/// Writes the message, its place in the lane and the lane's wake-up. `zone` is the company's. The same id again returns `false` and changes
/// nothing. Wants a transaction, and a place of [`place`] or [`place_with`] read in it.
pub async fn send(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    place: &Place,
    zone: Tz,
    new: NewMessage,
) -> Result<bool> {
    send_from("live", conn, viewer, now, place, zone, new).await
}

/// The same for what somebody wrote in his own messenger: that is not shown there again.
pub(crate) async fn send_from_bridge(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    place: &Place,
    zone: Tz,
    new: NewMessage,
) -> Result<bool> {
    send_from("bridge", conn, viewer, now, place, zone, new).await
}

async fn send_from(
    origin: &'static str,
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    place: &Place,
    zone: Tz,
    new: NewMessage,
) -> Result<bool> {
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, place.contact_id).await?;
    if pressed_before(conn, new.id, place.conversation_id).await? {
        return Ok(false);
    }
    let (row, pin, aside) = (InteractionId(new.id.0), new.pin, new.lay_aside);
    let writer = Writer { user: Some(viewer.user_id), name: &viewer.name, origin, replaces: None };
    if new.at_night == Some(AtNight::Send) {
        viewer.require(Right::MessagesAtNight)?;
    }
    if write(conn, writer, root, now, place, zone, new).await? {
        let subject = Subject::new("delivery", &row);
        audit::record(conn, &Actor::User(viewer), "delivery.at_night", subject, None, None, now).await?;
    }
    if let Some(client) = pin {
        crate::timeline::pin::pin(conn, viewer, now, row, Some(client)).await?;
    }
    if let Some(aside) = aside {
        rest::lay_aside_with_message(conn, viewer, now, (place.conversation_id, root), aside).await?;
    }
    Ok(true)
}

/// The same without looking at rights. `root` is the person's card. Returns whether it goes in quiet hours.
pub(super) async fn write(
    conn: &mut PgConnection,
    writer: Writer<'_>,
    root: ContactId,
    now: DateTime<Utc>,
    place: &Place,
    zone: Tz,
    new: NewMessage,
) -> Result<bool> {
    let quote = match new.quote {
        None => None,
        Some(row) => {
            Some(store::external_id(conn, place.conversation_id, row).await?.ok_or(ClientError::Invalid {
                field: "quote",
                reason: "Сообщения, на которое вы отвечаете, в этом диалоге нет.",
            })?)
        }
    };
    let mut planned_for = new.planned_for.filter(|at| *at > now);
    let purpose = purpose::decide(conn, root, new.purpose, planned_for.unwrap_or(now)).await?;
    purpose::permitted(conn, root, purpose).await?;
    let quiet = match purpose {
        Purpose::Reply => None,
        _ => quiet::of_person(conn, root, zone, planned_for.unwrap_or(now)).await?,
    };
    let by_hand = new.purpose.is_none();
    let (held, at_night) = match (quiet, new.at_night) {
        (None, _) => (None, false),
        (Some(_), Some(AtNight::Send)) => (None, true),
        (Some(Quiet { until, words }), None) if by_hand => {
            return Err(ClientError::QuietHours { until, words });
        }
        (Some(Quiet { until, words }), _) => {
            planned_for = Some(until);
            (Some(words), false)
        }
    };
    store::ensure_conversation(conn, place, now).await?;
    let interaction_id = InteractionId(new.id.0);
    let files = match &new.content {
        OutboundContent::Media { files, .. } => {
            media::attach(conn, files, place.account_id, interaction_id, now).await?
        }
        OutboundContent::Template(FilledTemplate { header: Some(TemplateHeader::File(file)), .. }) => {
            media::attach(conn, std::slice::from_ref(file), place.account_id, interaction_id, now).await?
        }
        _ => Vec::new(),
    };
    let shown = shown::row(&new.content, files, new.quote);
    // A planned one stands where it will be said.
    let said_at = planned_for.unwrap_or(now);
    store::insert_row(conn, writer, place, interaction_id, &shown, said_at, now).await?;
    store::insert_items(conn, place.account_id, interaction_id, &shown.items, now).await?;
    let message = OutboundMessage {
        id: new.id.0,
        conversation: ExternalId::new(place.external_id.clone()),
        to: place.addresses.clone(),
        action: OutboundAction::Send { content: new.content, quote: quote.map(ExternalId::new) },
    };
    let pressed = store::Pressed {
        place,
        interaction_id,
        action: DeliveryAction::Message,
        message: &message,
        parts: new.parts,
        purpose,
        planned_for,
        author: writer.user,
        chosen: new.chosen.as_ref(),
        replaces: writer.replaces,
        at_night,
        held: held.as_deref(),
    };
    store::insert(conn, &pressed, now).await?;
    // Behind the lane: see there for the order of locks.
    store::touch_head(conn, place, now, planned_for.is_none()).await?;
    changed(conn, interaction_id, now).await?;
    Ok(at_night)
}

/// Edits, takes back or reacts to a row of the conversation. The same id again returns `false` and changes nothing. The
/// row itself changes when the provider has accepted it. Wants a transaction.
pub async fn act(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: DeliveryId,
    row: InteractionId,
    action: RowAction,
) -> Result<bool> {
    let target = store::target(conn, row).await?.ok_or(ClientError::NotFound)?;
    let place = place(conn, viewer, target.conversation_id).await?;
    reach::contact_under(conn, viewer, Right::ClientsWrite, place.contact_id).await?;
    if pressed_before(conn, id, place.conversation_id).await? {
        return Ok(false);
    }
    let (kind, action) = match action {
        RowAction::React(emoji) => {
            let message = store::external_id(conn, place.conversation_id, row).await?;
            let message = message.ok_or(ClientError::NotNow("Сообщение ещё не отправлено."))?;
            (DeliveryAction::Reaction, OutboundAction::React { message: ExternalId::new(message), emoji })
        }
        RowAction::Edit(text) => {
            let (message, sent_at) = own_message(&target)?;
            let caption = matches!(target.content, Some(Content::Media { .. }));
            (
                DeliveryAction::Edit,
                OutboundAction::Edit { message, sent_at, caption, grows: false, text, buttons: Vec::new() },
            )
        }
        RowAction::Delete => {
            let (message, sent_at) = own_message(&target)?;
            (DeliveryAction::Deletion, OutboundAction::Delete { message, sent_at })
        }
    };
    let message = OutboundMessage {
        id: id.0,
        conversation: ExternalId::new(place.external_id.clone()),
        to: place.addresses.clone(),
        action,
    };
    let pressed = store::Pressed {
        place: &place,
        interaction_id: row,
        action: kind,
        message: &message,
        parts: 1,
        purpose: Purpose::Reply,
        planned_for: None,
        author: Some(viewer.user_id),
        chosen: None,
        replaces: None,
        at_night: false,
        held: None,
    };
    store::insert(conn, &pressed, now).await?;
    changed(conn, row, now).await?;
    Ok(true)
}

fn own_message(target: &store::Target) -> Result<(Vec<ExternalId>, DateTime<Utc>)> {
    if target.direction.as_deref() != Some("outbound") {
        return Err(ClientError::NotNow("Изменить и удалить можно только своё сообщение."));
    }
    match target.step {
        None | Some(DeliveryStep::Accepted) if !target.external_ids.is_empty() => {
            let ids = target.external_ids.iter().map(|id| ExternalId::new(id.clone())).collect();
            Ok((ids, target.occurred_at))
        }
        _ => Err(ClientError::NotNow("Сообщение ещё не отправлено.")),
    }
}

/// The conversation of a press that was taken before; `None` for a new one. For a caller who does not know yet where it
/// goes.
pub async fn taken(conn: &mut PgConnection, id: DeliveryId) -> sqlx::Result<Option<ConversationId>> {
    store::conversation_of(conn, id).await
}

/// Whether this press was taken before. A caller that checks more than [`send`] does asks first: what was taken stays
/// taken, even where it could not be pressed anew. Refused when the id stands for a message of another conversation.
pub async fn pressed_before(
    conn: &mut PgConnection,
    id: DeliveryId,
    conversation: ConversationId,
) -> Result<bool> {
    match store::conversation_of(conn, id).await? {
        None => Ok(false),
        Some(known) if known == conversation => Ok(true),
        Some(_) => Err(ClientError::Invalid {
            field: "id",
            reason: "Под этим номером отправлено другое сообщение.",
        }),
    }
}

async fn changed(conn: &mut PgConnection, row: InteractionId, now: DateTime<Utc>) -> sqlx::Result<()> {
    let changes = Changes { interactions: vec![row], ..Changes::default() };
    feed::tell(conn, &changes, now).await
}
