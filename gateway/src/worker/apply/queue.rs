//! The queue between intake and workers, and which of the two goes first.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crm_core::timeline::raw_event::StoredRaw;
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Events that may wait in memory, and their bodies; more are found in the table by the sweep.
const BACKLOG: usize = 80_000;
const BACKLOG_BYTES: usize = 96 << 20;
/// The largest batch of one transaction.
const BATCH: usize = 512;
/// So many requests at once that wait for their fsync are a rush: the intake goes first.
const RUSH: usize = 8;
/// In a rush one batch is begun in this time, and none sooner; the events gathered meanwhile are applied together.
const RUSH_PAUSE: Duration = Duration::from_millis(400);
/// So many events behind, the timelines take their share of the machine whatever the rush.
const FAR_BEHIND: usize = BACKLOG * 4 / 5;

/// The queue between intake and workers. Cheap to clone.
#[derive(Clone)]
pub struct ApplyQueue {
    sender: Option<mpsc::Sender<StoredRaw>>,
    load: Arc<Load>,
}

/// What waits on both sides of the queue.
#[derive(Default)]
struct Load {
    /// Requests that wait for their fsync.
    storing: AtomicUsize,
    /// Events in memory that are not applied yet, and the bytes of their bodies.
    events: AtomicUsize,
    bytes: AtomicUsize,
    /// Some events found no room.
    overflowed: AtomicBool,
}

impl ApplyQueue {
    /// A queue and its workers' end.
    pub fn new() -> (Self, ApplyWork) {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        let load = Arc::new(Load::default());
        let work = ApplyWork { receiver: Arc::new(Mutex::new(receiver)), load: load.clone() };
        (Self { sender: Some(sender), load }, work)
    }

    /// For a copy without workers: others find its events in the table.
    pub fn elsewhere() -> Self {
        Self { sender: None, load: Arc::default() }
    }

    /// Whether the workers are in this process.
    pub fn is_here(&self) -> bool {
        self.sender.is_some()
    }

    /// Counts a request that waits for its fsync, for as long as the answer is kept.
    pub fn storing(&self) -> Storing {
        self.load.storing.fetch_add(1, Ordering::Relaxed);
        Storing(self.load.clone())
    }

    /// Hands stored events over; those that find no room are left to the sweep.
    pub fn offer(&self, group: Vec<StoredRaw>) {
        let Some(sender) = &self.sender else { return };
        for stored in group {
            let bytes = stored.raw.body.len();
            let room = self.load.bytes.load(Ordering::Relaxed) + bytes <= BACKLOG_BYTES;
            self.load.add(1, bytes);
            if !room || sender.try_send(stored).is_err() {
                self.load.subtract(1, bytes);
                self.load.overflowed.store(true, Ordering::Relaxed);
                return;
            }
        }
    }

    /// Events that wait in memory.
    pub fn backlog(&self) -> usize {
        self.load.events.load(Ordering::Relaxed)
    }
}

impl Load {
    fn add(&self, events: usize, bytes: usize) {
        self.events.fetch_add(events, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn subtract(&self, events: usize, bytes: usize) {
        self.events.fetch_sub(events, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Whether providers wait for the intake, and the timelines are not too far behind to let it go first.
    fn is_rush(&self) -> bool {
        self.storing.load(Ordering::Relaxed) >= RUSH && self.events.load(Ordering::Relaxed) < FAR_BEHIND
    }
}

/// A request on its way to the disk.
pub struct Storing(Arc<Load>);

impl Drop for Storing {
    fn drop(&mut self) {
        self.0.storing.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The workers' end of the queue. Cheap to clone.
#[derive(Clone)]
pub struct ApplyWork {
    receiver: Arc<Mutex<mpsc::Receiver<StoredRaw>>>,
    load: Arc<Load>,
}

impl ApplyWork {
    /// The next batch; empty at the end. What is in memory at the stop still comes.
    pub(super) async fn next(&self, stop: &CancellationToken) -> Vec<StoredRaw> {
        let mut batch = Vec::new();
        // Kept while gathering, so that in a rush all workers together begin one batch in each pause.
        let mut queue = self.receiver.lock().await;
        tokio::select! {
            received = queue.recv_many(&mut batch, BATCH) => if received == 0 { return batch },
            () = stop.cancelled() => {}
        }
        let begun = Instant::now();
        while self.load.is_rush() && begun.elapsed() < RUSH_PAUSE && !stop.is_cancelled() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        while batch.len() < BATCH
            && let Ok(stored) = queue.try_recv()
        {
            batch.push(stored);
        }
        batch
    }

    /// Counts events of a batch as applied, with the bytes of their bodies.
    pub(super) fn done(&self, events: usize, bytes: usize) {
        self.load.subtract(events, bytes);
    }

    /// Whether events found no room, and nothing else is left to be done; to be asked once.
    pub(super) fn has_forgotten(&self) -> bool {
        let idle = self.load.events.load(Ordering::Relaxed) == 0;
        idle && self.load.overflowed.swap(false, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use bytes::Bytes;
    use chrono::DateTime;
    use connector_api::RawEvent;
    use crm_core::AccountId;
    use futures::{FutureExt, poll};

    use super::*;

    fn events(count: usize) -> Vec<StoredRaw> {
        let raw = RawEvent {
            source: "webhook".to_owned(),
            received_at: DateTime::UNIX_EPOCH,
            content_type: None,
            query: String::new(),
            body: Bytes::from_static(b"{}"),
        };
        (0..count).map(|_| StoredRaw::new(AccountId(uuid::Uuid::nil()), raw.clone())).collect()
    }

    fn rush(queue: &ApplyQueue) -> Vec<Storing> {
        (0..RUSH).map(|_| queue.storing()).collect()
    }

    #[tokio::test]
    async fn a_lonely_event_is_taken_at_once() {
        let (queue, work) = ApplyQueue::new();
        queue.offer(events(1));
        let _storing = queue.storing();
        let batch = work.next(&CancellationToken::new()).now_or_never();
        assert_eq!(batch.map(|batch| batch.len()), Some(1));
    }

    #[tokio::test]
    async fn in_a_rush_a_batch_gathers_and_the_intake_goes_first() {
        let (queue, work) = ApplyQueue::new();
        let (begun, _rush) = (Instant::now(), rush(&queue));
        let stop = CancellationToken::new();
        queue.offer(events(1));
        let mut next = pin!(work.next(&stop));
        assert!(poll!(&mut next).is_pending());
        queue.offer(events(5));
        assert_eq!(next.await.len(), 6);
        assert!(begun.elapsed() >= RUSH_PAUSE);
    }

    #[tokio::test]
    async fn far_behind_the_timelines_wait_for_nobody() {
        let (queue, work) = ApplyQueue::new();
        let _rush = rush(&queue);
        queue.offer(events(FAR_BEHIND));
        let batch = work.next(&CancellationToken::new()).now_or_never();
        assert_eq!(batch.map(|batch| batch.len()), Some(BATCH));
    }

    #[tokio::test]
    async fn what_finds_no_room_is_remembered_until_the_rest_is_done() {
        let (queue, work) = ApplyQueue::new();
        queue.offer(events(BACKLOG + 1));
        assert_eq!(queue.backlog(), BACKLOG);
        assert!(!work.has_forgotten());
        work.done(BACKLOG, 2 * BACKLOG);
        assert!(work.has_forgotten());
        assert!(!work.has_forgotten());
    }
}
