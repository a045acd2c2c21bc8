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

/// The rows of the outbox through which the head's delivery came to this.
async fn sends(conn: &mut PgConnection, stand: &Stand) -> OutboundAction {
    let thread = thread(conn).await;
    let Next::Send(mirrored) = mirror::look(conn, thread, "", minute(5)).await.unwrap() else { panic!() };
    mirror::queue(conn, stand.bot, &mirrored, 1, minute(5)).await.unwrap();
    mirrored.message.action
}

async fn made_of(conn: &mut PgConnection, external_ids: &[&str]) {
    query("update deliveries set state = 'accepted', external_ids = $1, finished_at = now() where state = 'queued' and action = 'bridge'")
        .bind(external_ids)
        .execute(&mut *conn)
        .await
        .unwrap();
}

fn edited_parts(action: &OutboundAction) -> Vec<&str> {
    let OutboundAction::Edit { message, grows: true, .. } = action else { panic!("{action:?}") };
    message.iter().map(ExternalId::as_str).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_edit_that_needs_more_or_fewer_parts_names_what_the_copy_is_made_of_by_then(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let said = stand.say(&mut conn, "В среду").await;
    stand.mirror(&mut conn).await;
    for (words, parts, becomes) in [
        ("длинно", ["-100/901"].as_slice(), ["-100/901", "-100/905"].as_slice()),
        ("ещё длиннее", &["-100/901", "-100/905"], &["-100/901", "-100/905", "-100/906"]),
        ("короче", &["-100/901", "-100/905", "-100/906"], &["-100/901"]),
        ("снова длинно", &["-100/901"], &["-100/901", "-100/909"]),
    ] {
        message::edit(&mut conn, &stand.anna, said.id, words, minute(5)).await.unwrap();
        assert_eq!(edited_parts(&sends(&mut conn, &stand).await), parts, "{words}");
        made_of(&mut conn, becomes).await;
    }
    message::edit(&mut conn, &stand.anna, said.id, "Всё", minute(5)).await.unwrap();
    assert_eq!(edited_parts(&sends(&mut conn, &stand).await), ["-100/901", "-100/909"]);
    stand.tell(&mut conn, "-100/950", in_thread(50, text("Ясно"), Some("-100/909"))).await;
    assert_eq!(
        stand.heard(&mut conn).await[1].quote.as_ref().unwrap().id,
        said.id,
        "any part can be answered"
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_copy_that_cannot_be_changed_any_more_is_answered_by_the_new_words(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let said = stand.say(&mut conn, "В среду").await;
    stand.mirror(&mut conn).await;
    message::edit(&mut conn, &stand.anna, said.id, "В пятницу", minute(5)).await.unwrap();
    sends(&mut conn, &stand).await;
    came_to(&mut conn, "failed", None, Some("edit_impossible")).await;
    let anew = sends(&mut conn, &stand).await;
    assert_eq!(sent_text(&anew), "Анна · Отгрузки (исправлено):\nВ пятницу");
    let OutboundAction::Send { quote, .. } = &anew else { panic!() };
    assert_eq!(quote.as_ref().unwrap().as_str(), "-100/901");
    made_of(&mut conn, &["-100/905"]).await;
    message::edit(&mut conn, &stand.anna, said.id, "В субботу", minute(6)).await.unwrap();
    assert_eq!(
        edited_parts(&sends(&mut conn, &stand).await),
        ["-100/905"],
        "the correction stands for the copy"
    );
    made_of(&mut conn, &["-100/905"]).await;
    message::delete(&mut conn, &stand.anna, said.id, minute(7)).await.unwrap();
    sends(&mut conn, &stand).await;
    came_to(&mut conn, "failed", None, Some("edit_impossible")).await;
    assert_eq!(sent_text(&sends(&mut conn, &stand).await), "Анна · Отгрузки:\nсообщение удалено");
    came_to(&mut conn, "failed", None, Some("edit_impossible")).await;
    let thread = thread(&mut conn).await;
    assert_eq!(mirror::look(&mut conn, thread, "", minute(8)).await.unwrap(), Next::Rest, "it is tried once");
}
