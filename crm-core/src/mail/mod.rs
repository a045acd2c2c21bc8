//! Letters of the hub to its own people: written in the transaction of what they tell, sent by whichever copy claims them.
//!
//! [`alarm`] decides when administrators are told, [`queue`] is the way out, [`screen`] what an administrator sees of it.

pub mod alarm;
pub mod queue;
mod screen;
mod store;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

pub use screen::{Mail, MailAttempt, MailError, MailState, Outcome, get, list, retry, write_to_oneself};
pub(crate) use store::Addressee;

/// What a letter says. Russian.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// One line.
    pub subject: String,
    /// Plain text; no word of a client.
    pub text: String,
}

/// Writes a letter to every administrator who can sign in and has an address. Returns how many there are.
pub async fn to_administrators(
    conn: &mut PgConnection,
    words: &Words,
    now: DateTime<Utc>,
) -> sqlx::Result<usize> {
    let addressees = store::administrators(conn).await?;
    for addressee in &addressees {
        store::write(conn, addressee, words, now).await?;
    }
    Ok(addressees.len())
}

/// Where one of our people is written to now; `None` without an address, or when he has left.
pub(crate) async fn addressee(
    conn: &mut PgConnection,
    user: crate::UserId,
) -> sqlx::Result<Option<Addressee>> {
    store::addressee(conn, user).await
}

/// Writes a letter to an address that was found before.
pub(crate) async fn write(
    conn: &mut PgConnection,
    addressee: &Addressee,
    words: &Words,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    store::write(conn, addressee, words, now).await.map(drop)
}

/// Writes a letter to one of our people. `false` where he has no address.
pub(crate) async fn to_user(
    conn: &mut PgConnection,
    user: crate::UserId,
    words: &Words,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let Some(addressee) = store::addressee(conn, user).await? else { return Ok(false) };
    store::write(conn, &addressee, words, now).await?;
    Ok(true)
}

/// Drops letters that were written before this moment, sent or given up. Returns how many.
pub async fn forget_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    store::forget_before(conn, before).await
}

#[cfg(test)]
mod tests;
