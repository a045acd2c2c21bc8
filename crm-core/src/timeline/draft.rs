//! What a person has begun to write, the same on all of his devices. Newer words are never written over unseen.

mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{
    conversation::store as conversations,
    feed::{self, Changes, DraftChange},
};
use crate::{
    ClientId, ConversationId,
    access::Viewer,
    clients::{
        ClientError,
        reach::{self, Reach},
    },
};

const LONGEST_CHARS: usize = 20_000;

/// As many drafts are listed.
const LISTED: i64 = 200;

/// What is being written.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sqlx::Type,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum DraftKind {
    /// An answer; the subject is the conversation.
    Reply,
    /// A comment; the subject is the client.
    Note,
}

/// A draft of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Draft {
    /// What is being written.
    pub kind: DraftKind,
    /// The conversation or the client.
    pub subject_id: Uuid,
    /// The words; empty when there are none.
    pub text: String,
    /// A save names the version it was made from; 0 before the first.
    pub version: i64,
}

/// Why a draft was not saved.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// As with any card.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// Another device has saved other words since.
    #[error("there is a newer draft")]
    Newer(Draft),
}

impl From<sqlx::Error> for DraftError {
    fn from(error: sqlx::Error) -> Self {
        Self::Client(error.into())
    }
}

/// The draft of the viewer for something that he reads.
pub async fn of(
    conn: &mut PgConnection,
    viewer: &Viewer,
    kind: DraftKind,
    subject: Uuid,
) -> Result<Draft, ClientError> {
    readable(conn, viewer, kind, subject).await?;
    let none = Draft { kind, subject_id: subject, text: String::new(), version: 0 };
    Ok(store::one(conn, viewer.user_id, kind, subject).await?.unwrap_or(none))
}

/// Saves words that were written over this version. The same words again are no conflict. Wants a transaction.
pub async fn save(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    draft: Draft,
) -> Result<Draft, DraftError> {
    let Draft { kind, subject_id, .. } = draft;
    readable(conn, viewer, kind, subject_id).await?;
    if draft.text.chars().count() > LONGEST_CHARS || draft.text.contains('\0') {
        let reason = "Черновик длиннее 20 000 знаков или содержит недопустимый знак.";
        return Err(ClientError::Invalid { field: "text", reason }.into());
    }
    let Some(version) = store::save(conn, viewer.user_id, &draft, now).await? else {
        return Err(DraftError::Newer(of(conn, viewer, kind, subject_id).await?));
    };
    tell(conn, viewer, kind, subject_id, now).await?;
    Ok(Draft { version, ..draft })
}

/// The answers that the viewer has begun, of conversations that he reads, the newest first.
pub async fn replies(conn: &mut PgConnection, viewer: &Viewer) -> Result<Vec<Draft>, ClientError> {
    let reach = Reach::reading(viewer)?;
    Ok(store::replies(conn, reach, LISTED).await?)
}

/// Empties the draft whose words were sent, in the transaction that sends them. Newer words stay. Does nothing for a
/// version that is not the newest.
pub async fn sent(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
    kind: DraftKind,
    subject: Uuid,
    version: i64,
) -> sqlx::Result<()> {
    let draft = Draft { kind, subject_id: subject, text: String::new(), version };
    if version > 0 && store::save(conn, viewer.user_id, &draft, now).await?.is_some() {
        tell(conn, viewer, kind, subject, now).await?;
    }
    Ok(())
}

async fn readable(
    conn: &mut PgConnection,
    viewer: &Viewer,
    kind: DraftKind,
    subject: Uuid,
) -> Result<(), ClientError> {
    match kind {
        DraftKind::Reply => {
            let reach = Reach::reading(viewer)?;
            let seen = conversations::is_within(conn, reach, ConversationId(subject)).await?;
            if seen { Ok(()) } else { Err(ClientError::NotFound) }
        }
        DraftKind::Note => reach::readable_client(conn, viewer, ClientId(subject)).await.map(|_| ()),
    }
}

async fn tell(
    conn: &mut PgConnection,
    viewer: &Viewer,
    kind: DraftKind,
    subject_id: Uuid,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let change = DraftChange { user: viewer.user_id, kind, subject_id };
    feed::tell(conn, &Changes { drafts: vec![change], ..Changes::default() }, now).await
}

#[cfg(test)]
mod tests;
