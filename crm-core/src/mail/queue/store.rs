//! SQL of letters on their way out.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as};
use uuid::Uuid;

use super::{Due, Tried};
use crate::MailId;
use crate::mail::screen::Outcome;

pub(super) async fn claim(
    conn: &mut PgConnection,
    lease: Uuid,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Due>> {
    query_as!(
        Due,
        r#"update mails set state = 'sending', lease = $1, due_at = $2
           where id = (select id from mails
                       where state in ('queued', 'sending') and due_at <= $3
                       order by due_at, id
                       limit 1
                       for update skip locked)
           returning id as "id: MailId", lease as "lease!", address, subject, text, written_at, queued_at, failures"#,
        lease,
        until,
        now,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn finish(
    conn: &mut PgConnection,
    due: &Due,
    tried: &Tried,
    next: Option<DateTime<Utc>>,
    started_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let state = match (tried.outcome, next) {
        (Outcome::Sent, _) => "sent",
        (_, Some(_)) => "queued",
        (_, None) => "failed",
    };
    let held = query!(
        "update mails
         set state = $3, due_at = coalesce($4, due_at), lease = null, tries = tries + 1,
             failures = failures + case when $3 = 'sent' then 0 else 1 end,
             finished_at = case when $4::timestamptz is null then $5::timestamptz end, code = $6, reason = $7
         where id = $1 and lease = $2",
        due.id.0,
        due.lease,
        state,
        next,
        now,
        tried.code,
        tried.reason,
    )
    .execute(&mut *conn)
    .await?;
    if held.rows_affected() == 0 {
        return Ok(false);
    }
    query!(
        "insert into mail_attempts (mail_id, number, started_at, finished_at, outcome, code, reason)
         select id, tries, $2, $3, $4, $5, $6 from mails where id = $1",
        due.id.0,
        started_at,
        now,
        tried.outcome.as_str(),
        tried.code,
        tried.reason,
    )
    .execute(conn)
    .await?;
    Ok(true)
}

pub(super) async fn put_off(conn: &mut PgConnection, until: DateTime<Utc>) -> sqlx::Result<()> {
    query!("update mails set due_at = $1 where state = 'queued' and due_at < $1", until)
        .execute(conn)
        .await?;
    Ok(())
}

pub(super) async fn give_up_all(
    conn: &mut PgConnection,
    reason: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<u64> {
    let given_up = query!(
        "update mails set state = 'failed', finished_at = $2, code = null, reason = $1 where state = 'queued'",
        reason,
        now,
    )
    .execute(conn)
    .await?;
    Ok(given_up.rows_affected())
}
