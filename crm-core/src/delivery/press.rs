//! What a person presses: a new message, an edit, a deletion, a reaction; and what he does about one on its way.

mod aside;
mod place;
mod shown;
mod store;
mod waiting;

use chrono::{DateTime, Utc};
use connector_api::{Content, ExternalId, OutboundAction, OutboundContent, OutboundMessage};
use sqlx::PgConnection;

pub(crate) use aside::aside;
pub use place::{Place, WriteTo, place, place_with, writable_identities};
pub use waiting::{cancel, confirm_sent, retry};

use super::state::{DeliveryAction, DeliveryStep};
use crate::{
    ClientId, ConversationId, DeliveryId, InteractionId,
    access::{Right, Viewer},
    clients::{ClientError, error::Result, reach},
    media,
    timeline::feed::{self, Changes},
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

/// Writes the message, its place in the lane and the lane's wake-up. The same id again returns `false` and changes
/// nothing. Wants a transaction, and a place of [`place`] or [`place_with`] read in it.
pub async fn send(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    place: &Place,
    new: NewMessage,
) -> Result<bool> {
    reach::contact_under(conn, viewer, Right::ClientsWrite, place.contact_id).await?;
    if pressed_before(conn, new.id, place.conversation_id).await? {
        return Ok(false);
    }
    let quote = match new.quote {
        None => None,
        Some(row) => {
            Some(store::external_id(conn, place.conversation_id, row).await?.ok_or(ClientError::Invalid {
                field: "quote",
                reason: "Сообщения, на которое вы отвечаете, в этом диалоге нет.",
            })?)
        }
    };
    store::ensure_conversation(conn, place, now).await?;
    let interaction_id = InteractionId(new.id.0);
    let files = match &new.content {
        OutboundContent::Media { files, .. } => {
            media::attach(conn, files, place.account_id, interaction_id, now).await?
        }
        _ => Vec::new(),
    };
    let shown = shown::row(&new.content, files, new.quote);
    store::insert_row(conn, viewer, place, interaction_id, &shown, now).await?;
    store::insert_items(conn, place.account_id, interaction_id, &shown.items, now).await?;
    if let Some(client) = new.pin {
        crate::timeline::pin::pin(conn, viewer, now, interaction_id, Some(client)).await?;
    }
    let message = OutboundMessage {
        id: new.id.0,
        conversation: ExternalId::new(place.external_id.clone()),
        to: place.addresses.clone(),
        action: OutboundAction::Send { content: new.content, quote: quote.map(ExternalId::new) },
    };
    let planned_for = new.planned_for.filter(|at| *at > now);
    let pressed = store::Pressed {
        place,
        interaction_id,
        action: DeliveryAction::Message,
        message: &message,
        parts: new.parts,
        planned_for,
        author: Some(viewer.user_id),
    };
    store::insert(conn, &pressed, now).await?;
    changed(conn, interaction_id, now).await?;
    Ok(true)
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
            (DeliveryAction::Edit, OutboundAction::Edit { message, sent_at, caption, text })
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
        planned_for: None,
        author: Some(viewer.user_id),
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
