//! Runs the tasks of the schedule: one line each in `tasks`, one copy at a time each, for as long as the hub runs.
//!
//! A new task is one line:
//!
//! ```ignore
//! tasks.add("media.sweep", "Докачка файлов", Plan::Every(TimeDelta::minutes(10)), |pool, now| sweep(pool, now));
//! ```
//!
//! The name is its key in the table and never changes, the title stands on the screen, the plan says when, and the function
//! gets the database and the time of the run and answers with a sentence (`Report`). It must bear being run twice, and being dropped in the
//! middle when the program stops: what has to hold together belongs into one transaction. An error is a failed run, and is
//! repeated soon; a task that knows better when to come back says so by `Report::next_at`.

use std::collections::BTreeMap;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use crm_core::schedule::{self, Claim, Plan, Report};
use futures::FutureExt;
use futures::future::BoxFuture;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;

/// How often the table is looked at; «Запустить сейчас» waits no longer.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Well before the lease ends.
const RENEW_EVERY: Duration = Duration::from_secs(40);

type Run = Box<dyn Fn(PgPool, DateTime<Utc>) -> BoxFuture<'static, anyhow::Result<Report>> + Send + Sync>;

struct Task {
    title: &'static str,
    plan: Plan,
    run: Run,
}

/// What this copy can do by time.
#[derive(Default)]
pub struct Tasks(BTreeMap<&'static str, Task>);

impl Tasks {
    /// Adds a task; see the module.
    pub fn add<F, R>(&mut self, name: &'static str, title: &'static str, plan: Plan, run: F)
    where
        F: Fn(PgPool, DateTime<Utc>) -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<Report>> + Send + 'static,
    {
        let task = Task { title, plan, run: Box::new(move |pool, now| run(pool, now).boxed()) };
        let former = self.0.insert(name, task);
        assert!(former.is_none(), "two tasks are named {name}");
    }
}

/// Claims and runs due tasks. Cheap to clone.
#[derive(Clone)]
pub struct Scheduler {
    pool: PgPool,
    clock: Clock,
    tasks: Arc<Tasks>,
    names: Arc<[String]>,
}

impl Scheduler {
    /// For these tasks.
    pub fn new(pool: PgPool, clock: Clock, tasks: Tasks) -> Self {
        let names = tasks.0.keys().map(|name| (*name).to_owned()).collect();
        Self { pool, clock, tasks: Arc::new(tasks), names }
    }

    /// Runs until `stop`; what is in the middle then is given back and begun anew by the next copy.
    pub async fn run(self, tracker: TaskTracker, stop: CancellationToken) {
        let mut is_registered = false;
        loop {
            match self.turn(&mut is_registered, &tracker, &stop).await {
                Ok(()) => {}
                Err(error) => tracing::warn!(%error, "the schedule waits for the database"),
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    async fn turn(
        &self,
        is_registered: &mut bool,
        tracker: &TaskTracker,
        stop: &CancellationToken,
    ) -> sqlx::Result<()> {
        if !*is_registered {
            self.register().await?;
            *is_registered = true;
        }
        while let Some(claim) = self.claim().await? {
            let (scheduler, stop) = (self.clone(), stop.clone());
            // Beside each other: a long task does not keep others from their time.
            tracker.spawn(async move { scheduler.run_one(claim, &stop).await });
        }
        Ok(())
    }

    /// Makes the tasks known; new ones are due at once.
    pub async fn register(&self) -> sqlx::Result<()> {
        let mut tx = self.pool.begin().await?;
        for (name, task) in &self.tasks.0 {
            schedule::register(&mut tx, name, task.title, task.plan, (self.clock)()).await?;
        }
        tx.commit().await
    }

    /// Runs everything that is due by now, one after the other, and says how many it were.
    pub async fn run_due(&self) -> sqlx::Result<usize> {
        let mut count = 0;
        while let Some(claim) = self.claim().await? {
            self.run_one(claim, &CancellationToken::new()).await;
            count += 1;
        }
        Ok(count)
    }

    /// When the next task is due.
    pub async fn next_due(&self) -> sqlx::Result<Option<DateTime<Utc>>> {
        schedule::next_due(&mut *self.pool.acquire().await?, &self.names).await
    }

    async fn claim(&self) -> sqlx::Result<Option<Claim>> {
        schedule::claim(&mut *self.pool.acquire().await?, &self.names, (self.clock)()).await
    }

    async fn run_one(&self, claim: Claim, stop: &CancellationToken) {
        let task = self.tasks.0.get(claim.name.as_str()).expect("only known tasks are claimed");
        let guarded = AssertUnwindSafe((task.run)(self.pool.clone(), claim.at)).catch_unwind();
        let written = tokio::select! {
            done = guarded => {
                let report = read(&claim.name, done.unwrap_or_else(|_| Err(anyhow!("the task panicked"))));
                self.finish(&claim, task.plan, &report).await
            }
            () = self.keep_lease(&claim) => {
                tracing::warn!(task = claim.name, "another copy took over the task {}; this one drops it", claim.name);
                return;
            }
            () = stop.cancelled() => self.give_back(&claim).await,
        };
        if let Err(error) = written {
            tracing::warn!(task = claim.name, %error, "the end of {} was not written; it runs again", claim.name);
        }
    }

    async fn finish(&self, claim: &Claim, plan: Plan, report: &Report) -> sqlx::Result<bool> {
        let mut tx = self.pool.begin().await?;
        let finished = schedule::finish(&mut tx, claim, plan, report, (self.clock)()).await?;
        tx.commit().await?;
        Ok(finished)
    }

    async fn give_back(&self, claim: &Claim) -> sqlx::Result<bool> {
        schedule::give_back(&mut *self.pool.acquire().await?, claim, (self.clock)()).await
    }

    /// Ends when the lease is lost. While the database is away the lease may run out; it is noticed afterwards.
    async fn keep_lease(&self, claim: &Claim) {
        loop {
            tokio::time::sleep(RENEW_EVERY).await;
            let Ok(mut conn) = self.pool.acquire().await else { continue };
            match schedule::renew(&mut conn, claim, (self.clock)()).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(task = claim.name, %error, "the lease was not renewed"),
            }
        }
    }
}

fn read(name: &str, done: anyhow::Result<Report>) -> Report {
    let report = done.unwrap_or_else(|error| {
        tracing::warn!(task = name, error = format!("{error:#}"), "the task {name} failed");
        Report::failed(format!("Ошибка: {error:#}"))
    });
    tracing::debug!(task = name, failed = report.failed, report = report.words, "the task {name} ran");
    report
}

#[cfg(test)]
mod tests;
