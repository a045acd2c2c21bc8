//! SQL of files that are passed on.

use chrono::{DateTime, Utc};
use connector_api::{MediaRef, OutboundFile};
use sqlx::PgConnection;

use super::StoredFile;
use crate::{
    AccountId, MediaId,
    media::{kind_of, kind_word, name},
};

/// What there is of these files, in their order; one that was never noted down is left out.
pub async fn stored_unscoped(conn: &mut PgConnection, ids: &[MediaId]) -> sqlx::Result<Vec<StoredFile>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select m.id, m.kind, m.state, m.cause, m.file_name, m.sniffed_type, m.stored_bytes, m.sha256, m.duration_s
           from unnest($1::uuid[]) with ordinality wanted(id, place) join media m on m.id = wanted.id
           order by wanted.place"#,
        ids as &[MediaId],
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| match (row.state.as_str(), row.sha256) {
            ("stored", Some(sha256)) => {
                let kind = kind_of(&row.kind);
                StoredFile::Here(OutboundFile {
                    id: row.id,
                    kind,
                    file_name: name::clean(row.file_name.as_deref(), kind, row.sniffed_type.as_deref()),
                    mime_type: row.sniffed_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
                    size_bytes: row.stored_bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
                    sha256,
                    duration_s: row.duration_s.and_then(|seconds| u32::try_from(seconds).ok()),
                })
            }
            ("wanted" | "fetching", _) => StoredFile::Awaited,
            _ => StoredFile::Lost { cause: row.cause },
        })
        .collect())
}

/// Notes down a file that a provider keeps for us outside of any conversation; it is fetched like every other. Repeats
/// safely.
pub async fn want(
    conn: &mut PgConnection,
    account: AccountId,
    file: &MediaRef,
    now: DateTime<Utc>,
) -> sqlx::Result<MediaId> {
    let id = MediaId::derived(account, file.id.as_str());
    sqlx::query!(
        "insert into media (id, account_id, external_id, kind, mime_type, file_name, size_bytes, duration_s, wanted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (id) do nothing",
        id.0,
        account.0,
        file.id.as_str(),
        kind_word(file.kind),
        file.mime_type,
        file.file_name.as_ref().map(|name| name.replace('\0', "")),
        file.size_bytes,
        file.duration_s.and_then(|seconds| i32::try_from(seconds).ok()),
        now,
    )
    .execute(conn)
    .await?;
    Ok(id)
}
