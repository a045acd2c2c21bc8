//! Raw events become timeline: from memory on the happy path, from the table after a restart or for another copy.

mod queue;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crm_core::timeline::ingest::{self, ApplyError, ReadRaw};
use crm_core::timeline::raw_event::{self, StoredRaw};
use crm_core::{AccountId, RawEventId};
use sqlx::PgPool;
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::accounts::Accounts;
use crate::clock::Clock;
use crate::reading::read;

pub use queue::{ApplyQueue, ApplyWork};

/// One reads bytes while others wait for the database.
const WORKERS: usize = 3;
/// What is in memory at a stop is finished within this time; the rest is left to the next start.
const FINISH_WITHIN: Duration = Duration::from_secs(3);
/// The largest batch of the sweep.
const SWEPT: i64 = 1024;
/// How often a single event is tried again when something else was stored under the same key meanwhile.
const COLLISIONS: u32 = 5;
/// How long an event that must keep its order lets an earlier one go first.
const STEP_BACK: Duration = Duration::from_millis(5);
/// Pause between two looks at the table.
const LOOK: Duration = Duration::from_millis(500);

/// What the workers need.
#[derive(Clone)]
pub struct Applier {
    /// The database.
    pub pool: PgPool,
    /// Whose events are read how.
    pub accounts: Accounts,
    /// The time.
    pub clock: Clock,
    /// Wakes the settling of links between people.
    pub settle: Arc<Notify>,
    /// Whose turn it is to apply events that keep their order: whoever took later ones waits here, and not at the
    /// database.
    pub turn: Arc<Mutex<()>>,
}

/// Starts workers, sweep and settling; they end when `stop` is cancelled. What is left in memory then is in the table.
pub fn start(applier: &Applier, work: ApplyWork, tasks: &TaskTracker, stop: &CancellationToken) {
    for _ in 0..WORKERS {
        tasks.spawn(work_on(applier.clone(), work.clone(), stop.clone()));
    }
    tasks.spawn(sweep(applier.clone(), work, stop.clone()));
    tasks.spawn(settle(applier.clone(), stop.clone()));
}

async fn work_on(applier: Applier, work: ApplyWork, stop: CancellationToken) {
    let mut stopped = None;
    loop {
        let batch = work.next(&stop).await;
        if stop.is_cancelled() {
            stopped.get_or_insert_with(Instant::now);
        }
        if batch.is_empty() || stopped.is_some_and(|at: Instant| at.elapsed() > FINISH_WITHIN) {
            return;
        }
        let (events, bytes) = (batch.len(), batch.iter().map(|stored| stored.raw.body.len()).sum());
        applier.apply(batch, &stop).await;
        work.done(events, bytes);
    }
}

impl Applier {
    /// Applies a batch whatever it takes, or leaves it to a later sweep when the program stops.
    async fn apply(&self, batch: Vec<StoredRaw>, stop: &CancellationToken) {
        let read = self.read(batch);
        metrics::histogram!("uzel_apply_batch_events")
            .record(f64::from(u32::try_from(read.len()).unwrap_or(u32::MAX)));
        // Those that keep no order come first and wait for nobody.
        let mut groups: BTreeMap<Option<AccountId>, Vec<ReadRaw>> = BTreeMap::new();
        for raw in read {
            groups.entry(raw.keeps_order().then_some(raw.account_id)).or_default().push(raw);
        }
        for (ordered, group) in groups {
            self.apply_group(group, ordered.is_some(), stop).await;
        }
    }

    async fn apply_group(&self, mut read: Vec<ReadRaw>, is_ordered: bool, stop: &CancellationToken) {
        let mut pause = Duration::from_millis(20);
        loop {
            let turn = if is_ordered { Some(self.turn.lock().await) } else { None };
            let tried = self.try_batch(&read).await;
            drop(turn);
            let rest = match tried {
                Ok(waiting) => {
                    read.retain(|raw| waiting.contains(&raw.raw_id));
                    STEP_BACK
                }
                Err(error) => {
                    tracing::warn!(error = error.to_string(), source = ?std::error::Error::source(&error), "a batch waits");
                    let rest = pause;
                    pause = (pause * 2).min(Duration::from_secs(2));
                    rest
                }
            };
            if read.is_empty() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(rest) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// In the order in which they came.
    fn read(&self, mut batch: Vec<StoredRaw>) -> Vec<ReadRaw> {
        batch.sort_unstable_by_key(|stored| stored.id);
        batch
            .into_iter()
            .filter_map(|stored| {
                let account = self.accounts.by_id(stored.account_id);
                // An account that this copy cannot build (yet) keeps its events pending.
                account.map(|account| read(&stored, &account))
            })
            .collect()
    }

    /// Returns the events that wait for an earlier one; the others are through. Only an error that passes is returned; a
    /// poisonous event goes to quarantine alone.
    async fn try_batch(&self, batch: &[ReadRaw]) -> Result<BTreeSet<RawEventId>, ApplyError> {
        self.try_again(batch, 0).await
    }

    async fn try_again(
        &self,
        batch: &[ReadRaw],
        collisions: u32,
    ) -> Result<BTreeSet<RawEventId>, ApplyError> {
        if batch.is_empty() {
            return Ok(BTreeSet::new());
        }
        let mut conn = self.pool.acquire().await?;
        match ingest::apply(&mut conn, batch, (self.clock)()).await {
            Ok(unsettled) => {
                if unsettled {
                    self.settle.notify_one();
                }
                Ok(BTreeSet::new())
            }
            Err(ApplyError::Poison(_) | ApplyError::Earlier) if batch.len() > 1 => {
                drop(conn);
                for (place, raw) in batch.iter().enumerate() {
                    if !Box::pin(self.try_batch(std::slice::from_ref(raw))).await?.is_empty() {
                        // All of one account: what stands behind an event that waits, waits too.
                        return Ok(batch[place..].iter().map(|raw| raw.raw_id).collect());
                    }
                }
                Ok(BTreeSet::new())
            }
            Err(ApplyError::Earlier) => Ok(batch.iter().map(|raw| raw.raw_id).collect()),
            Err(error @ ApplyError::Again(_)) => Err(error),
            // A person made the same address at this moment: the next try sees it.
            Err(ApplyError::Poison(error)) if is_collision(&error) && collisions < COLLISIONS => {
                drop(conn);
                tokio::time::sleep(Duration::from_millis(20)).await;
                Box::pin(self.try_again(batch, collisions + 1)).await
            }
            Err(ApplyError::Poison(error)) => {
                let reason = match &error {
                    sqlx::Error::Database(database) => format!("не сохраняется: {}", database.message()),
                    other => format!("не сохраняется: {other}"),
                };
                tracing::error!(raw.id = %batch[0].raw_id, "a raw event cannot be applied and goes to quarantine");
                ingest::quarantine(&mut conn, &batch[0], &reason, (self.clock)()).await?;
                Ok(BTreeSet::new())
            }
        }
    }
}

fn is_collision(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(database) if database.is_unique_violation())
}

/// Finds what memory forgot: events of a process that died, of copies without workers, of a full backlog.
async fn sweep(applier: Applier, work: ApplyWork, stop: CancellationToken) {
    // At the start nothing is in memory yet, so everything in the table is forgotten; so is what found no room.
    let mut recovering = true;
    let mut behind = None;
    loop {
        recovering |= work.has_forgotten();
        let pause = match applier.sweep_once(&mut behind, recovering, &stop).await {
            Ok(true) => Duration::ZERO,
            Ok(false) => {
                recovering = false;
                LOOK
            }
            Err(error) => {
                tracing::warn!(%error, "the sweep waits for the database");
                LOOK * 2
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = stop.cancelled() => return,
        }
    }
}

impl Applier {
    /// Goes on behind the event where the last look ended, and at the end from the first again. Returns whether there may
    /// be more.
    async fn sweep_once(
        &self,
        behind: &mut Option<RawEventId>,
        recovering: bool,
        stop: &CancellationToken,
    ) -> sqlx::Result<bool> {
        let ours: Vec<AccountId> = self.accounts.all().iter().map(|account| account.id).collect();
        let mut tx = self.pool.begin().await?;
        let mut found = raw_event::pending_left(&mut tx, &ours, SWEPT).await?;
        if found.is_empty() {
            found = raw_event::pending(&mut tx, &ours, *behind, recovering, SWEPT).await?;
            if found.is_empty() && behind.is_some() {
                found = raw_event::pending(&mut tx, &ours, None, recovering, SWEPT).await?;
            }
            *behind = found.last().map(|last| last.id);
        }
        if found.is_empty() {
            raw_event::move_watermark(&mut tx, &ours).await?;
            tx.commit().await?;
            return Ok(false);
        }
        let ids: Vec<RawEventId> = found.iter().map(|stored| stored.id).collect();
        // The rows stay locked by `tx` until the batch is through, so that other copies leave them alone.
        self.apply(found, stop).await;
        raw_event::taken(&mut tx, &ids).await?;
        tx.commit().await?;
        Ok(!stop.is_cancelled())
    }
}

async fn settle(applier: Applier, stop: CancellationToken) {
    loop {
        let settled = match applier.pool.acquire().await {
            Ok(mut conn) => ingest::settle(&mut conn, (applier.clock)()).await,
            Err(error) => Err(error),
        };
        let again = match settled {
            Ok(()) => Duration::from_secs(30),
            Err(error) => {
                tracing::warn!(%error, "settling waits");
                Duration::from_millis(200)
            }
        };
        tokio::select! {
            () = applier.settle.notified() => {}
            () = tokio::time::sleep(again) => {}
            () = stop.cancelled() => return,
        }
    }
}
