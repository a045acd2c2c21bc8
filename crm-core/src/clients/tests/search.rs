//! What is typed and what is found.

use sqlx::PgPool;

use crate::{
    clients::{
        ClientError,
        client::read,
        search::{FoundBy, search},
    },
    fixture::{client, contact, phone, user},
};

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_client_is_found_however_it_is_typed(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let manager = user(&mut conn, "Иванов", "manager").await;
    let wanted = client(&mut conn, "ООО \"Ромашка-Трейд\"", Some(&manager)).await;
    for at in 0..30 {
        client(&mut conn, &format!("ООО «Трейд-{at}»"), Some(&manager)).await;
    }
    client(&mut conn, "ИП Ёлкин", None).await;
    for typed in [
        "ромашка трейд",
        "romashka",
        "РОМАШК",
        "hjvfirf",
        "кщьфырлф",
        "ООО Ромашка",
        "Ромашка-Трейд",
        "«ромашка»",
        "трейд ромашка",
        "машка",
        "romashka treyd",
    ] {
        let found = search(&mut conn, &manager, typed, 10).await.expect("the search works");
        let place = found.clients.iter().position(|client| client.id == wanted);
        assert!(place.is_some_and(|place| place < 3), "{typed}: {:?}", found.clients);
    }
    let found = search(&mut conn, &manager, "елкин", 10).await.expect("the search works");
    assert_eq!(found.clients.iter().map(|client| client.name.as_str()).collect::<Vec<_>>(), ["ИП Ёлкин"]);
    for typed in ["", "  ", "\"%\"", "\0"] {
        let found = search(&mut conn, &manager, typed, 10).await.expect("the search works");
        assert!(found.clients.is_empty(), "{typed}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn numbers_and_people_lead_to_their_client(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let manager = user(&mut conn, "Иванов", "manager").await;
    let wanted = client(&mut conn, "Ромашка", Some(&manager)).await;
    sqlx::query("update clients set inn = '7707083893' where id = $1")
        .bind(wanted)
        .execute(&mut *conn)
        .await
        .expect("the card is there");
    let anna = contact(&mut conn, "Анна Семёнова", wanted).await;
    phone(&mut conn, anna, "+79164569812").await;
    for (typed, by) in [
        ("9812", FoundBy::Phone),
        ("456-98-12", FoundBy::Phone),
        ("8 (916) 456-98-12", FoundBy::Phone),
        ("+79164569812", FoundBy::Phone),
        ("7707083893", FoundBy::Inn),
        ("77070", FoundBy::InnStart),
        ("семенова", FoundBy::Contact),
        ("анна", FoundBy::Contact),
    ] {
        let found = search(&mut conn, &manager, typed, 10).await.expect("the search works");
        let hits: Vec<_> = found.clients.iter().map(|client| (client.id, client.by)).collect();
        assert_eq!(hits, [(wanted, by)], "{typed}");
        let named = found.clients[0].contact.as_ref().map(|contact| contact.id);
        assert_eq!(named, matches!(by, FoundBy::Phone | FoundBy::Contact).then_some(anna), "{typed}");
    }
    assert!(search(&mut conn, &manager, "812", 10).await.expect("the search works").clients.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_foreign_client_is_a_stub_and_only_by_name_or_inn(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let foreign = client(&mut conn, "ООО Ромашка", Some(&owner)).await;
    sqlx::query("update clients set inn = '7707083893' where id = $1")
        .bind(foreign)
        .execute(&mut *conn)
        .await
        .expect("the card is there");
    let anna = contact(&mut conn, "Канарейкина", foreign).await;
    phone(&mut conn, anna, "+79164569812").await;
    for typed in ["ромашка", "hjvfirf", "7707083893", "7707"] {
        let found = search(&mut conn, &other, typed, 10).await.expect("the search works");
        assert!(found.clients.is_empty(), "{typed}");
        let json = serde_json::to_value(&found.foreign).expect("stubs are JSON");
        let stub =
            serde_json::json!([{ "name": "ООО Ромашка", "inn": "7707083893", "responsible": "Иванов" }]);
        assert_eq!(json, stub, "{typed}");
    }
    for typed in ["канарейкина", "rfyfhtqrbyf", "9812", "+79164569812"] {
        let found = search(&mut conn, &other, typed, 10).await.expect("the search works");
        assert!(found.clients.is_empty() && found.foreign.is_empty(), "{typed}: {found:?}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_foreign_client_called_by_its_number_shows_no_number(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let foreign = client(&mut conn, "+7 916 456-98-12", Some(&owner)).await;
    sqlx::query("update clients set inn = '7707083893' where id = $1")
        .bind(foreign)
        .execute(&mut *conn)
        .await
        .expect("the card is there");
    for typed in ["9812", "98 12", "456-98-12", "+7 916 456-98-12", "7 916", "916 456", "+79164569812"] {
        let found = search(&mut conn, &other, typed, 10).await.expect("the search works");
        assert!(found.foreign.is_empty(), "{typed}: {found:?}");
        let found = search(&mut conn, &owner, "916 456", 10).await.expect("the search works");
        assert_eq!(found.clients[0].name, "+7 916 456-98-12", "its own manager sees it");
    }
    let found = search(&mut conn, &other, "7707083893", 10).await.expect("the search works");
    assert_eq!(found.foreign[0].name, "Без имени");
    let refused = read(&mut conn, &other, foreign).await;
    assert!(matches!(&refused, Err(ClientError::Foreign(stub)) if stub.name == "Без имени"), "{refused:?}");
}
