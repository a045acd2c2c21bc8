//! Addresses that a provider names in its answer.

use super::*;

async fn accepted_for(conn: &mut PgConnection, office: &Office, address: &Address) -> String {
    let known =
        "update conversations v set identity_id = i.id from identities i where i.contact_id = v.contact_id";
    sqlx::query(known).execute(&mut *conn).await.unwrap();
    office.press(conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(conn).await.unwrap();
    assert!(office.take(conn, sender, minute(1)).await);
    let first = work(office.turn(conn, sender, None, minute(1)).await);
    let outcome =
        Outcome::Accepted { external_ids: vec![ExternalId::new("a")], addresses: vec![address.clone()] };
    office.turn(conn, sender, Some((first, outcome)), minute(1)).await;
    ingest::settle(conn, minute(1)).await.unwrap();
    fixture::dump(conn).await
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_address_that_the_answer_names_is_the_persons_from_then_on(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let hidden = Address::opaque("whatsapp:900000000000001", "RU.1");
    let text = accepted_for(&mut conn, &office, &hidden).await;
    assert!(text.contains("RU.1"), "{text}");
    let names = text.matches("\"name\":\"Без имени\"").count();
    let joined: i64 = sqlx::query_scalar(
        "select count(*) from identities i join contacts k on k.id = i.contact_id
         where k.root_id = (select c.root_id from identities p join contacts c on c.id = p.contact_id
                            where p.address = 'phone:+79160000001')",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    assert_eq!((joined, names), (2, 0), "{text}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_address_of_another_card_is_proposed_and_never_joined_silently(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let company = fixture::client(&mut conn, "Лютик", Some(&office.manager)).await;
    let other = fixture::contact(&mut conn, "Олег", company).await;
    fixture::phone(&mut conn, other, "+79160000002").await;
    let known = Address::from_key("phone:+79160000002").unwrap();
    let text = accepted_for(&mut conn, &office, &known).await;
    let proposed: i64 =
        sqlx::query_scalar("select count(*) from proposals").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(proposed, 1, "{text}");
}
