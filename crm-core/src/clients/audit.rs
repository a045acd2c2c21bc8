//! The trace that every change leaves in the audit log.

pub(crate) mod store;

pub(crate) use store::record;

use serde_json::Value;

/// One change.
pub(crate) struct Change<'a> {
    /// `client.edited`, `contact.joined` …
    pub(crate) action: &'a str,
    /// `client`, `contact`, `interaction`, `proposal`.
    pub(crate) subject_kind: &'a str,
    /// Its id.
    pub(crate) subject_id: uuid::Uuid,
    /// The values that were.
    pub(crate) before: Option<Value>,
    /// The values that are.
    pub(crate) after: Option<Value>,
}
