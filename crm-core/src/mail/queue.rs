//! Letters on their way out: claimed under a lease, and each try written down only by the one who still holds it.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

use super::screen::Outcome;
use crate::MailId;

/// Longer than the slowest server takes. A copy that dies gives its letter up after this time.
pub const LEASE: TimeDelta = TimeDelta::minutes(10);

/// A letter that did not go out for so long is given up: its news is old.
pub const GIVE_UP: TimeDelta = TimeDelta::hours(24);

/// While the server does not let us in, nobody knocks for so long: mailboxes are locked by wrong passwords.
const CLOSED_DOOR: TimeDelta = TimeDelta::minutes(15);

/// After so many failures the pause grows no longer.
const MAX_DOUBLINGS: u32 = 6;

/// A letter whose turn it is.
#[derive(Clone, Debug)]
pub struct Due {
    /// Which.
    pub id: MailId,
    /// Ours alone until it ends.
    pub lease: Uuid,
    /// Where to.
    pub address: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// The end of its day.
    pub queued_at: DateTime<Utc>,
    /// Failures of its day so far.
    pub failures: i32,
}

/// What a try came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// In one word.
    pub outcome: Outcome,
    /// The server's code.
    pub code: Option<String>,
    /// Russian; `None` for a letter that went out.
    pub reason: Option<String>,
}

/// Takes the letter that is due for the longest time, those of a copy that died among them. Nobody else gets it before the
/// lease ends.
pub async fn claim_unscoped(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Option<Due>> {
    store::claim(conn, crate::id::uuid_at(now), now + LEASE, now).await
}

/// Writes a try down, and when the next one is. `false`: the lease was lost, and nothing is written. Wants a transaction.
pub async fn finish_unscoped(
    conn: &mut PgConnection,
    due: &Due,
    tried: &Tried,
    started_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let next = next(due, tried.outcome, now);
    if !store::finish(conn, due, tried, next, started_at, now).await? {
        return Ok(false);
    }
    if tried.outcome == Outcome::Stopped {
        store::put_off(conn, now + CLOSED_DOOR).await?;
    }
    Ok(true)
}

/// Gives up everything that waits, with this reason: where there is no mail server to wait for.
pub async fn give_up_all_unscoped(
    conn: &mut PgConnection,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    store::give_up_all(conn, reason, now).await
}

/// When it is tried again; `None`: never by itself.
fn next(due: &Due, outcome: Outcome, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let pause = match outcome {
        Outcome::Sent | Outcome::Rejected => return None,
        Outcome::Stopped => CLOSED_DOOR,
        // A letter that may have arrived is repeated under the same id.
        Outcome::Temporary | Outcome::Unknown => {
            let doublings = u32::try_from(due.failures).unwrap_or(0).min(MAX_DOUBLINGS);
            TimeDelta::minutes(1_i64 << doublings).min(TimeDelta::hours(1))
        }
    };
    Some(now + pause).filter(|next| *next < due.queued_at + GIVE_UP)
}
