//! «Закрыть» and «Отложить»: a conversation that nobody has to look at for now.
//!
//! The ingest opens it again when its person writes or a message of ours did not arrive, the sender when one did not go out, a
//! task when its time has come.

pub(in crate::timeline) mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::{Conversation, Result};
use crate::{
    ContactId, ConversationId,
    access::{
        Right, Viewer,
        audit::{self, Actor, Subject},
    },
    clients::{ClientError, reach},
    timeline::feed::{self, Changes},
};

/// Nothing is put off for longer.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// That a conversation was laid aside and its person has written nothing since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConversationRest)]
pub struct Rest {
    /// Since when.
    pub since: DateTime<Utc>,
    /// When it opens by itself; `null` for a closed one.
    #[schema(required = true)]
    pub until: Option<DateTime<Utc>>,
}

/// The three lists of each tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConversationStanding)]
pub enum Standing {
    /// Somebody has to look at it.
    Open,
    /// Put off, and its time has not come.
    Deferred,
    /// Closed, and its person has written nothing since.
    Closed,
}

/// How a conversation is laid aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LayAside {
    /// Its `last_inbound_at` as it was on the screen: a message that came since keeps it open.
    #[schema(required = true)]
    pub seen_inbound_at: Option<DateTime<Utc>>,
    /// When it opens by itself; `null` closes it. The next message of the person opens it in either case.
    #[schema(required = true)]
    pub until: Option<DateTime<Utc>>,
}

/// Lays a conversation aside, until a moment or for good. Again is the same. Wants a transaction.
pub async fn lay_aside(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ConversationId,
    aside: LayAside,
) -> Result<Conversation> {
    if aside.until.is_some_and(|until| until <= now) {
        return Err(out_of_time());
    }
    let contact = super::store::contact(conn, id).await?.ok_or(ClientError::NotFound)?;
    let contact = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    put(conn, viewer, now, (id, contact), aside).await?;
    super::read(conn, viewer, id).await
}

/// The same behind a message that goes there: «Отправить и закрыть». What was put off until a moment that has passed on the way
/// stays open. `contact` is the person's card, which the caller has locked. Wants the transaction of the message.
pub(crate) async fn lay_aside_with_message(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    (id, contact): (ConversationId, ContactId),
    aside: LayAside,
) -> Result<()> {
    if aside.until.is_some_and(|until| until <= now) {
        return Ok(());
    }
    put(conn, viewer, now, (id, contact), aside).await
}

async fn put(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    (id, contact): (ConversationId, ContactId),
    LayAside { seen_inbound_at, until }: LayAside,
) -> Result<()> {
    if until.is_some_and(|until| until > now + LONGEST) {
        return Err(out_of_time());
    }
    let heard = store::lock_head(conn, id).await?;
    if heard > seen_inbound_at {
        return Ok(());
    }
    store::put(conn, viewer.user_id, id, heard, until, now).await?;
    let action = if until.is_some() { "conversation.defer" } else { "conversation.close" };
    let subject = Subject::new("conversation", &id);
    let after = until.map(|until| json!({ "until": until }));
    audit::record(conn, &Actor::User(viewer), action, subject, None, after, now).await?;
    feed::tell(conn, &Changes { contacts: vec![contact], ..Changes::default() }, now).await?;
    Ok(())
}

fn out_of_time() -> ClientError {
    let reason = "Отложить можно на время от этой минуты и не дольше чем на год.";
    ClientError::Invalid { field: "until", reason }
}

/// Opens a conversation again; an open one stays so. Wants a transaction.
pub async fn take_up(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    id: ConversationId,
) -> Result<Conversation> {
    let contact = super::store::contact(conn, id).await?.ok_or(ClientError::NotFound)?;
    let contact = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    store::lock_head(conn, id).await?;
    if store::delete(conn, id).await? {
        let subject = Subject::new("conversation", &id);
        audit::record(conn, &Actor::User(viewer), "conversation.open", subject, None, None, now).await?;
        feed::tell(conn, &Changes { contacts: vec![contact], ..Changes::default() }, now).await?;
    }
    super::read(conn, viewer, id).await
}

/// Takes up those of these that were laid aside: a client never got a message of ours. Their people, which the caller tells to
/// the feed.
pub(crate) async fn open_unscoped(
    conn: &mut PgConnection,
    ids: &[ConversationId],
) -> sqlx::Result<Vec<ContactId>> {
    if ids.is_empty() { Ok(Vec::new()) } else { store::open(conn, ids).await }
}

/// Takes up what was put off until now and tells it to whoever looks. How many there were, and the moment of the next.
/// For the schedule only. Wants a transaction.
pub async fn take_up_due_unscoped(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<(usize, Option<DateTime<Utc>>)> {
    let contacts = store::take_up_due(conn, now).await?;
    let taken = contacts.len();
    if taken > 0 {
        feed::tell(conn, &Changes { contacts, ..Changes::default() }, now).await?;
    }
    Ok((taken, store::next_due(conn).await?))
}
