//! «Письма узла»: what went out, what waits and why, and sending again.

mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;

use super::Words;
use crate::access::audit::{self, Actor, Subject};
use crate::access::{Forbidden, Right, Viewer};
use crate::{MailId, UserId};

/// Where a letter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    /// It waits for its next try.
    Queued,
    /// A copy of the program is at it.
    Sending,
    /// The mail server took it.
    Sent,
    /// It was given up; a person may have it sent again.
    Failed,
}

impl MailState {
    const ALL: [Self; 4] = [Self::Queued, Self::Sending, Self::Sent, Self::Failed];

    /// The word in the database.
    fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

/// What a try came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MailOutcome)]
pub enum Outcome {
    /// The mail server took it.
    Sent,
    /// Certainly not sent; tried again.
    Temporary,
    /// The server will not take this letter.
    Rejected,
    /// The server lets nobody of us in.
    Stopped,
    /// It may have arrived; tried again under the same id.
    Unknown,
}

impl Outcome {
    const ALL: [Self; 5] = [Self::Sent, Self::Temporary, Self::Rejected, Self::Stopped, Self::Unknown];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Temporary => "temporary",
            Self::Rejected => "rejected",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

/// A letter.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Mail {
    /// Also its Message-ID.
    pub id: MailId,
    /// Whom it is for.
    pub user_id: UserId,
    /// Where it goes.
    pub address: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Where it is.
    pub state: MailState,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// The next try, while it waits.
    pub due_at: DateTime<Utc>,
    /// How often it was tried.
    pub tries: i32,
    /// When it was sent or given up.
    #[schema(required = true)]
    pub finished_at: Option<DateTime<Utc>>,
    /// The server's code at the last failure.
    #[schema(required = true)]
    pub code: Option<String>,
    /// The same in words.
    #[schema(required = true)]
    pub reason: Option<String>,
}

/// One try.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct MailAttempt {
    /// From 1.
    pub number: i32,
    /// When it began.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: DateTime<Utc>,
    /// In one word.
    pub outcome: Outcome,
    /// The server's code.
    #[schema(required = true)]
    pub code: Option<String>,
    /// In words.
    #[schema(required = true)]
    pub reason: Option<String>,
}

/// Why letters are not shown or sent.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The viewer may not.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// There is no such letter.
    #[error("there is no such letter")]
    Missing,
    /// It went out already, or is just going.
    #[error("the letter is sent or on its way")]
    OnItsWay,
    /// The viewer has no address to write to.
    #[error("the viewer has no e-mail address")]
    NoAddress,
    /// The database failed.
    #[error("letters could not be read or written")]
    Database(#[from] sqlx::Error),
}

/// Letters, the newest first, behind the given one.
pub async fn list(
    conn: &mut PgConnection,
    viewer: &Viewer,
    state: Option<MailState>,
    behind: Option<MailId>,
    rows: i64,
) -> Result<Vec<Mail>, MailError> {
    viewer.require(Right::MailsManage)?;
    Ok(store::list(conn, state, behind, rows).await?)
}

/// One letter with its tries, the first one first.
pub async fn get(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: MailId,
) -> Result<(Mail, Vec<MailAttempt>), MailError> {
    viewer.require(Right::MailsManage)?;
    let mail = store::find(conn, id).await?.ok_or(MailError::Missing)?;
    Ok((mail, store::attempts(conn, id).await?))
}

/// «Отправить ещё раз»: due at once, with a new day of tries. Wants a transaction.
pub async fn retry(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: MailId,
    now: DateTime<Utc>,
) -> Result<Mail, MailError> {
    viewer.require(Right::MailsManage)?;
    if !store::requeue(conn, id, now).await? {
        let known = store::find(conn, id).await?.is_some();
        return Err(if known { MailError::OnItsWay } else { MailError::Missing });
    }
    let subject = Subject::new("mail", &id);
    audit::record(conn, &Actor::User(viewer), "mail.retry", subject, None, None, now).await?;
    store::find(conn, id).await?.ok_or(MailError::Missing)
}

/// «Проверочное письмо»: a letter to the viewer himself, on the road of all letters. Wants a transaction.
pub async fn write_to_oneself(
    conn: &mut PgConnection,
    viewer: &Viewer,
    words: &Words,
    now: DateTime<Utc>,
) -> Result<Mail, MailError> {
    viewer.require(Right::MailsManage)?;
    let to = super::store::addressee(conn, viewer.user_id).await?.ok_or(MailError::NoAddress)?;
    let id = super::store::write(conn, &to, words, now).await?;
    let (subject, after) = (Subject::new("mail", &id), json!({ "subject": words.subject }));
    audit::record(conn, &Actor::User(viewer), "mail.test", subject, None, Some(after), now).await?;
    store::find(conn, id).await?.ok_or(MailError::Missing)
}
