//! The trace that every change of a card leaves in the audit log.

use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::access::{
    Viewer,
    audit::{self, Actor, Subject},
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

/// Writes one row, in the transaction of the change itself.
pub(crate) async fn record(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    change: Change<'_>,
) -> sqlx::Result<()> {
    let Change { action, subject_kind, subject_id, before, after } = change;
    let subject = Subject::new(subject_kind, &subject_id);
    audit::record(conn, &Actor::User(viewer), action, subject, before, after, now).await
}
