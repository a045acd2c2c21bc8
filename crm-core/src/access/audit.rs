//! The audit log: who did what, from where, with the values before and after.

mod store;
mod words;

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::{Builder, Uuid};

use self::words::{ACTIONS, ActionWord, SUBJECTS, SubjectWord};
use super::{Forbidden, Right, Viewer};
use crate::UserId;

/// Who does something.
#[derive(Clone, Copy, Debug)]
pub enum Actor<'a> {
    /// A user, or a program by a user's key.
    User(&'a Viewer),
    /// Somebody who is just showing who he is: a log-in, a one-time link.
    Arriving {
        /// Whose login or link it is.
        user_id: UserId,
        /// His name.
        name: &'a str,
        /// From where.
        remote: Option<&'a str>,
    },
    /// The program itself, by this rule, in words as the log shows it.
    System(&'a str),
}

impl Actor<'_> {
    /// Nobody where the program acts by itself.
    pub(crate) fn user_id(&self) -> Option<UserId> {
        match self {
            Self::User(viewer) => Some(viewer.user_id),
            Self::Arriving { user_id, .. } => Some(*user_id),
            Self::System(_) => None,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::User(viewer) => &viewer.name,
            Self::Arriving { name, .. } => name,
            Self::System(rule) => rule,
        }
    }

    fn remote(&self) -> Option<&str> {
        match self {
            Self::User(viewer) => viewer.remote.as_deref(),
            Self::Arriving { remote, .. } => *remote,
            Self::System(_) => None,
        }
    }
}

/// What something was done to.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The word of its table in the singular, such as `user`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
}

impl Subject {
    /// The thing of this kind and id.
    pub fn new(kind: &'static str, id: &(impl ToString + ?Sized)) -> Self {
        Self { kind, id: id.to_string() }
    }
}

/// One line of the log.
#[derive(Clone, Debug, Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[schema(as = AuditEntry)]
pub struct Entry {
    /// Ids of later entries sort behind.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// The user, if it was one.
    #[schema(required = true)]
    pub user_id: Option<UserId>,
    /// His name then, or the rule of the system.
    pub actor: String,
    /// From where.
    #[schema(required = true)]
    pub remote: Option<String>,
    /// What was done, such as `user.edit`.
    #[schema(value_type = ActionWord)]
    pub action: String,
    /// To what kind of thing.
    #[schema(value_type = SubjectWord)]
    pub subject_kind: String,
    /// To which one.
    pub subject_id: String,
    /// Values before.
    #[schema(required = true, value_type = Option<Object>)]
    pub before: Option<Value>,
    /// Values after.
    #[schema(required = true, value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// Which entries to list; what is `None` does not restrict.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Done by this user.
    pub user: Option<UserId>,
    /// This action, or all of a kind when it ends in a dot: `user.`.
    pub action: Option<String>,
    /// Done to this kind of thing.
    pub subject_kind: Option<String>,
    /// Done to this one.
    pub subject_id: Option<String>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub until: Option<DateTime<Utc>>,
}

/// Writes a line. Belongs into the transaction of the change itself, so that there is never one without the other.
/// No passwords, tokens or texts of messages in the values.
pub async fn record(
    conn: &mut PgConnection,
    actor: &Actor<'_>,
    action: &str,
    subject: Subject,
    before: Option<Value>,
    after: Option<Value>,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    debug_assert!(ACTIONS.contains(&action), "{action} is not among the words of the log");
    debug_assert!(SUBJECTS.contains(&subject.kind), "{} is not among the words of the log", subject.kind);
    let entry = Entry {
        id: next_id(now),
        at: now,
        user_id: actor.user_id(),
        actor: actor.name().to_owned(),
        remote: actor.remote().map(str::to_owned),
        action: action.to_owned(),
        subject_kind: subject.kind.to_owned(),
        subject_id: subject.id,
        before,
        after,
    };
    store::append(conn, &entry).await
}

/// Why the log is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The database failed.
    #[error("the audit log could not be read")]
    Database(#[from] sqlx::Error),
}

/// The newest first, behind the entry of id `behind`.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    filter: &Filter,
    behind: Option<Uuid>,
    rows: i64,
) -> Result<Vec<Entry>, ListError> {
    viewer.require(Right::AuditRead)?;
    Ok(store::list(conn, filter, behind, rows).await?)
}

/// A UUID v7 whose bits behind the time count on, so that the lines of one transaction keep their order.
fn next_id(now: DateTime<Utc>) -> Uuid {
    static DRAWN: AtomicU32 = AtomicU32::new(0);
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    let mut tail: [u8; 10] = rand::random();
    // The version takes the upper 4 bits of the first byte, the variant the upper 2 of the third; 18 bits are left.
    [.., tail[0], tail[1]] = (drawn >> 6).to_be_bytes();
    [.., tail[2]] = drawn.to_be_bytes();
    Builder::from_unix_timestamp_millis(u64::try_from(now.timestamp_millis()).unwrap_or(0), &tail).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_one_moment_keep_their_order() {
        let ids: Vec<_> = (0..500).map(|_| next_id(DateTime::UNIX_EPOCH)).collect();
        assert!(ids.is_sorted());
    }
}
