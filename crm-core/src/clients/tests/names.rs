//! What freezes the name of a card: that a person entered it, and nothing else.

use sqlx::{PgConnection, PgPool};

use crate::{
    ClientId, ContractId,
    access::{Forbidden, Right, Viewer},
    clients::{
        ClientError,
        client::{ClientCard, ClientEdit, ContractMark, edit, read, take},
        contract::{self, NewContract},
        join::{Choices, ClientJoin, join_clients, split},
    },
    fixture::{client, minute, user},
};

/// A card as an event makes it, with what the event knew.
async fn made_by_event(conn: &mut PgConnection, name: &str, responsible: Option<&Viewer>) -> ClientId {
    let id = client(conn, name, responsible).await;
    sqlx::query("update clients set automatic = true, name_is_chosen = false where id = $1")
        .bind(id)
        .execute(conn)
        .await
        .unwrap();
    id
}

async fn change(
    conn: &mut PgConnection,
    viewer: &Viewer,
    id: ClientId,
    wish: ClientEdit,
) -> Result<ClientCard, ClientError> {
    let version = read(conn, viewer, id).await.unwrap().version;
    edit(conn, viewer, minute(9), id, ClientEdit { version, ..wish }).await
}

fn named(name: &str) -> ClientEdit {
    ClientEdit { name: Some(name.into()), ..ClientEdit::default() }
}

fn is_frozen<T>(answer: &Result<T, ClientError>) -> bool {
    matches!(answer, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect))))
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn taking_a_client_its_contract_and_its_city_do_not_freeze_a_name_that_nobody_chose(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = made_by_event(&mut conn, "+7 916 123-45-67", None).await;
    take(&mut conn, &anna, minute(1), id).await.unwrap();
    let scan = NewContract {
        id: ContractId::at(minute(2)),
        number: None,
        signed_on: None,
        mark: Some(ContractMark::Scan),
        note: None,
    };
    contract::create(&mut conn, &anna, minute(2), id, scan).await.unwrap();
    let city = ClientEdit { city: Some(Some("Уфа".into())), ..named("+7 916 123-45-67") };
    let card = change(&mut conn, &anna, id, city).await.unwrap();
    assert!(!card.name_is_chosen && !card.automatic, "touched, and not named");

    let card = change(&mut conn, &anna, id, named("Ромашка")).await.expect("the first name is free");
    assert!(card.name_is_chosen);
    assert!(is_frozen(&change(&mut conn, &anna, id, named("Лютик")).await));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_requisite_once_entered_is_frozen_although_the_name_is_not(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = made_by_event(&mut conn, "+7 916 123-45-67", Some(&anna)).await;
    let inn = |text: &str| ClientEdit { inn: Some(Some(text.into())), ..ClientEdit::default() };
    change(&mut conn, &anna, id, inn("7707083893")).await.unwrap();
    assert!(is_frozen(&change(&mut conn, &anna, id, inn("500100732259")).await));
    change(&mut conn, &anna, id, named("Ромашка")).await.expect("nobody had named it");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn in_a_join_the_chosen_name_wins_and_a_split_gives_back_the_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let head = user(&mut conn, "Роман", "head_of_sales").await;
    let taken = made_by_event(&mut conn, "+7 916 123-45-67", None).await;
    take(&mut conn, &head, minute(1), taken).await.unwrap();
    let other = client(&mut conn, "Ромашка", Some(&head)).await;
    let join = ClientJoin { survivor_id: taken, absorbed_id: other, choices: Choices::new(), dry_run: false };
    let done = join_clients(&mut conn, &head, minute(2), &join).await.unwrap();
    let card = read(&mut conn, &head, taken).await.unwrap();
    assert_eq!((card.name.as_str(), card.name_is_chosen), ("Ромашка", true));
    split(&mut conn, &head, minute(3), done.join_id.unwrap()).await.unwrap();
    let card = read(&mut conn, &head, taken).await.unwrap();
    assert_eq!((card.name.as_str(), card.name_is_chosen), ("+7 916 123-45-67", false));
}
