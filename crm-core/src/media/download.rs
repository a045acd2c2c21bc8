//! Files on their way from a provider to the store: claimed under a lease, and each outcome written down only by the one
//! who still holds it.

mod store;

use chrono::{DateTime, Utc};
use connector_api::MediaRef;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Bytes, file::changed};
use crate::{AccountId, MediaId};

pub use store::{claim_unscoped, keep_unscoped};

/// A file whose turn it is.
#[derive(Clone, Debug)]
pub struct Due {
    /// Which.
    pub id: MediaId,
    /// At whose account it came.
    pub account_id: AccountId,
    /// Ours alone until it ends.
    pub lease: Uuid,
    /// What the provider is asked for.
    pub media: MediaRef,
    /// When it was wanted first, or again by a person.
    pub wanted_at: DateTime<Utc>,
    /// This is the so-manieth try, from 1.
    pub tries: i32,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The bytes lie in the store, under a name that was reserved.
    Stored {
        /// Which.
        bytes: Bytes,
        /// As the provider told with the bytes; for a file that had no name.
        file_name: Option<String>,
    },
    /// Another try at this moment.
    Later {
        /// When.
        at: DateTime<Utc>,
        /// Whether this try counts.
        counted: bool,
        /// Russian, where the wait is worth a word.
        cause: Option<String>,
    },
    /// There will be no other try by itself. Russian.
    Lost(String),
}

/// Writes the outcome of a try down and tells open screens. `false`: the lease was lost and somebody else has the file by
/// now, so nothing is written. Wants a transaction.
pub async fn finish_unscoped(
    conn: &mut PgConnection,
    due: &Due,
    outcome: &Outcome,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let written = match outcome {
        Outcome::Stored { bytes, file_name } => store::stored(conn, due, bytes, file_name.as_deref()).await?,
        Outcome::Later { at, counted, cause } => {
            store::later(conn, due, *at, *counted, cause.as_deref()).await?
        }
        Outcome::Lost(cause) => store::lost(conn, due, cause).await?,
    };
    // A wait shows only when it has something to say.
    let told = !matches!(outcome, Outcome::Later { cause: None, .. });
    if written && told {
        changed(conn, due.id, now).await?;
    }
    Ok(written)
}
