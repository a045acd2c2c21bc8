//! What is passed on next, and what comes of it.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use connector_api::{ExternalId, OutboundContent};
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use super::store::{self, Waiting};
use super::words;
use crate::{
    AccountId, DeliveryId, InteractionId, MediaId, TemplateId,
    access::{self, Right, Viewer},
    bridge::arrive,
    clients::ClientError,
    delivery::{
        DeliveryStep,
        press::{self, NewMessage, Place, RowAction},
        quiet::AtNight,
    },
    media::{self, StoredFile},
};

/// The files of an album come one by one, right behind each other.
const ALBUM_IS_WHOLE_AFTER: TimeDelta = TimeDelta::seconds(2);

/// Something for a client, whole and allowed as far as rights go. What its channel makes of it, the caller knows.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Where it goes.
    pub place: Place,
    /// What.
    pub wish: Wish,
    pub(super) id: DeliveryId,
    pub(super) viewer: Viewer,
    pub(super) by: Origin,
    /// Told to the person when it is through.
    note: Option<&'static str>,
    /// What lay in the inbox.
    said: String,
}

impl Heard {
    /// The same, saying this.
    #[must_use]
    pub fn saying(&self, content: OutboundContent) -> Self {
        Self { wish: Wish::Say { content: Box::new(content), quote: None }, ..self.clone() }
    }
}

/// What the person wants.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// A new message.
    Say {
        /// What it says.
        content: Box<OutboundContent>,
        /// The row answered.
        quote: Option<InteractionId>,
    },
    /// Something with a row that exists.
    Act {
        /// Which.
        row: InteractionId,
        /// What.
        action: RowAction,
    },
    /// A template that fills itself.
    Template(TemplateId),
}

/// The message in the messenger, to answer there.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    account: AccountId,
    thread: Option<ExternalId>,
    message: ExternalId,
}

impl Heard {
    /// Its number, as a press.
    pub fn id(&self) -> DeliveryId {
        self.id
    }
}

/// What can be passed on of a thread now, the oldest first; what cannot at all is refused on the way. Messages keep their
/// order; only one copy of the program may be at work on a thread.
pub async fn next(conn: &mut PgConnection, thread: Uuid, now: DateTime<Utc>) -> sqlx::Result<Option<Heard>> {
    let mut held_up = false;
    for waiting in store::waiting(conn, thread).await? {
        let is_message = waiting.act == "message";
        if is_message && held_up {
            continue;
        }
        match ready(conn, &waiting, now).await? {
            Ready::Yes(heard) => return Ok(Some(*heard)),
            Ready::NotYet => held_up |= is_message,
            Ready::Never(reason) => close(conn, waiting.id, &origin(&waiting), &reason, now).await?,
        }
    }
    Ok(None)
}

enum Ready {
    Yes(Box<Heard>),
    NotYet,
    /// The sentence; an empty one is not said.
    Never(String),
}

async fn ready(conn: &mut PgConnection, waiting: &Waiting, now: DateTime<Utc>) -> sqlx::Result<Ready> {
    let viewer = access::viewer_unscoped(conn, waiting.user_id).await?;
    let viewer = viewer.filter(|viewer| waiting.enabled && viewer.scope(Right::BridgeUse).is_some());
    let Some(viewer) = viewer else { return Ok(Ready::Never(words::NOT_HEARD.into())) };
    let place = match press::place(conn, &viewer, waiting.conversation_id).await {
        Ok(place) => place,
        Err(ClientError::Database(error)) => return Err(error),
        Err(refusal) => return Ok(Ready::Never(words::refusal(&refusal))),
    };
    let (wish, note) = match wish(conn, waiting, now).await? {
        Ok(wish) => wish,
        Err(other) => return Ok(other),
    };
    let by = origin(waiting);
    Ok(Ready::Yes(Box::new(Heard {
        place,
        wish,
        id: waiting.id,
        viewer,
        by,
        note,
        said: waiting.said.clone(),
    })))
}

type Wanted = Result<(Wish, Option<&'static str>), Ready>;

async fn wish(conn: &mut PgConnection, waiting: &Waiting, now: DateTime<Utc>) -> sqlx::Result<Wanted> {
    let target = match waiting.target_id {
        Some(row) => Some((row, store::target(conn, row).await?)),
        None => None,
    };
    if waiting.act == "message" {
        let answered = target.filter(|(_, target)| target.outcome.as_deref() != Some("refused"));
        let deleted = answered.as_ref().is_some_and(|(_, target)| target.deleted);
        let quote = answered.filter(|_| !deleted).map(|(row, _)| row);
        return Ok(match content(conn, waiting, now).await? {
            Ok(content) => {
                Ok((Wish::Say { content: Box::new(content), quote }, deleted.then_some(words::QUOTE_DELETED)))
            }
            Err(other) => Err(other),
        });
    }
    if waiting.act == "template" {
        let id = waiting.words.as_deref().and_then(|id| Uuid::try_parse(id).ok());
        let never = || Ready::Never(words::NO_TEMPLATE.into());
        return Ok(id.map(|id| (Wish::Template(TemplateId(id)), None)).ok_or_else(never));
    }
    let Some((row, target)) = target else { return Ok(Err(Ready::Never(words::DELETE_WHAT.into()))) };
    if target.outcome.as_deref() == Some("refused") {
        return Ok(Err(Ready::Never(words::UNSENT_BEFORE.into())));
    }
    let under_way = target.step.is_some_and(|step| {
        matches!(
            step,
            DeliveryStep::Planned | DeliveryStep::Queued | DeliveryStep::Sending | DeliveryStep::Unsure
        )
    });
    if under_way {
        return Ok(Err(Ready::NotYet));
    }
    let words = waiting.words.clone();
    let action = match waiting.act.as_str() {
        "edit" => RowAction::Edit(words.unwrap_or_default()),
        "deletion" => RowAction::Delete,
        _ => RowAction::React(words),
    };
    Ok(Ok((Wish::Act { row, action }, None)))
}

async fn content(
    conn: &mut PgConnection,
    waiting: &Waiting,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<OutboundContent, Ready>> {
    if waiting.album && now < waiting.heard_at + ALBUM_IS_WHOLE_AFTER {
        return Ok(Err(Ready::NotYet));
    }
    let contents = waiting.content.0.clone();
    let ids: Vec<MediaId> =
        words::files(&contents).map(|file| MediaId::derived(waiting.account_id, file.id.as_str())).collect();
    let mut files = Vec::new();
    for file in media::stored_unscoped(conn, &ids).await? {
        match file {
            StoredFile::Here(file) => files.push(file),
            StoredFile::Awaited => return Ok(Err(Ready::NotYet)),
            StoredFile::Lost { cause } => return Ok(Err(Ready::Never(words::lost(cause.as_deref())))),
        }
    }
    Ok(words::outbound(contents, files).map_err(|reason| Ready::Never(reason.into())))
}

/// Sends a message of `parts` of the provider's messages, under the person's name. `zone` is the company's. What the rules
/// of writing refuse is answered in the thread. Repeats safely.
pub async fn say(
    conn: &mut PgConnection,
    heard: &Heard,
    parts: u16,
    zone: Tz,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Wish::Say { content, quote } = &heard.wish else { return Ok(()) };
    let mut tx = conn.begin().await?;
    // Another file of the album, or other words, came while it was looked at: it is looked at again.
    if !store::still_says(&mut tx, heard.id, &heard.said).await? {
        return Ok(());
    }
    let mut sent = press_it(&mut tx, heard, content, *quote, parts, zone, now).await;
    // A call, or a message that has no name at the provider (yet), cannot be quoted.
    if let Err(ClientError::Invalid { field: "quote", .. }) = sent {
        sent = press_it(&mut tx, heard, content, None, parts, zone, now).await;
    }
    if sent.is_ok() {
        store::finish(&mut tx, heard.id, "done", None, now).await?;
        let held = store::held(&mut tx, heard.id).await?;
        for words in held.as_deref().into_iter().chain(heard.note) {
            answer(&mut tx, &heard.by, words, now).await?;
        }
        return tx.commit().await;
    }
    tx.rollback().await?;
    refused(conn, heard, sent.err(), now).await
}

async fn press_it(
    conn: &mut PgConnection,
    heard: &Heard,
    content: &OutboundContent,
    quote: Option<InteractionId>,
    parts: u16,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<(), ClientError> {
    let new = NewMessage {
        id: heard.id,
        content: content.clone(),
        quote,
        planned_for: None,
        pin: None,
        parts,
        purpose: None,
        chosen: None,
        // Nobody asks the person whether to wake the client.
        at_night: Some(AtNight::Hold),
        lay_aside: None,
    };
    press::send_from_bridge(conn, &heard.viewer, now, &heard.place, zone, new).await.map(|_| ())
}

/// Edits, takes back or reacts to a row. Repeats safely.
pub async fn act(conn: &mut PgConnection, heard: &Heard, now: DateTime<Utc>) -> sqlx::Result<()> {
    let Wish::Act { row, action } = &heard.wish else { return Ok(()) };
    let mut tx = conn.begin().await?;
    match press::act(&mut tx, &heard.viewer, now, heard.id, *row, action.clone()).await {
        Ok(_) => {
            store::finish(&mut tx, heard.id, "done", None, now).await?;
            tx.commit().await
        }
        Err(error) => {
            tx.rollback().await?;
            // A reaction is no word: nobody is told that it found no place.
            if matches!(action, RowAction::React(_)) && !matches!(error, ClientError::Database(_)) {
                return pass_over(conn, heard, now).await;
            }
            refused(conn, heard, Some(error), now).await
        }
    }
}

/// The channel does not take it: the person is told why.
pub async fn refuse(
    conn: &mut PgConnection,
    heard: &Heard,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    close(conn, heard.id, &heard.by, reason, now).await
}

/// The channel does not take it, and that is not worth a word.
pub async fn pass_over(conn: &mut PgConnection, heard: &Heard, now: DateTime<Utc>) -> sqlx::Result<()> {
    close(conn, heard.id, &heard.by, "", now).await
}

async fn refused(
    conn: &mut PgConnection,
    heard: &Heard,
    error: Option<ClientError>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    match error {
        Some(ClientError::Database(error)) => Err(error),
        Some(refusal) => close(conn, heard.id, &heard.by, &words::refusal(&refusal), now).await,
        None => Ok(()),
    }
}

async fn close(
    conn: &mut PgConnection,
    id: DeliveryId,
    by: &Origin,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let mut tx = conn.begin().await?;
    let kept = Some(reason).filter(|reason| !reason.is_empty());
    if store::finish(&mut tx, id, "refused", kept, now).await? && !reason.is_empty() {
        answer(&mut tx, by, reason, now).await?;
    }
    tx.commit().await
}

async fn answer(conn: &mut PgConnection, by: &Origin, text: &str, now: DateTime<Utc>) -> sqlx::Result<()> {
    answer_with(conn, by, OutboundContent::Text { text: text.to_owned() }, now).await
}

pub(super) async fn answer_with(
    conn: &mut PgConnection,
    by: &Origin,
    content: OutboundContent,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some(thread) = &by.thread else { return Ok(()) };
    arrive::say_with(conn, by.account, thread, content, Some(by.message.clone()), now).await
}

fn origin(waiting: &Waiting) -> Origin {
    Origin {
        account: waiting.account_id,
        thread: waiting.place.clone().map(ExternalId::new),
        message: ExternalId::new(waiting.external_id.clone()),
    }
}
