//! Sessions: one log-in of one user on one device.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{Viewer, token, user};
use crate::SessionId;

/// How long a session lives after it was last used.
pub const LIFETIME: TimeDelta = TimeDelta::days(14);

/// `last_seen_at` and the expiry move at most this often, so that reading a page is not a write.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The user of this session token and the session itself; `None` when it is unknown, expired or revoked,
/// or its user is disabled. Rights are read anew each time, so a change of them works at the next request.
pub async fn viewer_of_session(
    conn: &mut PgConnection,
    token: &str,
    remote: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Viewer, SessionId)>> {
    let token_hash = token::hash(token);
    let Some(found) = store::find_live(conn, &token_hash, now).await? else { return Ok(None) };
    if now - found.last_seen_at >= SEEN_EVERY {
        store::touch(conn, &token_hash, now, now + LIFETIME).await?;
    }
    let rights = user::rights_of(conn, found.user_id).await?;
    let viewer =
        Viewer { user_id: found.user_id, name: found.name, remote: remote.map(str::to_owned), rights };
    Ok(Some((viewer, found.id)))
}
