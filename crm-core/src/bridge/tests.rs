use chrono::TimeDelta;
use connector_api::{
    Address, BridgeAct, BridgeChat, BridgeEvent, BridgeSender, Content, Event, EventKind, ExternalId,
    MediaKind, MediaRef, OutboundAction, OutboundContent, Parsed,
};
use sqlx::{PgConnection, PgPool, Row, query, query_scalar};
use uuid::Uuid;

use super::mirror::Next;
use super::*;
use crate::{
    AccountId, RawEventId, RoomId, RoomMessageId,
    access::{Right, Viewer, audit},
    clients::ClientError,
    fixture::{self, minute, user},
    rooms::{
        BridgeStep, NewRoom, NewRoomMessage, RoomAccess, RoomMessage, RoomOrigin, RoomPatch, member, message,
        reading, room,
    },
    timeline::ingest::{self, ReadRaw},
};

mod order;
mod storm;

const GROUP: &str = "-100";
const SHIPMENTS: RoomId = RoomId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0003));

/// A director who is bound, a manager who writes, and «Отгрузки» bridged.
struct Stand {
    bot: AccountId,
    boss: Viewer,
    anna: Viewer,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let bot = fixture::account(conn, "telegram").await;
    let boss = user(conn, "Виктор", "director").await;
    let anna = user(conn, "Анна", "manager").await;
    let stand = Stand { bot, boss, anna };
    let code = binding::issue_code(conn, &stand.boss, minute(0)).await.unwrap().code;
    stand.tell(conn, "50", privately(50, &format!("/start {code}"))).await;
    stand.tell(conn, "-100/state/1", standing(true)).await;
    setup::choose_group(conn, &stand.boss, bot, GROUP, minute(1)).await.unwrap();
    for who in [&stand.boss, &stand.anna] {
        member::join(conn, who, SHIPMENTS, minute(1)).await.unwrap();
    }
    setup::set_bridged(conn, &stand.boss, SHIPMENTS, true, minute(1)).await.unwrap();
    stand
}

fn person(id: i64) -> BridgeSender {
    BridgeSender {
        address: Address::opaque("telegram", id.to_string()), name: Some(format!("Человек {id}"))
    }
}

fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

fn group() -> BridgeChat {
    BridgeChat { id: ExternalId::new(GROUP), shared: true, title: Some("Мост".into()), threads: true }
}

fn privately(who: i64, said: &str) -> BridgeEvent {
    let id = ExternalId::new(who.to_string());
    BridgeEvent {
        place: id.clone(),
        chat: BridgeChat { id, shared: false, title: None, threads: false },
        sender: Some(person(who)),
        act: BridgeAct::Message { content: text(said), quote: None },
    }
}

fn standing(present: bool) -> BridgeEvent {
    let place = ExternalId::new(GROUP);
    BridgeEvent { place, chat: group(), sender: None, act: BridgeAct::Standing { present } }
}

fn in_thread(who: i64, content: Content, quote: Option<&str>) -> BridgeEvent {
    BridgeEvent {
        place: ExternalId::new("-100/7"),
        chat: group(),
        sender: Some(person(who)),
        act: BridgeAct::Message { content, quote: quote.map(ExternalId::new) },
    }
}

async fn thread(conn: &mut PgConnection) -> Uuid {
    query_scalar("select id from bridge_threads").fetch_one(conn).await.unwrap()
}

/// What the bot answered people, place by place, in order.
async fn answers(conn: &mut PgConnection) -> Vec<(String, String)> {
    let rows = query(
        "select message ->> 'conversation', message #>> '{action,content,text}' from deliveries
         where interaction_id = '00000000-0000-0000-0000-000000000000' order by message ->> 'conversation', position",
    )
    .fetch_all(conn)
    .await
    .unwrap();
    rows.iter().map(|row| (row.get(0), row.get::<Option<String>, _>(1).unwrap_or_default())).collect()
}

impl Stand {
    /// An update of the provider, on its whole way through the ingest.
    async fn tell(&self, conn: &mut PgConnection, id: &str, told: BridgeEvent) {
        let event = Event {
            external_id: ExternalId::new(id),
            occurred_at: minute(2),
            kind: EventKind::Bridge(Box::new(told)),
        };
        let raw = ReadRaw {
            raw_id: RawEventId::at(minute(2)),
            channel: connector_api::Channel::Telegram,
            account_id: self.bot,
            received_at: minute(2),
            mapping: 1,
            parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
        };
        ingest::apply(conn, &[raw], minute(2)).await.unwrap();
    }

    async fn say(&self, conn: &mut PgConnection, words: &str) -> RoomMessage {
        self.say_in(conn, SHIPMENTS, words, None).await
    }

    async fn say_in(
        &self,
        conn: &mut PgConnection,
        room: RoomId,
        words: &str,
        quote_id: Option<RoomMessageId>,
    ) -> RoomMessage {
        let new = NewRoomMessage {
            id: RoomMessageId(Uuid::now_v7()),
            text: Some(words.to_owned()),
            files: Vec::new(),
            quote_id,
            mentions: Vec::new(),
        };
        message::post(conn, &self.anna, room, new, minute(3)).await.unwrap().0
    }

    async fn heard(&self, conn: &mut PgConnection) -> Vec<RoomMessage> {
        reading::page(conn, &self.anna, SHIPMENTS, reading::Part::After(0), 100).await.unwrap()
    }

    /// What the caller of the provider does until there is nothing to do; the provider obeys. Returns what was sent.
    async fn mirror(&self, conn: &mut PgConnection) -> Vec<OutboundAction> {
        let thread = thread(conn).await;
        let mut sent = Vec::new();
        loop {
            match mirror::look(conn, thread, "https://uzel", minute(4)).await.unwrap() {
                Next::Rest => return sent,
                Next::Open(name) => {
                    mirror::opened(conn, thread, &ExternalId::new("-100/7"), &name).await.unwrap();
                }
                Next::Rename(_, name) => mirror::renamed(conn, thread, &name).await.unwrap(),
                Next::SetClosed(_, closed) => mirror::set_closed(conn, thread, closed).await.unwrap(),
                Next::Send(mirrored) => {
                    mirror::queue(conn, self.bot, &mirrored, 1, minute(4)).await.unwrap();
                    mirror::queue(conn, self.bot, &mirrored, 1, minute(4)).await.unwrap();
                    sent.push(mirrored.message.action.clone());
                    let id = format!("-100/{}", 900 + sent.len());
                    came_to(conn, "accepted", Some(&id), None).await;
                }
            }
        }
    }
}

/// The sender's work: every delivery under way came to this.
async fn came_to(conn: &mut PgConnection, state: &str, external_id: Option<&str>, code: Option<&str>) {
    query(
        "update deliveries set state = $1, external_ids = array_remove(array[$2::text], null), code = $3,
             reason = 'Причина', finished_at = now()
         where state = 'queued' and interaction_id <> '00000000-0000-0000-0000-000000000000'",
    )
    .bind(state)
    .bind(external_id)
    .bind(code)
    .execute(conn)
    .await
    .unwrap();
}

fn sent_text(action: &OutboundAction) -> &str {
    match action {
        OutboundAction::Send { content: OutboundContent::Text { text }, .. }
        | OutboundAction::Edit { text, .. } => text,
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_code_binds_once_and_within_its_term(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    assert_eq!(
        binding::own(&mut conn, &stand.boss).await.unwrap().unwrap().name.as_deref(),
        Some("Человек 50")
    );
    let denied = binding::issue_code(&mut conn, &stand.anna, minute(0)).await;
    assert!(matches!(denied, Err(binding::BindingError::Forbidden(_))));

    let first = binding::issue_code(&mut conn, &stand.boss, minute(0)).await.unwrap();
    let second = binding::issue_code(&mut conn, &stand.boss, minute(0)).await.unwrap();
    assert_eq!(second.expires_at, minute(0) + TimeDelta::minutes(15));
    stand.tell(&mut conn, "60/1", privately(60, &first.code)).await;
    stand.tell(&mut conn, "60/2", privately(60, &second.code)).await;
    stand.tell(&mut conn, "60/2", privately(60, &second.code)).await;
    stand.tell(&mut conn, "70/1", privately(70, &second.code)).await;
    assert_eq!(
        binding::own(&mut conn, &stand.boss).await.unwrap().unwrap().name.as_deref(),
        Some("Человек 60")
    );
    let late = binding::issue_code(&mut conn, &stand.boss, minute(0) - TimeDelta::minutes(20)).await.unwrap();
    stand.tell(&mut conn, "80/1", privately(80, &late.code)).await;
    let answers = answers(&mut conn).await;
    let said: Vec<(&str, bool)> =
        answers.iter().map(|(to, words)| (to.as_str(), words.starts_with("Готово"))).collect();
    assert_eq!(said, [("50", true), ("60", false), ("60", true), ("70", false), ("80", false)]);

    binding::unbind(&mut conn, &stand.boss, minute(3)).await.unwrap();
    assert_eq!(binding::own(&mut conn, &stand.boss).await.unwrap(), None);
    let filter = audit::Filter { action: Some("bridge.".into()), ..audit::Filter::default() };
    let log = audit::list(&mut conn, &stand.boss, &filter, None, 50).await.unwrap();
    let count = |action: &str| log.iter().filter(|line| line.action == action).count();
    assert_eq!((count("bridge.bind"), count("bridge.unbind"), count("bridge.code")), (2, 1, 4));
    let wrote_the_code = log.iter().any(|line| format!("{:?}", line.after).contains(&second.code));
    assert!(!wrote_the_code, "a code is a secret");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_stranger_is_refused_politely_once_a_day_and_heard_by_nobody(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    for number in 0..5 {
        stand.tell(&mut conn, &format!("99/{number}"), privately(99, "Пустите")).await;
        let said = in_thread(99, text("Я директор"), None);
        stand.tell(&mut conn, &format!("-100/3{number}"), said).await;
    }
    assert_eq!(stand.heard(&mut conn).await.len(), 1);
    assert_eq!(answers(&mut conn).await.iter().filter(|(to, _)| to == "99").count(), 1);
    let filter = audit::Filter { action: Some("bridge.refuse".into()), ..audit::Filter::default() };
    assert_eq!(audit::list(&mut conn, &stand.boss, &filter, None, 50).await.unwrap().len(), 1);
    let clients: i64 = query_scalar("select count(*) from clients").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(clients, 0, "whoever writes to the bot of the bridge is no client");
}

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
    message::edit(&mut conn, &stand.anna, said.id, "В четверг", minute(4)).await.unwrap();
    let sent = stand.mirror(&mut conn).await;
    assert_eq!(sent.iter().map(sent_text).collect::<Vec<_>>(), ["Анна · Отгрузки:\nВ четверг"; 2]);
    message::delete(&mut conn, &stand.anna, said.id, minute(5)).await.unwrap();
    let sent = stand.mirror(&mut conn).await;
    assert_eq!(sent_text(&sent[0]), "Анна · Отгрузки:\nсообщение удалено");
    let OutboundAction::Edit { message, .. } = &sent[0] else { panic!() };
    assert_eq!(message, &[ExternalId::new("-100/901")]);
}

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
async fn who_loses_the_right_or_the_job_is_a_stranger(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Едем").await;
    stand.mirror(&mut conn).await;
    query("delete from role_rights where right_name = $1")
        .bind(Right::BridgeUse.as_str())
        .execute(&mut *conn)
        .await
        .unwrap();
    stand.tell(&mut conn, "-100/950", in_thread(50, text("Я ещё здесь"), None)).await;
    assert_eq!(stand.heard(&mut conn).await.len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_group_that_got_another_key_goes_on(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let moved = BridgeEvent { act: BridgeAct::Moved { to: ExternalId::new("-100500") }, ..standing(true) };
    stand.tell(&mut conn, "-100>-100500", moved.clone()).await;
    stand.tell(&mut conn, "-100>-100500", moved).await;
    assert_eq!(mirror::due(&mut conn).await.unwrap().unwrap().1.as_str(), "-100500");
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
