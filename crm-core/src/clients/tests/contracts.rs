//! Contracts on cards: the best mark counts, number and date are frozen, joins carry them.

use chrono::NaiveDate;
use sqlx::{PgConnection, PgPool};

use crate::{
    ClientId, ContractId,
    access::{Forbidden, Right, Viewer},
    clients::{
        ClientError,
        client::{self, ContractMark},
        contract::{ContractEdit, NewContract, create, edit, restore, withdraw},
        join::{ClientJoin, Side, join_clients, split},
        list::{ClientFilter, ClientSort, Wanted, list},
    },
    fixture::{client as card, feed_for, minute, user},
    timeline::feed::Message,
};

fn held(mark: ContractMark) -> NewContract {
    NewContract { number: None, mark: Some(mark), ..numbered("") }
}

fn numbered(number: &str) -> NewContract {
    let id = ContractId::at(minute(0));
    NewContract { id, number: Some(number.into()), signed_on: None, mark: None, note: None }
}

/// What the card says, and whether the list finds it by just that.
async fn mark(conn: &mut PgConnection, viewer: &Viewer, id: ClientId) -> Option<ContractMark> {
    let mark = client::read(conn, viewer, id).await.unwrap().contract_mark;
    let wanted = mark.map_or(Wanted::None, Wanted::Is);
    let filter = ClientFilter { contract_mark: Some(wanted), ..ClientFilter::default() };
    let rows = list(conn, viewer, &filter, ClientSort::Name, None, 50).await.unwrap();
    assert!(
        rows.iter().any(|row| row.id == id && row.contract_mark == mark),
        "the list agrees with the card"
    );
    mark
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_card_and_the_list_show_the_best_of_the_contracts(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = card(&mut conn, "Ромашка", Some(&anna)).await;
    assert_eq!(mark(&mut conn, &anna, id).await, None, "an empty value is there to be flagged");
    create(&mut conn, &anna, minute(1), id, numbered("17/26")).await.unwrap();
    assert_eq!(mark(&mut conn, &anna, id).await, None, "a number says nothing of paper");
    create(&mut conn, &anna, minute(2), id, held(ContractMark::OneOff)).await.unwrap();
    assert_eq!(mark(&mut conn, &anna, id).await, Some(ContractMark::OneOff));
    let original = create(&mut conn, &anna, minute(3), id, held(ContractMark::Original)).await.unwrap();
    create(&mut conn, &anna, minute(4), id, held(ContractMark::Scan)).await.unwrap();
    assert_eq!(mark(&mut conn, &anna, id).await, Some(ContractMark::Original));
    withdraw(&mut conn, &anna, minute(5), original).await.unwrap();
    withdraw(&mut conn, &anna, minute(5), original).await.expect("repeats safely");
    assert_eq!(mark(&mut conn, &anna, id).await, Some(ContractMark::Scan));
    restore(&mut conn, &anna, minute(6), original).await.unwrap();
    assert_eq!(mark(&mut conn, &anna, id).await, Some(ContractMark::Original));
    let lost = ContractEdit { version: 3, mark: Some(Some(ContractMark::OneOff)), ..ContractEdit::default() };
    edit(&mut conn, &anna, minute(7), original, lost).await.unwrap();
    assert_eq!(mark(&mut conn, &anna, id).await, Some(ContractMark::Scan));
    let empty = create(&mut conn, &anna, minute(8), id, NewContract { number: None, ..numbered("") }).await;
    assert!(matches!(empty, Err(ClientError::Invalid { field: "number", .. })));
    let told = feed_for(&mut conn, &anna).await;
    assert!(told.contains(&Message::Client { client_id: id, root_id: id }), "{told:?}");
}

async fn numbers(conn: &mut PgConnection, viewer: &Viewer, id: ClientId) -> Vec<String> {
    let card = client::read(conn, viewer, id).await.unwrap();
    card.contracts.into_iter().filter_map(|one| one.number).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn number_and_date_are_frozen_once_given_and_the_mark_is_not(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let director = user(&mut conn, "Директор", "director").await;
    let id = card(&mut conn, "Ромашка", Some(&anna)).await;
    let contract = create(&mut conn, &anna, minute(1), id, held(ContractMark::Scan)).await.unwrap();
    let day = NaiveDate::from_ymd_opt(2026, 6, 5);
    let fill = ContractEdit {
        version: 1,
        number: Some(Some(" 17/26 ".into())),
        signed_on: Some(day),
        ..ContractEdit::default()
    };
    edit(&mut conn, &anna, minute(2), contract, fill.clone()).await.expect("what was empty may be filled");
    let stale = edit(&mut conn, &anna, minute(3), contract, fill).await;
    assert!(matches!(stale, Err(ClientError::Stale { current: 2 })));
    let number =
        |version| ContractEdit { version, number: Some(Some("18".into())), ..ContractEdit::default() };
    let undated = ContractEdit { version: 2, signed_on: Some(None), ..ContractEdit::default() };
    for wish in [number(2), undated] {
        let frozen = edit(&mut conn, &anna, minute(3), contract, wish).await;
        assert!(matches!(frozen, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect)))));
    }
    let frozen = withdraw(&mut conn, &anna, minute(3), contract).await;
    assert!(matches!(frozen, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect)))));
    let words = ContractEdit {
        version: 2,
        mark: Some(Some(ContractMark::Original)),
        note: Some(Some("Лежит у юриста".into())),
        ..ContractEdit::default()
    };
    edit(&mut conn, &anna, minute(4), contract, words).await.expect("mark and note are free");
    edit(&mut conn, &director, minute(5), contract, number(3)).await.expect("the director corrects");
    assert_eq!(numbers(&mut conn, &anna, id).await, ["18"]);
    withdraw(&mut conn, &director, minute(6), contract).await.unwrap();
    let actions: Vec<String> =
        sqlx::query_scalar("select action from audit_log where subject_id = $1 order by id")
            .bind(id.to_string())
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    let expected =
        ["contract.create", "contract.edit", "contract.edit", "contract.edit", "contract.withdraw"];
    assert_eq!(actions, expected);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn contracts_of_a_foreign_client_are_out_of_reach(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let boris = user(&mut conn, "Борис", "manager").await;
    let driver = user(&mut conn, "Вадим", "driver").await;
    let id = card(&mut conn, "Ромашка", Some(&anna)).await;
    let contract = create(&mut conn, &anna, minute(1), id, held(ContractMark::Scan)).await.unwrap();
    let foreign = create(&mut conn, &boris, minute(2), id, held(ContractMark::Scan)).await;
    assert!(matches!(foreign, Err(ClientError::Foreign(_))));
    let note = || ContractEdit { version: 1, note: Some(Some("Моё".into())), ..ContractEdit::default() };
    assert!(matches!(edit(&mut conn, &boris, minute(2), contract, note()).await, Err(ClientError::NotFound)));
    assert!(matches!(withdraw(&mut conn, &boris, minute(2), contract).await, Err(ClientError::NotFound)));
    assert!(matches!(restore(&mut conn, &boris, minute(2), contract).await, Err(ClientError::NotFound)));
    let refused = edit(&mut conn, &driver, minute(2), contract, note()).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(Forbidden(Right::ClientsWrite)))));
    let unknown = withdraw(&mut conn, &anna, minute(2), ContractId::at(minute(9))).await;
    assert!(matches!(unknown, Err(ClientError::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_join_brings_the_contracts_together_and_a_split_gives_them_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = user(&mut conn, "Роман", "head_of_sales").await;
    let ours = card(&mut conn, "Ромашка", Some(&head)).await;
    let other = card(&mut conn, "Ромашка плюс", Some(&head)).await;
    create(
        &mut conn,
        &head,
        minute(1),
        ours,
        NewContract { mark: Some(ContractMark::Scan), ..numbered("1") },
    )
    .await
    .unwrap();
    let second = NewContract { mark: Some(ContractMark::Original), ..numbered("2") };
    create(&mut conn, &head, minute(2), other, second).await.unwrap();
    let join = ClientJoin {
        survivor_id: ours,
        absorbed_id: other,
        choices: [("name".into(), Side::Survivor)].into(),
        dry_run: false,
    };
    let done = join_clients(&mut conn, &head, minute(3), &join).await.unwrap();
    assert_eq!(numbers(&mut conn, &head, ours).await, ["2", "1"]);
    assert_eq!(mark(&mut conn, &head, ours).await, Some(ContractMark::Original));
    create(&mut conn, &head, minute(4), other, numbered("3"))
        .await
        .expect("of the joined card it is the root's");
    split(&mut conn, &head, minute(5), done.join_id.unwrap()).await.unwrap();
    assert_eq!(numbers(&mut conn, &head, ours).await, ["3", "1"]);
    assert_eq!(mark(&mut conn, &head, ours).await, Some(ContractMark::Scan));
    assert_eq!(numbers(&mut conn, &head, other).await, ["2"]);
    assert_eq!(mark(&mut conn, &head, other).await, Some(ContractMark::Original));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_press_again_is_the_same_contract(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let head = user(&mut conn, "Роман", "head_of_sales").await;
    let id = card(&mut conn, "Ромашка", Some(&anna)).await;
    let new = NewContract { note: Some("У юриста".into()), ..numbered(" 17/26 ") };
    let made = create(&mut conn, &anna, minute(1), id, new.clone()).await.unwrap();
    assert_eq!(made, new.id);
    assert_eq!(create(&mut conn, &anna, minute(2), id, new.clone()).await.unwrap(), made);
    // What was changed since is no other press.
    let scanned =
        ContractEdit { version: 1, mark: Some(Some(ContractMark::Scan)), ..ContractEdit::default() };
    edit(&mut conn, &anna, minute(3), made, scanned).await.unwrap();
    assert_eq!(create(&mut conn, &anna, minute(4), id, new.clone()).await.unwrap(), made);
    assert_eq!(mark(&mut conn, &anna, id).await, Some(ContractMark::Scan), "and it stays changed");

    let other_card = card(&mut conn, "Лютик", Some(&anna)).await;
    let other = NewContract { number: Some("18".into()), ..new.clone() };
    for (viewer, client, content) in [(&anna, id, other), (&anna, other_card, new.clone()), (&head, id, new)]
    {
        let refused = create(&mut conn, viewer, minute(5), client, content).await;
        assert!(matches!(refused, Err(ClientError::NotNow(_))), "{refused:?}");
    }
    assert_eq!(numbers(&mut conn, &anna, id).await, ["17/26"]);
    assert!(numbers(&mut conn, &anna, other_card).await.is_empty());
    let told: i64 = sqlx::query_scalar("select count(*) from audit_log where action = 'contract.create'")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(told, 1);
}
