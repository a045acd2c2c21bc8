//! Contacts and their addresses.

use sqlx::PgPool;

use crate::{
    ClientId,
    access::{Forbidden, Right},
    clients::{
        ClientError, TakenBy,
        contact::{ContactEdit, NewContact, create, edit, link, of_client, read},
        identity::{AddressKind, NewAddress, add},
    },
    fixture::{client, contact, minute, phone, user},
};

fn number(text: &str) -> NewAddress {
    NewAddress { kind: AddressKind::Phone, text: text.into(), region: None }
}

fn anna(client: ClientId, numbers: &[&str]) -> NewContact {
    NewContact {
        client_id: client,
        name: "Анна".into(),
        post: Some("директор".into()),
        addresses: numbers.iter().map(|text| number(text)).collect(),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn contact_data_is_frozen_after_creation(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let director = user(&mut conn, "Директор", "director").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    let new = anna(company, &["8 916 456-98-12", "8 916 456-98-13"]);
    let person = create(&mut conn, &owner, minute(1), new).await.expect("the contact is new");
    let numbers: Vec<&str> = person.identities.iter().map(|identity| identity.value.as_str()).collect();
    assert_eq!(numbers, ["+79164569812", "+79164569813"]);
    assert_eq!(person.clients[0].post.as_deref(), Some("директор"));

    for viewer in [&owner, &head] {
        let added = add(&mut conn, viewer, minute(2), person.id, &number("89164569814")).await;
        assert!(matches!(added, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect)))));
        let renamed = ContactEdit { name: Some("Инна".into()), ..Default::default() };
        let renamed = edit(&mut conn, viewer, minute(2), person.id, renamed).await;
        assert!(matches!(renamed, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect)))));
    }
    add(&mut conn, &owner, minute(2), person.id, &number("89164569812")).await.expect("known already");
    add(&mut conn, &director, minute(3), person.id, &number("89164569814")).await.expect("he corrects");
    assert_eq!(read(&mut conn, &owner, person.id).await.expect("his contact").identities.len(), 3);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_contact_of_an_event_may_be_named_and_get_its_first_number(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let company = client(&mut conn, "Ромашка", None).await;
    let person = contact(&mut conn, "wa:77", company).await;
    let name = ContactEdit { name: Some("Анна".into()), ..Default::default() };
    let named = edit(&mut conn, &owner, minute(1), person, name).await.expect("an event named it");
    assert!(!named.automatic);
    add(&mut conn, &owner, minute(1), person, &number("89164569812")).await.expect("its first number");
    let second = add(&mut conn, &owner, minute(1), person, &number("89164569813")).await;
    assert!(matches!(second, Err(ClientError::Forbidden(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_number_of_a_foreign_client_names_only_the_stub(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let foreign = client(&mut conn, "Ромашка", Some(&owner)).await;
    let canary = contact(&mut conn, "Канарейкина", foreign).await;
    phone(&mut conn, canary, "+79164569812").await;
    let own = client(&mut conn, "Лютик", Some(&other)).await;

    let mut transaction = sqlx::Connection::begin(&mut *conn).await.expect("a transaction");
    let taken = create(&mut transaction, &other, minute(1), anna(own, &["89164569812"])).await;
    drop(transaction);
    let Err(ClientError::Taken { field: "address", by: TakenBy::Foreign { stub } }) = taken else {
        panic!("{taken:?}");
    };
    assert_eq!((stub.name.as_str(), stub.responsible.as_deref()), ("Ромашка", Some("Иванов")));
    let people = of_client(&mut conn, &other, own, None, 10).await.expect("his client");
    assert!(people.is_empty(), "nothing is left of a contact that was refused");
    let taken = create(&mut conn, &owner, minute(1), anna(foreign, &["89164569812"])).await;
    assert!(matches!(taken, Err(ClientError::Taken { by: TakenBy::Contact { id }, .. }) if id == canary));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_person_of_two_companies_shows_each_manager_his_own(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let director = user(&mut conn, "Директор", "director").await;
    let x = client(&mut conn, "Икс", Some(&owner)).await;
    let y = client(&mut conn, "Игрек", Some(&other)).await;
    let person = contact(&mut conn, "Анна", x).await;
    assert!(matches!(read(&mut conn, &other, person).await, Err(ClientError::NotFound)));
    let refused = link(&mut conn, &owner, minute(1), person, y, None).await;
    assert!(matches!(refused, Err(ClientError::Foreign(_))));
    link(&mut conn, &director, minute(1), person, y, Some("бухгалтер".into())).await.expect("he reads both");
    for (viewer, expected) in [(&owner, vec![x]), (&other, vec![y]), (&director, vec![x, y])] {
        let clients = read(&mut conn, viewer, person).await.expect("a contact of both").clients;
        let mut ids: Vec<ClientId> = clients.iter().map(|client| client.id).collect();
        ids.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(ids, expected);
    }
}
