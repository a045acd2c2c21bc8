//! Signing in with a login and a password, in two steps: between them the caller verifies the password on a thread
//! where slow work is welcome.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::second_factor::{self, Proof};
use super::throttle::{self, Wait};
use super::{Token, session, user};
use crate::UserId;

/// Somebody who says who he is and has not proved it yet.
#[derive(Clone, Debug)]
pub struct Candidate {
    login: String,
    user: Option<(UserId, String)>,
    /// What the password is to be verified against; `None` must be verified too, see `password::verify`.
    pub password_hash: Option<String>,
}

/// The first step: counts the attempt. Commit it before the password is looked at.
pub async fn begin(
    conn: &mut PgConnection,
    login: &str,
    remote: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<Result<Candidate, Wait>> {
    let login = attempted(login);
    if let Err(wait) = throttle::attempt(conn, &login, remote, now).await? {
        return Ok(Err(wait));
    }
    let found = user::find_active_by_login(conn, &login).await?;
    let (user, password_hash) = match found {
        Some(found) => (Some((found.id, found.name)), found.password_hash),
        None => (None, None),
    };
    Ok(Ok(Candidate { login, user, password_hash }))
}

/// What came of a right password.
#[derive(Debug)]
pub enum Entered {
    /// A session, by its token.
    Opened(Token),
    /// A second factor is wanted besides.
    CodeWanted,
    /// Disabled, or another password or a used code since the first step.
    Refused,
}

impl Candidate {
    /// Who it says it is; `None` when there is no such user.
    pub fn user_id(&self) -> Option<UserId> {
        self.user.as_ref().map(|(id, _)| *id)
    }
}

/// The second step, after a right password: opens a session, if the second factor is off or proved. `former` is the token
/// that the browser still had; it ends, so that nobody can prepare a session for somebody else.
pub async fn succeed(
    conn: &mut PgConnection,
    candidate: Candidate,
    proof: Option<Proof>,
    device: session::Device<'_>,
    former: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<Entered> {
    let Some((user_id, name)) = &candidate.user else { return Ok(Entered::Refused) };
    // Nobody switches it on or off meanwhile.
    user::lock_active_by_id(conn, *user_id).await?;
    if second_factor::standing(conn, *user_id).await?.enabled {
        let Some(proof) = proof else {
            throttle::half_succeeded(conn, &candidate.login, device.remote).await?;
            return Ok(Entered::CodeWanted);
        };
        let actor = Actor::Arriving { user_id: *user_id, name, remote: device.remote };
        if !second_factor::take(conn, &actor, *user_id, &proof, now).await? {
            return Ok(Entered::Refused);
        }
    }
    Ok(open(conn, candidate, device, former, now).await?.map_or(Entered::Refused, Entered::Opened))
}

/// `None` when the user has been disabled, or has another password, since the first step.
async fn open(
    conn: &mut PgConnection,
    candidate: Candidate,
    device: session::Device<'_>,
    former: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Token>> {
    let Some((user_id, name)) = candidate.user else { return Ok(None) };
    let current = user::lock_active_by_id(conn, user_id).await?;
    if current.is_none_or(|current| current.password_hash != candidate.password_hash) {
        return Ok(None);
    }
    throttle::succeeded(conn, &candidate.login, device.remote).await?;
    if let Some(former) = former {
        session::close(conn, former).await?;
    }
    let (token, session) = session::open(conn, user_id, device, now).await?;
    let actor = Actor::Arriving { user_id, name: &name, remote: device.remote };
    audit::record(conn, &actor, "session.open", Subject::new("session", &session), None, None, now).await?;
    Ok(Some(token))
}

/// The second step of changing one's own password, after the right former one: all sessions end, and a new one opens on
/// this device. `None` when the user has been disabled, or has another password, since the first step.
pub async fn change_password(
    conn: &mut PgConnection,
    candidate: Candidate,
    password_hash: &str,
    device: session::Device<'_>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Token>> {
    let Some((user_id, name)) = candidate.user.clone() else { return Ok(None) };
    let Some(token) = open(conn, candidate, device, None, now).await? else { return Ok(None) };
    let actor = Actor::Arriving { user_id, name: &name, remote: device.remote };
    user::set_password(conn, &actor, user_id, password_hash, Some(&token), now).await?;
    Ok(Some(token))
}

/// The second step of another act that asks for one's own password, after a right one: the attempt is forgiven.
pub async fn confirmed(
    conn: &mut PgConnection,
    candidate: &Candidate,
    remote: Option<&str>,
) -> sqlx::Result<()> {
    throttle::succeeded(conn, &candidate.login, remote).await
}

/// The second step, after a wrong password or code: the attempt is counted already, only a lock is written down.
pub async fn fail(
    conn: &mut PgConnection,
    candidate: &Candidate,
    remote: Option<&str>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    let Some((user_id, name)) = &candidate.user else { return Ok(()) };
    if throttle::locked_until(conn, &candidate.login, now).await?.is_none() {
        return Ok(());
    }
    let actor = Actor::Arriving { user_id: *user_id, name, remote };
    audit::record(conn, &actor, "login.lock", Subject::new("user", user_id), None, None, now).await
}

/// What somebody typed as a login, short and printable enough to be kept; no user has the rest.
fn attempted(login: &str) -> String {
    let kept = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    user::normal_login(login).chars().map(kept).take(100).collect()
}
