//! A chat without threads: quotes lead to their threads, and whoever quotes nothing is asked.

use super::clients::*;
use super::*;

const OWN: &str = "50";

/// Both the room and the client are shown in the director's own chat; each has said something there.
async fn stream(conn: &mut PgConnection) -> Dialogue {
    let dialogue = dialogue(conn).await;
    let stand = &dialogue.stand;
    setup::choose_group(conn, &stand.boss, stand.bot, OWN, minute(2)).await.unwrap();
    stand.say(conn, "Отпускать?").await;
    let room = thread(conn).await;
    stand.mirror_thread(conn, room, OWN, minute(4)).await;
    dialogue.told(conn, "m1", said("Сколько?")).await;
    stand.mirror_thread(conn, dialogue.thread, OWN, minute(4)).await;
    dialogue
}

fn own(act: BridgeAct) -> BridgeEvent {
    BridgeEvent { act, ..privately(50, "") }
}

/// The questions asked, as the labels and data of their buttons.
async fn questions(conn: &mut PgConnection) -> Vec<Vec<(String, String)>> {
    let rows: Vec<serde_json::Value> = query_scalar(
        "select message #> '{action,content,rows}' from deliveries
         where message #>> '{action,content,type}' = 'buttons' order by position",
    )
    .fetch_all(conn)
    .await
    .unwrap();
    let text = |button: &serde_json::Value, key: &str| button[key].as_str().unwrap().to_owned();
    let flat = |rows: &serde_json::Value| -> Vec<serde_json::Value> {
        rows.as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap().clone()).collect()
    };
    rows.iter()
        .map(|rows| flat(rows).iter().map(|button| (text(button, "label"), text(button, "data"))).collect())
        .collect()
}

fn press(data: &str) -> BridgeEvent {
    own(BridgeAct::Press { message: ExternalId::new("50/700"), data: data.to_owned() })
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_quoted_answer_goes_to_the_chat_of_what_it_quotes(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = stream(&mut conn).await;
    let stand = &dialogue.stand;
    stand.tell(&mut conn, "50/950", own(message_act(text("Да"), Some("-100/901")))).await;
    stand.tell(&mut conn, "50/951", own(message_act(text("Сто"), Some("-100/902")))).await;
    dialogue.pass_on(&mut conn, minute(4)).await;
    let heard = stand.heard(&mut conn).await;
    assert_eq!(
        heard.iter().filter_map(|said| said.text.as_deref()).collect::<Vec<_>>(),
        ["Отпускать?", "Да"]
    );
    let queued = dialogue.queued(&mut conn).await;
    assert_eq!(queued.iter().map(sent_text).collect::<Vec<_>>(), ["Сто"]);
    let edit = BridgeAct::Edit { message: ExternalId::new("50/950"), content: text("Нет") };
    stand.tell(&mut conn, "50/950@1", own(edit)).await;
    assert_eq!(stand.heard(&mut conn).await[1].text.as_deref(), Some("Нет"));
    assert!(questions(&mut conn).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_answer_without_a_quote_is_asked_about_and_one_press_sends_it_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = stream(&mut conn).await;
    let stand = &dialogue.stand;
    for _ in 0..2 {
        stand.tell(&mut conn, "50/950", own(message_act(text("Сто"), None))).await;
    }
    let edit = BridgeAct::Edit { message: ExternalId::new("50/950"), content: text("Двести") };
    stand.tell(&mut conn, "50/950@1", own(edit)).await;
    let asked = questions(&mut conn).await;
    let [buttons] = &asked[..] else { panic!("{asked:?}") };
    let labels: Vec<&str> = buttons.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels.len(), 2);
    assert!(labels.contains(&"Отгрузки") && labels.contains(&"Пётр · whatsapp"), "{labels:?}");
    assert!(dialogue.queued(&mut conn).await.is_empty(), "it waits for the answer");

    let data = &buttons.iter().find(|(label, _)| label.starts_with("Пётр")).unwrap().1;
    let foreign = BridgeEvent { sender: Some(person(99)), ..press(data) };
    stand.tell(&mut conn, "callback/0", foreign).await;
    assert_eq!(dialogue.pass_on(&mut conn, minute(4)).await, 0, "a stranger presses in vain");
    for id in ["callback/1", "callback/1", "callback/2"] {
        stand.tell(&mut conn, id, press(data)).await;
    }
    dialogue.pass_on(&mut conn, minute(4)).await;
    let queued = dialogue.queued(&mut conn).await;
    assert_eq!(queued.iter().map(sent_text).collect::<Vec<_>>(), ["Двести"], "once, as he said it last");
    assert_eq!(stand.heard(&mut conn).await.len(), 1, "and nowhere else");
    let reworded: Vec<String> = query_scalar(
        "select message #>> '{action,text}' from deliveries where message #>> '{action,do}' = 'edit'",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    assert_eq!(reworded, ["Выбран чат «Пётр · whatsapp»."]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_album_is_asked_about_once_and_goes_as_one_message(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = stream(&mut conn).await;
    let stand = &dialogue.stand;
    let item = |handle: &str| {
        let album = Some(ExternalId::new("50/album/1"));
        own(BridgeAct::Message { content: file(handle), quote: None, album, ours: false })
    };
    stand.tell(&mut conn, "50/950", item("one")).await;
    stand.tell(&mut conn, "50/951", item("two")).await;
    let asked = questions(&mut conn).await;
    let [buttons] = &asked[..] else { panic!("{asked:?}") };
    let data = &buttons.iter().find(|(label, _)| label.starts_with("Пётр")).unwrap().1;
    stand.tell(&mut conn, "callback/1", press(data)).await;
    stand.tell(&mut conn, "50/952", item("three")).await;
    for handle in ["one", "two", "three"] {
        stored(&mut conn, stand.bot, handle).await;
    }
    dialogue.pass_on(&mut conn, minute(4)).await;
    let queued = dialogue.queued(&mut conn).await;
    let [OutboundAction::Send { content: OutboundContent::Media { files, .. }, .. }] = &queued[..] else {
        panic!("{queued:?}")
    };
    assert_eq!(files.len(), 3);
}
