//! Sessions: one log-in of one user on one device.

mod store;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::{Token, Viewer, token, user};
use crate::{SessionId, UserId};

/// How long a session lives after it was last used.
pub const LIFETIME: TimeDelta = TimeDelta::days(14);

/// `last_seen_at` and the expiry move at most this often, so that reading a page is not a write.
const SEEN_EVERY: TimeDelta = TimeDelta::minutes(1);

/// A browser's own words about itself are kept up to this many characters.
const USER_AGENT_CHARS: usize = 300;

/// From where somebody signs in.
#[derive(Clone, Copy, Debug)]
pub struct Device<'a> {
    /// The network address.
    pub remote: Option<&'a str>,
    /// What the browser calls itself.
    pub user_agent: &'a str,
}

/// A session as its user sees it.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Session {
    /// To end it.
    pub id: SessionId,
    /// When the user signed in.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When it ends if it is not used.
    pub expires_at: DateTime<Utc>,
    /// The network address of the log-in.
    pub remote: String,
    /// What the browser called itself.
    pub user_agent: String,
}

/// A session that lives.
#[derive(Clone, Debug)]
pub struct Live {
    /// Whose it is.
    pub viewer: Viewer,
    /// Which.
    pub session: SessionId,
    /// A second factor is required of him and not set up: he may do nothing else before.
    pub must_enrol: bool,
}

/// The session of this token and its user; `None` when it is unknown, expired or revoked,
/// or its user is disabled. Rights are read anew each time, so a change of them works at the next request.
pub async fn viewer_of_session(
    conn: &mut PgConnection,
    token: &str,
    remote: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Live>> {
    let token_hash = token::hash(token);
    let Some(found) = store::find_live(conn, &token_hash, now).await? else { return Ok(None) };
    if now - found.last_seen_at >= SEEN_EVERY {
        store::touch(conn, &token_hash, now, now + LIFETIME).await?;
    }
    let rights = user::widest(&found.rights, &found.over_all);
    let viewer = Viewer {
        user_id: found.user_id,
        name: found.name,
        remote: remote.map(str::to_owned),
        rights,
        lent: found.lent,
    };
    Ok(Some(Live { viewer, session: found.id, must_enrol: found.must_enrol }))
}

/// The viewer's own sessions that still live, the last used first.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Session>> {
    store::list(conn, viewer.user_id, now).await
}

/// Ends one of the viewer's own sessions; `false` when he has no such session.
pub async fn revoke(
    conn: &mut PgConnection,
    viewer: &Viewer,
    session: SessionId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let gone = store::delete_one(conn, viewer.user_id, session).await?;
    if gone {
        let subject = Subject::new("session", &session);
        audit::record(conn, &Actor::User(viewer), "session.revoke", subject, None, None, now).await?;
    }
    Ok(gone)
}

/// Ends all of the viewer's own sessions but this one. How many it were.
pub async fn revoke_others(
    conn: &mut PgConnection,
    viewer: &Viewer,
    current: SessionId,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let gone = store::delete_others(conn, viewer.user_id, current).await?;
    if gone > 0 {
        let subject = Subject::new("user", &viewer.user_id);
        let after = serde_json::json!({ "sessions": gone });
        audit::record(conn, &Actor::User(viewer), "session.revoke_others", subject, None, Some(after), now)
            .await?;
    }
    Ok(gone)
}

/// Opens a session for a user who has proved who he is.
pub(super) async fn open(
    conn: &mut PgConnection,
    user: UserId,
    device: Device<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<(Token, SessionId)> {
    let token = Token::new("");
    let user_agent = device.user_agent.chars().filter(|c| !c.is_control()).take(USER_AGENT_CHARS).collect();
    let session = Session {
        id: SessionId::at(now),
        created_at: now,
        last_seen_at: now,
        expires_at: now + LIFETIME,
        remote: device.remote.unwrap_or_default().to_owned(),
        user_agent,
    };
    store::insert(conn, &token.hash(), user, &session).await?;
    Ok((token, session.id))
}

/// Ends the session of this token, whoever's it is.
pub(super) async fn close(conn: &mut PgConnection, token: &str) -> sqlx::Result<()> {
    store::delete_by_token(conn, &token::hash(token)).await
}

/// Ends all sessions of a user. How many it were.
pub(super) async fn close_all(conn: &mut PgConnection, user: UserId) -> sqlx::Result<u64> {
    close_all_but(conn, user, None).await
}

/// Ends all sessions of a user but that of this token. How many it were.
pub(super) async fn close_all_but(
    conn: &mut PgConnection,
    user: UserId,
    keep: Option<&Token>,
) -> sqlx::Result<u64> {
    let keep = keep.map(Token::hash).unwrap_or_default();
    store::delete_all_but(conn, user, &keep).await
}

/// Drops what has expired.
pub(super) async fn sweep(conn: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    store::delete_expired(conn, now).await
}
