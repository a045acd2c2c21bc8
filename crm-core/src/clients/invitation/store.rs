//! SQL of invitations. The ingest uses them: see `timeline::ingest`.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

use crate::access::Token;
use crate::{ContactId, UserId};

pub(super) async fn insert(
    conn: &mut PgConnection,
    token: &Token,
    contact: ContactId,
    by: UserId,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into invitations (token_hash, contact_id, identity_id, created_by, created_at, expires_at)
         values ($1, $2,
             -- An opaque id never goes to somebody else, a number does.
             (select i.id from contacts c join identities i on i.contact_id = c.id
              where c.root_id = $2
              order by c.id <> $2, i.kind <> 'opaque', i.created_at, i.address limit 1),
             $3, $4, $5)",
        token.hash(),
        contact.0,
        by.0,
        now,
        expires_at,
    )
    .execute(conn)
    .await?;
    Ok(())
}
