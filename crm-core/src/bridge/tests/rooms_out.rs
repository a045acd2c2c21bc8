//! Rooms in the messenger.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_goes_out_with_author_and_room_and_nothing_of_other_rooms(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let other = NewRoom {
        id: RoomId(Uuid::now_v7()),
        name: "Тайна".into(),
        access: RoomAccess::Open,
        client_id: None,
        members: Vec::new(),
    };
    let other = room::create(&mut conn, &stand.anna, other, minute(1)).await.unwrap().0.id;
    stand.say_in(&mut conn, other, "Канарейка", None).await;
    let first = stand.say(&mut conn, "a < b && </b>").await;
    stand.say_in(&mut conn, SHIPMENTS, "Ответ", Some(first.id)).await;
    let sent = stand.mirror(&mut conn).await;
    assert_eq!(sent.len(), 2);
    assert_eq!(sent_text(&sent[0]), "Анна · Отгрузки:\na < b && </b>");
    let OutboundAction::Send { quote, .. } = &sent[1] else { panic!() };
    assert_eq!(quote.as_ref().map(ExternalId::as_str), Some("-100/901"));
    assert!(stand.mirror(&mut conn).await.is_empty(), "once");
    assert!(stand.heard(&mut conn).await.iter().all(|message| message.bridge == Some(BridgeStep::Done)));
    let leaked: i64 = query_scalar("select count(*) from deliveries where message::text like '%Канарейка%'")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(leaked, 0);
    assert!(room::get(&mut conn, &stand.anna, SHIPMENTS).await.unwrap().bridged);
    assert!(!room::get(&mut conn, &stand.anna, other).await.unwrap().bridged);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn edits_and_deletions_change_the_copy_in_their_order(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let said = stand.say(&mut conn, "В среду").await;
    let sent = stand.mirror(&mut conn).await;
    assert_eq!(sent_text(&sent[0]), "Анна · Отгрузки:\nВ среду");
    message::edit(&mut conn, &stand.anna, said.id, "В пятницу", minute(4)).await.unwrap();
    message::edit(&mut conn, &stand.anna, said.id, "В четверг", minute(4)).await.unwrap();
    let sent = stand.mirror(&mut conn).await;
    assert_eq!(
        sent.iter().map(sent_text).collect::<Vec<_>>(),
        ["Анна · Отгрузки:\nВ четверг"],
        "the last words"
    );
    message::delete(&mut conn, &stand.anna, said.id, minute(5)).await.unwrap();
    let sent = stand.mirror(&mut conn).await;
    assert_eq!(sent_text(&sent[0]), "Анна · Отгрузки:\nсообщение удалено");
    let OutboundAction::Edit { message, .. } = &sent[0] else { panic!() };
    assert_eq!(message, &[ExternalId::new("-100/901")]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_refused_message_tells_why_and_does_not_hold_up_the_next(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Первое").await;
    stand.say(&mut conn, "Второе").await;
    let thread = thread(&mut conn).await;
    mirror::opened(&mut conn, thread, &ExternalId::new("-100/7"), "Отгрузки").await.unwrap();
    let Next::Send(mirrored) = mirror::look(&mut conn, thread, "", minute(4)).await.unwrap() else {
        panic!()
    };
    mirror::queue(&mut conn, stand.bot, &mirrored, 1, minute(4)).await.unwrap();
    came_to(&mut conn, "failed", None, Some("no_rights")).await;
    let Next::Send(next) = mirror::look(&mut conn, thread, "", minute(4)).await.unwrap() else { panic!() };
    assert!(sent_text(&next.message.action).ends_with("Второе"));
    let shown = setup::get(&mut conn, &stand.boss).await.unwrap();
    assert_eq!((shown.rooms[0].trouble.as_deref(), shown.rooms[0].waiting), (Some("Причина"), 1));
    assert_eq!(stand.mirror(&mut conn).await.len(), 1);
    assert_eq!(setup::get(&mut conn, &stand.boss).await.unwrap().rooms[0].trouble, None);
}
