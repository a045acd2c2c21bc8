//! One open stream: what its viewer missed, then what happens, each as the viewer's rights are at that moment.

use std::sync::Arc;
use std::time::Duration;

use crm_core::access::Viewer;
use crm_core::timeline::feed::{Message, Position, Subject};
use futures::Stream;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until, timeout};

use super::{LiveEvent, LiveFeed};
use crate::clock::Clock;
use crate::http::credential::Credential;

/// Rights are read anew this often; while they cannot be, nothing is told.
const CHECK_EVERY: Duration = Duration::from_secs(2);

/// The pause before rights are asked for again when the database did not answer.
const RETRY: Duration = Duration::from_millis(500);

/// An answer of the database that takes longer is a failure.
const PATIENCE: Duration = Duration::from_secs(2);

/// An entry that was looked up longer ago may be in other hands by now.
const ENTRY_KEEPS: Duration = Duration::from_secs(5);

/// Entries read at once while catching up, and how many of them at most; behind that a screen is sooner read anew.
const CATCH_UP_BATCH: u16 = 100;
const CATCH_UP_MOST: usize = 2000;

/// What a stream says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Update {
    /// The stream is open: from here on nothing is missed. What a screen read before this, it reads anew.
    Ready(Position),
    /// Something changed.
    Changed(Position, Message),
    /// Something may have been missed, or rights have changed: everything is to be read anew.
    Resync(Position),
    /// The session or the key is good no longer; the stream ends.
    SignedOut,
}

/// See the module.
pub struct LiveStream {
    feed: LiveFeed,
    clock: Clock,
    credential: Credential,
    viewer: Viewer,
    /// When the rights were last known for sure.
    checked: Instant,
    check_at: Instant,
    receiver: broadcast::Receiver<Arc<LiveEvent>>,
    /// Everything up to here was told, or is not for this viewer.
    last: Position,
    /// How many entries the table may still give; `None` once the stream is live.
    catching_up: Option<usize>,
    /// Entries read and not told yet, the next one at the end.
    pending: Vec<Arc<LiveEvent>>,
    opening: Option<Update>,
    ended: bool,
    _open: OpenStream,
}

impl LiveStream {
    /// Opens a stream behind `from`, or behind all there is; `None` while this process does not read the feed.
    /// The viewer was found by this credential a moment ago.
    pub async fn open(
        feed: LiveFeed,
        clock: Clock,
        credential: Credential,
        viewer: Viewer,
        from: StartAt,
    ) -> sqlx::Result<Option<Self>> {
        let checked = Instant::now();
        if !feed.is_followed().await {
            return Ok(None);
        }
        // First the live part, then the table: between the two lies no gap, and what is in both is told once.
        let receiver = feed.subscribe();
        let known = match from {
            StartAt::Position(position) if feed.holds(position).await? => Some(position),
            _ => None,
        };
        let (last, opening, catching_up) = match (known, from) {
            (Some(position), _) => (position, Update::Ready(position), Some(CATCH_UP_MOST)),
            (None, StartAt::Now) => {
                let head = feed.head().await?;
                (head, Update::Ready(head), None)
            }
            (None, _) => {
                let head = feed.head().await?;
                (head, Update::Resync(head), None)
            }
        };
        Ok(Some(Self {
            feed,
            clock,
            credential,
            viewer,
            checked,
            check_at: checked + CHECK_EVERY,
            receiver,
            last,
            catching_up,
            pending: Vec::new(),
            opening: Some(opening),
            ended: false,
            _open: OpenStream::new(),
        }))
    }

    /// The updates, one by one; the end is the end of the stream.
    pub fn updates(self) -> impl Stream<Item = Update> + Send {
        futures::stream::unfold(self, |mut stream| async move {
            let stop = stream.feed.stop.clone();
            let update = stop.run_until_cancelled(stream.next()).await.flatten()?;
            Some((update, stream))
        })
    }

    async fn next(&mut self) -> Option<Update> {
        if let Some(opening) = self.opening.take() {
            return Some(opening);
        }
        loop {
            if self.ended {
                return None;
            }
            if Instant::now() >= self.check_at {
                if let Some(update) = self.check().await {
                    return Some(update);
                }
            } else if let Some(event) = self.pending.pop() {
                if let Some(update) = self.tell(&event).await {
                    return Some(update);
                }
            } else if let Some(left) = self.catching_up {
                if let Some(update) = self.catch_up(left).await {
                    return Some(update);
                }
            } else if let Some(update) = self.wait().await {
                return Some(update);
            }
        }
    }

    /// Tells the next change of an entry that is for this viewer, and puts the rest of the entry back.
    async fn tell(&mut self, event: &Arc<LiveEvent>) -> Option<Update> {
        let entry = &event.entry;
        if entry.position <= self.last {
            return None;
        }
        if event.read_at.elapsed() > ENTRY_KEEPS {
            return self.resync().await;
        }
        let within = entry.position.at_part(self.last.part) == self.last;
        let told = if within { self.last.part as usize } else { 0 };
        let hands_changed = entry.changes.iter().any(|change| match change.subject {
            Subject::Moved(_) => true,
            Subject::Loan(loan) => loan.user == self.viewer.user_id,
            _ => false,
        });
        if hands_changed && self.checked < event.read_at {
            self.pending.push(Arc::clone(event));
            return self.check().await;
        }
        let next =
            entry.changes.iter().enumerate().skip(told).find_map(|(index, change)| {
                change.for_viewer(&self.viewer).map(|message| (index + 1, message))
            });
        let Some((part, message)) = next else {
            self.last = entry.position;
            return None;
        };
        self.last = if part == entry.changes.len() {
            entry.position
        } else {
            self.pending.push(Arc::clone(event));
            entry.position.at_part(u32::try_from(part).unwrap_or(u32::MAX))
        };
        Some(Update::Changed(self.last, message))
    }

    /// Reads on in the table.
    async fn catch_up(&mut self, left: usize) -> Option<Update> {
        let Ok(Ok(batch)) = timeout(PATIENCE, self.feed.read(self.last, CATCH_UP_BATCH)).await else {
            sleep_until(Instant::now() + RETRY).await;
            return None;
        };
        if batch.events.is_empty() {
            self.catching_up = None;
            return None;
        }
        let Some(left) = left.checked_sub(batch.events.len()) else {
            return self.resync().await;
        };
        self.catching_up = Some(left);
        self.pending.extend(batch.events.into_iter().rev().map(Arc::new));
        None
    }

    /// Waits for the next entry, or until rights have to be read.
    async fn wait(&mut self) -> Option<Update> {
        let received = tokio::select! {
            biased;
            () = sleep_until(self.check_at) => return None,
            received = self.receiver.recv() => received,
        };
        match received {
            Ok(event) => self.pending.push(event),
            Err(RecvError::Lagged(_)) => return self.resync().await,
            Err(RecvError::Closed) => self.ended = true,
        }
        None
    }

    /// Starts anew from what there is now.
    async fn resync(&mut self) -> Option<Update> {
        let Ok(Ok(head)) = timeout(PATIENCE, self.feed.head()).await else {
            // The stream breaks, the browser comes back and is told then.
            self.ended = true;
            return None;
        };
        self.pending.clear();
        self.catching_up = None;
        self.last = self.last.max(head);
        Some(Update::Resync(self.last))
    }

    /// Reads the viewer anew.
    async fn check(&mut self) -> Option<Update> {
        let asked = Instant::now();
        let found = timeout(PATIENCE, self.credential.viewer(&self.feed.pool, (self.clock)())).await;
        match found {
            Ok(Ok(Some(viewer))) => {
                self.checked = asked;
                self.check_at = asked + CHECK_EVERY;
                let former = std::mem::replace(&mut self.viewer, viewer);
                if former.rights != self.viewer.rights {
                    return self.resync().await;
                }
                None
            }
            Ok(Ok(None)) => {
                self.ended = true;
                Some(Update::SignedOut)
            }
            Ok(Err(_)) | Err(_) => {
                self.check_at = Instant::now() + RETRY;
                sleep_until(self.check_at).await;
                None
            }
        }
    }
}

/// Where a stream begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// With what happens from now on.
    Now,
    /// Behind the last update that the browser has seen.
    Position(Position),
    /// Behind something that is not a position of ours.
    Unknown,
}

impl StartAt {
    /// Reads what the browser tells.
    pub fn told(text: Option<&str>) -> Self {
        match text {
            None | Some("") => Self::Now,
            Some(text) => text.parse().map_or(Self::Unknown, Self::Position),
        }
    }
}

/// Counts itself while it lives.
struct OpenStream;

impl OpenStream {
    fn new() -> Self {
        metrics::gauge!("uzel_live_streams").increment(1);
        Self
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        metrics::gauge!("uzel_live_streams").decrement(1);
    }
}
