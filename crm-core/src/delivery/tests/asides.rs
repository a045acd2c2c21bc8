//! Messages that lay their conversation aside, and those that bring it back because they did not arrive.

use std::slice;

use connector_api::{Channel, DeliveryState, DeliveryUpdate, Event, EventKind, Parsed};

use super::*;
use crate::RawEventId;
use crate::timeline::conversation::Rest;
use crate::timeline::conversation::rest::LayAside;
use crate::timeline::ingest::ReadRaw;

fn with_aside(number: u128, lay_aside: LayAside) -> NewMessage {
    NewMessage { lay_aside: Some(lay_aside), ..text(number, "Спасибо!") }
}

impl Office {
    async fn rest(&self, conn: &mut PgConnection) -> Option<Rest> {
        conversation::read(conn, &self.manager, self.conversation).await.unwrap().rest
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_closes_its_conversation_with_the_press_and_a_repeat_does_not_close_it_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let new = with_aside(1, fixture::aside(Some(0), None));
    assert!(office.press(&mut conn, new.clone(), minute(1)).await);
    assert_eq!(office.rest(&mut conn).await, Some(Rest { since: minute(1), until: None }));
    let mut tx = conn.begin().await.unwrap();
    conversation::rest::take_up(&mut tx, &office.manager, minute(2), office.conversation).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!office.press(&mut conn, new, minute(3)).await);
    assert_eq!(office.rest(&mut conn).await, None, "the same press again is no second word");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_planned_message_closes_its_conversation_at_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let planned = with_aside(1, fixture::aside(Some(0), Some(600)));
    office.press(&mut conn, NewMessage { planned_for: Some(minute(60)), ..planned }, minute(1)).await;
    assert_eq!(office.rest(&mut conn).await, Some(Rest { since: minute(1), until: Some(minute(600)) }));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_not_seen_and_what_came_too_late_keep_the_conversation_open_and_the_message_goes(
    pool: PgPool,
) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let head =
        "update conversation_heads set last_inbound_at = $2, waiting_since = $2 where conversation_id = $1";
    sqlx::query(head).bind(office.conversation).bind(minute(2)).execute(&mut *conn).await.unwrap();
    assert!(office.press(&mut conn, with_aside(1, fixture::aside(Some(0), None)), minute(3)).await);
    assert_eq!(office.rest(&mut conn).await, None, "somebody wrote meanwhile");
    // It waited for the network until then.
    assert!(office.press(&mut conn, with_aside(2, fixture::aside(Some(2), Some(4))), minute(5)).await);
    assert_eq!(office.rest(&mut conn).await, None, "its time has come already");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_that_is_refused_closes_nothing(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let nowhere = Some(InteractionId(Uuid::from_u128(77)));
    let new = NewMessage { quote: nowhere, ..with_aside(1, fixture::aside(Some(0), None)) };
    let mut tx = conn.begin().await.unwrap();
    let place = press::place(&mut tx, &office.manager, office.conversation).await.unwrap();
    assert!(press::send(&mut tx, &office.manager, minute(1), &place, Moscow, new).await.is_err());
    tx.commit().await.unwrap();
    assert_eq!(office.rest(&mut conn).await, None);
}

/// The provider tells of a message, each time in a request of its own.
async fn tells(conn: &mut PgConnection, office: &Office, id: &str, states: &[(DeliveryState, Option<&str>)]) {
    let event = |(state, reference): &(DeliveryState, Option<&str>)| Event {
        external_id: ExternalId::new(format!("{id} {state:?}")),
        occurred_at: minute(2),
        kind: EventKind::Delivery(DeliveryUpdate {
            message: ExternalId::new(id),
            state: *state,
            reason: None,
            reference: reference.map(str::to_owned),
        }),
    };
    let raw = ReadRaw {
        raw_id: RawEventId(Uuid::now_v7()),
        received_at: minute(2),
        account_id: office.account,
        channel: Channel::Whatsapp,
        mapping: 1,
        parsed: Ok(Parsed { events: states.iter().map(event).collect(), ..Parsed::default() }),
    };
    ingest::apply(conn, slice::from_ref(&raw), minute(3)).await.unwrap();
}

const FAILED: (DeliveryState, Option<&str>) = (DeliveryState::Failed, None);

impl Office {
    /// A message that closes the conversation and is on its way.
    async fn sending(&self, conn: &mut PgConnection, number: u128) -> (Sender, Work) {
        self.press(conn, with_aside(number, fixture::aside(Some(0), None)), minute(1)).await;
        let sender = Sender::enlist(conn).await.unwrap();
        assert!(self.take(conn, sender, minute(1)).await);
        let work = work(self.turn(conn, sender, None, minute(1)).await);
        (sender, work)
    }

    async fn send_and_close(&self, conn: &mut PgConnection, number: u128, id: &str) {
        let (sender, work) = self.sending(conn, number).await;
        self.turn(conn, sender, Some((work, accepted(id))), minute(1)).await;
        assert!(self.rest(conn).await.is_some(), "it was closed with the press");
    }

    async fn close(&self, conn: &mut PgConnection, now: DateTime<Utc>) {
        let seen = fixture::aside(Some(0), None);
        let mut tx = conn.begin().await.unwrap();
        conversation::rest::lay_aside(&mut tx, &self.manager, now, self.conversation, seen).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_failure_that_the_provider_tells_later_opens_the_conversation_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.send_and_close(&mut conn, 1, "a").await;
    tells(&mut conn, &office, "a", &[(DeliveryState::Sent, None)]).await;
    assert!(office.rest(&mut conn).await.is_some(), "it is on its way");
    tells(&mut conn, &office, "a", &[FAILED]).await;
    assert_eq!(office.rest(&mut conn).await, None);

    office.close(&mut conn, minute(4)).await;
    tells(&mut conn, &office, "a", &[FAILED]).await;
    assert!(office.rest(&mut conn).await.is_some(), "this failure was known when it was closed");
    office.send_and_close(&mut conn, 2, "b").await;
    tells(&mut conn, &office, "b", &[FAILED]).await;
    assert_eq!(office.rest(&mut conn).await, None, "another message, another failure");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_that_arrived_has_not_failed(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.send_and_close(&mut conn, 1, "a").await;
    tells(&mut conn, &office, "a", &[FAILED, (DeliveryState::Delivered, None)]).await;
    tells(&mut conn, &office, "a", &[FAILED]).await;
    assert!(office.rest(&mut conn).await.is_some());
    office.send_and_close(&mut conn, 2, "b").await;
    tells(&mut conn, &office, "b", &[(DeliveryState::Read, None)]).await;
    tells(&mut conn, &office, "b", &[FAILED]).await;
    assert!(office.rest(&mut conn).await.is_some());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_failure_that_is_faster_than_the_answer_opens_the_conversation(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let (sender, attempt) = office.sending(&mut conn, 1).await;
    tells(&mut conn, &office, "a", &[FAILED]).await;
    assert!(office.rest(&mut conn).await.is_some(), "nobody knows whose it is");
    office.turn(&mut conn, sender, Some((attempt, accepted("a"))), minute(3)).await;
    assert_eq!(office.rest(&mut conn).await, None);

    // The provider gives our own mark back: then it is known at once.
    let (_, attempt) = office.sending(&mut conn, 2).await;
    let mark = attempt.message.reference(0);
    tells(&mut conn, &office, "b", &[(DeliveryState::Failed, Some(&mark))]).await;
    assert_eq!(office.rest(&mut conn).await, None);
}
