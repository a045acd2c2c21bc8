//! The sender of one account: takes lanes that are due, and works each of them off.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use crm_core::delivery::lane::{self, Finished, Sender, Turn};
use crm_core::delivery::{Pacing, pause};
use crm_core::{AccountId, ConversationId};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Sending;
use super::attempt::attempt;
use super::bell::Bell;
use super::gate::{Gate, Sign};
use super::pace::Pace;
use crate::accounts::Account;

/// A look without any notice, for pauses that end and notices that were lost.
const LOOK_ANYWAY: Duration = Duration::from_millis(500);

/// After the database failed.
const AFTER_FAILURE: Duration = Duration::from_secs(1);

/// How often conversations that have rested are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(60);

pub(super) struct AccountSender {
    sending: Sending,
    id: AccountId,
    number: watch::Receiver<Option<Sender>>,
    woken: Arc<Notify>,
    bell: Bell,
    tasks: TaskTracker,
    stop: CancellationToken,
    /// Rung when a lane is through, so that its place is used again.
    free: Arc<Notify>,
    gate: Arc<Mutex<Gate>>,
}

/// What differs when the account's settings change.
struct Setup {
    account: Arc<Account>,
    pace: Arc<Pace>,
    slots: Arc<Semaphore>,
}

/// Everything that one lane at work needs.
struct Lane {
    sending: Sending,
    account: Arc<Account>,
    pace: Arc<Pace>,
    gate: Arc<Mutex<Gate>>,
    bell: Bell,
    number: Sender,
    conversation: ConversationId,
    stop: CancellationToken,
}

impl AccountSender {
    pub(super) fn new(
        sending: Sending,
        id: AccountId,
        number: watch::Receiver<Option<Sender>>,
        woken: Arc<Notify>,
        bell: Bell,
        tasks: TaskTracker,
        stop: CancellationToken,
    ) -> Self {
        let (free, gate) = (Arc::default(), Arc::default());
        Self { sending, id, number, woken, bell, tasks, stop, free, gate }
    }

    /// Until it is stopped, or the account can no longer write.
    pub(super) async fn run(self) {
        // However it ends, `super::run` must see it and start another one.
        let _ended = self.stop.clone().drop_guard();
        let mut setup: Option<Setup> = None;
        let mut forgotten = tokio::time::Instant::now();
        while !self.stop.is_cancelled() {
            let Some(account) = self.sending.accounts.by_id(self.id) else { return };
            if setup.as_ref().is_none_or(|setup| !Arc::ptr_eq(&setup.account, &account)) {
                let Some(new) = self.set_up(account, setup.is_some()).await else { return };
                setup = Some(new);
            }
            let Some(setup) = &setup else { return };
            if forgotten.elapsed() >= FORGET_EVERY {
                setup.pace.forget_rested();
                forgotten = tokio::time::Instant::now();
            }
            let pause = match self.start_lanes(setup).await {
                Ok(()) => LOOK_ANYWAY,
                Err(error) => {
                    tracing::warn!(account.id = %self.id, %error, "a sender waits for the database");
                    AFTER_FAILURE
                }
            };
            tokio::select! {
                () = self.woken.notified() => {}
                () = self.free.notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => {}
            }
        }
    }

    /// Settings that a person has just changed deserve a try at once.
    async fn set_up(&self, account: Arc<Account>, changed: bool) -> Option<Setup> {
        let limits = account.connector.outbound()?.limits();
        let stored = async {
            let mut conn = self.sending.pool.acquire().await?;
            if changed {
                pause::clear(&mut conn, self.id).await?;
            }
            pause::of_account(&mut conn, self.id).await
        };
        match stored.await {
            Ok(stored) => self.gate().learn(&stored),
            Err(error) => tracing::warn!(account.id = %self.id, %error, "pauses of an account are not known"),
        }
        let slots = Arc::new(Semaphore::new(usize::from(limits.concurrent.max(1))));
        Some(Setup { account, pace: Arc::new(Pace::new(limits)), slots })
    }

    fn gate(&self) -> std::sync::MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn start_lanes(&self, setup: &Setup) -> sqlx::Result<()> {
        let now = (self.sending.clock)();
        let Some(number) = *self.number.borrow() else { return Ok(()) };
        let (closed, one) = {
            let gate = self.gate();
            (gate.closed_until(now).is_some(), gate.lets_one_through())
        };
        let all_free = setup.slots.available_permits() == usize::from(setup.pace.limits().concurrent.max(1));
        if closed || (one && !all_free) {
            return Ok(());
        }
        let places = if one { 1 } else { setup.slots.available_permits() };
        if places == 0 {
            return Ok(());
        }
        let limit = i64::try_from(places).unwrap_or(i64::MAX);
        let mut conn = self.sending.pool.acquire().await?;
        let lanes = lane::take(&mut conn, number, self.id, limit, now).await?;
        drop(conn);
        for conversation in lanes {
            let Ok(permit) = setup.slots.clone().try_acquire_owned() else { break };
            let lane = Lane {
                sending: self.sending.clone(),
                account: setup.account.clone(),
                pace: setup.pace.clone(),
                gate: self.gate.clone(),
                bell: self.bell.clone(),
                number,
                conversation,
                stop: self.stop.clone(),
            };
            self.tasks.spawn(lane.run(permit, self.free.clone()));
        }
        Ok(())
    }
}

impl Lane {
    /// Works the lane off: until it is empty, has to wait, or is another's. What is not recorded for want of a database is
    /// kept until there is one.
    async fn run(self, permit: OwnedSemaphorePermit, free: Arc<Notify>) {
        let mut finished: Option<Finished> = None;
        loop {
            let now = (self.sending.clock)();
            let not_before = self.not_before(finished.is_some(), now);
            let turn = match self.turn(finished.as_ref(), not_before, now).await {
                Ok(turn) => turn,
                Err(error) => {
                    tracing::warn!(
                        conversation.id = %self.conversation,
                        error = &error as &dyn std::error::Error,
                        "a lane waits for the database"
                    );
                    tokio::time::sleep(AFTER_FAILURE).await;
                    if finished.is_none() && self.stop.is_cancelled() {
                        break;
                    }
                    continue;
                }
            };
            if finished.is_some() {
                self.bell.ring();
            }
            let Turn::Work(work) = turn else { break };
            finished = Some(self.work(*work).await);
        }
        drop(permit);
        free.notify_one();
    }

    /// Until when the lane has to wait instead of beginning something.
    fn not_before(&self, going_on: bool, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.stop.is_cancelled() {
            return Some(now);
        }
        let gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = gate.closed_until(now) {
            return Some(until);
        }
        if going_on && (!self.pace.is_free() || gate.lets_one_through()) {
            // Asked again when the lane is taken the next time: an empty lane must not use up a place.
            return Some(now);
        }
        self.pace.take(self.conversation).err().map(|wait| now + wait)
    }

    async fn turn(
        &self,
        finished: Option<&Finished>,
        not_before: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> sqlx::Result<Turn> {
        let mut conn = self.sending.pool.acquire().await?;
        lane::turn(&mut conn, self.number, self.conversation, finished, not_before, self.sending.zone, now)
            .await
    }

    async fn work(&self, work: lane::Work) -> Finished {
        let now = (self.sending.clock)();
        let outbound = self.account.connector.outbound().expect("only accounts that can write have a sender");
        let (outcome, sign) = attempt(outbound, &work, self.sending.files.as_ref(), now).await;
        let label = outcome.label();
        metrics::counter!("uzel_attempts_total", "connector" => self.account.connector_name.clone(), "outcome" => label)
            .increment(1);
        tracing::debug!(delivery.id = %work.delivery, outcome = label, "an attempt at delivery {}", work.delivery);
        self.heed(&sign).await;
        let limits = self.pace.limits();
        let pacing = Pacing { attempts: i32::from(limits.attempts.max(1)), jitter: rand::random::<f64>() };
        Finished { work, outcome, pacing }
    }

    async fn heed(&self, sign: &Sign) {
        let now = (self.sending.clock)();
        let note = self.gate.lock().unwrap_or_else(PoisonError::into_inner).heed(sign, now);
        let Some(note) = note else { return };
        let stored =
            async { note.store(&mut *self.sending.pool.acquire().await?, self.account.id, now).await };
        if let Err(error) = stored.await {
            tracing::warn!(account.id = %self.account.id, %error, "the state of an account's sending is not stored");
        }
    }
}
