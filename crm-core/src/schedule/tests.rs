use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, PgPool};

use super::*;
use crate::access::user::{self, UserPatch};
use crate::access::{Right, Scope, Viewer};
use crate::fixture::{self, minute};
use crate::mail;

const HOURLY: Plan = Plan::Every(TimeDelta::hours(1));

fn known() -> Vec<String> {
    vec!["digest".to_owned(), "sweep".to_owned()]
}

async fn stage(pool: &PgPool, now: DateTime<Utc>) -> sqlx::pool::PoolConnection<sqlx::Postgres> {
    let mut conn = pool.acquire().await.unwrap();
    for name in known() {
        register(&mut conn, &name, "Проба", HOURLY, now).await.unwrap();
    }
    conn
}

async fn claimed(conn: &mut PgConnection, now: DateTime<Utc>) -> Option<Claim> {
    claim(conn, &known(), now).await.unwrap()
}

async fn administrator(conn: &mut PgConnection) -> Viewer {
    let user = fixture::user(conn, "root", "administrator").await;
    assert!(user.scope(Right::ScheduleManage) == Some(Scope::All));
    user
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn each_due_task_is_given_to_one_copy(pool: PgPool) {
    let mut here = stage(&pool, minute(0)).await;
    let mut there = stage(&pool, minute(0)).await;
    let first = claimed(&mut here, minute(0)).await.unwrap();
    let second = claimed(&mut there, minute(0)).await.unwrap();
    assert_ne!(first.name, second.name);
    assert!(claimed(&mut here, minute(0)).await.is_none());
    assert!(finish(&mut here, &first, HOURLY, &Report::done("да"), minute(1)).await.unwrap());
    assert!(claimed(&mut there, minute(1)).await.is_none(), "it is due in an hour");
    assert_eq!(claimed(&mut there, minute(61)).await.unwrap().name, second.name, "its copy has died");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn of_many_copies_at_once_one_gets_the_task(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    register(&mut conn, "digest", "Проба", HOURLY, minute(0)).await.unwrap();
    let copies = (0..8).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move { claimed(&mut pool.acquire().await.unwrap(), minute(0)).await.is_some() })
    });
    let mut won = 0;
    for copy in copies.collect::<Vec<_>>() {
        won += usize::from(copy.await.unwrap());
    }
    assert_eq!(won, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_dead_copys_task_goes_to_another_and_the_dead_one_changes_nothing_more(pool: PgPool) {
    let mut conn = stage(&pool, minute(0)).await;
    let dead = claimed(&mut conn, minute(0)).await.unwrap();
    assert!(renew(&mut conn, &dead, minute(1)).await.unwrap());
    let other = claimed(&mut conn, minute(1)).await.unwrap();
    finish(&mut conn, &other, HOURLY, &Report::done("да"), minute(1)).await.unwrap();
    assert!(claimed(&mut conn, minute(2)).await.is_none(), "renewed until the third minute");
    let heir = claimed(&mut conn, minute(3)).await.unwrap();
    assert_eq!(heir.name, dead.name);
    assert!(!finish(&mut conn, &dead, HOURLY, &Report::done("поздно"), minute(4)).await.unwrap());
    assert!(!renew(&mut conn, &dead, minute(4)).await.unwrap());
    assert!(finish(&mut conn, &heir, HOURLY, &Report::done("да"), minute(4)).await.unwrap());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_failure_is_repeated_soon_and_then_seldom(pool: PgPool) {
    let mut conn = stage(&pool, minute(0)).await;
    let known = ["digest".to_owned()];
    let mut now = minute(0);
    let mut pauses = Vec::new();
    for _ in 0..8 {
        let turn = claim(&mut conn, &known, now).await.unwrap().unwrap();
        finish(&mut conn, &turn, Plan::Every(TimeDelta::days(1)), &Report::failed("нет"), now).await.unwrap();
        let next = next_due(&mut conn, &known).await.unwrap().unwrap();
        pauses.push((next - now).num_minutes());
        now = next;
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
    let turn = claim(&mut conn, &known, now).await.unwrap().unwrap();
    let wish = Report::failed("нет").next_at(now + TimeDelta::hours(5));
    finish(&mut conn, &turn, HOURLY, &wish, now).await.unwrap();
    assert_eq!(next_due(&mut conn, &known).await.unwrap(), Some(now + TimeDelta::hours(5)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_wish_that_comes_during_a_run_is_not_lost(pool: PgPool) {
    let mut conn = stage(&pool, minute(0)).await;
    let known = ["digest".to_owned()];
    let turn = claim(&mut conn, &known, minute(0)).await.unwrap().unwrap();
    bring_forward(&mut conn, "digest", minute(0)).await.unwrap();
    finish(&mut conn, &turn, HOURLY, &Report::done("да"), minute(1)).await.unwrap();
    let again = claim(&mut conn, &known, minute(1)).await.unwrap().unwrap();
    finish(&mut conn, &again, HOURLY, &Report::done("да"), minute(2)).await.unwrap();
    assert_eq!(next_due(&mut conn, &known).await.unwrap(), Some(minute(62)));
    bring_forward(&mut conn, "digest", minute(90)).await.unwrap();
    assert_eq!(next_due(&mut conn, &known).await.unwrap(), Some(minute(62)), "never put off");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_changed_plan_may_bring_a_task_forward_and_a_known_one_keeps_its_time(pool: PgPool) {
    let mut conn = stage(&pool, minute(0)).await;
    let known = ["digest".to_owned()];
    let turn = claim(&mut conn, &known, minute(0)).await.unwrap().unwrap();
    finish(&mut conn, &turn, Plan::Every(TimeDelta::days(7)), &Report::done("да"), minute(0)).await.unwrap();
    register(&mut conn, "digest", "Проба", HOURLY, minute(10)).await.unwrap();
    assert_eq!(next_due(&mut conn, &known).await.unwrap(), Some(minute(7 * 24 * 60)));
    register(&mut conn, "digest", "Проба", Plan::Every(TimeDelta::hours(2)), minute(10)).await.unwrap();
    assert_eq!(next_due(&mut conn, &known).await.unwrap(), Some(minute(130)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_administrator_sees_the_tasks_and_starts_one(pool: PgPool) {
    let mut conn = stage(&pool, minute(0)).await;
    let root = administrator(&mut conn).await;
    for _ in known() {
        let turn = claimed(&mut conn, minute(0)).await.unwrap();
        let running = list(&mut conn, &root, minute(0)).await.unwrap();
        assert!(running.iter().any(|task| task.is_running && task.name == turn.name));
        let busy = run_now(&mut conn, &root, &turn.name, minute(0)).await;
        assert!(matches!(busy, Err(ScheduleError::Running)));
        let later = minute(0) + TimeDelta::milliseconds(1500);
        finish(&mut conn, &turn, HOURLY, &Report::done("Всё сделано."), later).await.unwrap();
    }
    let tasks = list(&mut conn, &root, minute(5)).await.unwrap();
    assert_eq!(tasks.len(), 2);
    let task = &tasks[0];
    assert_eq!(
        (task.outcome, task.duration_ms, task.is_running),
        (Some(TaskOutcome::Done), Some(1500), false)
    );
    assert_eq!(task.report.as_deref(), Some("Всё сделано."));

    assert!(claimed(&mut conn, minute(5)).await.is_none());
    run_now(&mut conn, &root, "sweep", minute(5)).await.unwrap();
    assert_eq!(claimed(&mut conn, minute(5)).await.unwrap().name, "sweep");
    assert!(matches!(run_now(&mut conn, &root, "nothing", minute(5)).await, Err(ScheduleError::Missing)));

    let boss = fixture::user(&mut conn, "boss", "director").await;
    assert!(matches!(list(&mut conn, &boss, minute(5)).await, Err(ScheduleError::Forbidden(_))));
    assert!(matches!(run_now(&mut conn, &boss, "sweep", minute(5)).await, Err(ScheduleError::Forbidden(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_the_stop_interrupted_is_begun_anew_at_once(pool: PgPool) {
    let mut conn = stage(&pool, minute(0)).await;
    let turn = claimed(&mut conn, minute(0)).await.unwrap();
    assert!(give_back(&mut conn, &turn, minute(1)).await.unwrap());
    let names = [claimed(&mut conn, minute(1)).await.unwrap(), claimed(&mut conn, minute(1)).await.unwrap()];
    assert!(names.iter().any(|claim| claim.name == turn.name));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn administrators_are_told_of_a_task_that_fails_three_times_and_of_its_recovery(pool: PgPool) {
    let mut conn = stage(&pool, minute(0)).await;
    let root = administrator(&mut conn).await;
    let patch = UserPatch { email: Some("root@example.ru".into()), ..UserPatch::default() };
    user::edit(&mut conn, &root, root.user_id, patch, minute(0)).await.unwrap();
    let known = ["digest".to_owned()];
    let mut now = minute(0);
    let mut told = Vec::new();
    for failed in [true, true, true, true, true, true, true, false, false] {
        let report = if failed {
            Report::failed("Диск полон.")
        } else {
            Report::done("Всё сделано.")
        };
        let turn = claim(&mut conn, &known, now).await.unwrap().unwrap();
        finish(&mut conn, &turn, Plan::Every(TimeDelta::days(1)), &report, now).await.unwrap();
        told.push(mail::list(&mut conn, &root, None, None, 9).await.unwrap().len());
        now = next_due(&mut conn, &known).await.unwrap().unwrap();
    }
    assert_eq!(told, [0, 0, 1, 1, 1, 1, 1, 2, 2]);
    let mails = mail::list(&mut conn, &root, None, None, 9).await.unwrap();
    assert!(mails[0].subject.starts_with("Снова выполняется") && mails[1].text.contains("Диск полон."));
}
