//! Copies by mail of what waits for the threads of conversations and rooms, for each reader.

use chrono_tz::Europe::Moscow;
use connector_api::{Author, Deletion, Edit};

use super::clients::*;
use super::*;
use crate::{
    bridge::mail_copy,
    timeline::feed::{self, Changes},
};

async fn address(conn: &mut PgConnection, who: &Viewer, email: &str) {
    query("update users set email = $2 where id = $1")
        .bind(who.user_id)
        .bind(email)
        .execute(conn)
        .await
        .unwrap();
}

async fn letters(conn: &mut PgConnection) -> Vec<(String, String)> {
    sqlx::query_as("select address, text from mails order by address").fetch_all(conn).await.unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_letter_holds_only_what_its_reader_may_read(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    let stand = &dialogue.stand;
    let oleg = user(&mut conn, "Олег", "manager").await;
    query("insert into role_rights (role_code, right_name, scope) values ('manager', 'bridge.use', 'own')")
        .execute(&mut *conn)
        .await
        .unwrap();
    query(
        "insert into bridge_bindings (user_id, account_id, address, chat, bound_at)
         values ($1, $2, 'telegram/60', '60', now())",
    )
    .bind(oleg.user_id)
    .bind(stand.bot)
    .execute(&mut *conn)
    .await
    .unwrap();
    address(&mut conn, &stand.boss, "boss@example.ru").await;
    address(&mut conn, &oleg, "oleg@example.ru").await;
    query("update clients set responsible_id = $1")
        .bind(stand.anna.user_id)
        .execute(&mut *conn)
        .await
        .unwrap();
    dialogue.told(&mut conn, "m1", said("Канарейка")).await;
    mail_copy::review(&mut conn, Moscow, minute(30)).await.unwrap();
    let first = letters(&mut conn).await;
    assert_eq!(first.len(), 1, "an empty letter is not written");
    assert!(first[0].0 == "boss@example.ru" && first[0].1.contains("Канарейка"), "{first:?}");
    query("delete from mails").execute(&mut *conn).await.unwrap();
    let closed = NewRoom {
        id: RoomId(Uuid::now_v7()),
        name: "Закрытый".into(),
        access: RoomAccess::Closed,
        client_id: None,
        members: vec![stand.anna.user_id],
    };
    let closed = room::create(&mut conn, &stand.boss, closed, minute(2)).await.unwrap().0.id;
    setup::set_bridged(&mut conn, &stand.boss, closed, true, minute(2)).await.unwrap();
    stand.say_in(&mut conn, closed, "Тайна", None).await;
    stand.say(&mut conn, "Машина вышла").await;
    mail_copy::review(&mut conn, Moscow, minute(60)).await.unwrap();
    let second = letters(&mut conn).await;
    let [(_, boss), (_, oleg)] = &second[..] else { panic!("{second:?}") };
    assert!(boss.contains("Тайна") && boss.contains("Машина вышла"), "{boss}");
    assert!(!oleg.contains("Тайна") && !oleg.contains("Закрытый"), "{oleg}");
    assert!(oleg.contains("Анна: Машина вышла"), "{oleg}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_letter_tells_newest_words_files_and_calls_and_nothing_taken_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    address(&mut conn, &dialogue.stand.boss, "boss@example.ru").await;
    dialogue.told(&mut conn, "m1", said("В среду")).await;
    let edit = Edit {
        message: ExternalId::new("m1"),
        conversation: said("").conversation,
        party: said("").party,
        direction: said("").direction,
        content: Some(text("В четверг")),
        album: None,
    };
    dialogue.event(&mut conn, "e1", EventKind::Edit(edit)).await;
    dialogue.told(&mut conn, "m2", said("Канарейка")).await;
    let deletion = Deletion { message: ExternalId::new("m2"), by: Some(Author::Client) };
    dialogue.event(&mut conn, "d2", EventKind::Deletion(deletion)).await;
    dialogue.told(&mut conn, "m3", connector_api::Message { content: file("f3"), ..said("") }).await;
    let telephony = fixture::account(&mut conn, "telphin").await;
    let contact: crate::ContactId = query_scalar("select contact_id from conversations where id = $1")
        .bind(dialogue.id)
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    let call = fixture::call(&mut conn, telephony, Some(contact), minute(3), "missed").await;
    let changes = Changes { interactions: vec![call], ..Changes::default() };
    feed::tell(&mut conn, &changes, minute(3)).await.unwrap();
    mail_copy::review(&mut conn, Moscow, minute(30)).await.unwrap();
    let letters = letters(&mut conn).await;
    let letter = &letters[0].1;
    for part in [
        "Пётр: В четверг",
        "Пётр (исправлено): В четверг",
        "Пётр (удалено)",
        "Пётр: [фото",
        "Пётр: пропущенный звонок",
    ] {
        assert!(letter.contains(part), "{part} is not in\n{letter}");
    }
    assert!(!letter.contains("В среду") && !letter.contains("Канарейка"), "{letter}");
}
