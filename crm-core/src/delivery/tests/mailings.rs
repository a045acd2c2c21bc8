//! What may not go now: the night, and a no to advertising.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_offer_that_waits_does_not_go_after_a_no_and_holds_up_no_answer(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.consent(&mut conn, ConsentState::Given, minute(1)).await;
    let offer = NewMessage { purpose: Some(StatedPurpose::Advertising), ..text(1, "Скидка") };
    assert!(office.press(&mut conn, offer, minute(1)).await);
    office.press(&mut conn, text(2, "Счёт готов"), minute(1)).await;
    office.consent(&mut conn, ConsentState::Withdrawn, minute(2)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(3)).await);
    let next = work(office.turn(&mut conn, sender, None, minute(3)).await);
    assert_eq!(next.delivery, DeliveryId(Uuid::from_u128(2)), "an answer is no mailing");
    let offer = office.entry(&mut conn, 1).await;
    assert_eq!(step(&offer), DeliveryStep::Cancelled);
    let reason = offer.delivery.unwrap().reason;
    assert_eq!(reason.as_deref(), Some("Клиент отказался от рекламных сообщений."));
}

/// 23:00 in Moscow; the day before, the person wrote for the last time more than a day ago.
const NIGHT: i64 = 2 * 24 * 60 + 14 * 60;
/// 09:00 there.
const MORNING: i64 = 3 * 24 * 60;

fn notice(number: u128) -> NewMessage {
    NewMessage { purpose: Some(StatedPurpose::Service), ..text(number, "Бронь кончается") }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_night_message_waits_until_the_morning_and_holds_up_no_answer(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, notice(1), minute(NIGHT)).await;
    office.press(&mut conn, notice(2), minute(NIGHT + 1)).await;
    let held = office.entry(&mut conn, 1).await.delivery.unwrap();
    assert_eq!((held.step, held.due_at), (DeliveryStep::Planned, Some(minute(MORNING))));
    assert_eq!(held.held.as_deref(), Some("Отправим в 9:00 по времени клиента."));

    // The client writes in the night: the answer to it goes at once.
    sqlx::query("update conversation_heads set last_inbound_at = $1, waiting_since = $1")
        .bind(minute(NIGHT + 5))
        .execute(&mut *conn)
        .await
        .unwrap();
    office.press(&mut conn, text(3, "Да, ещё открыты"), minute(NIGHT + 6)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT + 6)).await);
    let answer = work(office.turn(&mut conn, sender, None, minute(NIGHT + 6)).await);
    assert_eq!(answer.delivery, DeliveryId(Uuid::from_u128(3)));
    office.turn(&mut conn, sender, Some((answer, accepted("a"))), minute(NIGHT + 6)).await;

    assert_eq!(lane::release_planned(&mut conn, minute(MORNING - 1)).await.unwrap(), 0);
    assert_eq!(lane::release_planned(&mut conn, minute(MORNING)).await.unwrap(), 2);
    assert!(office.take(&mut conn, sender, minute(MORNING)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(MORNING)).await);
    assert_eq!(first.delivery, DeliveryId(Uuid::from_u128(1)), "in the order in which they were pressed");
    let second = work(office.turn(&mut conn, sender, Some((first, accepted("b"))), minute(MORNING)).await);
    assert_eq!(second.delivery, DeliveryId(Uuid::from_u128(2)));
    assert_eq!(office.entry(&mut conn, 2).await.delivery.unwrap().held, None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_mailing_whose_turn_comes_too_late_in_the_evening_is_put_aside(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    // 20:59 in Moscow; the provider is away until 21:01.
    office.press(&mut conn, notice(1), minute(NIGHT - 121)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT - 119)).await);
    assert!(matches!(office.turn(&mut conn, sender, None, minute(NIGHT - 119)).await, Turn::Empty));
    let row = office.entry(&mut conn, 1).await;
    assert_eq!(row.occurred_at, minute(MORNING), "it stands where it will be said");
    let held = row.delivery.unwrap();
    assert_eq!((held.step, held.due_at), (DeliveryStep::Planned, Some(minute(MORNING))));
    let shown = conversation::read(&mut conn, &office.manager, office.conversation).await.unwrap();
    assert_eq!(shown.last_outbound_at, None, "nothing was said yet");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_plan_of_the_day_that_is_sent_now_in_the_night_is_held_like_any_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let by_day =
        NewMessage { planned_for: Some(minute(MORNING + 180)), ..text(1, "Зайдите днём") };
    office.press(&mut conn, by_day, minute(NIGHT)).await;
    let id = DeliveryId(Uuid::from_u128(1));
    press::send_now(&mut conn, &office.manager, minute(NIGHT + 1), id).await.unwrap();
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT + 1)).await);
    let end = office.turn(&mut conn, sender, None, minute(NIGHT + 1)).await;
    assert!(matches!(end, Turn::Empty), "nobody was asked about the night: {end:?}");
    let held = office.entry(&mut conn, 1).await.delivery.unwrap();
    assert_eq!(held.held.as_deref(), Some("Отправим в 9:00 по времени клиента."));

    press::send_now(&mut conn, &office.manager, minute(NIGHT + 2), id).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT + 2)).await);
    assert_eq!(work(office.turn(&mut conn, sender, None, minute(NIGHT + 2)).await).delivery, id);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_by_hand_in_the_night_asks_and_goes_only_with_the_right(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let mut tx = conn.begin().await.unwrap();
    let place = press::place(&mut tx, &office.manager, office.conversation).await.unwrap();
    let now = minute(NIGHT);
    let asked = press::send(&mut tx, &office.manager, now, &place, Moscow, text(1, "?")).await.unwrap_err();
    assert!(matches!(asked, ClientError::QuietHours { until, .. } if until == minute(MORNING)), "{asked}");
    let confirmed = NewMessage { at_night: Some(AtNight::Send), ..text(1, "Срочно") };
    let mut without = office.manager.clone();
    without.rights.remove(&Right::MessagesAtNight);
    let refused = press::send(&mut tx, &without, now, &place, Moscow, confirmed.clone()).await.unwrap_err();
    assert!(matches!(refused, ClientError::Forbidden(_)), "{refused}");
    tx.rollback().await.unwrap();

    assert!(office.press(&mut conn, confirmed, now).await);
    let later = NewMessage { at_night: Some(AtNight::Hold), ..text(2, "Утром") };
    assert!(office.press(&mut conn, later, now).await);
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, now).await);
    let first = work(office.turn(&mut conn, sender, None, now).await);
    let end = office.turn(&mut conn, sender, Some((first, accepted("a"))), now).await;
    assert!(matches!(end, Turn::Empty), "the other one waits: {end:?}");

    let id = DeliveryId(Uuid::from_u128(2));
    let mut tx = conn.begin().await.unwrap();
    let refused = press::send_now(&mut tx, &without, now, id).await.unwrap_err();
    assert!(matches!(refused, ClientError::Forbidden(_)), "{refused}");
    press::send_now(&mut tx, &office.manager, now, id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(office.take(&mut conn, sender, now).await);
    let second = work(office.turn(&mut conn, sender, None, now).await);
    assert_eq!(second.delivery, id);
    let log: Vec<String> =
        sqlx::query_scalar("select action from audit_log where action like 'delivery.%' order by id")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    assert_eq!(log, ["delivery.at_night", "delivery.send_now"]);
}
