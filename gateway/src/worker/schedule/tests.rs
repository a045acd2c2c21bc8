use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::TimeDelta;
use crm_core::schedule::TaskOutcome;
use sqlx::PgPool;

use super::*;
use crate::http::testing::{now, wait};

const HOURLY: Plan = Plan::Every(TimeDelta::hours(1));

/// A task that counts its runs and says what it is told to.
fn counting(tasks: &mut Tasks, name: &'static str, say: fn() -> anyhow::Result<Report>) -> Arc<AtomicUsize> {
    let runs = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&runs);
    tasks.add(name, "Проба", HOURLY, move |_, _| {
        counter.fetch_add(1, Ordering::Relaxed);
        async move { say() }
    });
    runs
}

async fn outcomes(pool: &PgPool) -> Vec<(String, Option<TaskOutcome>, Option<String>)> {
    let mut conn = pool.acquire().await.unwrap();
    let root = crm_core::fixture::user(&mut conn, "root", "administrator").await;
    let tasks = schedule::list(&mut conn, &root, now()).await.unwrap();
    tasks.into_iter().map(|task| (task.name, task.outcome, task.report)).collect()
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_task_runs_at_its_times_and_tells_how_it_went(pool: PgPool) {
    let mut tasks = Tasks::default();
    let good = counting(&mut tasks, "good", || Ok(Report::done("Сделано.")));
    let bad = counting(&mut tasks, "bad", || Err(anyhow!("no such file")));
    let worst = counting(&mut tasks, "worst", || panic!("a bug"));
    let scheduler = Scheduler::new(pool.clone(), now, tasks);
    scheduler.register().await.unwrap();
    assert_eq!(scheduler.run_due().await.unwrap(), 3);
    assert_eq!(scheduler.run_due().await.unwrap(), 0);
    let words = |text: &str| Some(text.to_owned());
    assert_eq!(
        outcomes(&pool).await,
        [
            ("bad".to_owned(), Some(TaskOutcome::Failed), words("Ошибка: no such file")),
            ("good".to_owned(), Some(TaskOutcome::Done), words("Сделано.")),
            ("worst".to_owned(), Some(TaskOutcome::Failed), words("Ошибка: the task panicked")),
        ]
    );
    wait(TimeDelta::minutes(1));
    assert_eq!(scheduler.run_due().await.unwrap(), 2, "failures are repeated soon");
    wait(TimeDelta::minutes(59));
    scheduler.run_due().await.unwrap();
    let runs = [good, bad, worst].map(|runs| runs.load(Ordering::Relaxed));
    assert_eq!(runs, [2, 3, 3]);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn two_copies_share_the_work_and_a_third_with_fewer_tasks_leaves_the_rest(pool: PgPool) {
    let mut runs = Vec::new();
    let copies = [true, true, false].map(|is_worker| {
        let mut tasks = Tasks::default();
        runs.push(counting(&mut tasks, "housekeeping", || Ok(Report::done("Сделано."))));
        if is_worker {
            runs.push(counting(&mut tasks, "rates", || Ok(Report::done("Сделано."))));
        }
        Scheduler::new(pool.clone(), now, tasks)
    });
    copies[2].register().await.unwrap();
    assert_eq!(copies[2].run_due().await.unwrap(), 1);
    copies[0].register().await.unwrap();
    copies[1].register().await.unwrap();
    let (first, second) = tokio::join!(copies[0].run_due(), copies[1].run_due());
    assert_eq!(first.unwrap() + second.unwrap(), 1, "the rates, once");
    assert_eq!(runs.iter().map(|runs| runs.load(Ordering::Relaxed)).sum::<usize>(), 2);
}

#[sqlx::test(migrator = "crm_core::MIGRATOR")]
async fn a_stop_gives_back_what_is_in_the_middle(pool: PgPool) {
    let mut tasks = Tasks::default();
    tasks.add("endless", "Проба", HOURLY, |_, _| std::future::pending());
    let scheduler = Scheduler::new(pool.clone(), now, tasks);
    let (tracker, stop) = (TaskTracker::new(), CancellationToken::new());
    let running = tokio::spawn(scheduler.clone().run(tracker.clone(), stop.clone()));
    while tracker.is_empty() {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    running.await.unwrap();
    tracker.close();
    tracker.wait().await;
    assert_eq!(outcomes(&pool).await, [("endless".to_owned(), Some(TaskOutcome::Interrupted), None)]);
    assert_eq!(scheduler.next_due().await.unwrap(), Some(now()), "and it is due");
}
