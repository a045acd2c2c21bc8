//! SQL of letters as people see them.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as};

use super::{Mail, MailAttempt, MailState, Outcome};
use crate::{MailId, UserId};

impl From<String> for MailState {
    /// The check `mails_state_known` lets no other word in.
    fn from(word: String) -> Self {
        Self::ALL.into_iter().find(|state| state.as_str() == word).expect("the table holds known states")
    }
}

impl From<String> for Outcome {
    /// The check `mail_attempts_outcome_known` lets no other word in.
    fn from(word: String) -> Self {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
            .expect("the table holds known outcomes")
    }
}

pub(super) async fn list(
    conn: &mut PgConnection,
    state: Option<MailState>,
    behind: Option<MailId>,
    rows: i64,
) -> sqlx::Result<Vec<Mail>> {
    query_as!(
        Mail,
        r#"select id as "id: MailId", user_id as "user_id: UserId", address, subject, text, state, written_at, due_at,
                  tries, finished_at, code, reason
           from mails
           where ($1::text is null or state = $1) and ($2::uuid is null or id < $2)
           order by id desc
           limit $3"#,
        state.map(MailState::as_str),
        behind.map(|id| id.0),
        rows,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn find(conn: &mut PgConnection, id: MailId) -> sqlx::Result<Option<Mail>> {
    query_as!(
        Mail,
        r#"select id as "id: MailId", user_id as "user_id: UserId", address, subject, text, state, written_at, due_at,
                  tries, finished_at, code, reason
           from mails where id = $1"#,
        id.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn attempts(conn: &mut PgConnection, id: MailId) -> sqlx::Result<Vec<MailAttempt>> {
    query_as!(
        MailAttempt,
        "select number, started_at, finished_at, outcome, code, reason
         from mail_attempts where mail_id = $1 order by number",
        id.0,
    )
    .fetch_all(conn)
    .await
}

pub(super) async fn requeue(conn: &mut PgConnection, id: MailId, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let requeued = query!(
        "update mails set state = 'queued', queued_at = $2, due_at = $2, failures = 0, finished_at = null
         where id = $1 and state in ('queued', 'failed')",
        id.0,
        now,
    )
    .execute(conn)
    .await?;
    Ok(requeued.rows_affected() == 1)
}
