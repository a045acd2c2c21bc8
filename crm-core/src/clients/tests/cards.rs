//! Cards created, changed and given away.

use sqlx::PgPool;

use crate::{
    access::{Forbidden, Right},
    clients::{
        ClientError, TakenBy,
        client::{ClientEdit, NewClient, Transfer, create, edit, features_versions, read, take, transfer},
    },
    fixture::{client, minute, user},
};

fn romashka(inn: &str) -> NewClient {
    NewClient { name: " ООО Ромашка ".into(), inn: Some(inn.into()), ..Default::default() }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_inn_is_given_once_and_its_foreign_owner_stays_a_stub(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let mut new = romashka("7707 083 893");
    new.responsible_id = Some(owner.user_id);
    let card = create(&mut conn, &owner, minute(1), new).await.expect("the card is new");
    assert_eq!((card.name.as_str(), card.inn.as_deref()), ("ООО Ромашка", Some("7707083893")));

    let own = create(&mut conn, &owner, minute(2), romashka("7707083893")).await;
    assert!(matches!(own, Err(ClientError::Taken { by: TakenBy::Client { id }, .. }) if id == card.id));
    let foreign = create(&mut conn, &other, minute(2), romashka("7707083893")).await;
    let Err(ClientError::Taken { by: TakenBy::Foreign { stub }, .. }) = foreign else {
        panic!("{foreign:?}");
    };
    assert_eq!((stub.name.as_str(), stub.responsible.as_deref()), ("ООО Ромашка", Some("Иванов")));

    let wrong = create(&mut conn, &other, minute(2), romashka("7707083894")).await;
    assert!(matches!(wrong, Err(ClientError::Invalid { field: "inn", .. })));
    let mut branch = romashka("7707083893");
    branch.kpp = Some("773601002".into());
    sqlx::query("update clients set kpp = '773601001'").execute(&mut *conn).await.expect("one card");
    create(&mut conn, &other, minute(3), branch).await.expect("another КПП is a branch");
    let for_other = NewClient { responsible_id: Some(owner.user_id), ..romashka("500100732259") };
    let given = create(&mut conn, &other, minute(3), for_other).await;
    assert!(matches!(given, Err(ClientError::Forbidden(Forbidden(Right::ClientsTransfer)))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_edit_of_an_old_version_is_refused(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let director = user(&mut conn, "Директор", "director").await;
    let id = client(&mut conn, "Ромашка", Some(&owner)).await;
    let city =
        |version, city: &str| ClientEdit { version, city: Some(Some(city.into())), ..Default::default() };
    let card = edit(&mut conn, &owner, minute(1), id, city(1, "Уфа")).await.expect("the version is right");
    assert_eq!((card.version, card.city.as_deref()), (2, Some("Уфа")));
    let stale = edit(&mut conn, &owner, minute(2), id, city(1, "Омск")).await;
    assert!(matches!(stale, Err(ClientError::Stale { current: 2 })));

    let rename = || ClientEdit { version: 2, name: Some("Лютик".into()), ..Default::default() };
    let frozen = edit(&mut conn, &owner, minute(3), id, rename()).await;
    assert!(matches!(frozen, Err(ClientError::Forbidden(Forbidden(Right::ContactsCorrect)))));
    let card = edit(&mut conn, &director, minute(3), id, rename()).await.expect("the director corrects");
    assert_eq!(card.name, "Лютик");
    let trace: Vec<(String, serde_json::Value, serde_json::Value)> =
        sqlx::query_as("select action, before, after from audit_log order by at, id")
            .fetch_all(&mut *conn)
            .await
            .expect("the log is there");
    let expected = serde_json::json!([
        ["client.edit", { "city": null }, { "city": "Уфа" }],
        ["client.edit", { "name": "Ромашка" }, { "name": "Лютик" }],
    ]);
    assert_eq!(serde_json::json!(trace), expected);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn access_moves_with_a_transfer_at_once(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let id = client(&mut conn, "Ромашка", None).await;
    take(&mut conn, &owner, minute(1), id).await.expect("the client is of the common base");
    take(&mut conn, &owner, minute(1), id).await.expect("taking again changes nothing");
    assert!(matches!(take(&mut conn, &other, minute(1), id).await, Err(ClientError::Foreign(_))));
    assert!(matches!(read(&mut conn, &other, id).await, Err(ClientError::Foreign(_))));

    let to = Some(other.user_id);
    let refused = transfer(&mut conn, &owner, minute(2), id, &Transfer::for_good(to, "отпуск")).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    let silent = transfer(&mut conn, &head, minute(2), id, &Transfer::for_good(to, " ")).await;
    assert!(matches!(silent, Err(ClientError::Invalid { field: "reason", .. })));
    transfer(&mut conn, &head, minute(2), id, &Transfer::for_good(to, "отпуск"))
        .await
        .expect("the head transfers");
    assert!(matches!(read(&mut conn, &owner, id).await, Err(ClientError::Foreign(_))));
    let card = read(&mut conn, &other, id).await.expect("it is his now");
    assert_eq!(card.responsible.map(|person| person.id), to);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn former_versions_of_the_features_stay_with_who_and_when(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let anna = user(&mut conn, "Анна", "manager").await;
    let head = user(&mut conn, "Роман", "head_of_sales").await;
    let card = client(&mut conn, "Ромашка", Some(&anna)).await;
    let words = |version, text: Option<&str>| ClientEdit {
        version,
        features: Some(text.map(str::to_owned)),
        ..ClientEdit::default()
    };
    edit(&mut conn, &anna, minute(1), card, words(1, Some("Звонить после обеда"))).await.unwrap();
    edit(&mut conn, &head, minute(2), card, words(2, Some("Только письма"))).await.unwrap();
    let city = ClientEdit { version: 3, city: Some(Some("Тула".into())), ..ClientEdit::default() };
    edit(&mut conn, &anna, minute(3), card, city).await.unwrap();
    edit(&mut conn, &anna, minute(4), card, words(4, None)).await.unwrap();
    let versions = features_versions(&mut conn, &anna, card).await.unwrap();
    let shown: Vec<_> =
        versions.iter().map(|one| (one.text.as_deref(), one.author.as_str(), one.at)).collect();
    assert_eq!(
        shown,
        [
            (None, "Анна", minute(4)),
            (Some("Только письма"), "Роман", minute(2)),
            (Some("Звонить после обеда"), "Анна", minute(1)),
        ]
    );
    let boris = user(&mut conn, "Борис", "manager").await;
    let foreign = features_versions(&mut conn, &boris, card).await;
    assert!(matches!(foreign, Err(ClientError::Foreign(_))));
}
