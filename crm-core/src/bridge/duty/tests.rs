//! Commands and the morning's summary.

use chrono::{DateTime, TimeZone, Utc};
use chrono_tz::Tz;
use connector_api::{
    Address, BridgeAct, BridgeChat, BridgeEvent, BridgeSender, Content, Event, EventKind, ExternalId, Parsed,
};
use sqlx::{PgConnection, PgPool, query, query_scalar};

use super::*;
use crate::{
    RawEventId,
    bridge::binding,
    bridge::setup,
    fixture::{self, Said, client, contact, conversation, message, minute, user},
    timeline::ingest::{self, ReadRaw},
};

fn context() -> Context {
    Context { zone: Tz::Europe__Moscow, currencies: Currency::USUAL.to_vec(), screens: "https://uzel".into() }
}

/// Viktor the director, bound as 50.
async fn stand(conn: &mut PgConnection) -> (AccountId, Viewer) {
    let bot = fixture::account(conn, "telegram").await;
    let boss = user(conn, "Виктор", "director").await;
    let code = binding::issue_code(conn, &boss, minute(0)).await.unwrap().code;
    tell_bot(conn, bot, "50/1", ("50", false), &code).await;
    query("update deliveries set state = 'accepted', finished_at = now()").execute(conn).await.unwrap();
    (bot, boss)
}

async fn tell_bot(
    conn: &mut PgConnection,
    bot: AccountId,
    id: &str,
    (chat, shared): (&str, bool),
    text: &str,
) {
    let place = ExternalId::new(chat);
    let told = BridgeEvent {
        place: place.clone(),
        chat: BridgeChat { id: place, shared, title: None, threads: shared },
        sender: Some(BridgeSender { address: Address::opaque("telegram", "50"), name: None }),
        act: BridgeAct::Message {
            content: Content::Text { text: text.into() },
            quote: None,
            album: None,
            ours: false,
        },
    };
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

/// Where the bot spoke and what it said, since the last look.
async fn spoken(conn: &mut PgConnection) -> Vec<(String, String)> {
    let told: Vec<(String, String)> = sqlx::query_as(
        "select message ->> 'conversation', message #>> '{action,content,text}' from deliveries
         where state = 'queued' order by message ->> 'conversation', position",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    query("update deliveries set state = 'accepted', finished_at = now()").execute(conn).await.unwrap();
    told
}

async fn dollar(conn: &mut PgConnection) {
    let today = rates::moscow_date(minute(0));
    for (days, rate) in [(1, "80.5"), (0, "81.25")] {
        query(
            "insert into rates (currency, source, effective_on, nominal, value, fetched_at)
             values ('USD', 'bank', $1, 1, $2::numeric, now())",
        )
        .bind(today - chrono::Days::new(days))
        .bind(rate)
        .execute(&mut *conn)
        .await
        .unwrap();
    }
}

#[test]
fn a_command_is_read_in_latin_and_in_russian_and_ordinary_words_are_none() {
    for (text, expected) in [
        ("/rates", Some(Command::Rates)),
        (" /Курсы ", Some(Command::Rates)),
        ("/day@uzel_bot", Some(Command::Day)),
        ("/день", Some(Command::Day)),
        ("/debts", Some(Command::Debts)),
        ("/долги", Some(Command::Debts)),
        ("/chats", Some(Command::Chats)),
        ("/чаты", Some(Command::Chats)),
        ("/start", Some(Command::Help)),
        ("/помощь", Some(Command::Help)),
        ("курсы", None),
        ("/unknown", None),
        ("Какие долги у Ромашки?", None),
    ] {
        assert_eq!(Command::read(text), expected, "{text}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_command_is_answered_once_where_it_was_given(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (bot, boss) = stand(&mut conn).await;
    tell_bot(&mut conn, bot, "-100/6", ("-100", true), "Здравствуйте").await;
    setup::choose_group(&mut conn, &boss, bot, "-100", minute(3)).await.unwrap();
    query("delete from deliveries").execute(&mut *conn).await.unwrap();
    for (id, place) in [
        ("50/2", ("50", false)),
        ("50/2", ("50", false)),
        ("-100/7", ("-100", true)),
        ("-200/7", ("-200", true)),
    ] {
        tell_bot(&mut conn, bot, id, place, "/чаты").await;
    }
    for _ in 0..2 {
        answer(&mut conn, &context(), minute(4)).await.unwrap();
    }
    let told = spoken(&mut conn).await;
    let places: Vec<&str> = told.iter().map(|(place, _)| place.as_str()).collect();
    assert_eq!(places, ["-100", "-200", "50"]);
    assert!(told[1].1.contains("не передано"), "everybody in another group would read it: {}", told[1].1);
    assert!(told[0].1.starts_with("С Telegram пока не связан ни один чат"), "{}", told[0].1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_command_of_somebody_who_lost_the_right_is_not_answered(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (bot, boss) = stand(&mut conn).await;
    tell_bot(&mut conn, bot, "50/2", ("50", false), "/день").await;
    query("update users set disabled_at = now() where id = $1")
        .bind(boss.user_id)
        .execute(&mut *conn)
        .await
        .unwrap();
    answer(&mut conn, &context(), minute(4)).await.unwrap();
    assert!(spoken(&mut conn).await.is_empty());
    let manager = user(&mut conn, "Анна", "manager").await;
    let told = told(&mut conn, &manager, Command::Day, &context(), minute(4)).await.unwrap();
    assert_eq!(told, "На это у вас нет права в Узле.");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn rates_are_told_with_their_change(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (_, boss) = stand(&mut conn).await;
    dollar(&mut conn).await;
    let text = told(&mut conn, &boss, Command::Rates, &context(), minute(4)).await.unwrap();
    assert!(text.starts_with("Курсы на 02.11.2026\nUSD: 81,2500 ₽ ▲ +0,7500\nCNY: курса нет"), "{text}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_days_figures_count_messages_calls_clients_and_the_first_answer(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (_, boss) = stand(&mut conn).await;
    let account = fixture::account(&mut conn, "whatsapp").await;
    let company = client(&mut conn, "Ромашка", None).await;
    let irina = contact(&mut conn, "Ирина", company).await;
    let talk = conversation(&mut conn, account, irina, minute(30)).await;
    for (at, direction) in
        [(1, "inbound"), (2, "inbound"), (11, "outbound"), (20, "inbound"), (30, "outbound")]
    {
        let said = Said {
            account,
            contact: irina,
            conversation: Some(talk),
            at: minute(at),
            direction,
            text: "Слова",
        };
        message(&mut conn, said).await;
    }
    let text = told(&mut conn, &boss, Command::Day, &context(), minute(60)).await.unwrap();
    let expected = "Сегодня, 02.11.2026\nСообщения: от клиентов 3, клиентам 2\n\
                    Звонки: входящих 0, из них пропущено 0; исходящих 0\nНовых клиентов: 1\nПервый ответ: медиана 10 мин";
    assert_eq!(text, expected);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_summary_goes_once_a_day_at_its_time_by_the_clock_of_the_company(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (_, boss) = stand(&mut conn).await;
    let at = |day, hour| -> DateTime<Utc> { Utc.with_ymd_and_hms(2026, 11, day, hour, 30, 0).unwrap() };
    // 10:30 in Moscow: nine o'clock of today is over.
    let wanted = Digest { enabled: true, at: "09:00".into() };
    set(&mut conn, &boss, &wanted, Tz::Europe__Moscow, at(2, 7)).await.unwrap();
    assert_eq!(send(&mut conn, &context(), at(2, 8)).await.unwrap(), 0);
    assert_eq!(send(&mut conn, &context(), at(3, 5)).await.unwrap(), 0, "08:30 is too early");
    assert_eq!(send(&mut conn, &context(), at(3, 6)).await.unwrap(), 1);
    assert_eq!(send(&mut conn, &context(), at(3, 6)).await.unwrap(), 0, "run twice it sends once");
    let told = spoken(&mut conn).await;
    assert_eq!(told.len(), 1);
    for part in ["Доброе утро", "Вчера, 02.11.2026", "Курсы на 03.11.2026", "Долгов нет"]
    {
        assert!(told[0].1.contains(part), "{}", told[0].1);
    }
    assert_eq!(send(&mut conn, &context(), at(4, 6)).await.unwrap(), 1);
    set(&mut conn, &boss, &Digest { enabled: false, ..wanted }, Tz::Europe__Moscow, at(4, 7)).await.unwrap();
    assert_eq!(send(&mut conn, &context(), at(5, 6)).await.unwrap(), 0);
    let lines: i64 = query_scalar("select count(*) from audit_log where action = 'bridge.digest'")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert_eq!(lines, 2);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_time_that_is_none_is_refused_and_so_is_who_does_not_manage_the_bridge(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let (_, boss) = stand(&mut conn).await;
    let anna = user(&mut conn, "Анна", "manager").await;
    let wanted = |at: &str| Digest { enabled: true, at: at.into() };
    let wrong = set(&mut conn, &boss, &wanted("25:00"), Tz::Europe__Moscow, minute(1)).await;
    assert!(matches!(wrong, Err(ClientError::Invalid { field: "at", .. })));
    let foreign = set(&mut conn, &anna, &wanted("09:00"), Tz::Europe__Moscow, minute(1)).await;
    assert!(matches!(foreign, Err(ClientError::Forbidden(_))));
}
