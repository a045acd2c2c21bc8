//! Messages for later, and messages taken back.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_planned_message_lets_others_pass_until_its_time(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office
        .press(&mut conn, NewMessage { planned_for: Some(minute(60)), ..text(1, "завтра") }, minute(1))
        .await;
    office.press(&mut conn, text(2, "сейчас"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let now = work(office.turn(&mut conn, sender, None, minute(1)).await);
    assert_eq!(now.delivery, DeliveryId(Uuid::from_u128(2)));
    office.turn(&mut conn, sender, Some((now, accepted("a"))), minute(1)).await;
    assert_eq!(lane::release_planned(&mut conn, minute(59)).await.unwrap(), 0);
    assert_eq!(lane::release_planned(&mut conn, minute(60)).await.unwrap(), 1);
    assert!(office.take(&mut conn, sender, minute(60)).await);
    let planned = work(office.turn(&mut conn, sender, None, minute(60)).await);
    assert_eq!(planned.delivery, DeliveryId(Uuid::from_u128(1)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_planned_message_is_put_off_reworded_and_sent_at_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let id = DeliveryId(Uuid::from_u128(1));
    let planned = NewMessage { planned_for: Some(minute(60)), ..text(1, "завтра") };
    office.press(&mut conn, planned, minute(1)).await;

    let shown = conversation::read(&mut conn, &office.manager, office.conversation).await.unwrap();
    assert_eq!(shown.last.and_then(|last| last.text).as_deref(), Some("Где счёт?"), "nothing was said yet");
    assert_eq!(shown.last_outbound_at, None);
    let plan = |at, words: Option<&str>| Plan {
        planned_for: minute(at),
        text: words.map(|words| (words.to_owned(), 1)),
    };
    let late = press::replan(&mut conn, &office.manager, minute(2), id, plan(2, None)).await.unwrap_err();
    assert!(matches!(late, ClientError::Invalid { field: "planned_for", .. }), "{late}");
    press::replan(&mut conn, &office.manager, minute(2), id, plan(90, Some("в среду"))).await.unwrap();
    assert_eq!(lane::release_planned(&mut conn, minute(60)).await.unwrap(), 0, "it was put off");
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((entry.text.as_deref(), entry.occurred_at), (Some("в среду"), minute(90)));

    press::send_now(&mut conn, &office.manager, minute(70), id).await.unwrap();
    let shown = conversation::read(&mut conn, &office.manager, office.conversation).await.unwrap();
    assert_eq!(shown.last_outbound_at, Some(minute(70)));
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(70)).await);
    let sent = work(office.turn(&mut conn, sender, None, minute(70)).await);
    let OutboundAction::Send { content: OutboundContent::Text { text }, .. } = &sent.message.action else {
        panic!("a text")
    };
    assert_eq!((text.as_str(), office.entry(&mut conn, 1).await.occurred_at), ("в среду", minute(70)));
    let begun = press::replan(&mut conn, &office.manager, minute(71), id, plan(99, None)).await.unwrap_err();
    assert!(matches!(begun, ClientError::NotNow(_)), "{begun}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_has_not_gone_can_be_taken_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "ой"), minute(1)).await;
    let mut tx = conn.begin().await.unwrap();
    press::cancel(&mut tx, &office.manager, minute(1), DeliveryId(Uuid::from_u128(1))).await.unwrap();
    tx.commit().await.unwrap();
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    assert!(matches!(office.turn(&mut conn, sender, None, minute(1)).await, Turn::Empty));
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Cancelled);
}
