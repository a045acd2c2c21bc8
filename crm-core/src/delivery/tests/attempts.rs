//! What attempts make of a delivery and of those behind it.

use super::*;

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_press_is_one_message_and_its_state_climbs(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    assert!(office.press(&mut conn, text(1, "Во вложении"), minute(1)).await);
    assert!(!office.press(&mut conn, text(1, "Во вложении"), minute(2)).await);
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((step(&entry), entry.state), (DeliveryStep::Queued, None));

    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    assert!(!office.take(&mut conn, sender, minute(1)).await, "a lane is taken once");
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    assert_eq!((first.part, first.ask), (0, false));
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Sending);
    // The provider's word may come before its answer was recorded.
    told(&mut conn, office.account, "wamid.1", "read").await;
    let end = office.turn(&mut conn, sender, Some((first, accepted("wamid.1"))), minute(2)).await;
    assert!(matches!(end, Turn::Empty), "{end:?}");
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((step(&entry), entry.state), (DeliveryStep::Accepted, Some(DeliveryState::Read)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_failure_holds_back_what_is_behind_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    office.press(&mut conn, text(2, "второе"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let turn = office.turn(&mut conn, sender, Some((first, temporary())), minute(1)).await;
    let Turn::Wait(until) = turn else { panic!("the lane waits, not {turn:?}") };
    assert!(!office.take(&mut conn, sender, minute(1)).await, "nothing overtakes a failure");
    assert!(office.take(&mut conn, sender, until).await);
    let again = work(office.turn(&mut conn, sender, None, until).await);
    assert_eq!(again.delivery, DeliveryId(Uuid::from_u128(1)));
    let second = work(office.turn(&mut conn, sender, Some((again, accepted("a"))), until).await);
    assert_eq!(second.delivery, DeliveryId(Uuid::from_u128(2)));
    let attempts =
        crate::delivery::view::attempts(&mut conn, &office.manager, DeliveryId(Uuid::from_u128(1)))
            .await
            .unwrap();
    let words: Vec<(&str, Option<&str>)> =
        attempts.iter().map(|attempt| (attempt.outcome.as_str(), attempt.reason.as_deref())).collect();
    assert_eq!(words, [("temporary", Some("нет связи")), ("accepted", None)]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_a_dead_sender_left_is_asked_after_and_not_sent_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let mut dying = pool.acquire().await.unwrap().detach();
    let dead = Sender::enlist(&mut dying).await.unwrap();
    assert!(office.take(&mut conn, dead, minute(1)).await);
    let lost = work(office.turn(&mut conn, dead, None, minute(1)).await);
    assert_eq!(lane::free_dead(&mut conn).await.unwrap(), 0, "it still lives");
    dying.close().await.unwrap();
    while lane::free_dead(&mut conn).await.unwrap() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }

    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(2)).await);
    let asked = work(office.turn(&mut conn, sender, None, minute(2)).await);
    assert!(asked.ask);
    assert_eq!(asked.tried_at, minute(1));
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Unsure);
    let end = office.turn(&mut conn, sender, Some((asked, Outcome::CannotTell)), minute(2)).await;
    assert!(matches!(end, Turn::Empty), "{end:?}");
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Unknown);
    // The one taken for dead comes back with the truth.
    let late = office.turn(&mut conn, dead, Some((lost, accepted("a"))), minute(3)).await;
    assert!(matches!(late, Turn::Lost), "{late:?}");
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Accepted);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_status_with_our_reference_proves_that_it_arrived(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let unknown = Outcome::Unknown { reason: "timeout".into() };
    let asked = work(office.turn(&mut conn, sender, Some((first, unknown)), minute(1)).await);
    assert!(asked.ask);
    let by = Outcome::TellsBy(minute(2));
    let turn = office.turn(&mut conn, sender, Some((asked, by)), minute(1)).await;
    assert!(matches!(turn, Turn::Wait(until) if until == minute(2)), "{turn:?}");

    let proof = Proof {
        account: office.account,
        delivery: Uuid::from_u128(1),
        part: 0,
        external_id: ExternalId::new("wamid.1"),
    };
    for _ in 0..2 {
        lane::prove(&mut conn, std::slice::from_ref(&proof), minute(1)).await.unwrap();
    }
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((step(&entry), entry.state), (DeliveryStep::Accepted, Some(DeliveryState::Sent)));
    let foreign = Proof { account: AccountId(Uuid::from_u128(9)), ..proof };
    lane::prove(&mut conn, &[foreign], minute(1)).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_of_several_parts_is_as_far_as_its_slowest_part(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, NewMessage { parts: 2, ..text(1, "длинное") }, minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let second = work(office.turn(&mut conn, sender, Some((first, accepted("a"))), minute(1)).await);
    assert_eq!((second.part, second.sent.len()), (1, 1));
    office.turn(&mut conn, sender, Some((second, accepted("b"))), minute(1)).await;
    told(&mut conn, office.account, "a", "read").await;
    told(&mut conn, office.account, "b", "delivered").await;
    assert_eq!(office.entry(&mut conn, 1).await.state, Some(DeliveryState::Delivered));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_failed_one_is_really_tried_again_behind_what_waits(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let rejected =
        Outcome::Rejected { code: "131047".into(), reason: "Окно закрыто".into(), remedy: None };
    office.turn(&mut conn, sender, Some((first, rejected)), minute(1)).await;
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!(step(&entry), DeliveryStep::Failed);
    assert_eq!(entry.delivery.unwrap().reason.as_deref(), Some("Окно закрыто"));

    let id = DeliveryId(Uuid::from_u128(1));
    let mut tx = conn.begin().await.unwrap();
    press::retry(&mut tx, &office.manager, minute(2), id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(office.take(&mut conn, sender, minute(2)).await);
    let again = work(office.turn(&mut conn, sender, None, minute(2)).await);
    assert_eq!((again.delivery, again.ask), (id, false));
    office.turn(&mut conn, sender, Some((again, accepted("a"))), minute(2)).await;
    let mut tx = conn.begin().await.unwrap();
    let refused = press::retry(&mut tx, &office.manager, minute(3), id).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotNow(_)), "{refused}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_reply_that_failed_leaves_the_client_waiting_until_it_goes(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let head =
        "update conversation_heads set last_inbound_at = $2, waiting_since = $2 where conversation_id = $1";
    sqlx::query(head).bind(office.conversation).bind(minute(0)).execute(&mut *conn).await.unwrap();
    let waits = async |conn: &mut PgConnection| {
        let seen = conversation::read(conn, &office.manager, office.conversation).await.unwrap();
        seen.waiting_since.is_some()
    };
    assert!(waits(&mut conn).await);
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    assert!(!waits(&mut conn).await, "it is on its way");
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let rejected =
        Outcome::Rejected { code: "1".into(), reason: "Окно закрыто".into(), remedy: None };
    office.turn(&mut conn, sender, Some((first, rejected)), minute(1)).await;
    assert!(waits(&mut conn).await, "it did not go out");
    let id = DeliveryId(Uuid::from_u128(1));
    press::retry(&mut conn, &office.manager, minute(2), id).await.unwrap();
    assert!(!waits(&mut conn).await);
    press::cancel(&mut conn, &office.manager, minute(3), id).await.unwrap();
    assert!(waits(&mut conn).await);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_conversation_that_was_closed_opens_again_when_its_answer_does_not_go_out(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let (manager, id) = (&office.manager, office.conversation);
    let sender = Sender::enlist(&mut conn).await.unwrap();
    let rejected =
        Outcome::Rejected { code: "1".into(), reason: "Окно закрыто".into(), remedy: None };
    for (number, outcome, stays_closed) in [(1, accepted("a"), true), (2, rejected, false)] {
        office.press(&mut conn, text(number, "ответ"), minute(1)).await;
        conversation::rest::lay_aside(&mut conn, manager, minute(1), id, fixture::aside(Some(1), None))
            .await
            .unwrap();
        assert!(office.take(&mut conn, sender, minute(1)).await);
        let attempt = work(office.turn(&mut conn, sender, None, minute(1)).await);
        office.turn(&mut conn, sender, Some((attempt, outcome)), minute(1)).await;
        let rest = conversation::read(&mut conn, manager, id).await.unwrap().rest;
        assert_eq!(rest.is_some(), stays_closed);
    }
}
