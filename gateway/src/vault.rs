//! The vault as this program uses it: the store, how much of each kind it takes, and its bytes for the connectors.

use std::sync::Arc;

use anyhow::Context;
use async_trait::async_trait;
use bytes::Bytes;
use connector_api::{BoxError, ByteStream, FileSource, MediaKind, OutboundFile};
use crm_core::media::{self, blob};
use futures::{Stream, StreamExt};
use media_store::{Expected, Incoming, ReceiveError, S3, Store, StoreError};
use secrecy::ExposeSecret;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::config::{Config, MediaConfig};

/// Files. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Vault {
    /// Where the bytes are.
    pub store: Store,
    /// How much is taken.
    pub limits: Limits,
    /// One picture or sound is worked on at a time: each takes a processor, and pictures take memory.
    pub bench: Arc<Semaphore>,
}

/// The largest files that are taken, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    picture: u64,
    video: u64,
    audio: u64,
    document: u64,
    recording: u64,
    /// Of an upload, whatever it is.
    pub upload: u64,
}

impl Limits {
    /// Those of the configuration.
    pub fn new(config: &MediaConfig) -> Self {
        Self {
            picture: config.max_picture_bytes,
            video: config.max_video_bytes,
            audio: config.max_audio_bytes,
            document: config.max_document_bytes,
            recording: config.max_recording_bytes,
            upload: config.max_upload_bytes,
        }
    }

    /// Of a file of this kind that a provider has.
    pub fn of(self, kind: MediaKind) -> u64 {
        match kind {
            MediaKind::Image | MediaKind::Sticker => self.picture,
            MediaKind::Video => self.video,
            MediaKind::Audio | MediaKind::Voice => self.audio,
            MediaKind::Document => self.document,
            MediaKind::Recording => self.recording,
        }
    }
}

/// Why bytes did not become a file.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// They did not come as expected, or the store failed.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// The database failed.
    #[error("the bytes could not be noted down")]
    Database(#[from] sqlx::Error),
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> Self {
        Self::Receive(error.into())
    }
}

impl Vault {
    /// The store of the configuration.
    pub fn open(config: &Config) -> anyhow::Result<Self> {
        let store = match &config.media.s3_bucket {
            Some(bucket) => Store::in_s3(&s3(bucket, &config.media)).context("the bucket of the files")?,
            None => {
                let folder = config.media.folder.clone().unwrap_or_else(|| config.data.folder.join("media"));
                Store::in_folder(&folder).context("the folder of the files cannot be made")?
            }
        };
        Ok(Self::over(store, &config.media))
    }

    fn over(store: Store, config: &MediaConfig) -> Self {
        Self { store, limits: Limits::new(config), bench: Arc::new(Semaphore::new(1)) }
    }

    /// One that forgets everything, for tests.
    pub fn in_memory() -> Self {
        Self::over(Store::in_memory(), &Config::usual().media)
    }

    /// Takes bytes and gives them their name. Nothing points at them yet; they stay for some hours.
    pub async fn keep<E: Into<BoxError>>(
        &self,
        pool: &PgPool,
        clock: Clock,
        bytes: impl Stream<Item = Result<Bytes, E>> + Send,
        expected: &Expected,
    ) -> Result<media::Bytes, KeepError> {
        let incoming = self.store.receive(bytes, expected).await?;
        self.name(pool, clock, incoming).await
    }

    /// Gives bytes that came whole their name.
    pub async fn name(
        &self,
        pool: &PgPool,
        clock: Clock,
        incoming: Incoming,
    ) -> Result<media::Bytes, KeepError> {
        let kept = media::Bytes {
            sha256: incoming.sha256.clone(),
            size_bytes: incoming.size_bytes,
            mime_type: incoming.mime_type.to_owned(),
        };
        // Committed before the bytes get their name: from here on nobody drops them.
        blob::reserve(&mut *pool.acquire().await?, &kept, clock()).await?;
        self.store.keep(incoming).await?;
        Ok(kept)
    }
}

fn s3(bucket: &str, config: &MediaConfig) -> S3 {
    let text = |secret: &Option<secrecy::SecretString>| {
        secret.as_ref().map(|secret| secret.expose_secret().to_owned()).unwrap_or_default()
    };
    S3 {
        bucket: bucket.to_owned(),
        endpoint: config.s3_endpoint.clone(),
        region: config.s3_region.clone(),
        access_key: text(&config.s3_access_key),
        secret_key: text(&config.s3_secret_key),
    }
}

/// The bytes are not in the store.
#[derive(Debug, thiserror::Error)]
#[error("the file {0} is not in the store")]
struct Absent(uuid::Uuid);

#[async_trait]
impl FileSource for Vault {
    async fn open(&self, file: &OutboundFile) -> Result<ByteStream, BoxError> {
        let opened = self.store.open(&file.sha256, None).await?;
        let opened = opened.filter(|opened| opened.size_bytes == file.size_bytes).ok_or(Absent(file.id))?;
        Ok(opened.bytes.map(|chunk| chunk.map_err(BoxError::from)).boxed())
    }
}
