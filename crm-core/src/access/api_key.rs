//! API keys: by one a program acts for a user.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

use super::{Right, Viewer, token, user};
use crate::ApiKeyId;

/// `last_used_at` moves at most this often.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The user for whom this key acts, with those rights of the key that its owner has now;
/// `None` when it is unknown or revoked, or its owner is disabled.
pub async fn viewer_of_key(
    conn: &mut PgConnection,
    key: &str,
    remote: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(Viewer, ApiKeyId)>> {
    let key_hash = token::hash(key);
    let Some(found) = store::find_live(conn, &key_hash).await? else { return Ok(None) };
    if found.last_used_at.is_none_or(|used| now - used >= USED_EVERY) {
        store::touch(conn, &key_hash, now).await?;
    }
    let mut rights = user::rights_of(conn, found.user_id).await?;
    rights.retain(|right, _| {
        found.rights.iter().filter_map(|word| Right::from_word(word)).any(|r| r == *right)
    });
    let name = format!("{} (ключ «{}»)", found.user_name, found.name);
    Ok(Some((Viewer { user_id: found.user_id, name, remote: remote.map(str::to_owned), rights }, found.id)))
}
