//! Answers to rooms.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_answer_stands_in_the_room_once_under_his_name_and_never_comes_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let question = stand.say(&mut conn, "Отпускать?").await;
    stand.mirror(&mut conn).await;
    let answer = in_thread(50, text("Да"), Some("-100/901"));
    for _ in 0..3 {
        stand.tell(&mut conn, "-100/950", answer.clone()).await;
    }
    let heard = stand.heard(&mut conn).await;
    assert_eq!(heard.len(), 2);
    let said = &heard[1];
    assert_eq!((said.text.as_deref(), said.author_id), (Some("Да"), stand.boss.user_id));
    assert_eq!((said.origin, said.quote.as_ref().unwrap().id), (RoomOrigin::Bridge, question.id));
    assert!(stand.mirror(&mut conn).await.is_empty(), "what the bridge brought is not mirrored");

    let edit = |content| BridgeEvent {
        act: BridgeAct::Edit { message: ExternalId::new("-100/950"), content },
        ..answer.clone()
    };
    stand.tell(&mut conn, "-100/950@1", edit(text("Нет"))).await;
    stand.tell(&mut conn, "-100/950@1", edit(text("Нет"))).await;
    assert_eq!(stand.heard(&mut conn).await[1].text.as_deref(), Some("Нет"));
    assert_eq!(reading::versions(&mut conn, &stand.anna, said.id).await.unwrap().len(), 1);
    assert!(stand.mirror(&mut conn).await.is_empty());

    let reaction = BridgeEvent {
        place: ExternalId::new(GROUP),
        act: BridgeAct::Reaction { message: ExternalId::new("-100/901"), emoji: Some("👍".into()) },
        ..answer.clone()
    };
    stand.tell(&mut conn, "-100/901^50", reaction).await;
    assert_eq!(stand.heard(&mut conn).await[0].reactions[0].emoji, "👍");

    // Our own messages answer quotes of his.
    stand.say_in(&mut conn, SHIPMENTS, "Понял", Some(said.id)).await;
    let sent = stand.mirror(&mut conn).await;
    let OutboundAction::Send { quote, .. } = &sent[0] else { panic!() };
    assert_eq!(quote.as_ref().map(ExternalId::as_str), Some("-100/950"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_edit_of_a_message_never_seen_is_the_message(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    let said = in_thread(50, text("Потом"), None);
    let edit = BridgeEvent {
        act: BridgeAct::Edit {
            message: ExternalId::new("-100/950"), content: text("Потом, вечером")
        },
        ..said.clone()
    };
    stand.tell(&mut conn, "-100/950@1", edit).await;
    stand.tell(&mut conn, "-100/950", said).await;
    let texts: Vec<_> = stand.heard(&mut conn).await.into_iter().filter_map(|message| message.text).collect();
    assert_eq!(texts, ["Едем", "Потом, вечером"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_photo_stands_in_the_room_and_is_fetched(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Покажите").await;
    stand.mirror(&mut conn).await;
    let media = MediaRef::new("AgAC", MediaKind::Image);
    let photo = Content::Media { media, caption: Some("Вот".into()) };
    stand.tell(&mut conn, "-100/950", in_thread(50, photo, None)).await;
    let heard = stand.heard(&mut conn).await;
    let (said, file) = (&heard[1], &heard[1].files[0]);
    assert_eq!((said.text.as_deref(), file.state.as_deref()), (Some("Вот"), Some("wanted")));
    let lease = minute(9);
    let due =
        crate::media::download::claim_unscoped(&mut conn, stand.bot, 10, 10, lease, minute(5)).await.unwrap();
    assert_eq!(due.len(), 1);
    let seen = crate::media::file::file(&mut conn, &stand.anna, file.id.unwrap()).await;
    assert!(seen.is_ok());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_finds_no_place_is_answered_in_words(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    let in_general =
        BridgeEvent { place: ExternalId::new(GROUP), ..in_thread(50, text("Кому это?"), None) };
    stand.tell(&mut conn, "-100/960", in_general).await;
    let hidden = BridgeEvent { sender: None, ..in_thread(50, text("Инкогнито"), None) };
    stand.tell(&mut conn, "-100/961", hidden).await;
    stand.tell(&mut conn, "50/9", privately(50, "Привет")).await;
    let archive = RoomPatch { archived: Some(true), ..RoomPatch::default() };
    room::change(&mut conn, &stand.boss, SHIPMENTS, archive, minute(5)).await.unwrap();
    stand.tell(&mut conn, "-100/962", in_thread(50, text("Поздно"), None)).await;
    assert_eq!(stand.heard(&mut conn).await.len(), 1);
    let mut answers: Vec<String> = answers(&mut conn).await.into_iter().map(|(_, words)| words).collect();
    answers.retain(|words| !words.starts_with("Готово"));
    let begins = [
        "Сообщение не передано: у этого места",
        "Сообщение не передано: вы пишете",
        "Чат в архиве",
        "Здесь бот",
    ];
    assert_eq!(answers.len(), begins.len(), "{answers:?}");
    for (answer, begin) in answers.iter().zip(begins) {
        assert!(answer.starts_with(begin), "{answer}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_answer_that_is_faster_than_our_own_records_keeps_its_quote(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let question = stand.say(&mut conn, "Отпускать?").await;
    let thread = thread(&mut conn).await;
    mirror::opened(&mut conn, thread, &ExternalId::new("-100/7"), "Отгрузки").await.unwrap();
    let Next::Send(mirrored) = mirror::look(&mut conn, thread, "", minute(4)).await.unwrap() else {
        panic!()
    };
    mirror::queue(&mut conn, stand.bot, &mirrored, 1, minute(4)).await.unwrap();
    came_to(&mut conn, "accepted", Some("-100/901"), None).await;
    stand.tell(&mut conn, "-100/950", in_thread(50, text("Да"), Some("-100/901"))).await;
    assert_eq!(stand.heard(&mut conn).await[1].quote.as_ref().unwrap().id, question.id);
}
