//! The card that a change locks, when it is joined at that moment.

use sqlx::{PgConnection, PgPool};

use crate::{
    ClientId, ContactId,
    access::{Right, Viewer},
    clients::{
        join::{ClientJoin, ContactJoin, Side, join_clients, join_contacts},
        reach::{client_under, contact_under},
    },
    fixture::{client, contact, minute, user},
};

struct Stand {
    head: Viewer,
    stays: ClientId,
    goes: ClientId,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let head = user(conn, "Роман", "head_of_sales").await;
    let stays = client(conn, "Ромашка", Some(&head)).await;
    let goes = client(conn, "Лютик", Some(&head)).await;
    Stand { head, stays, goes }
}

/// Until somebody waits for a lock of this database.
async fn somebody_waits(conn: &mut PgConnection) {
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(&mut *conn).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
}

const CLIENT: &str = "select id from clients where id = $1 for no key update skip locked";
const CONTACT: &str = "select id from contacts where id = $1 for no key update skip locked";

/// Whether a row can be locked.
async fn is_free(conn: &mut PgConnection, lock: &'static str, id: uuid::Uuid) -> bool {
    sqlx::query(lock).bind(id).fetch_optional(conn).await.unwrap().is_some()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_card_that_is_joined_meanwhile_is_locked_by_its_new_root(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { head, stays, goes } = stand(&mut conn).await;
    let mut first = pool.begin().await.unwrap();
    let join = ClientJoin {
        survivor_id: stays,
        absorbed_id: goes,
        choices: [("name".into(), Side::Survivor)].into(),
        dry_run: false,
    };
    join_clients(&mut first, &head, minute(1), &join).await.unwrap();
    let mut later = pool.begin().await.unwrap();
    let change = async {
        let root = client_under(&mut later, &head, Right::ClientsWrite, goes).await.unwrap();
        assert_eq!(root.id, stays);
    };
    let commit = async {
        somebody_waits(&mut conn).await;
        first.commit().await.unwrap();
    };
    tokio::join!(change, commit);
    assert!(!is_free(&mut conn, CLIENT, stays.0).await, "nobody transfers it until the change is done");
    later.rollback().await.unwrap();
    assert!(is_free(&mut conn, CLIENT, stays.0).await);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_person_who_is_joined_meanwhile_is_locked_by_the_new_root(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let Stand { head, stays, goes } = stand(&mut conn).await;
    let (one, other): (ContactId, ContactId) =
        (contact(&mut conn, "Инна", stays).await, contact(&mut conn, "Инна П.", goes).await);
    let mut first = pool.begin().await.unwrap();
    let join = ContactJoin {
        survivor_id: one,
        absorbed_id: other,
        choices: [("name".into(), Side::Survivor)].into(),
        dry_run: false,
    };
    join_contacts(&mut first, &head, minute(1), &join).await.unwrap();
    let mut later = pool.begin().await.unwrap();
    let change = async {
        let root = contact_under(&mut later, &head, Right::ClientsWrite, other).await.unwrap();
        assert_eq!(root, one);
    };
    let commit = async {
        somebody_waits(&mut conn).await;
        first.commit().await.unwrap();
    };
    tokio::join!(change, commit);
    assert!(!is_free(&mut conn, CONTACT, one.0).await);
    later.rollback().await.unwrap();
}
