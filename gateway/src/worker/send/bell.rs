//! Tells the readers of the live feed that it has grown, for many deliveries at once.

use std::sync::Arc;
use std::time::Duration;

use crm_core::timeline::feed;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Readers hear of a delivery after at most this time.
const GATHER: Duration = Duration::from_millis(20);

/// Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Bell {
    rung: Arc<Notify>,
}

impl Bell {
    pub(super) fn ring(&self) {
        self.rung.notify_one();
    }

    /// Until `stop`. A notice that could not be given is made up for by the look that readers take by themselves.
    pub(super) async fn run(self, pool: PgPool, stop: CancellationToken) {
        while stop.run_until_cancelled(self.rung.notified()).await.is_some() {
            tokio::time::sleep(GATHER).await;
            let told = async { feed::notify(&mut *pool.acquire().await?).await };
            if let Err(error) = told.await {
                tracing::debug!(%error, "readers of the feed were not notified");
            }
        }
    }
}
