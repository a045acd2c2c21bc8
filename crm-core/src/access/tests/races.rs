use chrono::TimeDelta;
use sqlx::PgPool;

use super::{add, at, lines, viewer};
use crate::access::login::Entered;
use crate::access::session::Device;
use crate::access::user::{self, UserError};
use crate::access::{login, second_factor, session, sweep, viewer_of_session};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn many_attempts_at_once_do_not_slip_through(pool: PgPool) {
    let attempts = (0..12).map(|_| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut tx = pool.begin().await.unwrap();
            let begun = login::begin(&mut tx, "anna", Some("10.0.0.1"), at(0)).await.unwrap();
            tx.commit().await.unwrap();
            begun.is_ok()
        })
    });
    let mut passed = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        passed += usize::from(attempt.await.unwrap());
    }
    assert_eq!(passed, 3, "the third makes the rest wait");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_administrators_cannot_remove_each_other_at_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (one, two) =
        (add(&mut conn, "one", "administrator").await, add(&mut conn, "two", "administrator").await);
    let (first, second) = (viewer(&mut conn, one).await, viewer(&mut conn, two).await);
    let remove = async |who: &crate::access::Viewer, whom| {
        let mut tx = pool.begin().await.unwrap();
        let result = user::deactivate(&mut tx, who, whom, at(1)).await;
        if result.is_ok() {
            tx.commit().await.unwrap();
        }
        result
    };
    let (a, b) = tokio::join!(remove(&first, two), remove(&second, one));
    let refused = [a.err(), b.err()];
    assert_eq!(refused.iter().flatten().count(), 1);
    assert!(refused.iter().flatten().all(|error| matches!(error, UserError::LastAdministrator)));
    assert_eq!(lines(&pool, "user.deactivate").await, 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn whoever_is_deactivated_while_signing_in_stays_out(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (root, anna) =
        (add(&mut conn, "root", "administrator").await, add(&mut conn, "anna", "manager").await);
    let root = viewer(&mut conn, root).await;
    let candidate = login::begin(&mut conn, "anna", None, at(0)).await.unwrap().unwrap();
    user::deactivate(&mut conn, &root, anna, at(0)).await.unwrap();
    let device = Device { remote: None, user_agent: "" };
    let entered = login::succeed(&mut conn, candidate, None, device, None, at(0)).await.unwrap();
    assert!(matches!(entered, Entered::Refused), "{entered:?}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_secret_whose_code_was_checked_is_the_one_confirmed(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = add(&mut conn, "anna", "manager").await;
    let anna = viewer(&mut conn, anna).await;
    second_factor::begin(&mut conn, &anna, b"one", at(0)).await.unwrap();
    let mut tab = pool.begin().await.unwrap();
    assert_eq!(second_factor::waiting(&mut tab, &anna).await.unwrap().unwrap(), b"one");
    sqlx::query("set lock_timeout = '100ms'").execute(&mut *conn).await.unwrap();
    let other_tab = second_factor::begin(&mut conn, &anna, b"two", at(1)).await;
    assert!(other_tab.is_err(), "a second tab waits for the first");
    second_factor::confirm(&mut tab, &anna, 1, at(1)).await.unwrap();
    tab.commit().await.unwrap();
    let sealed = second_factor::sealed_unscoped(&mut conn, anna.user_id).await.unwrap();
    assert_eq!(sealed.unwrap(), b"one");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn seen_moves_at_most_once_a_minute(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = add(&mut conn, "anna", "manager").await;
    let device = Device { remote: Some("10.0.0.1"), user_agent: "Firefox\n" };
    let (token, _) = session::open(&mut conn, anna, device, at(0)).await.unwrap();
    for (second, seen) in [(30, 0), (60, 60), (100, 60), (120, 120)] {
        let live = viewer_of_session(&mut conn, token.reveal(), None, at(second)).await.unwrap().unwrap();
        let sessions = session::list(&mut conn, &live.viewer, at(second)).await.unwrap();
        assert_eq!((sessions[0].last_seen_at, sessions[0].user_agent.as_str()), (at(seen), "Firefox"));
        assert_eq!(sessions[0].expires_at, at(seen) + session::LIFETIME);
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_is_dead_is_swept(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = add(&mut conn, "anna", "manager").await;
    session::open(&mut conn, anna, Device { remote: None, user_agent: "" }, at(0)).await.unwrap();
    login::begin(&mut conn, "nobody", None, at(0)).await.unwrap().unwrap();
    assert_eq!(sweep::expired_unscoped(&mut conn, at(0)).await.unwrap(), 0);
    let later = at(0) + TimeDelta::days(15);
    assert_eq!(sweep::expired_unscoped(&mut conn, later).await.unwrap(), 2);
}
