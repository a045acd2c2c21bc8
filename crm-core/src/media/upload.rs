//! Files that users bring, and files of ours on their way out.

mod store;

use chrono::{DateTime, Utc};
use connector_api::{ExternalId, MediaKind, MediaRef, OutboundFile};
use sqlx::PgConnection;

use super::{Bytes, FileState, file, name};
use crate::{AccountId, InteractionId, MediaId, access::Viewer, clients::ClientError};

pub use store::forget_uploads_unscoped;

type Result<T> = std::result::Result<T, ClientError>;

/// At most so many files go with one message.
pub const FILES_OF_A_MESSAGE: usize = 30;

/// What somebody uploaded. Its bytes lie in the store, under a name that was reserved ([`super::blob::reserve`]).
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// How it is to be shown.
    pub kind: MediaKind,
    /// As told by the browser.
    pub file_name: Option<String>,
    /// What was stored.
    pub bytes: Bytes,
    /// Length of sound or film in seconds, where it is known.
    pub duration_s: Option<u32>,
}

/// Notes an upload down; until it is sent it is its owner's alone.
pub async fn upload(
    conn: &mut PgConnection,
    viewer: &Viewer,
    new: &NewUpload,
    now: DateTime<Utc>,
) -> Result<file::File> {
    let id = MediaId::at(now);
    let clean = name::clean(new.file_name.as_deref(), new.kind, Some(&new.bytes.mime_type));
    store::insert(conn, viewer.user_id, id, new, &clean, now).await?;
    file::file(conn, viewer, id).await
}

/// Files that the viewer sees and that we have, in the order asked for: his own uploads, and files of timelines that he
/// passes on. One that he does not see is as if it did not exist.
pub async fn outbound_files(
    conn: &mut PgConnection,
    viewer: &Viewer,
    ids: &[MediaId],
) -> Result<Vec<OutboundFile>> {
    if ids.len() > FILES_OF_A_MESSAGE {
        return Err(ClientError::Invalid {
            field: "files",
            reason: "Слишком много файлов в одном сообщении.",
        });
    }
    let mut files = Vec::with_capacity(ids.len());
    for id in ids {
        files.push(outbound(file::file(conn, viewer, *id).await?)?);
    }
    Ok(files)
}

fn outbound(file: file::File) -> Result<OutboundFile> {
    let (FileState::Stored, Some(sha256), Some(size)) = (file.state, file.sha256, file.size_bytes) else {
        return Err(ClientError::NotNow(
            "Этого файла у нас нет: дождитесь загрузки или запросите его снова.",
        ));
    };
    Ok(OutboundFile {
        id: file.id.0,
        kind: file.kind,
        file_name: name::clean(file.file_name.as_deref(), file.kind, file.mime_type.as_deref()),
        mime_type: file.mime_type.unwrap_or_else(|| "application/octet-stream".to_owned()),
        size_bytes: u64::try_from(size).unwrap_or(0),
        sha256,
        duration_s: file.duration_s.and_then(|seconds| u32::try_from(seconds).ok()),
    })
}

/// Shows files in a row that says they were sent: from now on whoever sees the row sees them. What comes back belongs
/// into the content of the row, in the same order. Repeats safely. Wants the transaction that writes the row.
pub async fn attach(
    conn: &mut PgConnection,
    files: &[OutboundFile],
    account: AccountId,
    interaction: InteractionId,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<MediaRef>> {
    let mut refs = Vec::with_capacity(files.len());
    for file in files {
        let sent = sent(file);
        let id = MediaId::derived(account, sent.id.as_str());
        store::attach(conn, MediaId(file.id), id, account, &sent, interaction, now).await?;
        refs.push(sent);
    }
    Ok(refs)
}

/// The file in the words of a row; its handle is ours, no provider knows it.
fn sent(file: &OutboundFile) -> MediaRef {
    MediaRef {
        id: ExternalId::new(format!("upload:{}", file.id)),
        kind: file.kind,
        mime_type: Some(file.mime_type.clone()),
        file_name: Some(file.file_name.clone()),
        size_bytes: i64::try_from(file.size_bytes).ok(),
        sha256: Some(file.sha256.clone()),
        duration_s: file.duration_s.map(i64::from),
        url: None,
    }
}
