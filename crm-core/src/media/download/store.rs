//! SQL of downloads.

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, MediaRef};
use sqlx::PgConnection;

use super::Due;
use crate::{
    AccountId, MediaId,
    id::uuid_at,
    media::{Bytes, kind_of},
};

/// Takes up to `limit` files of an account that are due, those of a worker that died among them, while fewer than
/// `at_once` are on their way in all copies. Nobody else takes them before `lease_until`.
pub async fn claim_unscoped(
    conn: &mut PgConnection,
    account: AccountId,
    limit: i64,
    at_once: i64,
    lease_until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Due>> {
    let lease = uuid_at(now);
    let rows = sqlx::query!(
        r#"with due as materialized (
               select id from media
               where account_id = $1 and state in ('wanted', 'fetching') and due_at <= $4
                 and not exists (select from media_pauses where account_id = $1 and until > $4)
               order by due_at, id
               limit greatest(0, least($5, $6 - (
                   select count(*) from media
                   where account_id = $1 and state = 'fetching' and due_at > $4)))
               for update skip locked)
           update media m set state = 'fetching', lease = $2, due_at = $3, tries = tries + 1
           from due where m.id = due.id
           returning m.id as "id: MediaId", external_id, kind, mime_type, file_name, size_bytes, duration_s,
                     provider_sha256, hint_url, wanted_at, tries"#,
        account.0,
        lease,
        lease_until,
        now,
        limit,
        at_once,
    )
    .fetch_all(conn)
    .await?;
    let due = rows.into_iter().map(|row| Due {
        id: row.id,
        account_id: account,
        lease,
        media: MediaRef {
            id: ExternalId::new(row.external_id),
            kind: kind_of(&row.kind),
            mime_type: row.mime_type,
            file_name: row.file_name,
            size_bytes: row.size_bytes,
            sha256: row.provider_sha256,
            duration_s: row.duration_s.map(i64::from),
            url: row.hint_url,
        },
        wanted_at: row.wanted_at,
        tries: row.tries,
    });
    Ok(due.collect())
}

/// Makes the lease longer. `false`: somebody else has the file.
pub async fn keep_unscoped(conn: &mut PgConnection, due: &Due, until: DateTime<Utc>) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update media set due_at = $3 where id = $1 and lease = $2 and state = 'fetching'",
        due.id.0,
        due.lease,
        until,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn stored(
    conn: &mut PgConnection,
    due: &Due,
    bytes: &Bytes,
    file_name: Option<&str>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update media
         set state = 'stored', cause = null, sha256 = $3, sniffed_type = $4, stored_bytes = $5, lease = null,
             file_name = coalesce(file_name, $6)
         where id = $1 and lease = $2 and state = 'fetching'",
        due.id.0,
        due.lease,
        bytes.sha256,
        bytes.mime_type,
        i64::try_from(bytes.size_bytes).unwrap_or(i64::MAX),
        file_name.map(|name| name.replace('\0', "")),
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn later(
    conn: &mut PgConnection,
    due: &Due,
    at: DateTime<Utc>,
    counted: bool,
    cause: Option<&str>,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update media
         set state = 'wanted', cause = $5, due_at = $3, lease = null, tries = tries - case when $4 then 0 else 1 end
         where id = $1 and lease = $2 and state = 'fetching'",
        due.id.0,
        due.lease,
        at,
        counted,
        cause,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn lost(conn: &mut PgConnection, due: &Due, cause: &str) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "update media set state = 'lost', cause = $3, lease = null
         where id = $1 and lease = $2 and state = 'fetching'",
        due.id.0,
        due.lease,
        cause,
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}
