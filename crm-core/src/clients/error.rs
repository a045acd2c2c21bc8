//! Why a read or a change did not happen.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{ClientStub, join::FieldConflict};
use crate::{ClientId, ContactId, access::Forbidden};

/// What a caller of this area does differently.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// A right is missing.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No such thing, or none that this viewer may know of.
    #[error("not found")]
    NotFound,
    /// The client is another manager's.
    #[error("the client is foreign")]
    Foreign(ClientStub),
    /// Somebody changed the card since it was read.
    #[error("the card has version {current} by now")]
    Stale {
        /// The version to read again.
        current: i32,
    },
    /// A value that cannot be.
    #[error("the field {field} is wrong: {reason}")]
    Invalid {
        /// As in JSON.
        field: &'static str,
        /// A Russian sentence.
        reason: &'static str,
    },
    /// The card, the requisite or the address exists already.
    #[error("{field} is taken")]
    Taken {
        /// `inn` or `address`.
        field: &'static str,
        /// By whom, as far as the viewer may know.
        by: TakenBy,
    },
    /// Fields of two cards differ and nobody said which value stays.
    #[error("{} fields differ", .0.len())]
    Conflicts(Vec<FieldConflict>),
    /// The state does not allow it (any more).
    #[error("not possible now: {0}")]
    NotNow(&'static str),
    /// The person takes no such messages; a Russian sentence.
    #[error("no consent: {0}")]
    NoConsent(&'static str),
    /// It is night at the person's place; a person decides.
    #[error("quiet until {until}")]
    QuietHours {
        /// When the night ends.
        until: DateTime<Utc>,
        /// What becomes of it otherwise, in Russian.
        words: String,
    },
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Who has what was to be unique.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TakenBy {
    /// A client that the viewer reads.
    Client {
        /// Its id.
        id: ClientId,
    },
    /// A contact that the viewer reads.
    Contact {
        /// Its id.
        id: ContactId,
    },
    /// A foreign client, or a contact of one.
    Foreign {
        /// All that may be said.
        stub: ClientStub,
    },
    /// Somebody without any client, whom the viewer does not read.
    Hidden,
}

/// A result of this area.
pub type Result<T, E = ClientError> = std::result::Result<T, E>;
