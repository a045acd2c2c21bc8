//! Questions in the messenger: asked, pressed, answered in words, and shown as they ended.

use connector_api::{
    Address, BridgeAct, BridgeChat, BridgeEvent, BridgeSender, Content, Event, EventKind, ExternalId,
    OutboundAction, OutboundContent, OutboundMessage, Parsed,
};
use sqlx::{PgConnection, PgPool, Row, query, query_scalar, types::Json};

use super::copies;
use crate::{
    AccountId, ChangeRequestId, ClientId, RawEventId,
    access::{Viewer, audit},
    bridge::binding,
    clients::{
        NewChangeRequest,
        access_request::{self, AccessState, NewAccessRequest},
        client::{ClientEdit, edit, read},
        request::{self, RequestField, RequestState},
    },
    fixture::{self, client, minute, user},
    timeline::ingest::{self, ReadRaw},
};

const OLD: &str = "7707083893";
const NEW: &str = "500100732259";

/// Two directors who are bound, as 50 and 60, and a request of Anna's.
struct Stand {
    bot: AccountId,
    anna: Viewer,
    boss: Viewer,
    client: ClientId,
    request: ChangeRequestId,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let bot = fixture::account(conn, "telegram").await;
    let anna = user(conn, "Анна", "manager").await;
    let boss = user(conn, "Виктор", "director").await;
    let partner = user(conn, "Павел", "director").await;
    for (who, id) in [(&boss, 50), (&partner, 60)] {
        let code = binding::issue_code(conn, who, minute(0)).await.unwrap().code;
        tell(conn, bot, &format!("{id}/1"), said(id, &code, None)).await;
    }
    let client = client(conn, "Ромашка", Some(&anna)).await;
    let fill = ClientEdit { version: 1, inn: Some(Some(OLD.into())), ..ClientEdit::default() };
    edit(conn, &anna, minute(1), client, fill).await.unwrap();
    let new = NewChangeRequest {
        field: RequestField::ClientInn,
        client_id: Some(client),
        contact_id: None,
        identity_id: None,
        old_value: Some(OLD.into()),
        new_value: Some(NEW.into()),
        reason: "Опечатка".into(),
    };
    let request = request::create(conn, &anna, new, minute(2)).await.unwrap();
    Stand { bot, anna, boss, client, request }
}

fn event(who: i64, act: BridgeAct) -> BridgeEvent {
    let id = ExternalId::new(who.to_string());
    let address = Address::opaque("telegram", who.to_string());
    BridgeEvent {
        place: id.clone(),
        chat: BridgeChat { id, shared: false, title: None, threads: false },
        sender: Some(BridgeSender { address, name: None }),
        act,
    }
}

fn said(who: i64, text: &str, quote: Option<&str>) -> BridgeEvent {
    let content = Content::Text { text: text.into() };
    event(who, BridgeAct::Message { content, quote: quote.map(ExternalId::new), album: None, ours: false })
}

async fn tell(conn: &mut PgConnection, bot: AccountId, id: &str, told: BridgeEvent) {
    let event = Event {
        external_id: ExternalId::new(id),
        occurred_at: minute(3),
        kind: EventKind::Bridge(Box::new(told)),
    };
    let raw = ReadRaw {
        raw_id: RawEventId::at(minute(3)),
        channel: connector_api::Channel::Telegram,
        account_id: bot,
        received_at: minute(3),
        mapping: 1,
        parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
    };
    ingest::apply(conn, &[raw], minute(3)).await.unwrap();
}

/// Looks after the copies and lets the messenger take what was sent. Returns it in order.
async fn deliver(conn: &mut PgConnection) -> Vec<OutboundMessage> {
    copies::review(conn, minute(4)).await.unwrap();
    let rows = query("select id, message from deliveries where state = 'queued' order by message ->> 'conversation', position, id")
        .fetch_all(&mut *conn)
        .await
        .unwrap();
    for row in &rows {
        let message: Json<OutboundMessage> = row.get("message");
        let external = format!("{}/{}", message.conversation, 900);
        query("update deliveries set state = 'accepted', external_ids = array[$2], finished_at = now() where id = $1")
            .bind(row.get::<uuid::Uuid, _>("id"))
            .bind(external)
            .execute(&mut *conn)
            .await
            .unwrap();
    }
    rows.iter().map(|row| row.get::<Json<OutboundMessage>, _>("message").0).collect()
}

/// Who was asked, how, and what stands on the buttons with what they give back.
type Question = (String, String, Vec<(String, String)>);

fn asked(sent: &[OutboundMessage]) -> Vec<Question> {
    let of = |message: &OutboundMessage| match &message.action {
        OutboundAction::Send { content: OutboundContent::Buttons { text, rows }, .. } => {
            let buttons = rows.iter().flatten().map(|b| (b.label.clone(), b.data.clone())).collect();
            Some((message.conversation.to_string(), text.clone(), buttons))
        }
        OutboundAction::Edit { text, buttons, .. } => {
            let buttons = buttons.iter().flatten().map(|b| (b.label.clone(), b.data.clone())).collect();
            Some((message.conversation.to_string(), text.clone(), buttons))
        }
        _ => None,
    };
    sent.iter().filter_map(of).collect()
}

/// In alphabetical order: answers have lanes of their own, and so none among themselves.
fn answers(sent: &[OutboundMessage]) -> Vec<String> {
    let of = |message: &OutboundMessage| match &message.action {
        OutboundAction::Answer { text, .. }
        | OutboundAction::Send { content: OutboundContent::Text { text }, .. } => Some(text.clone()),
        _ => None,
    };
    let mut told: Vec<String> = sent.iter().filter_map(of).collect();
    told.sort();
    told
}

impl Stand {
    async fn press(&self, conn: &mut PgConnection, who: i64, id: &str, data: &str) {
        let act = BridgeAct::Press { message: ExternalId::new(format!("{who}/900")), data: data.into() };
        tell(conn, self.bot, &format!("callback/{id}"), event(who, act)).await;
    }

    async fn state(&self, conn: &mut PgConnection) -> RequestState {
        request::get(conn, &self.boss, self.request).await.unwrap().state
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn every_bound_person_with_the_right_is_asked_once_and_nobody_else(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let _stand = stand(&mut conn).await;
    let sent = deliver(&mut conn).await;
    let questions = asked(&sent);
    let who: Vec<&str> = questions.iter().map(|(who, ..)| who.as_str()).collect();
    assert_eq!(who, ["50", "60"]);
    for part in ["Ромашка", OLD, NEW, "Опечатка", "Анна"] {
        assert!(questions[0].1.contains(part), "{}", questions[0].1);
    }
    let labels: Vec<&str> = questions[0].2.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["Одобрить", "Отклонить"]);
    assert!(deliver(&mut conn).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_crowd_that_may_not_decide_keeps_nobody_from_being_asked(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    query(
        "with crowd as (
             insert into users (id, login, name, created_at, updated_at)
             select gen_random_uuid(), 'crowd' || n, 'Толпа', now(), now() from generate_series(1, 210) n
             returning id, login)
         insert into bridge_bindings (user_id, account_id, address, chat, bound_at)
         select id, $1, 'telegram/' || login, login, '2000-01-01' from crowd",
    )
    .bind(stand.bot)
    .execute(&mut *conn)
    .await
    .unwrap();
    let questions = asked(&deliver(&mut conn).await);
    let who: Vec<&str> = questions.iter().map(|(who, ..)| who.as_str()).collect();
    assert_eq!(who, ["50", "60"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn whoever_may_decide_no_longer_is_shown_nothing_new(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let first = asked(&deliver(&mut conn).await);
    query("update users set disabled_at = now() where name = 'Павел'").execute(&mut *conn).await.unwrap();
    let version = read(&mut conn, &stand.boss, stand.client).await.unwrap().version;
    let by_hand = ClientEdit { version, inn: Some(Some("7736050003".into())), ..ClientEdit::default() };
    edit(&mut conn, &stand.boss, minute(3), stand.client, by_hand).await.unwrap();
    stand.press(&mut conn, 50, "1", &first[0].2[0].1).await;
    let second = asked(&deliver(&mut conn).await);
    assert!(second[0].1.contains("сейчас 7736050003"), "{}", second[0].1);
    assert_eq!(second[1], ("60".to_owned(), "Вопрос решают другие.".to_owned(), Vec::new()));
    stand.press(&mut conn, 50, "2", &second[0].2[0].1).await;
    assert_eq!(asked(&deliver(&mut conn).await).len(), 1, "his copy has ended");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_first_press_wins_and_both_copies_show_who_decided(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let questions = asked(&deliver(&mut conn).await);
    stand.press(&mut conn, 60, "1", &questions[1].2[0].1).await;
    stand.press(&mut conn, 50, "2", &questions[0].2[0].1).await;
    // The provider tells a press twice.
    stand.press(&mut conn, 60, "1", &questions[1].2[0].1).await;
    assert_eq!(read(&mut conn, &stand.anna, stand.client).await.unwrap().inn.as_deref(), Some(NEW));
    let sent = deliver(&mut conn).await;
    assert_eq!(answers(&sent), ["Одобрено.", "Одобрено: Павел, в мессенджере."]);
    for (_, text, buttons) in asked(&sent) {
        assert!(text.ends_with("Одобрено: Павел, в мессенджере."), "{text}");
        assert!(buttons.is_empty());
    }
    assert_eq!(asked(&sent).len(), 2);
    assert!(deliver(&mut conn).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn two_presses_at_the_same_moment_change_the_card_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let questions = asked(&deliver(&mut conn).await);
    let press = async |who: i64, id: &str, data: &str| {
        let mut conn = pool.acquire().await.unwrap();
        stand.press(&mut conn, who, id, data).await;
    };
    tokio::join!(press(50, "1", &questions[0].2[0].1), press(60, "2", &questions[1].2[0].1));
    let edits: i64 = query_scalar("select count(*) from audit_log where action = 'change_request.approve'")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(edits, 1);
    assert_eq!(stand.state(&mut conn).await, RequestState::Approved);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_refusal_waits_for_the_reason_in_words(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let questions = asked(&deliver(&mut conn).await);
    stand.press(&mut conn, 50, "1", &questions[0].2[1].1).await;
    assert_eq!(stand.state(&mut conn).await, RequestState::Open);
    assert_eq!(answers(&deliver(&mut conn).await), ["Напишите причину ответным сообщением."]);
    // Words of somebody else are no reason.
    tell(&mut conn, stand.bot, "60/5", said(60, "Что там?", None)).await;
    assert_eq!(stand.state(&mut conn).await, RequestState::Open);
    tell(&mut conn, stand.bot, "50/5", said(50, "Пришлите скан", Some("50/900"))).await;
    let own = request::own(&mut conn, &stand.anna, None, 5).await.unwrap();
    assert_eq!((own[0].state, own[0].comment.as_deref()), (RequestState::Refused, Some("Пришлите скан")));
    let sent = deliver(&mut conn).await;
    let shown = asked(&sent);
    assert_eq!(shown.len(), 2);
    assert!(
        shown[0].1.ends_with("Отклонено: Виктор, в мессенджере. Причина: Пришлите скан"),
        "{}",
        shown[0].1
    );
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_value_changed_meanwhile_is_shown_and_approved_once_more(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let first = asked(&deliver(&mut conn).await);
    let version = read(&mut conn, &stand.boss, stand.client).await.unwrap().version;
    let by_hand = ClientEdit { version, inn: Some(Some("7736050003".into())), ..ClientEdit::default() };
    edit(&mut conn, &stand.boss, minute(3), stand.client, by_hand).await.unwrap();
    stand.press(&mut conn, 50, "1", &first[0].2[0].1).await;
    let sent = deliver(&mut conn).await;
    assert!(answers(&sent)[0].starts_with("Данные изменились"));
    let second = asked(&sent);
    assert!(second[0].1.contains("сейчас 7736050003"), "{}", second[0].1);
    // Павел has not looked at the new text yet: his old button decides nothing.
    stand.press(&mut conn, 60, "2", &first[1].2[0].1).await;
    assert_eq!(stand.state(&mut conn).await, RequestState::Open);
    stand.press(&mut conn, 50, "3", &second[0].2[0].1).await;
    assert_eq!(stand.state(&mut conn).await, RequestState::Approved);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn who_is_unbound_or_has_lost_the_right_is_refused_and_audited(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let questions = asked(&deliver(&mut conn).await);
    let data = &questions[0].2[0].1;
    stand.press(&mut conn, 77, "1", data).await;
    query("delete from role_rights where role_code = 'director' and right_name = 'contacts.correct'")
        .execute(&mut *conn)
        .await
        .unwrap();
    stand.press(&mut conn, 50, "2", data).await;
    binding::unbind(&mut conn, &stand.boss, minute(4)).await.unwrap();
    stand.press(&mut conn, 50, "3", data).await;
    assert_eq!(read(&mut conn, &stand.anna, stand.client).await.unwrap().inn.as_deref(), Some(OLD));
    let told = answers(&deliver(&mut conn).await);
    assert_eq!(told.len(), 3);
    assert!(told[0].starts_with("Кнопки работают только у сотрудников") && told[0] == told[1]);
    assert_eq!(told[2], "У вас больше нет права решать это.");
    let administrator = user(&mut conn, "Админ", "administrator").await;
    let lines = audit::list(&mut conn, &administrator, &audit::Filter::default(), None, 50).await.unwrap();
    let count = |action: &str| lines.iter().filter(|line| line.action == action).count();
    assert_eq!((count("bridge.refuse_press"), count("decision.refuse")), (2, 1));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_request_taken_back_leaves_no_buttons_and_a_foreign_button_is_answered(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let questions = asked(&deliver(&mut conn).await);
    request::withdraw(&mut conn, &stand.anna, stand.request, minute(4)).await.unwrap();
    let shown = asked(&deliver(&mut conn).await);
    assert!(shown.iter().all(|(_, text, buttons)| text.contains("Отозвано") && buttons.is_empty()));
    stand.press(&mut conn, 50, "1", &questions[0].2[0].1).await;
    stand.press(&mut conn, 50, "2", "x/unheard-of").await;
    let told = answers(&deliver(&mut conn).await);
    assert_eq!(told, ["Отозвано: решать больше не нужно.", "Эта кнопка больше не действует."]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_client_is_opened_to_whoever_asks_by_a_press_in_the_messenger(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    request::withdraw(&mut conn, &stand.anna, stand.request, minute(2)).await.unwrap();
    let boris = user(&mut conn, "Борис", "manager").await;
    let wish = NewAccessRequest {
        client_id: Some(stand.client),
        reason: "Звонил мне".into(),
        ..NewAccessRequest::default()
    };
    access_request::create(&mut conn, &boris, wish, minute(2)).await.unwrap();
    let questions = asked(&deliver(&mut conn).await);
    let (who, text, buttons) = &questions[0];
    assert_eq!((who.as_str(), questions.len()), ("50", 2), "both directors");
    for part in ["Ромашка", OLD, "Борис", "Анна", "Звонил мне"] {
        assert!(text.contains(part), "{text}");
    }
    let labels: Vec<&str> = buttons.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["На сутки", "На 7 дней", "Без срока", "Отказать"]);
    stand.press(&mut conn, 50, "1", &buttons[1].1).await;
    let own = access_request::own(&mut conn, &boris, None, 10, minute(4)).await.unwrap().remove(0);
    assert_eq!(own.state, AccessState::Granted);
    assert_eq!(own.decided_by.map(|person| person.id), Some(stand.boss.user_id));
    let boris = crate::access::viewer_unscoped(&mut conn, boris.user_id).await.unwrap().unwrap();
    read(&mut conn, &boris, stand.client).await.expect("open at once");
}
