//! The second factor of a log-in: a code of an authenticator app, or a one-time recovery code.
//!
//! Secrets come and go sealed: the caller holds the key of the installation.

mod store;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

use super::audit::{self, Actor, Subject};
use super::user::{self, User, UserError};
use super::{Right, Token, Viewer, session, token};
use crate::UserId;

/// How many recovery codes a person gets.
const RECOVERY_CODES: usize = 10;

/// How it stands for one user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = SecondFactor)]
pub struct Standing {
    /// A code is asked for at each log-in.
    pub enabled: bool,
    /// An administrator requires it: without it nothing else is allowed.
    pub required: bool,
    /// Recovery codes that have not been used.
    pub recovery_codes: i64,
}

/// What proves the second factor.
#[derive(Clone, Debug)]
pub enum Proof {
    /// The code of this period; see `totp::step_of`.
    Step(i64),
    /// A one-time code, as it was typed.
    Recovery(String),
}

/// Why it was not changed.
#[derive(Debug, thiserror::Error)]
pub enum FactorError {
    /// It is on already: it has to be switched off before another app is taken.
    #[error("the second factor is on already")]
    On,
    /// There is none to confirm, or its first code was taken before.
    #[error("no second factor waits for its first code")]
    Off,
    /// An administrator requires it.
    #[error("the second factor is required")]
    Required,
    /// The database.
    #[error("database")]
    Database(#[from] sqlx::Error),
}

/// How it stands for a user.
pub async fn standing(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Standing> {
    Ok(store::standing(conn, user).await?.unwrap_or_default())
}

/// Keeps a new secret until its first code is shown; a former one that nobody confirmed is forgotten. Whoever calls has
/// checked the viewer's password.
pub async fn begin(
    conn: &mut PgConnection,
    viewer: &Viewer,
    sealed: &[u8],
    now: DateTime<Utc>,
) -> Result<(), FactorError> {
    if store::begin(conn, viewer.user_id, sealed, now).await? { Ok(()) } else { Err(FactorError::On) }
}

/// The sealed secret that waits for its first code. No other takes its place before the transaction ends.
pub async fn waiting(conn: &mut PgConnection, viewer: &Viewer) -> sqlx::Result<Option<Vec<u8>>> {
    store::waiting(conn, viewer.user_id).await
}

/// The sealed secret by which this user's codes are checked; `None` while no code is asked for.
pub async fn sealed_unscoped(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Vec<u8>>> {
    store::confirmed(conn, user).await
}

/// The first code was right: from now on one is asked for. Returns the recovery codes, which are shown this once.
pub async fn confirm(
    conn: &mut PgConnection,
    viewer: &Viewer,
    step: i64,
    now: DateTime<Utc>,
) -> Result<Vec<String>, FactorError> {
    if !store::confirm(conn, viewer.user_id, step, now).await? {
        return Err(FactorError::Off);
    }
    let codes = add_codes(conn, viewer.user_id).await?;
    tell(conn, viewer, viewer.user_id, "second_factor.on", None, now).await?;
    Ok(codes)
}

/// New recovery codes, which are shown this once; the former ones are good no longer. Whoever calls has checked the
/// viewer's password.
pub async fn renew_codes(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<Vec<String>, FactorError> {
    // Of two presses at once the second replaces the codes of the first.
    if !store::lock_confirmed(conn, viewer.user_id).await? {
        return Err(FactorError::Off);
    }
    store::delete_recovery_codes(conn, viewer.user_id).await?;
    let codes = add_codes(conn, viewer.user_id).await?;
    tell(conn, viewer, viewer.user_id, "second_factor.codes", None, now).await?;
    Ok(codes)
}

/// The viewer switches his own off; whoever calls has checked his password.
pub async fn disable(
    conn: &mut PgConnection,
    viewer: &Viewer,
    now: DateTime<Utc>,
) -> Result<(), FactorError> {
    if standing(conn, viewer.user_id).await?.required {
        return Err(FactorError::Required);
    }
    if store::delete(conn, viewer.user_id).await? {
        tell(conn, viewer, viewer.user_id, "second_factor.off", None, now).await?;
    }
    Ok(())
}

/// An administrator requires it of a user, or no longer.
pub async fn require(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    required: bool,
    now: DateTime<Utc>,
) -> Result<User, UserError> {
    viewer.require(Right::UsersManage)?;
    if store::set_required(conn, id, required).await? {
        tell(conn, viewer, id, "second_factor.require", Some(json!({ "required": required })), now).await?;
    }
    user::find(conn, id, now).await?.ok_or(UserError::Missing)
}

/// An administrator takes a lost one away, so that the user can sign in; his sessions end.
pub async fn reset(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: UserId,
    now: DateTime<Utc>,
) -> Result<User, UserError> {
    viewer.require(Right::UsersManage)?;
    if store::delete(conn, id).await? {
        session::close_all(conn, id).await?;
        tell(conn, viewer, id, "second_factor.reset", None, now).await?;
    }
    user::find(conn, id, now).await?.ok_or(UserError::Missing)
}

/// Takes the proof, which counts once.
pub(super) async fn take(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    user: UserId,
    proof: &Proof,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    match proof {
        Proof::Step(step) => store::use_step(conn, user, *step).await,
        Proof::Recovery(code) => {
            let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
            let hash = token::hash(&plain.to_ascii_lowercase());
            let taken = store::use_recovery_code(conn, user, &hash, now).await?;
            if taken {
                let subject = Subject::new("user", &user);
                audit::record(conn, actor, "second_factor.recovery", subject, None, None, now).await?;
            }
            Ok(taken)
        }
    }
}

async fn add_codes(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Vec<String>> {
    let codes: Vec<Token> = (0..RECOVERY_CODES).map(|_| Token::code()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(Token::hash).collect();
    store::add_recovery_codes(conn, user, &hashes).await?;
    Ok(codes.iter().map(|code| grouped(code.reveal())).collect())
}

/// Twenty signs in groups of five, as people copy them.
fn grouped(code: &str) -> String {
    let groups: Vec<&str> =
        (0..code.len()).step_by(5).map(|at| &code[at..(at + 5).min(code.len())]).collect();
    groups.join("-")
}

async fn tell(
    conn: &mut PgConnection,
    viewer: &Viewer,
    user: UserId,
    action: &str,
    after: Option<serde_json::Value>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    audit::record(conn, &Actor::User(viewer), action, Subject::new("user", &user), None, after, now).await
}
