//! SQL of writing letters.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, query, query_as};

use super::Words;
use crate::access::ADMINISTRATOR;
use crate::{MailId, UserId};

/// Whom a letter is for.
/// One of our people, by the address where he is written to.
pub(crate) struct Addressee {
    pub(super) user_id: UserId,
    pub(super) address: String,
}

pub(super) async fn administrators(conn: &mut PgConnection) -> sqlx::Result<Vec<Addressee>> {
    query_as!(
        Addressee,
        r#"select u.id as "user_id: UserId", u.email as "address!"
           from users u join user_roles r on r.user_id = u.id
           where r.role_code = $1 and u.disabled_at is null and u.email is not null
           order by u.id"#,
        ADMINISTRATOR,
    )
    .fetch_all(conn)
    .await
}

/// `None` where he has no address.
pub(super) async fn addressee(conn: &mut PgConnection, user: UserId) -> sqlx::Result<Option<Addressee>> {
    query_as!(
        Addressee,
        r#"select id as "user_id: UserId", email as "address!" from users where id = $1 and email is not null"#,
        user.0,
    )
    .fetch_optional(conn)
    .await
}

pub(super) async fn write(
    conn: &mut PgConnection,
    addressee: &Addressee,
    words: &Words,
    now: DateTime<Utc>,
) -> sqlx::Result<MailId> {
    let id = MailId::at(now);
    query!(
        "insert into mails (id, user_id, address, subject, text, written_at, queued_at, due_at)
         values ($1, $2, $3, $4, $5, $6, $6, $6)",
        id.0,
        addressee.user_id.0,
        addressee.address,
        words.subject,
        words.text,
        now,
    )
    .execute(conn)
    .await?;
    Ok(id)
}

pub(super) async fn forget_before(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = query!("delete from mails where written_at < $1 and state in ('sent', 'failed')", before)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}
