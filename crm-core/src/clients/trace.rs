//! The trace that every change of a card leaves: a row in the audit log and a word to open screens.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::{
    ClientId, ContactId, InteractionId, UserId,
    access::{
        Viewer,
        audit::{self, Actor, Subject},
    },
    timeline::feed::{Changes, Moved, tell},
};

/// One change.
pub(crate) struct Change<'a> {
    /// `client.edit`, `contact.join` …
    pub(crate) action: &'a str,
    /// `client`, `contact`, `interaction`, `proposal`.
    pub(crate) subject_kind: &'static str,
    /// Its id.
    pub(crate) subject_id: Uuid,
    /// The values that were.
    pub(crate) before: Option<Value>,
    /// The values that are.
    pub(crate) after: Option<Value>,
}

/// Writes the trace, in the transaction of the change itself.
pub(crate) async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    change: Change<'_>,
) -> sqlx::Result<()> {
    record_by(conn, &Actor::User(viewer), now, change).await
}

/// The same of whoever changes it: a person, or the hub itself.
pub(crate) async fn record_by(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    now: DateTime<Utc>,
    change: Change<'_>,
) -> sqlx::Result<()> {
    let Change { action, subject_kind, subject_id, before, after } = change;
    let mut changes = Changes::default();
    match subject_kind {
        "client" => changes.clients.push(ClientId(subject_id)),
        "contact" => changes.contacts.push(ContactId(subject_id)),
        "interaction" => changes.interactions.push(InteractionId(subject_id)),
        _ => {}
    }
    if changes != Changes::default() {
        tell(conn, &changes, now).await?;
    }
    let subject = Subject::new(subject_kind, &subject_id);
    audit::record(conn, actor, action, subject, before, after, now).await
}

/// Tells the screens of those who lose a client.
pub(crate) async fn moved(
    conn: &mut PgConnection,
    now: DateTime<Utc>,
    client: ClientId,
    from: Option<UserId>,
) -> sqlx::Result<()> {
    let changes = Changes { moved: vec![Moved { client, from }], ..Changes::default() };
    tell(conn, &changes, now).await
}
