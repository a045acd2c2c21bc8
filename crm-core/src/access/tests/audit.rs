use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use super::{add, at, lines, viewer};
use crate::access::audit::{self, Actor, Filter, ListError, Subject};
use crate::access::user::{self, NewUser, UserError};

fn anna() -> NewUser {
    NewUser {
        login: "Anna".to_owned(),
        name: "Анна".to_owned(),
        post: None,
        phone: None,
        email: None,
        roles: vec!["manager".to_owned()],
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_change_and_its_line_come_and_go_together(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let root = add(&mut conn, "root", "administrator").await;
    let root = viewer(&mut conn, root).await;
    let before = lines(&pool, "user.create").await;

    let mut tx = pool.begin().await.unwrap();
    user::create(&mut tx, &root, anna(), at(1)).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(lines(&pool, "user.create").await, before);

    let mut tx = pool.begin().await.unwrap();
    let (created, _) = user::create(&mut tx, &root, anna(), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(lines(&pool, "user.create").await, before + 1);

    let filter = Filter { subject_id: Some(created.id.to_string()), ..Filter::default() };
    let entries = audit::list(&mut conn, &root, &filter, None, 10).await.unwrap();
    let entry = entries.iter().find(|entry| entry.action == "user.create").unwrap();
    assert_eq!((entry.user_id, entry.remote.as_deref()), (Some(root.user_id), Some("10.0.0.1")));
    assert_eq!(entry.after.as_ref().unwrap()["login"], "anna");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_refused_change_leaves_nothing(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let boss = add(&mut conn, "boss", "director").await;
    let boss = viewer(&mut conn, boss).await;
    let refused = user::create(&mut conn, &boss, anna(), at(1)).await;
    assert!(matches!(refused, Err(UserError::Forbidden(_))));
    let users: i64 = sqlx::query_scalar("select count(*) from users").fetch_one(&pool).await.unwrap();
    assert_eq!((users, lines(&pool, "user.create").await), (1, 1), "the director alone");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_log_cannot_be_rewritten(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    add(&mut conn, "root", "administrator").await;
    for statement in ["update audit_log set actor = 'nobody'", "delete from audit_log", "truncate audit_log"]
    {
        let error = sqlx::query(statement).execute(&mut *conn).await.unwrap_err();
        assert!(error.to_string().contains("append-only"), "{statement}: {error}");
    }
    assert!(lines(&pool, "user.create").await > 0);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_log_is_for_those_who_may_read_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let manager = add(&mut conn, "anna", "manager").await;
    let manager = viewer(&mut conn, manager).await;
    let answer = audit::list(&mut conn, &manager, &Filter::default(), None, 10).await;
    assert!(matches!(answer, Err(ListError::Forbidden(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_log_is_found_by_who_what_and_when(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let boss = add(&mut conn, "boss", "director").await;
    let boss = viewer(&mut conn, boss).await;
    // Before and after midnight by less than the millisecond that an id knows.
    let midnight = at(86_400);
    let times = [-1_000_000, -1, 0, 1, 999, 1_000_000].map(|us| midnight + TimeDelta::microseconds(us));
    for (actor, action) in [
        (Actor::User(&boss), "user.edit"),
        (Actor::System("правило"), "user.create"),
        (Actor::System("правило"), "api_key.create"),
    ] {
        for (number, time) in times.into_iter().enumerate() {
            let subject = Subject::new("user", &number);
            audit::record(&mut conn, &actor, action, subject, None, None, time).await.unwrap();
        }
    }

    let since = Filter { from: Some(at(1)), ..Filter::default() };
    let by_action = |action: &str| Filter { action: Some(action.to_owned()), ..since.clone() };
    let between = |from: Option<DateTime<Utc>>, until| Filter { from, until, ..by_action("user.edit") };
    let all = vec!["5", "4", "3", "2", "1", "0"];
    for (filter, expected) in [
        (by_action("user.edit"), all.clone()),
        // Of one millisecond in the order in which they were written.
        (by_action("user."), vec!["5", "5", "4", "3", "2", "4", "3", "2", "1", "1", "0", "0"]),
        (by_action("user"), vec![]),
        (Filter { user: Some(boss.user_id), ..since.clone() }, all.clone()),
        (
            Filter { subject_kind: Some("user".into()), subject_id: Some("4".into()), ..since.clone() },
            vec!["4"; 3],
        ),
        (between(Some(midnight), None), vec!["5", "4", "3", "2"]),
        (between(Some(at(1)), Some(midnight)), vec!["1", "0"]),
        (between(Some(times[3]), Some(times[5])), vec!["4", "3"]),
        (between(Some(midnight), Some(times[4])), vec!["3", "2"]),
        (between(None, Some(times[1])), vec!["0"]),
    ] {
        let mut behind = None;
        let mut found = Vec::new();
        while let Some(entry) = audit::list(&mut conn, &boss, &filter, behind, 1).await.unwrap().pop() {
            behind = Some(entry.id);
            found.push(entry.subject_id);
        }
        assert_eq!(found, expected, "{filter:?}");
    }
}
