//! Copies by mail while the messenger is away.

use chrono_tz::Tz;
use sqlx::{PgConnection, PgPool, query, query_as, query_scalar};
use uuid::Uuid;

use super::*;
use crate::{
    RoomId, RoomMessageId,
    bridge::setup,
    fixture::{self, minute, user},
    rooms::{NewRoomMessage, member, message},
};

const SHIPMENTS: RoomId = RoomId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0003));
const ZONE: Tz = Tz::Europe__Moscow;

/// A bound director with an address, «Отгрузки» bridged, and Anna who writes there.
async fn stand(conn: &mut PgConnection) -> (Viewer, Viewer) {
    let bot = fixture::account(conn, "telegram").await;
    let boss = user(conn, "Виктор", "director").await;
    let anna = user(conn, "Анна", "manager").await;
    query("update users set email = 'boss@example.ru' where id = $1")
        .bind(boss.user_id)
        .execute(&mut *conn)
        .await
        .unwrap();
    query(
        "insert into bridge_bindings (user_id, account_id, address, chat, bound_at)
         values ($1, $2, 'telegram/50', '50', now())",
    )
    .bind(boss.user_id)
    .bind(bot)
    .execute(&mut *conn)
    .await
    .unwrap();
    member::join(conn, &boss, SHIPMENTS, minute(0)).await.unwrap();
    member::join(conn, &anna, SHIPMENTS, minute(0)).await.unwrap();
    setup::set_bridged(conn, &boss, SHIPMENTS, true, minute(0)).await.unwrap();
    (boss, anna)
}

async fn say(conn: &mut PgConnection, who: &Viewer, at: i64, text: &str) {
    let new = NewRoomMessage {
        id: RoomMessageId(Uuid::now_v7()),
        text: Some(text.to_owned()),
        files: Vec::new(),
        quote_id: None,
        mentions: Vec::new(),
    };
    message::post(conn, who, SHIPMENTS, new, minute(at)).await.unwrap();
}

async fn letters(conn: &mut PgConnection) -> Vec<(String, String)> {
    query_as("select address, text from mails order by written_at").fetch_all(conn).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_waits_too_long_goes_in_one_letter_and_only_what_is_new_in_a_second(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (_, anna) = stand(&mut conn).await;
    say(&mut conn, &anna, 1, "Машина вышла").await;
    say(&mut conn, &anna, 10, "Будет в четверг").await;
    assert_eq!(review(&mut conn, ZONE, minute(15)).await.unwrap(), 0, "fourteen minutes are not too long");
    assert_eq!(review(&mut conn, ZONE, minute(16)).await.unwrap(), 2);
    for at in [16, 17, 120] {
        assert_eq!(review(&mut conn, ZONE, minute(at)).await.unwrap(), 0);
    }
    let first = letters(&mut conn).await;
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].0, "boss@example.ru");
    assert!(
        first[0].1.contains("«Отгрузки»\n02.11 09:01 Анна: Машина вышла\n02.11 09:10 Анна: Будет в четверг")
    );
    say(&mut conn, &anna, 121, "Задержка").await;
    assert_eq!(review(&mut conn, ZONE, minute(136)).await.unwrap(), 1);
    let second = letters(&mut conn).await;
    assert_eq!(second.len(), 2);
    assert!(second[1].1.contains("Задержка") && !second[1].1.contains("Машина вышла"));
    // The copies change nothing of the way to the messenger.
    let waiting: i64 = query_scalar("select count(*) from bridge_outbox where finished_at is null")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(waiting, 3);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_trickle_makes_one_letter_in_a_term_and_not_one_each(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (_, anna) = stand(&mut conn).await;
    let mut messages = 0;
    for at in 0..60 {
        say(&mut conn, &anna, at, "Ещё одна").await;
        messages += review(&mut conn, ZONE, minute(at)).await.unwrap();
    }
    assert!(letters(&mut conn).await.len() <= 4);
    assert!(messages > 30);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_got_through_is_in_no_letter_and_a_switch_ends_them(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (boss, anna) = stand(&mut conn).await;
    say(&mut conn, &anna, 1, "Дошло").await;
    query("update bridge_outbox set finished_at = now(), outcome = 'done'")
        .execute(&mut *conn)
        .await
        .unwrap();
    assert_eq!(review(&mut conn, ZONE, minute(60)).await.unwrap(), 0);
    set(&mut conn, &boss, MailCopy { enabled: false, after_minutes: 15 }, minute(60)).await.unwrap();
    say(&mut conn, &anna, 61, "Ждёт").await;
    assert_eq!(review(&mut conn, ZONE, minute(90)).await.unwrap(), 0);
    set(&mut conn, &boss, MailCopy { enabled: true, after_minutes: 5 }, minute(90)).await.unwrap();
    assert_eq!(review(&mut conn, ZONE, minute(90)).await.unwrap(), 1);
    let wrong = set(&mut conn, &boss, MailCopy { enabled: true, after_minutes: 0 }, minute(91)).await;
    assert!(matches!(wrong, Err(ClientError::Invalid { .. })));
    let foreign = set(&mut conn, &anna, MailCopy { enabled: true, after_minutes: 9 }, minute(91)).await;
    assert!(matches!(foreign, Err(ClientError::Forbidden(_))));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn without_an_address_nothing_is_lost(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (boss, anna) = stand(&mut conn).await;
    let address = async |conn: &mut PgConnection, address: Option<&str>| {
        query("update users set email = $2 where id = $1")
            .bind(boss.user_id)
            .bind(address)
            .execute(conn)
            .await
            .unwrap();
    };
    address(&mut conn, None).await;
    say(&mut conn, &anna, 1, "Машина вышла").await;
    assert_eq!(review(&mut conn, ZONE, minute(30)).await.unwrap(), 0);
    address(&mut conn, Some("boss@example.ru")).await;
    assert_eq!(review(&mut conn, ZONE, minute(31)).await.unwrap(), 1);
}
