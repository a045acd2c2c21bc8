//! Hashing of passwords beside the asynchronous threads, a few at a time.

use std::sync::Arc;
use std::time::Duration;

use crm_core::access::password;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Each takes tens of milliseconds of a core and 19 MiB.
const AT_ONCE: usize = 2;

/// Longer nobody waits for his turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Too many want a password hashed at this moment.
#[derive(Debug, thiserror::Error)]
#[error("too many passwords are waiting")]
pub struct Busy;

/// The door to slow password work. Cheap to clone.
#[derive(Clone)]
pub struct Passwords(Arc<Semaphore>);

impl Default for Passwords {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Passwords {
    /// The hash to store.
    pub async fn hash(&self, password: String) -> Result<String, Busy> {
        self.beside(move || password::hash(&password)).await
    }

    /// Whether the password is that of the stored hash; takes as long without one.
    pub async fn verify(&self, password: String, stored: Option<String>) -> Result<bool, Busy> {
        self.beside(move || password::verify(&password, stored.as_deref())).await
    }

    async fn beside<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let turn = self.turn().await?;
        let result = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        Ok(result.await.expect("hashing does not panic"))
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Busy> {
        let turn = tokio::time::timeout(PATIENCE, self.0.clone().acquire_owned()).await.map_err(|_| Busy)?;
        Ok(turn.expect("the semaphore is never closed"))
    }
}
