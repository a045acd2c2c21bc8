//! The hot path: a verified request becomes durable before it is answered.
//!
//! Requests that wait at the same moment are stored by one statement and one fsync. While the database is slow or away
//! the same requests go to the spool, a local file with an fsync of its own, and from there to the database afterwards.

mod committer;
mod spool;

use std::path::PathBuf;
use std::time::Duration;

use crm_core::timeline::raw_event::StoredRaw;
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::database::HeldConnection;
use crate::worker::apply::ApplyQueue;

pub use spool::{Spool, SpoolError};

/// How many requests may wait for the committers; more are told to come again.
const WAITING: usize = 4096;
/// Two, so that one gathers its group while the other waits for the disk.
const COMMITTERS: usize = 2;

/// What the intake is told.
#[derive(Clone, Debug)]
pub struct IntakeSettings {
    /// Folder of the spool.
    pub spool_dir: PathBuf,
    /// When the spool is full, providers are told to come again.
    pub spool_max_bytes: u64,
    /// After so long the database counts as slow, and the group goes to the spool.
    pub slow_after: Duration,
}

/// Why a request could not be made durable. The provider is told to repeat.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    /// Too many requests wait.
    #[error("the intake is overloaded")]
    Overloaded,
    /// Neither the database nor the spool took it.
    #[error("neither the database nor the spool took the request")]
    Failed,
}

/// The door of the intake. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    waiting: mpsc::Sender<Waiting>,
    spool: Spool,
    apply: ApplyQueue,
}

/// A request that waits for its fsync.
pub(crate) struct Waiting {
    raw: StoredRaw,
    done: oneshot::Sender<bool>,
}

impl Intake {
    /// Opens the spool and starts the committers and the drain; they end when `stop` is cancelled and everything that
    /// waited is durable.
    pub fn start(
        pool: PgPool,
        settings: &IntakeSettings,
        apply: ApplyQueue,
        tasks: &TaskTracker,
        stop: &CancellationToken,
    ) -> Result<Self, SpoolError> {
        let spool = Spool::open(&settings.spool_dir, settings.spool_max_bytes)?;
        let (waiting, queue) = mpsc::channel(WAITING);
        let queue = std::sync::Arc::new(tokio::sync::Mutex::new(queue));
        for _ in 0..COMMITTERS {
            let committer = committer::Committer {
                database: HeldConnection::of(pool.clone()),
                spool: spool.clone(),
                apply: apply.clone(),
                slow_after: settings.slow_after,
            };
            tasks.spawn(committer.run(queue.clone(), stop.clone()));
        }
        tasks.spawn(spool::drain(spool.clone(), pool, apply.clone(), stop.clone()));
        Ok(Self { waiting, spool, apply })
    }

    /// Returns when the event is on disk.
    pub async fn store(&self, raw: StoredRaw) -> Result<(), NotStored> {
        let _storing = self.apply.storing();
        let (done, stored) = oneshot::channel();
        self.waiting.try_send(Waiting { raw, done }).map_err(|_| NotStored::Overloaded)?;
        match stored.await {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(NotStored::Failed),
        }
    }

    /// Bytes in the spool.
    pub fn spooled_bytes(&self) -> u64 {
        self.spool.bytes()
    }

    /// Damaged files of the spool that were kept for a person to look at.
    pub fn broken_files(&self) -> usize {
        self.spool.broken_files()
    }

    /// Whether the spool still takes requests.
    pub fn has_room(&self) -> bool {
        self.spool.has_room()
    }
}
