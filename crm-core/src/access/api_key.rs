//! API keys: by one a program acts for a user.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::{Right, Token, Viewer, token, user};
use crate::{ApiKeyId, UserId};

/// What every key begins with, so that people and scanners of leaked secrets know it.
const PREFIX: &str = "uzel_";

/// So many characters of a key are kept to recognise it.
const SHOWN_CHARS: usize = 12;

/// `last_used_at` moves at most this often.
const USED_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A key as its owner sees it. The secret itself is shown once, when it is made.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ApiKey {
    /// To revoke it.
    pub id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// The first characters of the secret.
    pub prefix: String,
    /// What the program may do, as long as the owner may.
    pub rights: Vec<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    #[schema(required = true)]
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A key to be.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What the program may do. Each has to be a right of the owner.
    pub rights: Vec<Right>,
}

/// Why a key was not made.
#[derive(Debug, thiserror::Error)]
pub enum ApiKeyError {
    /// The owner has not got this right himself.
    #[error(transparent)]
    Forbidden(#[from] super::Forbidden),
    /// The name is empty or too long.
    #[error("the name of the key is not acceptable")]
    Name,
    /// The database failed.
    #[error("the key could not be written")]
    Database(#[from] sqlx::Error),
}

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
    rights.retain(|right, _| found.rights.iter().any(|word| word == right.as_str()));
    let name = format!("{} (ключ «{}»)", found.user_name, found.name);
    let lent = user::lent(conn, found.user_id, Some(now)).await?;
    let viewer = Viewer { user_id: found.user_id, name, remote: remote.map(str::to_owned), rights, lent };
    Ok(Some((viewer, found.id)))
}

/// Makes a key for the viewer himself. The secret comes with it and is never shown again.
pub async fn create(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: NewApiKey,
    now: DateTime<Utc>,
) -> Result<(ApiKey, Token), ApiKeyError> {
    let name = new.name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(ApiKeyError::Name);
    }
    for right in &new.rights {
        viewer.require(*right)?;
    }
    let token = Token::new(PREFIX);
    let mut rights: Vec<String> = new.rights.iter().map(|right| right.as_str().to_owned()).collect();
    rights.sort();
    rights.dedup();
    let key = ApiKey {
        id: ApiKeyId::at(now),
        name: name.to_owned(),
        prefix: token.reveal().chars().take(SHOWN_CHARS).collect(),
        rights,
        created_at: now,
        last_used_at: None,
    };
    store::insert(conn, &token.hash(), viewer.user_id, &key).await?;
    let after = serde_json::json!({ "name": key.name, "prefix": key.prefix, "rights": key.rights });
    let subject = Subject::new("api_key", &key.id);
    audit::record(conn, &Actor::User(viewer), "api_key.create", subject, None, Some(after), now).await?;
    Ok((key, token))
}

/// The viewer's own keys that are not revoked, the newest first.
pub async fn list(conn: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Vec<ApiKey>> {
    store::list(conn, viewer.user_id).await
}

/// Revokes a key of the viewer's own, at once; `false` when he has no such key.
pub async fn revoke(
    conn: &mut PgConnection,
    viewer: &Viewer,
    key: ApiKeyId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let gone = store::revoke(conn, viewer.user_id, key, now).await?;
    if gone {
        let subject = Subject::new("api_key", &key);
        audit::record(conn, &Actor::User(viewer), "api_key.revoke", subject, None, None, now).await?;
    }
    Ok(gone)
}

/// Revokes all keys of a user. How many it were.
pub(super) async fn revoke_all(
    conn: &mut PgConnection,
    user: UserId,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    store::revoke_all(conn, user, now).await
}
