use sqlx::PgPool;

use super::{add, at, lines, viewer};
use crate::access::audit::{self, Filter, ListError};
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
