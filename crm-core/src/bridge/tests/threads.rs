//! Threads and the group that holds them.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_thread_removed_by_hand_is_opened_anew_and_the_message_sent_once_more(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    let thread = thread(&mut conn).await;
    mirror::opened(&mut conn, thread, &ExternalId::new("-100/6"), "Отгрузки").await.unwrap();
    let look = async |conn: &mut PgConnection| mirror::look(conn, thread, "", minute(4)).await.unwrap();
    for (code, expected) in [
        ("topic_gone", Next::Open("Отгрузки".into())),
        ("topic_closed", Next::SetClosed(ExternalId::new("-100/7"), false)),
    ] {
        let Next::Send(mirrored) = look(&mut conn).await else { panic!() };
        mirror::queue(&mut conn, stand.bot, &mirrored, 1, minute(4)).await.unwrap();
        assert_eq!(look(&mut conn).await, Next::Rest, "it is under way");
        came_to(&mut conn, "failed", None, Some(code)).await;
        assert_eq!(look(&mut conn).await, expected);
        if let Next::Open(name) = expected {
            mirror::opened(&mut conn, thread, &ExternalId::new("-100/7"), &name).await.unwrap();
        } else {
            mirror::set_closed(&mut conn, thread, false).await.unwrap();
        }
    }
    assert_eq!(stand.mirror(&mut conn).await.len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_room_renamed_or_no_longer_bridged_is_so_in_the_messenger(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    let thread = thread(&mut conn).await;
    assert!(mirror::due(&mut conn).await.unwrap().unwrap().2.is_empty());
    let name = RoomPatch { name: Some("Рейсы".into()), ..RoomPatch::default() };
    room::change(&mut conn, &stand.boss, SHIPMENTS, name, minute(5)).await.unwrap();
    assert_eq!(mirror::due(&mut conn).await.unwrap().unwrap().2, [thread]);
    let place = ExternalId::new("-100/7");
    let next = mirror::look(&mut conn, thread, "", minute(5)).await.unwrap();
    assert_eq!(next, Next::Rename(place.clone(), "Рейсы".into()));
    stand.mirror(&mut conn).await;

    stand.say(&mut conn, "Ещё").await;
    setup::set_bridged(&mut conn, &stand.boss, SHIPMENTS, false, minute(6)).await.unwrap();
    setup::set_bridged(&mut conn, &stand.boss, SHIPMENTS, false, minute(6)).await.unwrap();
    stand.say(&mut conn, "Между нами").await;
    let next = mirror::look(&mut conn, thread, "", minute(6)).await.unwrap();
    assert_eq!(next, Next::SetClosed(place, true));
    assert!(stand.mirror(&mut conn).await.is_empty(), "what waited does not go out any more");
    stand.tell(&mut conn, "-100/970", in_thread(50, text("Слышно?"), None)).await;
    assert!(stand.heard(&mut conn).await.iter().all(|message| message.text.as_deref() != Some("Слышно?")));
    setup::set_bridged(&mut conn, &stand.boss, SHIPMENTS, true, minute(7)).await.unwrap();
    stand.say(&mut conn, "Снова").await;
    assert_eq!(stand.mirror(&mut conn).await.len(), 1);
    let filter = audit::Filter { action: Some("bridge.room".into()), ..audit::Filter::default() };
    assert_eq!(audit::list(&mut conn, &stand.boss, &filter, None, 50).await.unwrap().len(), 3);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn only_what_one_reads_can_be_bridged_and_only_who_may_chooses(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let chief = user(&mut conn, "Главный", "administrator").await;
    let closed = NewRoom {
        id: RoomId(Uuid::now_v7()),
        name: "Тихий".into(),
        access: RoomAccess::Closed,
        client_id: None,
        members: Vec::new(),
    };
    let closed = room::create(&mut conn, &stand.anna, closed, minute(1)).await.unwrap().0.id;
    for by in [&stand.boss, &chief] {
        let refused = setup::set_bridged(&mut conn, by, closed, true, minute(2)).await;
        assert!(matches!(refused, Err(ClientError::NotFound)));
    }
    let refused = setup::set_bridged(&mut conn, &stand.anna, SHIPMENTS, false, minute(2)).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    let refused = setup::choose_group(&mut conn, &stand.anna, stand.bot, GROUP, minute(2)).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    let unknown = setup::choose_group(&mut conn, &chief, stand.bot, "-999", minute(2)).await;
    assert!(matches!(unknown, Err(ClientError::NotFound)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_group_that_got_another_key_goes_on(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let moved = BridgeEvent { act: BridgeAct::Moved { to: ExternalId::new("-100500") }, ..standing(true) };
    stand.tell(&mut conn, "-100>-100500", moved.clone()).await;
    stand.tell(&mut conn, "-100>-100500", moved).await;
    assert_eq!(mirror::due(&mut conn).await.unwrap().unwrap().1.as_str(), "-100500");
    let mut told = answers(&mut conn).await;
    told.retain(|(place, _)| place.starts_with("-100"));
    let [(place, words)] = &told[..] else { panic!("{told:?}") };
    assert_eq!(place, "-100500", "once, where the group is now");
    assert!(words.starts_with("Группа стала супергруппой: мост работает дальше."), "{words}");
    stand.say(&mut conn, "Едем").await;
    let thread = thread(&mut conn).await;
    assert_eq!(stand.mirror_thread(&mut conn, thread, "-100500/3", minute(5)).await.len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn while_the_bot_is_put_out_of_the_group_all_waits_and_whoever_is_bound_is_told(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    assert_eq!(stand.mirror(&mut conn).await.len(), 1);
    for id in ["-100/state/2", "-100/state/3"] {
        stand.tell(&mut conn, id, standing(false)).await;
    }
    stand.say(&mut conn, "Приехали").await;
    assert!(mirror::due(&mut conn).await.unwrap().unwrap().2.is_empty(), "it waits");
    for id in ["-100/state/4", "-100/state/5"] {
        stand.tell(&mut conn, id, standing(true)).await;
    }
    assert_eq!(mirror::due(&mut conn).await.unwrap().unwrap().2.len(), 1);
    let sent = stand.mirror(&mut conn).await;
    assert_eq!(sent.iter().map(sent_text).collect::<Vec<_>>(), ["Анна · Отгрузки:\nПриехали"]);
    let told = answers(&mut conn).await;
    let privately: Vec<&str> =
        told.iter().filter(|(place, _)| place == "50").map(|(_, words)| words.as_str()).skip(1).collect();
    assert_eq!(
        privately,
        [
            "Бота больше нет в группе «Мост», поэтому чаты в неё не приходят. Верните его администратором с правом \
             «Управление темами»: всё, что ждёт, придёт по порядку.",
            "Бот снова в группе «Мост»: всё, что ждало, приходит по порядку.",
        ]
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_group_that_refuses_the_bot_keeps_the_message_and_says_so(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    let thread = thread(&mut conn).await;
    mirror::opened(&mut conn, thread, &ExternalId::new("-100/7"), "Отгрузки").await.unwrap();
    let Next::Send(mirrored) = mirror::look(&mut conn, thread, "", minute(4)).await.unwrap() else {
        panic!()
    };
    mirror::queue(&mut conn, stand.bot, &mirrored, 1, minute(4)).await.unwrap();
    came_to(&mut conn, "failed", None, Some("group_lost")).await;
    assert_eq!(mirror::look(&mut conn, thread, "", minute(4)).await.unwrap(), Next::Rest);
    assert!(mirror::due(&mut conn).await.unwrap().unwrap().2.is_empty());
    let told = answers(&mut conn).await;
    assert!(
        told.iter()
            .any(|(place, words)| place == "50" && words.starts_with("Бота больше нет в группе «Мост»"))
    );
    stand.tell(&mut conn, "-100/state/2", standing(true)).await;
    assert_eq!(stand.mirror(&mut conn).await.len(), 1, "nothing is lost");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_thread_of_an_archived_room_is_closed_and_then_there_is_nothing_to_do(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    let thread = thread(&mut conn).await;
    let due = async |conn: &mut PgConnection| mirror::due(conn).await.unwrap().unwrap().2;
    for (archived, closed) in [(true, true), (false, false)] {
        let patch = RoomPatch { archived: Some(archived), ..RoomPatch::default() };
        room::change(&mut conn, &stand.boss, SHIPMENTS, patch, minute(5)).await.unwrap();
        assert_eq!(due(&mut conn).await, [thread]);
        let next = mirror::look(&mut conn, thread, "", minute(5)).await.unwrap();
        assert_eq!(next, Next::SetClosed(ExternalId::new("-100/7"), closed));
        mirror::set_closed(&mut conn, thread, closed).await.unwrap();
        assert!(due(&mut conn).await.is_empty());
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn another_group_begins_anew_and_nothing_quotes_the_former_one(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let first = stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    let other = BridgeChat { id: ExternalId::new("-200"), ..group() };
    let met = BridgeEvent { place: ExternalId::new("-200"), chat: other, ..standing(true) };
    stand.tell(&mut conn, "-200/state/1", met).await;
    setup::choose_group(&mut conn, &stand.boss, stand.bot, "-200", minute(5)).await.unwrap();
    assert_eq!(setup::get(&mut conn, &stand.boss).await.unwrap().group.unwrap().chat, "-200");
    stand.say_in(&mut conn, SHIPMENTS, "Приехали", Some(first.id)).await;
    let sent = stand.mirror(&mut conn).await;
    assert!(matches!(&sent[..], [OutboundAction::Send { quote: None, .. }]), "{sent:?}");
    stand.tell(&mut conn, "-100/990", in_thread(50, text("Сюда?"), None)).await;
    assert_eq!(stand.heard(&mut conn).await.len(), 2, "the former group is no longer heard");
}
