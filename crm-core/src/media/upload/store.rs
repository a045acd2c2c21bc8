//! SQL of uploads.

use chrono::{DateTime, Utc};
use connector_api::MediaRef;
use sqlx::PgConnection;

use super::NewUpload;
use crate::{AccountId, InteractionId, MediaId, UserId, media::kind_word};

pub(super) async fn insert(
    conn: &mut PgConnection,
    owner: UserId,
    id: MediaId,
    new: &NewUpload,
    file_name: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into media (id, external_id, owner_id, source, kind, state, file_name, duration_s, sha256, sniffed_type,
                            stored_bytes, wanted_at)
         values ($1, 'upload:' || $1::uuid, $2, 'upload', $3, 'stored', $4, $5, $6, $7, $8, $9)",
        id.0,
        owner.0,
        kind_word(new.kind),
        file_name,
        new.duration_s.and_then(|seconds| i32::try_from(seconds).ok()),
        new.bytes.sha256,
        new.bytes.mime_type,
        i64::try_from(new.bytes.size_bytes).unwrap_or(i64::MAX),
        now,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The file `of` as a file of the account, shown in a row.
pub(super) async fn attach(
    conn: &mut PgConnection,
    of: MediaId,
    id: MediaId,
    account: AccountId,
    sent: &MediaRef,
    interaction: InteractionId,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into media (id, account_id, external_id, interaction_id, source, kind, state, file_name, duration_s,
                            sha256, sniffed_type, stored_bytes, wanted_at)
         select $2, $3, $4, $5, 'upload', kind, 'stored', $6, duration_s, sha256, sniffed_type, stored_bytes, $7
         from media where id = $1 and state = 'stored'
         on conflict (id) do nothing",
        of.0,
        id.0,
        account.0,
        sent.id.as_str(),
        interaction.0,
        sent.file_name,
        now,
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "insert into media_uses (media_id, interaction_id) values ($1, $2) on conflict do nothing",
        id.0,
        interaction.0,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets uploads that nobody sent since a moment. Returns how many went; their bytes go later, if nothing else has
/// them.
pub async fn forget_uploads_unscoped(conn: &mut PgConnection, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = sqlx::query!("delete from media where owner_id is not null and wanted_at < $1", before)
        .execute(conn)
        .await?;
    Ok(gone.rows_affected())
}
