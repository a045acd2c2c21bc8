//! Conversations with clients in the messenger.

use connector_api::{Author, Deletion, Edit, Message, Origin, Quote};

use super::clients::*;
use super::*;
use crate::{
    clients::ClientError,
    timeline::{
        conversation,
        feed::{self, Changes},
    },
};

fn edited(words: &str) -> EventKind {
    let message = said("");
    EventKind::Edit(Edit {
        message: ExternalId::new("m1"),
        conversation: message.conversation,
        party: message.party,
        direction: message.direction,
        content: Some(text(words)),
        album: None,
    })
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn words_of_the_client_and_of_colleagues_go_out_and_nothing_of_other_clients(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    let other = message_of("79160000002", "Чужой", text("Канарейка"));
    dialogue.told(&mut conn, "x1", other).await;
    for _ in 0..3 {
        dialogue.told(&mut conn, "m1", said("Где груз?")).await;
    }
    dialogue.told(&mut conn, "m0", said("До моста")).await;
    let old = Message { origin: Origin::History, ..said("Из истории") };
    dialogue.told(&mut conn, "h1", old).await;
    dialogue.answered(&mut conn, "Едет").await;
    let echo = Message {
        direction: connector_api::Direction::Outbound,
        origin: Origin::Phone,
        author_name: Some("Анна".into()),
        ..said("Завтра")
    };
    dialogue.told(&mut conn, "m2", echo).await;
    assert_eq!(
        dialogue.texts(&mut conn).await,
        [
            "Пётр · whatsapp:\nГде груз?",
            "Анна · Пётр · whatsapp:\nЕдет",
            "Анна (с телефона) · Пётр · whatsapp:\nЗавтра"
        ]
    );
    assert!(dialogue.mirror(&mut conn).await.is_empty(), "once");
    let leaked: i64 =
        query_scalar("select count(*) from deliveries where message::text ~ 'Канарейка|До моста|Из истории'")
            .fetch_one(&mut *conn)
            .await
            .unwrap();
    assert_eq!(leaked, 0);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_clients_edits_and_deletions_change_the_copy_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    dialogue.told(&mut conn, "m1", said("В среду")).await;
    assert_eq!(dialogue.texts(&mut conn).await.len(), 1);
    for _ in 0..2 {
        dialogue.event(&mut conn, "e1", edited("В четверг")).await;
    }
    let sent = dialogue.mirror(&mut conn).await;
    let [OutboundAction::Edit { message, text, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!((message[0].as_str(), text.as_str()), ("-100/901", "Пётр · whatsapp:\nВ четверг"));
    let deletion = Deletion { message: ExternalId::new("m1"), by: Some(Author::Client) };
    for _ in 0..2 {
        dialogue.event(&mut conn, "d1", EventKind::Deletion(deletion.clone())).await;
    }
    assert_eq!(dialogue.texts(&mut conn).await, ["Пётр · whatsapp:\nсообщение удалено"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_edit_that_waits_changes_what_goes_out_and_one_of_a_split_message_names_all_parts(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    dialogue.told(&mut conn, "m1", said("В среду")).await;
    dialogue.event(&mut conn, "e1", edited("В четверг")).await;
    assert_eq!(dialogue.texts(&mut conn).await, ["Пётр · whatsapp:\nВ четверг"]);
    query("insert into bridge_links select account_id, '-100/902', message_id, true, 2, thread_id from bridge_links")
        .execute(&mut *conn)
        .await
        .unwrap();
    dialogue.event(&mut conn, "e2", edited(&"длинное ".repeat(600))).await;
    let sent = dialogue.mirror(&mut conn).await;
    let [OutboundAction::Edit { message, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(message.iter().map(ExternalId::as_str).collect::<Vec<_>>(), ["-100/901", "-100/902"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn quotes_find_the_copy_or_show_the_words(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    dialogue.told(&mut conn, "m1", said("Едем")).await;
    let quote = |id: &str, text: Option<&str>| {
        Some(Quote { message: Some(ExternalId::new(id)), text: text.map(str::to_owned) })
    };
    dialogue.told(&mut conn, "m2", Message { quote: quote("m1", None), ..said("Куда?") }).await;
    dialogue.told(&mut conn, "m3", Message { quote: quote("m0", Some("До моста")), ..said("Да") }).await;
    let sent = dialogue.mirror(&mut conn).await;
    let OutboundAction::Send { quote, .. } = &sent[1] else { panic!() };
    assert_eq!(quote.as_ref().map(ExternalId::as_str), Some("-100/901"));
    assert_eq!(sent_text(&sent[2]), "Пётр · whatsapp:\nВ ответ на «До моста»:\nДа");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_file_waits_until_it_is_here_and_a_slow_one_follows_its_message(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    dialogue.told(&mut conn, "m1", Message { content: file("photo"), ..said("") }).await;
    dialogue.told(&mut conn, "m2", said("Вот")).await;
    let look = minute(3) + TimeDelta::seconds(5);
    let sent = dialogue.stand.mirror_thread(&mut conn, dialogue.thread, PLACE, look).await;
    assert!(sent.is_empty(), "order is kept: {sent:?}");
    let late = dialogue.mirror(&mut conn).await;
    assert!(sent_text(&late[0]).contains("Файл ещё загружается: https://uzel/rows/"));
    stored(&mut conn, dialogue.whatsapp, "photo").await;
    let changes = Changes { interactions: vec![dialogue.row("m1")], ..Changes::default() };
    feed::tell(&mut conn, &changes, minute(4)).await.unwrap();
    let sent = dialogue.mirror(&mut conn).await;
    let OutboundAction::Send { content: OutboundContent::Media { files, .. }, quote } = &sent[0] else {
        panic!("{sent:?}")
    };
    assert_eq!((files.len(), quote.as_ref().map(ExternalId::as_str)), (1, Some("-100/901")));

    dialogue.told(&mut conn, "m3", Message { content: file("quick"), ..said("") }).await;
    stored(&mut conn, dialogue.whatsapp, "quick").await;
    let sent = dialogue.mirror(&mut conn).await;
    assert!(
        matches!(&sent[..], [OutboundAction::Send { content: OutboundContent::Media { .. }, .. }]),
        "{sent:?}"
    );
    for sent in [1, 0] {
        feed::tell(&mut conn, &changes, minute(4)).await.unwrap();
        assert_eq!(
            dialogue.mirror(&mut conn).await.len(),
            sent,
            "the line about the slow file goes away once"
        );
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_album_is_one_message_and_its_late_file_follows(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    let item =
        |handle: &str| Message { album: Some(ExternalId::new("album")), content: file(handle), ..said("") };
    for (id, handle) in [("a1", "one"), ("a2", "two")] {
        dialogue.told(&mut conn, id, item(handle)).await;
        stored(&mut conn, dialogue.whatsapp, handle).await;
    }
    let at_once = dialogue.stand.mirror_thread(&mut conn, dialogue.thread, PLACE, minute(3)).await;
    assert!(at_once.is_empty(), "more of it may come");
    let files = |sent: &[OutboundAction]| match sent {
        [OutboundAction::Send { content: OutboundContent::Media { files, .. }, .. }] => files.len(),
        other => panic!("{other:?}"),
    };
    assert_eq!(files(&dialogue.mirror(&mut conn).await), 2);
    dialogue.told(&mut conn, "a3", item("three")).await;
    stored(&mut conn, dialogue.whatsapp, "three").await;
    assert_eq!(files(&dialogue.mirror(&mut conn).await), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_call_is_one_line_when_it_is_over(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    let telephony = fixture::account(&mut conn, "telphin").await;
    let contact: crate::ContactId = query_scalar("select contact_id from conversations where id = $1")
        .bind(dialogue.id)
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    let call = fixture::call(&mut conn, telephony, Some(contact), minute(3), "ringing").await;
    let changes = Changes { interactions: vec![call], ..Changes::default() };
    feed::tell(&mut conn, &changes, minute(3)).await.unwrap();
    assert!(dialogue.mirror(&mut conn).await.is_empty());
    query("update interactions set content = $2 where id = $1")
        .bind(call)
        .bind(
            serde_json::json!({ "call": { "outcome": "answered", "talk_us": 130_000_000, "segments": [] } }),
        )
        .execute(&mut *conn)
        .await
        .unwrap();
    for _ in 0..2 {
        feed::tell(&mut conn, &changes, minute(3)).await.unwrap();
    }
    assert_eq!(dialogue.texts(&mut conn).await, ["Пётр · whatsapp:\nВходящий звонок, 3 мин"]);

    // The person has another bridged conversation, where the call stands too.
    query(
        "insert into bridge_links (account_id, external_id, message_id, place, ours, thread_id)
           select $1, '-100/3999', $2, 0, true, id from bridge_threads where room_id is not null limit 1",
    )
    .bind(dialogue.stand.bot)
    .bind(call)
    .execute(&mut *conn)
    .await
    .unwrap();
    query(
        "update interactions set content = jsonb_set(content, '{call,talk_us}', '250000000') where id = $1",
    )
    .bind(call)
    .execute(&mut *conn)
    .await
    .unwrap();
    feed::tell(&mut conn, &changes, minute(3)).await.unwrap();
    let changed = dialogue.mirror(&mut conn).await;
    let [OutboundAction::Edit { message, .. }] = &changed[..] else { panic!("{changed:?}") };
    assert!(message.iter().all(|copy| copy.as_str() != "-100/3999"), "{message:?}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_colleagues_message_that_failed_says_so_and_a_planned_one_goes_when_it_is_said(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    dialogue.answered(&mut conn, "Едет").await;
    assert_eq!(dialogue.texts(&mut conn).await, ["Анна · Пётр · whatsapp:\nЕдет"]);
    dialogue.sent(&mut conn, "failed", "out1").await;
    assert_eq!(
        dialogue.texts(&mut conn).await,
        ["Анна · Пётр · whatsapp:\nЕдет\n⚠ Не доставлено: Нет WhatsApp"]
    );
    let row = dialogue.answered(&mut conn, "Позже").await;
    query("delete from bridge_outbox where message_id = $1").bind(row).execute(&mut *conn).await.unwrap();
    query("update deliveries set state = 'planned' where id = $1")
        .bind(row)
        .execute(&mut *conn)
        .await
        .unwrap();
    let changes = Changes { interactions: vec![row], ..Changes::default() };
    feed::tell(&mut conn, &changes, minute(4)).await.unwrap();
    assert!(dialogue.mirror(&mut conn).await.is_empty());
    query("update deliveries set state = 'queued' where id = $1")
        .bind(row)
        .execute(&mut *conn)
        .await
        .unwrap();
    feed::tell(&mut conn, &changes, minute(4)).await.unwrap();
    assert_eq!(dialogue.texts(&mut conn).await, ["Анна · Пётр · whatsapp:\nПозже"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_thread_is_called_as_the_client_and_closed_when_the_conversation_is_bridged_no_longer(
    pool: PgPool,
) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    dialogue.told(&mut conn, "m1", said("Едем")).await;
    dialogue.mirror(&mut conn).await;
    let due = async |conn: &mut PgConnection| mirror::due(conn).await.unwrap().unwrap().2;
    assert!(!due(&mut conn).await.contains(&dialogue.thread));
    query("update clients set name = 'Ромашка'").execute(&mut *conn).await.unwrap();
    assert!(due(&mut conn).await.contains(&dialogue.thread));
    let next = mirror::look(&mut conn, dialogue.thread, "", minute(5)).await.unwrap();
    assert_eq!(next, Next::Rename(ExternalId::new(PLACE), "Ромашка · whatsapp".into()));
    dialogue.mirror(&mut conn).await;
    let boss = &dialogue.stand.boss;
    assert!(conversation::read(&mut conn, boss, dialogue.id).await.unwrap().bridged);
    dialogue.told(&mut conn, "m2", said("Ещё")).await;
    setup::set_conversation_bridged(&mut conn, boss, dialogue.id, false, minute(6)).await.unwrap();
    setup::set_conversation_bridged(&mut conn, boss, dialogue.id, false, minute(6)).await.unwrap();
    dialogue.told(&mut conn, "m3", said("Между нами")).await;
    let next = mirror::look(&mut conn, dialogue.thread, "", minute(6)).await.unwrap();
    assert_eq!(next, Next::SetClosed(ExternalId::new(PLACE), true));
    assert!(dialogue.mirror(&mut conn).await.is_empty());
    assert!(!conversation::read(&mut conn, boss, dialogue.id).await.unwrap().bridged);
    let filter = audit::Filter { action: Some("bridge.conversation".into()), ..audit::Filter::default() };
    assert_eq!(audit::list(&mut conn, boss, &filter, None, 50).await.unwrap().len(), 2);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn only_who_may_chooses_conversations_and_only_those_that_he_reads_have_names(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = dialogue(&mut conn).await;
    let Dialogue { stand, id, .. } = &dialogue;
    let refused = setup::set_conversation_bridged(&mut conn, &stand.anna, *id, true, minute(5)).await;
    assert!(matches!(refused, Err(ClientError::Forbidden(_))));
    let unknown = crate::ConversationId(Uuid::nil());
    let refused = setup::set_conversation_bridged(&mut conn, &stand.boss, unknown, true, minute(5)).await;
    assert!(matches!(refused, Err(ClientError::NotFound)));
    let shown = setup::get(&mut conn, &stand.boss).await.unwrap();
    assert_eq!(shown.conversations[0].name.as_deref(), Some("Пётр · whatsapp"));
    assert_eq!(shown.rooms.len(), 1);
    let mut narrow = stand.boss.clone();
    narrow.rights.remove(&Right::ClientsRead);
    assert_eq!(setup::get(&mut conn, &narrow).await.unwrap().conversations[0].name, None);
}
