//! What the director says to clients.

use connector_api::{Author, Deletion, DeliveryState, DeliveryUpdate, ProviderTemplate, TemplateComponent};

use super::clients::*;
use super::*;
use crate::{bridge::inbox, delivery::state::DeliveryAction, templates::sync};

/// What the bot answered in the thread of the client.
async fn replies(conn: &mut PgConnection) -> Vec<String> {
    answers(conn).await.into_iter().filter(|(place, _)| place == PLACE).map(|(_, words)| words).collect()
}

/// One of the client's messages stands in the thread, as -100/901.
async fn asked(conn: &mut PgConnection) -> Dialogue {
    let dialogue = dialogue(conn).await;
    dialogue.told(conn, "m1", said("Сколько?")).await;
    dialogue.mirror(conn).await;
    dialogue
}

fn reached(message: &str, state: DeliveryState) -> EventKind {
    EventKind::Delivery(DeliveryUpdate {
        message: ExternalId::new(message),
        state,
        reason: None,
        reference: None,
    })
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_answer_goes_to_the_client_once_under_his_name_with_its_quote_and_never_comes_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    for _ in 0..3 {
        dialogue.hears(&mut conn, "-100/950", message_act(text("Сто <рублей>"), Some("-100/901"))).await;
    }
    let queued = dialogue.queued(&mut conn).await;
    let [OutboundAction::Send { content: OutboundContent::Text { text: words }, quote }] = &queued[..] else {
        panic!("{queued:?}")
    };
    assert_eq!((words.as_str(), quote.as_ref().unwrap().as_str()), ("Сто <рублей>", "m1"));
    let rows = dialogue.rows(&mut conn).await;
    let answer = rows.last().unwrap();
    let author = answer.author.as_ref().unwrap();
    assert_eq!((answer.origin.as_str(), author.name.as_str()), ("bridge", "Виктор"));
    assert_eq!(author.user_id, Some(dialogue.stand.boss.user_id));
    assert_eq!(answer.quote.as_ref().unwrap().interaction_id, Some(dialogue.row("m1")));
    assert!(dialogue.mirror(&mut conn).await.is_empty(), "no echo");
    assert!(replies(&mut conn).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_is_said_anew_while_it_is_passed_on_goes_as_it_was_said_last(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let (thread, stand) = (dialogue.thread, &dialogue.stand);
    stand.tell(&mut conn, "-100/950", by(50, message_act(text("Сто"), None))).await;
    let heard = inbox::next(&mut conn, thread, minute(4)).await.unwrap().unwrap();
    let message = ExternalId::new("-100/950");
    stand.tell(&mut conn, "-100/950e", by(50, BridgeAct::Edit { message, content: text("Двести") })).await;
    inbox::say(&mut conn, &heard, 1, chrono_tz::Europe::Moscow, minute(4)).await.unwrap();
    assert!(dialogue.queued(&mut conn).await.is_empty(), "the former words do not go");
    dialogue.pass_on(&mut conn, minute(4)).await;
    let queued = dialogue.queued(&mut conn).await;
    assert_eq!(queued.iter().map(sent_text).collect::<Vec<_>>(), ["Двести"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn how_far_it_got_is_one_sign_that_climbs_and_a_failure_is_told_in_words(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    dialogue.hears(&mut conn, "-100/950", message_act(text("Сто"), None)).await;
    dialogue.sent(&mut conn, "accepted", "out1").await;
    query("insert into message_aliases (interaction_id, shown_in) select $1, interaction_id from deliveries where account_id = $2")
        .bind(dialogue.row("out1"))
        .bind(dialogue.whatsapp)
        .execute(&mut *conn)
        .await
        .unwrap();
    query("insert into message_facts (interaction_id, kind, key, at, value)
           select interaction_id, 'part', $1::text, now(), '{\"external_id\": \"out1\"}' from deliveries where account_id = $2")
        .bind(dialogue.row("out1").to_string())
        .bind(dialogue.whatsapp)
        .execute(&mut *conn)
        .await
        .unwrap();
    let mut signs = Vec::new();
    let mut look = async |conn: &mut PgConnection| {
        for action in dialogue.mirror(conn).await {
            let OutboundAction::React { message, emoji } = action else { panic!("{action:?}") };
            assert_eq!(message.as_str(), "-100/950");
            signs.push(emoji.unwrap());
        }
    };
    look(&mut conn).await;
    for (id, state) in [
        ("s1", DeliveryState::Delivered),
        ("s1", DeliveryState::Delivered),
        ("s2", DeliveryState::Read),
        ("s3", DeliveryState::Sent),
    ] {
        dialogue.event(&mut conn, id, reached("out1", state)).await;
        look(&mut conn).await;
    }
    assert_eq!(signs, ["🕊", "👌", "👀"]);

    dialogue.hears(&mut conn, "-100/960", message_act(text("Двести"), None)).await;
    dialogue.sent(&mut conn, "failed", "out2").await;
    let told = dialogue.mirror(&mut conn).await;
    let [OutboundAction::Send { quote, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(quote.as_ref().unwrap().as_str(), "-100/960");
    assert_eq!(sent_text(&told[0]), "Не доставлено: Нет WhatsApp");
    dialogue.sent(&mut conn, "failed", "out2").await;
    assert!(dialogue.mirror(&mut conn).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_edit_changes_what_waits_or_what_went_and_a_late_one_is_the_message(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let edit = |message: &str, words: &str| BridgeAct::Edit {
        message: ExternalId::new(message),
        content: text(words),
    };
    let stand = &dialogue.stand;
    stand.tell(&mut conn, "-100/950", by(50, message_act(text("Сто"), None))).await;
    stand.tell(&mut conn, "-100/950@1", by(50, edit("-100/950", "Двести"))).await;
    dialogue.pass_on(&mut conn, minute(4)).await;
    let queued = dialogue.queued(&mut conn).await;
    assert_eq!((queued.len(), sent_text(&queued[0])), (1, "Двести"));

    dialogue.hears(&mut conn, "-100/950@2", edit("-100/950", "Триста")).await;
    assert_eq!(dialogue.queued(&mut conn).await.len(), 1, "it waits until there is something to edit");
    dialogue.sent(&mut conn, "accepted", "out1").await;
    for _ in 0..2 {
        dialogue.hears(&mut conn, "-100/950@2", edit("-100/950", "Триста")).await;
    }
    let queued = dialogue.queued(&mut conn).await;
    let [OutboundAction::Edit { message, text: words, .. }] = &queued[..] else { panic!("{queued:?}") };
    assert_eq!((message[0].as_str(), words.as_str()), ("out1", "Триста"));

    dialogue.hears(&mut conn, "-100/970@1", edit("-100/970", "Потом, вечером")).await;
    dialogue.hears(&mut conn, "-100/970", message_act(text("Потом"), None)).await;
    let queued = dialogue.queued(&mut conn).await;
    assert_eq!((queued.len(), sent_text(&queued[1])), (2, "Потом, вечером"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_photo_goes_when_it_is_here_an_album_as_one_message_and_order_is_kept(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let bot = dialogue.stand.bot;
    let item = |handle: &str| BridgeAct::Message {
        content: file(handle),
        quote: None,
        album: Some(ExternalId::new("album")),
        ours: false,
    };
    let stand = &dialogue.stand;
    stand.tell(&mut conn, "-100/950", by(50, item("one"))).await;
    stand.tell(&mut conn, "-100/951", by(50, item("two"))).await;
    stand.tell(&mut conn, "-100/951", by(50, item("two"))).await;
    stand.tell(&mut conn, "-100/952", by(50, message_act(text("Вот"), None))).await;
    assert_eq!(dialogue.pass_on(&mut conn, minute(4)).await, 0);
    for handle in ["one", "two"] {
        stored(&mut conn, bot, handle).await;
    }
    assert_eq!(dialogue.pass_on(&mut conn, minute(2)).await, 0, "more of it may come");
    assert_eq!(dialogue.pass_on(&mut conn, minute(4)).await, 2);
    let queued = dialogue.queued(&mut conn).await;
    let OutboundAction::Send { content: OutboundContent::Media { files, .. }, .. } = &queued[0] else {
        panic!("{queued:?}")
    };
    assert_eq!((files.len(), sent_text(&queued[1])), (2, "Вот"));
    dialogue.hears(&mut conn, "-100/953", item("three")).await;
    stored(&mut conn, bot, "three").await;
    assert_eq!(dialogue.pass_on(&mut conn, minute(4)).await, 1, "a late one goes by itself");

    dialogue.hears(&mut conn, "-100/954", message_act(file("gone"), None)).await;
    query("update media set state = 'lost', cause = 'Файл больше 20 МБ.' where external_id = 'gone'")
        .execute(&mut *conn)
        .await
        .unwrap();
    dialogue.pass_on(&mut conn, minute(4)).await;
    assert_eq!(replies(&mut conn).await, ["Не передано: файл не получен. Файл больше 20 МБ."]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn reactions_and_deletions_reach_the_client_and_remarks_and_commands_do_not(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    dialogue.hears(&mut conn, "-100/950", message_act(text("Сто"), None)).await;
    dialogue.sent(&mut conn, "accepted", "out1").await;
    let react = BridgeAct::Reaction { message: ExternalId::new("-100/901"), emoji: Some("👍".into()) };
    let reaction = BridgeEvent { place: ExternalId::new(GROUP), ..by(50, react) };
    for _ in 0..2 {
        dialogue.stand.tell(&mut conn, "-100/901^50", reaction.clone()).await;
    }
    dialogue.pass_on(&mut conn, minute(4)).await;
    dialogue.hears(&mut conn, "-100/951", message_act(text("/Удалить"), Some("-100/950"))).await;
    let queued = dialogue.queued(&mut conn).await;
    let [OutboundAction::React { message, .. }, OutboundAction::Delete { message: gone, .. }] = &queued[..]
    else {
        panic!("{queued:?}")
    };
    assert_eq!((message.as_str(), gone[0].as_str()), ("m1", "out1"));
    dialogue.hears(&mut conn, "-100/952", message_act(text("// торгуется"), None)).await;
    dialogue.hears(&mut conn, "-100/953", message_act(text("/день"), None)).await;
    dialogue.hears(&mut conn, "-100/954", message_act(text("/удалить"), None)).await;
    assert_eq!(dialogue.queued(&mut conn).await.len(), 2);
    let replies = replies(&mut conn).await;
    assert_eq!(replies.len(), 2, "{replies:?}");
    assert!(replies[0].starts_with("Не передано клиенту: похоже на команду"));
    assert!(replies[1].starts_with("Что удалить у клиента?"));
    let rows = dialogue.rows(&mut conn).await;
    assert!(rows.iter().flat_map(|row| &row.actions).any(|act| act.action == DeliveryAction::Reaction));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_is_not_bound_who_lost_his_right_and_who_speaks_elsewhere_reaches_no_client(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let stand = &dialogue.stand;
    stand.tell(&mut conn, "-100/950", by(99, message_act(text("Я директор"), None))).await;
    let hidden = BridgeEvent { sender: None, ..by(50, message_act(text("Инкогнито"), None)) };
    stand.tell(&mut conn, "-100/951", hidden).await;
    let general =
        BridgeEvent { place: ExternalId::new(GROUP), ..by(50, message_act(text("Кому?"), None)) };
    stand.tell(&mut conn, "-100/952", general).await;
    let foreign = BridgeChat { id: ExternalId::new("-200"), ..group() };
    let elsewhere = BridgeEvent {
        place: ExternalId::new("-200/8"),
        chat: foreign,
        ..by(50, message_act(text("Чужая группа"), None))
    };
    stand.tell(&mut conn, "-200/953", elsewhere).await;
    assert_eq!(dialogue.pass_on(&mut conn, minute(4)).await, 0);
    stand.tell(&mut conn, "-100/954", by(50, message_act(text("Успею"), None))).await;
    query("delete from role_rights where right_name = $1")
        .bind(Right::BridgeUse.as_str())
        .execute(&mut *conn)
        .await
        .unwrap();
    dialogue.pass_on(&mut conn, minute(4)).await;
    assert!(dialogue.queued(&mut conn).await.is_empty());
    let all = answers(&mut conn).await;
    let said =
        |place: &str, begin: &str| all.iter().any(|(to, words)| to == place && words.starts_with(begin));
    assert!(said(PLACE, "Этот бот служит сотрудникам"), "{all:?}");
    assert!(said(PLACE, "Сообщение не передано: вы пишете от имени группы"), "{all:?}");
    assert!(said(GROUP, "Сообщение не передано: у этого места нет чата"), "{all:?}");
    assert!(said("-200/8", "Сообщение не передано: у этого места нет чата"), "{all:?}");
    assert!(said(PLACE, "Не передано: вы больше не можете отвечать"), "{all:?}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_answer_to_what_the_client_deleted_goes_without_its_quote_and_says_so(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let deletion = Deletion { message: ExternalId::new("m1"), by: Some(Author::Client) };
    dialogue.event(&mut conn, "d1", EventKind::Deletion(deletion)).await;
    dialogue.mirror(&mut conn).await;
    dialogue.hears(&mut conn, "-100/950", message_act(text("Сто"), Some("-100/901"))).await;
    let queued = dialogue.queued(&mut conn).await;
    assert!(matches!(&queued[..], [OutboundAction::Send { quote: None, .. }]), "{queued:?}");
    let replies = replies(&mut conn).await;
    assert_eq!(replies, ["Сообщение, на которое вы ответили, удалено: ответ ушёл клиенту без цитаты."]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_refused_is_not_edited_and_the_refusal_answers_his_message_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let stand = &dialogue.stand;
    for _ in 0..2 {
        stand.tell(&mut conn, "-100/950", by(50, message_act(text("Сто"), None))).await;
        while let Some(heard) = inbox::next(&mut conn, dialogue.thread, minute(4)).await.unwrap() {
            inbox::refuse(&mut conn, &heard, "Не передано: окно закрыто.", minute(4)).await.unwrap();
        }
    }
    let edit = BridgeAct::Edit { message: ExternalId::new("-100/950"), content: text("Двести") };
    dialogue.hears(&mut conn, "-100/950@1", edit).await;
    let quoted: i64 = query_scalar(
        "select count(*) from deliveries where message #>> '{action,quote}' = '-100/950' and action = 'bridge'",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    assert_eq!(quoted, 2);
    let replies = replies(&mut conn).await;
    assert_eq!(replies[0], "Не передано: окно закрыто.");
    assert!(replies[1].starts_with("Исправить нечего"), "{replies:?}");
    assert!(dialogue.queued(&mut conn).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_sleeping_client_gets_it_in_the_morning(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let night = "2026-11-10T20:00:00Z".parse().unwrap();
    dialogue.stand.tell(&mut conn, "-100/950", by(50, message_act(text("Сто"), None))).await;
    assert_eq!(dialogue.pass_on(&mut conn, night).await, 1);
    assert!(dialogue.queued(&mut conn).await.is_empty());
    assert_eq!(replies(&mut conn).await, ["Отправим в 9:00 по времени клиента."]);
    let edit = BridgeAct::Edit { message: ExternalId::new("-100/950"), content: text("Двести") };
    dialogue.stand.tell(&mut conn, "-100/950@1", by(50, edit)).await;
    assert_eq!(dialogue.pass_on(&mut conn, night).await, 0, "there is nothing to edit before the morning");
    assert!(!inbox::goes_soon(&mut conn, night).await.unwrap(), "nobody looks for it every moment");
}

/// He writes while the window is closed, and two templates are offered, one of which fills itself; the offer.
async fn offered(conn: &mut PgConnection, dialogue: &Dialogue) -> serde_json::Value {
    let template = |name: &str, words: &str| ProviderTemplate {
        external_id: ExternalId::new(name),
        name: name.into(),
        language: "ru".into(),
        category: "utility".into(),
        status: "approved".into(),
        reason: None,
        quality: None,
        components: vec![TemplateComponent::Body { text: words.into() }],
    };
    let all = [template("hello", "Здравствуйте! Продолжим?"), template("order", "Заказ {{1}} готов")];
    sync::take(conn, dialogue.whatsapp, &all, minute(3), minute(3)).await.unwrap();
    dialogue.stand.tell(conn, "-100/950", by(50, message_act(text("Сто"), None))).await;
    let heard = inbox::next(conn, dialogue.thread, minute(4)).await.unwrap().unwrap();
    inbox::offer_templates(conn, &heard, "https://uzel/dialogs/1", minute(4)).await.unwrap();
    inbox::offer_templates(conn, &heard, "https://uzel/dialogs/1", minute(4)).await.unwrap();
    let offers: Vec<serde_json::Value> =
        query_scalar("select message #> '{action,content}' from deliveries where message #>> '{action,quote}' = '-100/950'")
            .fetch_all(conn)
            .await
            .unwrap();
    let [offer] = &offers[..] else { panic!("{offers:?}") };
    offer.clone()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_template_that_did_not_go_can_be_chosen_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let offer = offered(&mut conn, &dialogue).await;
    let data = offer["rows"][0][0]["data"].as_str().unwrap().to_owned();
    let press = BridgeAct::Press { message: ExternalId::new("-100/960"), data };
    dialogue.stand.tell(&mut conn, "callback/1", by(50, press.clone())).await;
    let heard = inbox::next(&mut conn, dialogue.thread, minute(4)).await.unwrap().unwrap();
    inbox::refuse(&mut conn, &heard, "Не передано: канал выключен.", minute(4)).await.unwrap();
    // Told twice, and pressed once more.
    for id in ["callback/2", "callback/2", "callback/3"] {
        dialogue.hears(&mut conn, id, press.clone()).await;
    }
    assert_eq!(dialogue.queued(&mut conn).await.len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_closed_window_offers_templates_and_one_press_sends_one_of_them(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let offer = offered(&mut conn, &dialogue).await;
    let stand = &dialogue.stand;
    let rows = offer["rows"].as_array().unwrap();
    assert_eq!((rows.len(), rows[0][0]["label"].as_str()), (1, Some("Здравствуйте! Продолжим?")));
    assert!(offer["text"].as_str().unwrap().ends_with("Остальные, с полями, в Узле: https://uzel/dialogs/1"));

    let data = rows[0][0]["data"].as_str().unwrap().to_owned();
    assert!(data.len() <= 64);
    let press = BridgeAct::Press { message: ExternalId::new("-100/960"), data };
    stand.tell(&mut conn, "callback/0", by(99, press.clone())).await;
    assert_eq!(dialogue.pass_on(&mut conn, minute(4)).await, 0, "a stranger presses in vain");
    for id in ["callback/1", "callback/1", "callback/2"] {
        dialogue.hears(&mut conn, id, press.clone()).await;
    }
    let queued = dialogue.queued(&mut conn).await;
    let [OutboundAction::Send { content: OutboundContent::Template(sent), .. }] = &queued[..] else {
        panic!("{queued:?}")
    };
    assert_eq!((sent.name.as_str(), sent.text.as_str()), ("hello", "Здравствуйте! Продолжим?"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_he_passes_on_from_outside_goes_to_the_client_and_our_copies_of_other_chats_do_not(
    pool: PgPool,
) {
    let mut conn = pool.acquire().await.unwrap();
    let dialogue = asked(&mut conn).await;
    let passed_on =
        |words: &str, ours| BridgeAct::Message { content: text(words), quote: None, album: None, ours };
    dialogue.hears(&mut conn, "-100/950", passed_on("Цены завода", false)).await;
    for _ in 0..2 {
        dialogue.hears(&mut conn, "-100/951", passed_on("Анна · Другой клиент:\nСкидка 30%", true)).await;
    }
    let queued = dialogue.queued(&mut conn).await;
    assert_eq!(queued.iter().map(sent_text).collect::<Vec<_>>(), ["Цены завода"]);
    let replies = replies(&mut conn).await;
    assert_eq!(replies.len(), 1, "{replies:?}");
    assert!(replies[0].starts_with("Не передано: пересланное стоит в другом чате Узла"), "{replies:?}");
}
