//! The live feed of this process: reads what every copy of the program wrote, once, and hands it to the open streams.

mod stream;

use std::sync::Arc;
use std::time::Duration;

use crm_core::timeline::feed::{self, Position, Resolved};
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

pub use stream::{LiveStream, StartAt, Update};

/// So many entries may lie before a stream that reads slowly; behind that it has to read its screens anew.
const BUFFER: usize = 1024;

/// Entries read at once.
const BATCH: u16 = 200;

/// How soon to look again for entries that wait for an older transaction: most of these last milliseconds.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// A look without any notification, in case one was lost.
const LOOK_ANYWAY: Duration = Duration::from_secs(5);

/// The pause after the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How long a new stream waits for the feed to be read at all.
const START_WAIT: Duration = Duration::from_secs(3);

/// An entry of the feed on its way to the streams.
#[derive(Debug)]
pub struct LiveEvent {
    /// The entry and who may see what of it.
    pub entry: Resolved,
    /// When that was looked up.
    pub read_at: Instant,
}

/// The feed of this process. Cheap to clone; one of the clones has to [`run`](Self::run).
#[derive(Clone, Debug)]
pub struct LiveFeed {
    pool: PgPool,
    events: broadcast::Sender<Arc<LiveEvent>>,
    following: watch::Sender<bool>,
    /// Makes the feed be read at once.
    woken: Arc<Notify>,
    stop: CancellationToken,
}

impl LiveFeed {
    /// A feed that nobody reads yet.
    pub fn new(pool: PgPool) -> Self {
        Self {
            pool,
            events: broadcast::Sender::new(BUFFER),
            following: watch::Sender::new(false),
            woken: Arc::default(),
            stop: CancellationToken::new(),
        }
    }

    /// Follows the feed until [`stop`](Self::stop); failures of the database only delay it.
    pub async fn run(self) {
        tokio::select! {
            () = self.stop.cancelled() => {}
            () = self.listen() => {}
            () = self.follow() => {}
        }
    }

    /// Ends [`run`](Self::run) and every stream, which would hold a graceful stop up otherwise.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// How many streams are open in this process.
    pub fn streams(&self) -> usize {
        self.events.receiver_count()
    }

    /// What happens from now on. Nothing is read for nobody: the first to subscribe begins the reading.
    fn subscribe(&self) -> broadcast::Receiver<Arc<LiveEvent>> {
        let receiver = self.events.subscribe();
        self.woken.notify_one();
        receiver
    }

    /// Whether the feed is read, now or within moments.
    async fn is_followed(&self) -> bool {
        let mut following = self.following.subscribe();
        let followed = timeout(START_WAIT, following.wait_for(|following| *following)).await;
        followed.is_ok_and(|followed| followed.is_ok())
    }

    /// Turns notifications into wake-ups.
    async fn listen(&self) {
        loop {
            if let Err(error) = self.listen_once().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "the live feed lost its listener");
            }
            metrics::counter!("uzel_live_listener_lost_total").increment(1);
            sleep(AFTER_FAILURE).await;
        }
    }

    async fn listen_once(&self) -> sqlx::Result<()> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(feed::CHANNEL).await?;
        // What was said before we listened.
        self.woken.notify_one();
        // `None` is a broken connection: what it would have said is unknown, so that the feed is read at once.
        while listener.try_recv().await?.is_some() {
            while listener.next_buffered().is_some() {}
            self.woken.notify_one();
        }
        Ok(())
    }

    async fn follow(&self) {
        let mut last = loop {
            match self.head().await {
                Ok(head) => break head,
                Err(error) => self.failed(&error).await,
            }
        };
        self.following.send_replace(true);
        let mut wait = SHORTEST_WAIT;
        loop {
            if self.streams() == 0 {
                match self.head().await {
                    // A stream that opened meanwhile may stand before this head; one that opens from now on cannot.
                    Ok(head) if self.streams() == 0 => {
                        last = head;
                        let _ = timeout(LOOK_ANYWAY, self.woken.notified()).await;
                    }
                    Ok(_) => {}
                    Err(error) => self.failed(&error).await,
                }
                continue;
            }
            match self.read(last, BATCH).await {
                Ok(batch) => {
                    if let Some(event) = batch.events.last() {
                        last = event.entry.position;
                        wait = SHORTEST_WAIT;
                    }
                    for event in batch.events {
                        // Without any stream there is nobody to hear it.
                        let _ = self.events.send(Arc::new(event));
                    }
                    let pause = match (batch.cut, batch.waiting) {
                        (true, _) => continue,
                        (false, true) => wait,
                        (false, false) => LOOK_ANYWAY,
                    };
                    wait = if batch.waiting { (wait * 2).min(LONGEST_WAIT) } else { SHORTEST_WAIT };
                    // Running out of time is one of the two ways to go on.
                    let _ = timeout(pause, self.woken.notified()).await;
                }
                Err(error) => self.failed(&error).await,
            }
        }
    }

    async fn failed(&self, error: &sqlx::Error) {
        tracing::warn!(error = error as &dyn std::error::Error, "the live feed cannot read the database");
        sleep(AFTER_FAILURE).await;
    }

    async fn head(&self) -> sqlx::Result<Position> {
        feed::head(&mut *self.pool.acquire().await?).await
    }

    /// Whether a stream can go on from here.
    async fn holds(&self, position: Position) -> sqlx::Result<bool> {
        feed::holds(&mut *self.pool.acquire().await?, position).await
    }

    async fn read(&self, behind: Position, limit: u16) -> sqlx::Result<LiveBatch> {
        let mut conn = self.pool.acquire().await?;
        let batch = feed::read(&mut conn, behind, limit).await?;
        let read_at = Instant::now();
        let entries = feed::resolve(&mut conn, &batch.entries).await?;
        let events = entries.into_iter().map(|entry| LiveEvent { entry, read_at }).collect();
        Ok(LiveBatch { events, waiting: batch.waiting, cut: batch.cut })
    }
}

struct LiveBatch {
    events: Vec<LiveEvent>,
    waiting: bool,
    cut: bool,
}

#[cfg(test)]
mod tests;
