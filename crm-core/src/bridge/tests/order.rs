//! What is said in the messenger stands in its chat in the order in which it was said.

use bytes::Bytes;
use connector_api::RawEvent;

use super::*;
use crate::timeline::ingest::ApplyError;
use crate::timeline::raw_event::{StoredRaw, insert_group};

fn raw(stand: &Stand, number: i32, words: &str) -> (StoredRaw, ReadRaw) {
    let event = Event {
        external_id: ExternalId::new(format!("-100/{number}")),
        occurred_at: minute(2),
        kind: EventKind::Bridge(Box::new(in_thread(50, text(words), None))),
    };
    let raw = RawEvent {
        source: "webhook".to_owned(),
        received_at: minute(number.into()),
        content_type: None,
        query: String::new(),
        body: Bytes::new(),
    };
    let stored = StoredRaw::new(stand.bot, raw);
    let read = ReadRaw {
        raw_id: stored.id,
        channel: connector_api::Channel::Telegram,
        account_id: stand.bot,
        received_at: stored.raw.received_at,
        mapping: 1,
        parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
    };
    (stored, read)
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_word_waits_until_the_one_before_it_is_through(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Начнём").await;
    let thread = thread(&mut conn).await;
    mirror::opened(&mut conn, thread, &ExternalId::new("-100/7"), "Отгрузки").await.unwrap();
    let ((first_stored, first), (second_stored, second)) = (raw(&stand, 10, "раз"), raw(&stand, 11, "два"));
    insert_group(&mut conn, &[first_stored, second_stored], false).await.unwrap();

    let early = ingest::apply(&mut conn, std::slice::from_ref(&second), minute(10)).await;
    assert!(matches!(early, Err(ApplyError::Earlier)), "{early:?}");
    ingest::apply(&mut conn, &[first], minute(20)).await.unwrap();
    ingest::apply(&mut conn, &[second], minute(20)).await.unwrap();

    let heard: Vec<Option<String>> = stand.heard(&mut conn).await.into_iter().map(|said| said.text).collect();
    assert_eq!(heard, ["Начнём", "раз", "два"].map(|text| Some(text.to_owned())));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_word_before_it_that_never_comes_through_is_waited_for_half_a_minute(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let ((first_stored, _), (second_stored, second)) = (raw(&stand, 10, "раз"), raw(&stand, 11, "два"));
    insert_group(&mut conn, &[first_stored, second_stored], false).await.unwrap();
    let within = minute(10) + TimeDelta::seconds(29);
    let early = ingest::apply(&mut conn, std::slice::from_ref(&second), within).await;
    assert!(matches!(early, Err(ApplyError::Earlier)), "{early:?}");
    ingest::apply(&mut conn, &[second], minute(10) + TimeDelta::seconds(31)).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_edit_told_again_after_a_later_one_changes_nothing(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    stand.say(&mut conn, "Начнём").await;
    let thread = thread(&mut conn).await;
    mirror::opened(&mut conn, thread, &ExternalId::new("-100/7"), "Отгрузки").await.unwrap();
    stand.tell(&mut conn, "-100/10", in_thread(50, text("раз"), None)).await;
    let edit = |words: &str| BridgeEvent {
        act: BridgeAct::Edit { message: ExternalId::new("-100/10"), content: text(words) },
        ..in_thread(50, text(""), None)
    };
    for (version, words) in [("1", "два"), ("2", "три"), ("1", "два")] {
        stand.tell(&mut conn, &format!("-100/10@{version}"), edit(words)).await;
    }
    assert_eq!(stand.heard(&mut conn).await[1].text.as_deref(), Some("три"));
}
