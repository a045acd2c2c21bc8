//! Group commit: what waits at the same moment is stored together.

use std::sync::Arc;
use std::time::Duration;

use crm_core::timeline::raw_event::{StoredRaw, insert_group};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{Spool, Waiting};
use crate::database::HeldConnection;
use crate::worker::apply::ApplyQueue;

/// The largest group; a larger one makes the first of it wait longer than it saves.
const GROUP: usize = 64;

pub(super) struct Committer {
    pub database: HeldConnection,
    pub spool: Spool,
    pub apply: ApplyQueue,
    pub slow_after: Duration,
}

impl Committer {
    pub async fn run(mut self, queue: Arc<Mutex<mpsc::Receiver<Waiting>>>, stop: CancellationToken) {
        loop {
            let mut group = Vec::new();
            {
                let mut queue = queue.lock().await;
                tokio::select! {
                    received = queue.recv_many(&mut group, GROUP) => if received == 0 { return },
                    () = stop.cancelled() => {
                        // Nothing new is accepted any more; what waits is still stored.
                        queue.close();
                        if queue.recv_many(&mut group, GROUP).await == 0 {
                            return;
                        }
                    }
                }
            }
            self.commit(group).await;
        }
    }

    async fn commit(&mut self, group: Vec<Waiting>) {
        let (group, waiting): (Vec<StoredRaw>, Vec<oneshot::Sender<bool>>) =
            group.into_iter().map(|waiting| (waiting.raw, waiting.done)).unzip();
        let group = Arc::new(group);
        let stored = if self.spool.is_empty() { self.insert(&group).await } else { false };
        let kept = stored || self.spool_group(&group).await;
        for done in waiting {
            // The other end is gone when the client hung up; its event is stored all the same.
            let _ = done.send(kept);
        }
        if stored {
            let group = Arc::try_unwrap(group).unwrap_or_else(|group| group.to_vec());
            self.apply.offer(group);
        }
    }

    async fn insert(&mut self, group: &[StoredRaw]) -> bool {
        let left = !self.apply.is_here();
        let inserted = async { insert_group(self.database.get().await?, group, left).await };
        match tokio::time::timeout(self.slow_after, inserted).await {
            Ok(Ok(())) => return true,
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database does not take raw events; they go to the spool");
            }
            Err(_) => tracing::warn!("the database is slow; raw events go to the spool"),
        }
        self.database.let_go();
        false
    }

    async fn spool_group(&self, group: &Arc<Vec<StoredRaw>>) -> bool {
        let spool = self.spool.clone();
        let group = group.clone();
        let appended = tokio::task::spawn_blocking(move || spool.append(&group)).await;
        match appended {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "the spool does not take raw events; providers are told to repeat");
                false
            }
            Err(error) => {
                tracing::error!(%error, "the spool failed");
                false
            }
        }
    }
}
