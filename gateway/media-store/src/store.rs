//! The store itself: in by stream, out by range.

use std::ops::Range;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use chrono::{DateTime, Utc};
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart};
use sha2::{Digest, Sha256};

use crate::sniff;

/// Any error of a stream, kept as the source of ours.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// S3 takes no smaller parts.
const S3_PART_BYTES: usize = 5 * 1024 * 1024;
const FOLDER_PART_BYTES: usize = 512 * 1024;

/// Where bytes are kept. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    folder: Option<PathBuf>,
    part_bytes: usize,
}

/// A bucket.
#[derive(Clone, Debug, Default)]
pub struct S3 {
    /// Its name.
    pub bucket: String,
    /// `https://…` of the service; `None` is Amazon's own.
    pub endpoint: Option<String>,
    /// The service's word for its place.
    pub region: Option<String>,
    /// Key.
    pub access_key: String,
    /// Its secret.
    pub secret_key: String,
}

/// The store failed; nothing is known about the bytes.
#[derive(Debug, thiserror::Error)]
#[error("the media store failed")]
pub struct StoreError(#[from] object_store::Error);

/// What is known of bytes before they come.
#[derive(Clone, Debug, Default)]
pub struct Expected {
    /// Not more than this.
    pub max_bytes: u64,
    /// Exactly this many, by the word of whoever sends them now.
    pub size_bytes: Option<u64>,
    /// Not fewer than this, by an older word.
    pub at_least: Option<u64>,
    /// 64 lower-case hex digits.
    pub sha256: Option<String>,
}

/// Why bytes were not taken. Whatever had come is gone again.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// More than we take.
    #[error("more than {0} bytes")]
    TooLarge(u64),
    /// The stream ended early or late.
    #[error("{got} bytes of {told} came")]
    WrongSize {
        /// This many came.
        got: u64,
        /// This many were told.
        told: u64,
    },
    /// Other bytes than were told.
    #[error("the bytes are not those that were told")]
    WrongHash,
    /// The stream broke.
    #[error("the stream broke")]
    Broken(#[source] BoxError),
    /// Our own store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Bytes that came whole and have no name yet. Lost with the process, unless [`Store::keep`] gives them one.
#[derive(Debug)]
pub struct Incoming {
    path: Path,
    /// Of all bytes, 64 lower-case hex digits.
    pub sha256: String,
    /// How many.
    pub size_bytes: u64,
    /// Sniffed.
    pub mime_type: &'static str,
}

/// Bytes on their way out.
pub struct Opened {
    /// How many there are in all.
    pub size_bytes: u64,
    /// Those asked for.
    pub bytes: BoxStream<'static, Result<Bytes, StoreError>>,
}

/// What is made of bytes once and kept beside them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derived {
    /// A small picture.
    Thumbnail,
    /// A waveform.
    Peaks,
}

impl Derived {
    const ALL: [Self; 2] = [Self::Thumbnail, Self::Peaks];

    fn path(self, sha256: &str) -> Path {
        let folder = match self {
            Self::Thumbnail => "thumbnail",
            Self::Peaks => "peaks",
        };
        Path::from(format!("derived/{folder}/{}/{sha256}", &sha256[..2]))
    }
}

fn path_of(sha256: &str) -> Path {
    Path::from(format!("blobs/{}/{sha256}", &sha256[..2]))
}

impl Store {
    /// A folder, made where it is missing. Bytes survive a power cut once they are kept.
    pub fn in_folder(folder: &FilePath) -> std::io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let objects =
            LocalFileSystem::new_with_prefix(folder).map_err(std::io::Error::other)?.with_fsync(true);
        Ok(Self {
            objects: Arc::new(objects),
            folder: Some(folder.to_owned()),
            part_bytes: FOLDER_PART_BYTES,
        })
    }

    /// A bucket of S3 or of a service that speaks like it.
    pub fn in_s3(s3: &S3) -> Result<Self, StoreError> {
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&s3.bucket)
            .with_access_key_id(&s3.access_key)
            .with_secret_access_key(&s3.secret_key)
            .with_region(s3.region.as_deref().unwrap_or("us-east-1"));
        if let Some(endpoint) = &s3.endpoint {
            builder = builder.with_endpoint(endpoint).with_allow_http(endpoint.starts_with("http://"));
        }
        Ok(Self::over(Arc::new(builder.build()?)))
    }

    /// Any store that `object_store` knows.
    pub fn over(objects: Arc<dyn ObjectStore>) -> Self {
        Self { objects, folder: None, part_bytes: S3_PART_BYTES }
    }

    /// One that forgets everything with the process, for tests.
    pub fn in_memory() -> Self {
        Self::over(Arc::new(InMemory::new()))
    }

    /// Takes bytes as they come, with a few megabytes of memory however many they are. What is not as expected is not
    /// taken.
    pub async fn receive<E: Into<BoxError>>(
        &self,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        expected: &Expected,
    ) -> Result<Incoming, ReceiveError> {
        let path = Path::from(format!("incoming/{}", hex::encode(rand::random::<[u8; 16]>())));
        let upload = self.objects.put_multipart(&path).await.map_err(StoreError)?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, self.part_bytes);
        match pour(bytes, &mut upload, expected).await {
            Ok(poured) => {
                upload.finish().await.map_err(StoreError)?;
                Ok(Incoming {
                    path,
                    sha256: poured.sha256,
                    size_bytes: poured.size_bytes,
                    mime_type: sniff::mime_type(&poured.head),
                })
            }
            Err(error) => {
                if let Err(left) = upload.abort().await {
                    tracing::warn!(
                        error = &left as &dyn std::error::Error,
                        "a broken upload was left behind"
                    );
                }
                Err(error)
            }
        }
    }

    /// Gives bytes their name. Bytes of that name are replaced: they are the same, or damaged.
    pub async fn keep(&self, incoming: Incoming) -> Result<(), StoreError> {
        Ok(self.objects.rename(&incoming.path, &path_of(&incoming.sha256)).await?)
    }

    /// Lets bytes go that nobody wants after all.
    pub async fn discard(&self, incoming: Incoming) -> Result<(), StoreError> {
        self.delete(&incoming.path).await
    }

    /// Bytes by their name; `None` when they are not there. A range must lie inside.
    pub async fn open(&self, sha256: &str, range: Option<Range<u64>>) -> Result<Option<Opened>, StoreError> {
        let options = GetOptions { range: range.map(GetRange::Bounded), ..GetOptions::default() };
        let Some(found) = found(self.objects.get_opts(&path_of(sha256), options).await)? else {
            return Ok(None);
        };
        let size_bytes = found.meta.size;
        Ok(Some(Opened { size_bytes, bytes: found.into_stream().map_err(StoreError).boxed() }))
    }

    /// How many bytes there are under this name.
    pub async fn size(&self, sha256: &str) -> Result<Option<u64>, StoreError> {
        Ok(found(self.objects.head(&path_of(sha256)).await)?.map(|meta| meta.size))
    }

    /// A piece of bytes, at once in memory.
    pub async fn piece(&self, sha256: &str, range: Range<u64>) -> Result<Bytes, StoreError> {
        Ok(self.objects.get_range(&path_of(sha256), range).await?)
    }

    /// What was made of bytes before.
    pub async fn derived(&self, kind: Derived, sha256: &str) -> Result<Option<Bytes>, StoreError> {
        match found(self.objects.get(&kind.path(sha256)).await)? {
            None => Ok(None),
            Some(found) => Ok(Some(found.bytes().await?)),
        }
    }

    /// Keeps what was made of bytes.
    pub async fn keep_derived(&self, kind: Derived, sha256: &str, bytes: Bytes) -> Result<(), StoreError> {
        self.objects.put(&kind.path(sha256), bytes.into()).await?;
        Ok(())
    }

    /// Removes bytes and everything made of them. Repeats safely.
    pub async fn remove(&self, sha256: &str) -> Result<(), StoreError> {
        for kind in Derived::ALL {
            self.delete(&kind.path(sha256)).await?;
        }
        self.delete(&path_of(sha256)).await
    }

    /// Removes what killed processes left in the folder before a moment. Returns how much went.
    pub async fn sweep(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        // The library hides files that are still being written from its own lists.
        if let Some(folder) = &self.folder {
            return Ok(sweep_folder(&folder.join("incoming"), before).await);
        }
        let mut gone = 0;
        let mut left = self.objects.list(Some(&Path::from("incoming")));
        while let Some(object) = left.try_next().await? {
            if object.last_modified < before {
                self.delete(&object.location).await?;
                gone += 1;
            }
        }
        Ok(gone)
    }

    async fn delete(&self, path: &Path) -> Result<(), StoreError> {
        found(self.objects.delete(path).await).map(|_| ()).map_err(StoreError::from)
    }
}

fn found<T>(result: object_store::Result<T>) -> object_store::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

struct Poured {
    sha256: String,
    size_bytes: u64,
    head: BytesMut,
}

async fn pour<E: Into<BoxError>>(
    bytes: impl Stream<Item = Result<Bytes, E>> + Send,
    upload: &mut WriteMultipart,
    expected: &Expected,
) -> Result<Poured, ReceiveError> {
    let mut bytes = std::pin::pin!(bytes);
    let mut hash = Sha256::new();
    let mut poured = Poured { sha256: String::new(), size_bytes: 0, head: BytesMut::new() };
    let most = expected.size_bytes.map_or(expected.max_bytes, |told| told.min(expected.max_bytes));
    if let Some(told) = expected.size_bytes.filter(|told| *told > expected.max_bytes) {
        tracing::debug!(told, "a file is larger than we take");
        return Err(ReceiveError::TooLarge(expected.max_bytes));
    }
    while let Some(chunk) = bytes.next().await {
        let chunk = chunk.map_err(|error| ReceiveError::Broken(error.into()))?;
        poured.size_bytes += chunk.len() as u64;
        if poured.size_bytes > most {
            return Err(match expected.size_bytes {
                Some(told) if told <= expected.max_bytes => {
                    ReceiveError::WrongSize { got: poured.size_bytes, told }
                }
                _ => ReceiveError::TooLarge(expected.max_bytes),
            });
        }
        hash.update(&chunk);
        let room = sniff::HEAD_BYTES.saturating_sub(poured.head.len());
        poured.head.extend_from_slice(&chunk[..chunk.len().min(room)]);
        upload.wait_for_capacity(1).await.map_err(StoreError)?;
        // Copied on purpose: a chunk kept by reference would keep the whole buffer that it was read into.
        upload.write(&chunk);
    }
    let told = expected.size_bytes.or(expected.at_least.filter(|least| poured.size_bytes < *least));
    if let Some(told) = told.filter(|told| *told != poured.size_bytes) {
        return Err(ReceiveError::WrongSize { got: poured.size_bytes, told });
    }
    poured.sha256 = hex::encode(hash.finalize());
    match &expected.sha256 {
        Some(told) if *told != poured.sha256 => Err(ReceiveError::WrongHash),
        _ => Ok(poured),
    }
}

async fn sweep_folder(incoming: &FilePath, before: DateTime<Utc>) -> u64 {
    let mut gone = 0;
    // No folder: nothing ever came.
    let Ok(mut entries) = tokio::fs::read_dir(incoming).await else { return 0 };
    while let Ok(Some(entry)) = entries.next_entry().await {
        let modified = entry.metadata().await.and_then(|meta| meta.modified()).map(DateTime::<Utc>::from);
        if modified.is_ok_and(|modified| modified < before)
            && tokio::fs::remove_file(entry.path()).await.is_ok()
        {
            gone += 1;
        }
    }
    gone
}

#[cfg(test)]
mod tests;
