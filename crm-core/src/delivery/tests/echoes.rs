//! What the hub sent and hears again, as in a Telegram account of the company: one message, whichever word came first.

use std::slice;

use connector_api::{
    Channel, Content, Direction, Event, EventKind, MediaKind, MediaRef, Message, Origin, Parsed, Party,
};
use connector_api::{PhoneNumber, Region};

use super::*;
use crate::RawEventId;
use crate::timeline::ingest::ReadRaw;

/// The account tells what its bot wrote there.
async fn echo(pool: &PgPool, office: &Office, id: &str, album: Option<&str>) {
    let mut conn = pool.acquire().await.unwrap();
    let place: String = sqlx::query_scalar("select external_id from conversations where id = $1")
        .bind(office.conversation)
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    let client = PhoneNumber::parse("+79160000001", Region::Russia).expect("a number");
    let content = match album {
        None => Content::Text { text: "Во вложении".into() },
        Some(_) => {
            Content::Media { media: MediaRef::new(format!("file of {id}"), MediaKind::Image), caption: None }
        }
    };
    let message = Message {
        conversation: ExternalId::new(place),
        party: Party { addresses: vec![Address::Phone(client)], ..Party::default() },
        direction: Direction::Outbound,
        origin: Origin::Live,
        author_name: None,
        content,
        quote: None,
        forward: None,
        referral: None,
        album: album.map(ExternalId::new),
        delivery: None,
        placeholder: false,
    };
    let event =
        Event { external_id: ExternalId::new(id), occurred_at: minute(1), kind: EventKind::Message(message) };
    let raw = ReadRaw {
        raw_id: RawEventId(Uuid::now_v7()),
        received_at: minute(1),
        account_id: office.account,
        channel: Channel::Telegram,
        mapping: 1,
        parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
    };
    ingest::apply(&mut conn, slice::from_ref(&raw), minute(1)).await.unwrap();
}

/// Ids of the rows that stand in the conversation, the question aside, and files that show in rows that are gone.
async fn rows(pool: &PgPool, office: &Office) -> (Vec<Uuid>, i64) {
    let rows: Vec<Uuid> = sqlx::query_scalar("select id from interactions where id <> $1 order by id")
        .bind(office.asked)
        .fetch_all(pool)
        .await
        .unwrap();
    let stray = sqlx::query_scalar(
        "select count(*) from media_uses u left join interactions i on i.id = u.interaction_id where i.id is null",
    );
    (rows, stray.fetch_one(pool).await.unwrap())
}

async fn sent(conn: &mut PgConnection, office: &Office, parts: u16) -> (Sender, Work) {
    office.press(conn, NewMessage { parts, ..text(1, "Во вложении") }, minute(1)).await;
    let sender = Sender::enlist(conn).await.unwrap();
    assert!(office.take(conn, sender, minute(1)).await);
    let work = work(office.turn(conn, sender, None, minute(1)).await);
    (sender, work)
}

fn all(ids: &[&str]) -> Outcome {
    Outcome::Accepted {
        external_ids: ids.iter().map(|id| ExternalId::new(*id)).collect(),
        addresses: Vec::new(),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_echo_after_the_answer_adds_nothing(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let (sender, work) = sent(&mut conn, &office, 1).await;
    office.turn(&mut conn, sender, Some((work, accepted("b:1:5"))), minute(1)).await;
    for _ in 0..2 {
        echo(&pool, &office, "b:1:5", None).await;
    }
    assert_eq!(rows(&pool, &office).await, (vec![Uuid::from_u128(1)], 0));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_echo_before_the_answer_gives_way_to_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let (sender, work) = sent(&mut conn, &office, 1).await;
    echo(&pool, &office, "b:1:5", None).await;
    assert_eq!(rows(&pool, &office).await.0.len(), 2, "nobody knows yet whose it is");
    office.turn(&mut conn, sender, Some((work, accepted("b:1:5"))), minute(1)).await;
    assert_eq!(rows(&pool, &office).await, (vec![Uuid::from_u128(1)], 0));
    echo(&pool, &office, "b:1:5", None).await;
    assert_eq!(rows(&pool, &office).await, (vec![Uuid::from_u128(1)], 0));
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!(entry.parts, [InteractionId::of_message(office.account, "b:1:5")]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_album_that_is_heard_in_the_middle_of_its_answer_is_one_row(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let (sender, work) = sent(&mut conn, &office, 1).await;
    echo(&pool, &office, "b:1:5", Some("b:album:9")).await;
    office.turn(&mut conn, sender, Some((work, all(&["b:1:5", "b:1:6"]))), minute(1)).await;
    echo(&pool, &office, "b:1:6", Some("b:album:9")).await;
    assert_eq!(rows(&pool, &office).await, (vec![Uuid::from_u128(1)], 0));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_echo_under_way_and_the_answer_wait_for_each_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let (sender, work) = sent(&mut conn, &office, 1).await;
    let answer = async {
        let turn = office.turn(&mut conn, sender, Some((work, accepted("b:1:5"))), minute(1)).await;
        assert!(matches!(turn, Turn::Empty), "{turn:?}");
    };
    let ((), ()) = tokio::join!(answer, echo(&pool, &office, "b:1:5", None));
    assert_eq!(rows(&pool, &office).await, (vec![Uuid::from_u128(1)], 0));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_typed_on_the_phone_stands_by_itself(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let (sender, work) = sent(&mut conn, &office, 1).await;
    office.turn(&mut conn, sender, Some((work, accepted("b:1:5"))), minute(1)).await;
    echo(&pool, &office, "b:1:4", None).await;
    assert_eq!(rows(&pool, &office).await.0.len(), 2);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_echo_that_comes_first_is_not_told_to_the_director(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let boss = fixture::user(&mut conn, "Директор", "director").await;
    let mut tx = conn.begin().await.unwrap();
    crate::bridge::setup::set_conversation_bridged(&mut tx, &boss, office.conversation, true, minute(0))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let (sender, work) = sent(&mut conn, &office, 1).await;
    echo(&pool, &office, "b:1:5", None).await;
    office.turn(&mut conn, sender, Some((work, accepted("b:1:5"))), minute(1)).await;
    let told: Vec<Uuid> = sqlx::query_scalar("select message_id from bridge_outbox where act = 'message'")
        .fetch_all(&mut *conn)
        .await
        .unwrap();
    assert_eq!(told, [Uuid::from_u128(1)]);
}
