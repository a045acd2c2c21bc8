//! Locks are taken in one order by everybody: who waits for somebody is never waited for by him.

use std::slice;
use std::time::Duration;

use connector_api::{
    Channel, Content, DeliveryState, DeliveryUpdate, Direction, Event, EventKind, Message, Origin, Parsed,
    Party, PhoneNumber, Region,
};

use super::*;
use crate::RawEventId;
use crate::clients::reach;
use crate::timeline::ingest::ReadRaw;

/// Somebody in this database waits for a lock of somebody else.
async fn somebody_waits(pool: &PgPool) {
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(waits).fetch_one(pool).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

impl Office {
    async fn hears(&self, pool: &PgPool, events: Vec<Event>) {
        let raw = ReadRaw {
            raw_id: RawEventId(Uuid::now_v7()),
            received_at: minute(3),
            account_id: self.account,
            channel: Channel::Whatsapp,
            mapping: 1,
            parsed: Ok(Parsed { events, ..Parsed::default() }),
        };
        let mut conn = pool.acquire().await.unwrap();
        ingest::apply(&mut conn, slice::from_ref(&raw), minute(3)).await.expect("nobody is in its way");
    }

    /// The client writes, and calls himself otherwise.
    async fn message(&self, pool: &PgPool) -> Event {
        let place: String = sqlx::query_scalar("select external_id from conversations where id = $1")
            .bind(self.conversation)
            .fetch_one(pool)
            .await
            .unwrap();
        let client = PhoneNumber::parse("+79160000001", Region::Russia).expect("a number");
        let addresses = vec![Address::Phone(client)];
        let message = Message {
            conversation: ExternalId::new(place),
            party: Party { addresses, name: Some("Пётр Новый".into()), ..Party::default() },
            direction: Direction::Inbound,
            origin: Origin::Live,
            author_name: None,
            content: Content::Text { text: "И ещё".into() },
            quote: None,
            forward: None,
            referral: None,
            album: None,
            delivery: None,
            placeholder: false,
        };
        let external_id = ExternalId::new("in");
        Event { external_id, occurred_at: minute(2), kind: EventKind::Message(message) }
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_batch_that_renames_somebody_and_a_manager_who_closes_his_dialogue_do_not_stop_each_other(
    pool: PgPool,
) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let message = office.message(&pool).await;
    let mut tx = pool.begin().await.unwrap();
    let place = press::place(&mut tx, &office.manager, office.conversation).await.unwrap();
    reach::contact_under(&mut tx, &office.manager, Right::ClientsWrite, place.contact_id).await.unwrap();
    let closes = async {
        somebody_waits(&pool).await;
        let aside = fixture::aside(Some(0), None);
        conversation::rest::lay_aside(&mut tx, &office.manager, minute(2), office.conversation, aside)
            .await
            .expect("nobody is in his way");
        tx.commit().await.unwrap();
    };
    tokio::join!(office.hears(&pool, vec![message]), closes);
    let shown = conversation::read(&mut conn, &office.manager, office.conversation).await.unwrap();
    assert_eq!((shown.contact.name.as_str(), shown.rest), ("Пётр Новый", None));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_press_and_a_sender_do_not_stop_each_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let mut tx = pool.begin().await.unwrap();
    lane::lock(&mut tx, office.conversation).await.unwrap();
    let gives_up = async {
        somebody_waits(&pool).await;
        lane::count_answers(&mut tx, DeliveryId(Uuid::from_u128(1))).await.expect("nobody is in its way");
        tx.commit().await.unwrap();
    };
    tokio::join!(office.press(&mut conn, text(2, "второе"), minute(2)), gives_up);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_batch_that_proves_a_delivery_and_a_sender_do_not_stop_each_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let work = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let update = DeliveryUpdate {
        message: ExternalId::new("a"),
        state: DeliveryState::Sent,
        reason: None,
        reference: Some(work.message.reference(0)),
    };
    let kind = EventKind::Delivery(update);
    let sent = Event { external_id: ExternalId::new("status"), occurred_at: minute(2), kind };
    let message = office.message(&pool).await;
    let mut tx = pool.begin().await.unwrap();
    lane::lock(&mut tx, office.conversation).await.unwrap();
    let gives_up = async {
        somebody_waits(&pool).await;
        lane::count_answers(&mut tx, DeliveryId(Uuid::from_u128(1))).await.expect("nobody is in its way");
        tx.commit().await.unwrap();
    };
    tokio::join!(office.hears(&pool, vec![sent, message]), gives_up);
}
