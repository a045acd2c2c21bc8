//! Invitations: a link by which a known contact comes to a bot and is recognised there.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::error::Result;
use super::{
    reach,
    trace::{self, Change},
};
use crate::{
    ContactId,
    access::{Right, Token, Viewer},
};

/// How long a link works.
const TERM: TimeDelta = TimeDelta::days(14);

/// A link to give to one person. Whoever opens it first within the term is taken for that person, and the manager sees
/// that the card was tied by an invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Invitation {
    /// For `https://t.me/<bot>?start=<token>`; shown this once.
    pub token: String,
    /// Not usable afterwards.
    pub expires_at: DateTime<Utc>,
}

/// Makes an invitation for a contact. Needs the right to write to the contact's client. Wants a transaction.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    contact: ContactId,
) -> Result<Invitation> {
    let root = reach::contact_under(conn, viewer, Right::ClientsWrite, contact).await?;
    let token = Token::new("");
    let expires_at = now + TERM;
    store::insert(conn, &token, root, viewer.user_id, now, expires_at).await?;
    let change = Change {
        action: "contact.invite",
        subject_kind: "contact",
        subject_id: root.0,
        before: None,
        after: Some(json!({ "expires_at": expires_at })),
    };
    trace::record(conn, viewer, now, change).await?;
    Ok(Invitation { token: token.into_text(), expires_at })
}
