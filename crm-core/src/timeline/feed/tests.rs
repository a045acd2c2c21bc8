use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeZone, Utc};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::*;
use crate::access::{Right, Scope, Viewer};

fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_790_000_000 + second, 0).unwrap()
}

fn viewer(user: UserId, rights: &[(Right, Scope)]) -> Viewer {
    let rights = rights.iter().copied().collect::<BTreeMap<_, _>>();
    Viewer { user_id: user, name: "Проверка".to_owned(), remote: None, rights, lent: Vec::new() }
}

fn notice() -> Changes {
    Changes { notices: true, ..Changes::default() }
}

/// Other tests' transactions in the same cluster hold entries back for moments.
async fn read_until(pool: &PgPool, behind: Position, entries: usize) -> Vec<Entry> {
    for _ in 0..200 {
        let batch = read(&mut pool.acquire().await.unwrap(), behind, 100).await.unwrap();
        if batch.entries.len() >= entries {
            return batch.entries;
        }
        assert!(batch.waiting || entries > 0);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{entries} entries never came");
}

async fn user(conn: &mut PgConnection, login: &str) -> UserId {
    let id = UserId::at(at(0));
    sqlx::query("insert into users (id, login, name, created_at, updated_at) values ($1, $2, $2, $3, $3)")
        .bind(id)
        .bind(login)
        .bind(at(0))
        .execute(conn)
        .await
        .unwrap();
    id
}

async fn client(conn: &mut PgConnection, responsible: Option<UserId>) -> ClientId {
    let id = ClientId::at(at(0));
    sqlx::query(
        "insert into clients (id, root_id, name, automatic, search_key, responsible_id, created_at, updated_at)
         values ($1, $1, 'Ромашка', false, 'ромашка', $2, $3, $3)",
    )
    .bind(id)
    .bind(responsible)
    .bind(at(0))
    .execute(conn)
    .await
    .unwrap();
    id
}

async fn contact(conn: &mut PgConnection, clients: &[ClientId]) -> ContactId {
    let id = ContactId::at(at(0));
    sqlx::query(
        "insert into contacts (id, root_id, name, automatic, created_at, updated_at)
         values ($1, $1, 'Пётр', false, $2, $2)",
    )
    .bind(id)
    .bind(at(0))
    .execute(&mut *conn)
    .await
    .unwrap();
    for client in clients {
        sqlx::query("insert into contact_clients (contact_id, client_id, created_at) values ($1, $2, $3)")
            .bind(id)
            .bind(*client)
            .bind(at(0))
            .execute(&mut *conn)
            .await
            .unwrap();
    }
    id
}

async fn row(conn: &mut PgConnection, contact: Option<ContactId>, pinned: Option<ClientId>) -> InteractionId {
    let id = InteractionId(Uuid::from_u128(rand::random()));
    sqlx::query(
        "insert into interactions (id, contact_id, pinned_client_id, kind, origin, occurred_at, received_at, fullness,
             mapping, external_id)
         values ($1, $2, $3, 'message', 'live', $4, $4, 3, 1, $1::text)",
    )
    .bind(id)
    .bind(contact)
    .bind(pinned)
    .bind(at(0))
    .execute(conn)
    .await
    .unwrap();
    id
}

async fn resolved(conn: &mut PgConnection, changes: Changes) -> Vec<Change> {
    let entry = Entry { position: Position::behind(1, 1), changes };
    resolve(conn, &[entry]).await.unwrap().remove(0).changes
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_entry_waits_for_older_transactions_and_is_read_in_order(pool: PgPool) {
    let (mut slow, mut fast) = (pool.begin().await.unwrap(), pool.begin().await.unwrap());
    tell(&mut slow, &Changes { notices: true, ..Changes::default() }, at(1)).await.unwrap();
    tell(&mut fast, &Changes::default(), at(2)).await.unwrap();
    fast.commit().await.unwrap();

    let mut conn = pool.acquire().await.unwrap();
    let early = read(&mut conn, Position::START, 10).await.unwrap();
    assert!(early.entries.is_empty(), "the younger transaction must not be read alone");
    assert!(early.waiting);
    assert_eq!(head(&mut conn).await.unwrap(), Position::START);

    slow.commit().await.unwrap();
    let entries = read_until(&pool, Position::START, 2).await;
    assert!(entries[0].changes.notices, "the older transaction comes first");
    assert!(entries[0].position < entries[1].position);
    assert_eq!(read_until(&pool, entries[0].position, 1).await.len(), 1);
    assert_eq!(read_until(&pool, entries[1].position, 0).await.len(), 0);
    assert_eq!(head(&mut conn).await.unwrap(), entries[1].position);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_place_inside_an_entry_has_the_entry_behind_it(pool: PgPool) {
    tell(&mut pool.acquire().await.unwrap(), &notice(), at(1)).await.unwrap();
    let whole = read_until(&pool, Position::START, 1).await[0].position;
    assert_eq!(read_until(&pool, whole.at_part(0), 1).await[0].position, whole);
    assert!(read_until(&pool, whole, 0).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn old_entries_go_and_their_places_are_no_longer_known(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    for second in [1, 2, 3] {
        tell(&mut conn, &notice(), at(second)).await.unwrap();
    }
    let entries = read_until(&pool, Position::START, 3).await;
    let known = async |position| holds(&mut pool.acquire().await.unwrap(), position).await.unwrap();
    assert!(known(entries[0].position).await);
    assert!(!known(Position::START).await);
    assert!(!known(Position::behind(u64::from(u32::MAX) << 8, 1)).await, "a place in the future");

    assert_eq!(forget_before(&mut conn, at(2)).await.unwrap(), 1);
    assert!(!known(entries[0].position).await);
    assert!(known(entries[1].position).await);
    assert_eq!(forget_before(&mut conn, at(100)).await.unwrap(), 1);
    assert!(known(entries[2].position).await, "the newest stays");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn entries_of_another_cluster_are_forgotten(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    tell(&mut conn, &notice(), at(1)).await.unwrap();
    sqlx::query("update feed set tx = '99999999999'").execute(&mut *conn).await.unwrap();
    assert_eq!(forget_before(&mut conn, at(0)).await.unwrap(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn each_manager_is_told_of_his_own_company_only(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "anna").await, user(&mut conn, "boris").await);
    let (hers, his) = (client(&mut conn, Some(anna)).await, client(&mut conn, Some(boris)).await);
    let only_hers = contact(&mut conn, &[hers]).await;
    let shared = contact(&mut conn, &[hers, his]).await;
    let private = row(&mut conn, Some(only_hers), None).await;
    let both = row(&mut conn, Some(shared), None).await;
    let pinned = row(&mut conn, Some(shared), Some(hers)).await;
    let nobody = row(&mut conn, None, None).await;
    let unknown = InteractionId(Uuid::nil());

    let changes = resolved(
        &mut conn,
        Changes {
            interactions: vec![private, both, pinned, nobody, unknown],
            contacts: vec![only_hers, shared],
            clients: vec![hers, his],
            moved: Vec::new(),
            drafts: Vec::new(),
            notices: true,
            rooms: Vec::new(),
            requests: Vec::new(),
            loans: Vec::new(),
            tasks: Vec::new(),
        },
    )
    .await;
    let told = |viewer: &Viewer| -> Vec<usize> {
        changes
            .iter()
            .enumerate()
            .filter(|(_, change)| change.for_viewer(viewer).is_some())
            .map(|(i, _)| i)
            .collect()
    };
    let own = [(Right::ClientsRead, Scope::Own)];
    assert_eq!(told(&viewer(anna, &own)), [0, 1, 2, 5, 6, 7]);
    assert_eq!(told(&viewer(boris, &own)), [1, 6, 8]);
    assert_eq!(told(&viewer(anna, &[(Right::ClientsRead, Scope::All)])), [0, 1, 2, 3, 5, 6, 7, 8]);
    assert_eq!(told(&viewer(anna, &[(Right::AccountsManage, Scope::All)])), [9]);

    let is_own = |index: usize, viewer: &Viewer| match changes[index].for_viewer(viewer) {
        Some(Message::Interaction { own, .. }) => own,
        _ => panic!("a message"),
    };
    assert!(is_own(0, &viewer(anna, &own)));
    assert!(!is_own(0, &viewer(boris, &[(Right::ClientsRead, Scope::All)])), "he reads it, she answers it");

    let Some(Message::Interaction { client_ids, contact_id, .. }) =
        changes[1].for_viewer(&viewer(boris, &own))
    else {
        panic!("a message of a shared contact")
    };
    assert_eq!((client_ids, contact_id), (vec![his], Some(shared)), "a foreign client is not even named");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_lost_a_client_is_told_and_nobody_else(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris, vera) =
        (user(&mut conn, "anna").await, user(&mut conn, "boris").await, user(&mut conn, "vera").await);
    let moving = client(&mut conn, Some(boris)).await;
    tell_moved(&mut conn, moving, Some(anna), at(1)).await.unwrap();
    let entry = read_until(&pool, Position::START, 1).await.remove(0);
    let changes = resolved(&mut conn, entry.changes).await;
    let own = [(Right::ClientsRead, Scope::Own)];
    let told = |user| -> Vec<&'static str> {
        let viewer = viewer(user, &own);
        changes.iter().filter_map(|change| change.for_viewer(&viewer)).map(|message| message.name()).collect()
    };
    assert_eq!(told(anna), ["access_lost"]);
    assert_eq!(told(boris), ["client"]);
    assert!(told(vera).is_empty());

    tell_moved(&mut conn, moving, None, at(2)).await.unwrap();
    let entry = read_until(&pool, entry.position, 1).await.remove(0);
    let changes = resolved(&mut conn, entry.changes).await;
    let lost = changes.iter().filter_map(|change| change.for_viewer(&viewer(vera, &own))).collect::<Vec<_>>();
    assert_eq!(lost, [Message::AccessLost { client_id: moving }], "the common base was everybody's");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn joined_cards_show_under_their_root(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (anna, boris) = (user(&mut conn, "anna").await, user(&mut conn, "boris").await);
    let (root, joined) = (client(&mut conn, Some(anna)).await, client(&mut conn, Some(boris)).await);
    let (first, second) = (contact(&mut conn, &[]).await, contact(&mut conn, &[joined]).await);
    let said = row(&mut conn, Some(first), None).await;
    sqlx::query("update clients set root_id = $1 where id = $2")
        .bind(root)
        .bind(joined)
        .execute(&mut *conn)
        .await
        .unwrap();
    sqlx::query("update contacts set root_id = $1 where id = $2")
        .bind(first)
        .bind(second)
        .execute(&mut *conn)
        .await
        .unwrap();
    let changes = Changes {
        interactions: vec![said],
        contacts: vec![second],
        clients: vec![joined],
        ..Changes::default()
    };
    let holder = Holder { client: root, responsible: Some(anna) };
    for change in resolved(&mut conn, changes).await {
        assert_eq!(change.clients, [holder], "{change:?}");
    }
}

#[test]
fn an_entry_of_a_newer_version_is_read_as_far_as_it_is_known() {
    let changes: Changes =
        serde_json::from_str(r#"{"interactions": [], "notices": true, "weather": [1]}"#).unwrap();
    assert_eq!(changes, notice());
}
