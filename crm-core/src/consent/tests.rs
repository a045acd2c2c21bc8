//! What is in force, and what follows from it.

use chrono_tz::Europe::Moscow;
use connector_api::{
    Address, Channel, Content, Direction, Event, EventKind, ExternalId, Message, Origin, Parsed, Party,
    PhoneNumber, Region,
};
use proptest::prelude::*;
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use super::*;
use crate::access::audit;
use crate::delivery::StatedPurpose;
use crate::delivery::press::{self, NewMessage};
use crate::fixture::{self, minute};
use crate::timeline::ingest::{ReadRaw, apply};
use crate::{AccountId, ConversationId, DeliveryId, RawEventId};

fn entry(number: u8, minutes: i64, word: ConsentWord, source: ConsentSource) -> ConsentEntry {
    ConsentEntry {
        id: InteractionId(Uuid::from_bytes([number; 16])),
        kind: ConsentKind::Advertising,
        word,
        source,
        identity_id: (source != ConsentSource::Person).then_some(IdentityId(Uuid::from_u128(1))),
        account: None,
        quote: None,
        at: minute(minutes),
        by: None,
    }
}

fn state(entries: &[ConsentEntry]) -> ConsentState {
    in_force(ConsentKind::Advertising, entries).state
}

#[test]
fn the_newest_word_is_in_force_and_nothing_is_known_of_what_nobody_said() {
    use ConsentSource::{Person, StopWord};
    assert_eq!(state(&[]), ConsentState::Unknown);
    let given = entry(1, 0, ConsentWord::Given, Person);
    let stop = entry(2, 1, ConsentWord::Withdrawn, StopWord);
    assert_eq!(state(&[stop.clone(), given.clone()]), ConsentState::Withdrawn);
    let again = entry(3, 2, ConsentWord::Given, Person);
    assert_eq!(state(&[stop, again, given]), ConsentState::Given);
    let service = in_force(ConsentKind::Service, &[entry(1, 0, ConsentWord::Withdrawn, StopWord)]);
    assert_eq!(service.state, ConsentState::Unknown, "a STOP word is about advertising");
}

#[test]
fn a_switch_in_a_messenger_takes_back_its_own_stop_and_no_other() {
    use ConsentSource::{Person, Provider, StopWord};
    let given = entry(1, 0, ConsentWord::Given, Person);
    let off = entry(2, 1, ConsentWord::Withdrawn, Provider);
    let on = entry(3, 2, ConsentWord::Resumed, Provider);
    assert_eq!(state(&[given.clone(), off.clone(), on.clone()]), ConsentState::Given, "as it was before");
    assert_eq!(state(&[off.clone(), off.clone(), on.clone()]), ConsentState::Unknown);
    let stop = entry(4, 1, ConsentWord::Withdrawn, StopWord);
    assert_eq!(state(&[given.clone(), stop, on.clone()]), ConsentState::Withdrawn);
    let elsewhere = ConsentEntry { identity_id: Some(IdentityId(Uuid::from_u128(2))), ..off };
    assert_eq!(state(&[given, elsewhere, on]), ConsentState::Withdrawn);
}

proptest! {
    #[test]
    fn the_order_of_words_is_no_matter(
        words in prop::collection::vec((0i64..4, 0u8..4, 0u8..3), 0..7),
        turn in 0usize..7,
    ) {
        let mut entries: Vec<ConsentEntry> = (1u8..)
            .zip(&words)
            .map(|(number, (minutes, word, source))| {
                let word = [ConsentWord::Given, ConsentWord::Withdrawn, ConsentWord::Unknown, ConsentWord::Resumed]
                    [usize::from(*word)];
                let source = [ConsentSource::Person, ConsentSource::Provider, ConsentSource::StopWord]
                    [usize::from(*source)];
                entry(number, *minutes, word, source)
            })
            .collect();
        let expected = in_force(ConsentKind::Advertising, &entries);
        entries.reverse();
        let length = entries.len().max(1);
        entries.rotate_left(turn % length);
        prop_assert_eq!(in_force(ConsentKind::Advertising, &entries), expected);
    }
}

/// A person of a manager's client, known in two channels.
struct Office {
    manager: Viewer,
    contact: ContactId,
    conversation: ConversationId,
    other: AccountId,
}

async fn office(conn: &mut PgConnection) -> Office {
    let manager = fixture::user(conn, "Анна", "manager").await;
    let client = fixture::client(conn, "Ромашка", Some(&manager)).await;
    let contact = fixture::contact(conn, "Пётр", client).await;
    fixture::phone(conn, contact, "+79160000001").await;
    let account = fixture::account(conn, "whatsapp").await;
    let other = fixture::account(conn, "sms").await;
    let conversation = fixture::conversation(conn, account, contact, minute(0)).await;
    Office { manager, contact, conversation, other }
}

impl Office {
    async fn says(&self, conn: &mut PgConnection, state: ConsentState, minutes: i64) {
        let new = NewConsent {
            kind: ConsentKind::Advertising, state, ground: "сказал по телефону".into()
        };
        let mut tx = conn.begin().await.unwrap();
        write_down(&mut tx, &self.manager, minute(minutes), self.contact, &new).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn offer(&self, conn: &mut PgConnection, number: u128) -> Result<bool> {
        let new = NewMessage {
            id: DeliveryId(Uuid::from_u128(number)),
            content: connector_api::OutboundContent::Text { text: "Скидка 10 %".into() },
            quote: None,
            planned_for: Some(minute(120)),
            pin: None,
            parts: 1,
            purpose: Some(StatedPurpose::Advertising),
            chosen: None,
            at_night: None,
            lay_aside: None,
        };
        let mut tx = conn.begin().await?;
        let place = press::place(&mut tx, &self.manager, self.conversation).await?;
        let fresh = press::send(&mut tx, &self.manager, minute(5), &place, Moscow, new).await?;
        tx.commit().await?;
        Ok(fresh)
    }

    /// A message of the person by the other channel.
    async fn writes(&self, conn: &mut PgConnection, id: &str, minutes: i64, text: &str) {
        let phone = PhoneNumber::parse("+79160000001", Region::default()).unwrap();
        let message = Message {
            conversation: ExternalId::new("+79160000001"),
            party: Party { addresses: vec![Address::Phone(phone)], ..Party::default() },
            direction: Direction::Inbound,
            origin: Origin::Live,
            author_name: None,
            content: Content::Text { text: text.to_owned() },
            quote: None,
            forward: None,
            referral: None,
            album: None,
            delivery: None,
            placeholder: false,
        };
        let event = Event {
            external_id: ExternalId::new(id),
            occurred_at: minute(minutes),
            kind: EventKind::Message(message),
        };
        let raw = ReadRaw {
            raw_id: RawEventId(Uuid::from_u128(7)),
            received_at: minute(minutes),
            account_id: self.other,
            channel: Channel::Sms,
            mapping: 1,
            parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
        };
        apply(conn, &[raw], minute(minutes)).await.unwrap();
    }
}

async fn state_of(conn: &mut PgConnection, number: u128) -> (String, Option<String>) {
    sqlx::query_as("select state, reason from deliveries where id = $1")
        .bind(Uuid::from_u128(number))
        .fetch_one(conn)
        .await
        .unwrap()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_stop_by_one_channel_takes_back_what_another_one_has_planned(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    assert!(matches!(office.offer(&mut conn, 1).await, Err(ClientError::NoConsent(_))), "nobody asked him");
    office.says(&mut conn, ConsentState::Given, 1).await;
    assert!(office.offer(&mut conn, 1).await.unwrap());
    office.writes(&mut conn, "m1", 10, "стоп").await;
    let refused = refused_words(ConsentKind::Advertising);
    assert_eq!(state_of(&mut conn, 1).await, ("cancelled".into(), Some(refused.into())));
    assert!(
        matches!(office.offer(&mut conn, 2).await, Err(ClientError::NoConsent(words)) if words == refused)
    );

    let consents = of_contact(&mut conn, &office.manager, office.contact).await.unwrap();
    let words: Vec<(ConsentWord, ConsentSource, Option<&str>, Option<&str>)> = consents
        .history
        .iter()
        .map(|entry| (entry.word, entry.source, entry.quote.as_deref(), entry.by.as_deref()))
        .collect();
    assert_eq!(
        words,
        [
            (ConsentWord::Withdrawn, ConsentSource::StopWord, Some("стоп"), None),
            (ConsentWord::Given, ConsentSource::Person, Some("сказал по телефону"), Some("Анна")),
        ]
    );
    office.writes(&mut conn, "m1", 10, "стоп").await;
    assert_eq!(of_contact(&mut conn, &office.manager, office.contact).await.unwrap(), consents);
    let feed: String = sqlx::query_scalar("select string_agg(changes::text, '') from feed")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    assert!(feed.contains(&consents.history[0].id.to_string()), "open screens hear of the row: {feed}");
    assert!(feed.contains(&office.contact.to_string()), "and of the card");
    let seen: Vec<String> =
        sqlx::query_scalar("select action from audit_log where action = 'consent.change' order by id")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    assert_eq!(seen.len(), 2, "a repeat is no new word");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_stop_that_comes_late_does_not_undo_a_newer_yes(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.says(&mut conn, ConsentState::Given, 4).await;
    assert!(office.offer(&mut conn, 1).await.unwrap());
    office.writes(&mut conn, "m1", 3, "STOP").await;
    assert_eq!(state_of(&mut conn, 1).await.0, "planned");
    office.says(&mut conn, ConsentState::Withdrawn, 6).await;
    assert_eq!(state_of(&mut conn, 1).await.0, "cancelled");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn consents_are_those_of_readable_clients_alone(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let stranger = fixture::user(&mut conn, "Олег", "manager").await;
    let refused = of_contact(&mut conn, &stranger, office.contact).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotFound), "{refused}");
    let new =
        NewConsent {
            kind: ConsentKind::Advertising, state: ConsentState::Given, ground: "сказал".into()
        };
    let refused = write_down(&mut conn, &stranger, minute(1), office.contact, &new).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotFound), "{refused}");
    let empty = NewConsent { ground: " ".into(), ..new };
    let refused =
        write_down(&mut conn, &office.manager, minute(1), office.contact, &empty).await.unwrap_err();
    assert!(matches!(refused, ClientError::Invalid { field: "ground", .. }), "{refused}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn new_stop_words_count_from_now_on_and_for_no_word_before(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let director = fixture::user(&mut conn, "Глава", "director").await;
    let manager = fixture::user(&mut conn, "Анна", "manager").await;
    let wanted = ["СТОП".to_owned(), " Хватит ".to_owned()];
    let refused = stop_words::replace(&mut conn, &manager, minute(1), &wanted).await.unwrap_err();
    assert!(matches!(refused, ClientError::Forbidden(_)), "{refused}");
    let mut tx = conn.begin().await.unwrap();
    stop_words::replace(&mut tx, &director, minute(1), &wanted).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(stop_words::list(&mut conn).await.unwrap(), ["стоп", "хватит"]);
    let words = stop_words::all(&mut conn).await.unwrap();
    for (text, minutes, holds) in [
        ("хватит", 0, false),
        ("ХВАТИТ\n", 1, true),
        ("stop", 0, true),
        ("stop", 1, false),
        ("стоп", 1, true),
        ("стоп!", 1, false),
        ("", 1, false),
    ] {
        assert_eq!(words.hold(text, minute(minutes)), holds, "{text} at {minutes}");
    }
    let filter = audit::Filter { action: Some("messaging_rules.".into()), ..audit::Filter::default() };
    let log = audit::list(&mut conn, &director, &filter, None, 10).await.unwrap();
    let new = log[0].after.clone().unwrap();
    assert_eq!(new, json!(["стоп", "хватит"]));
}
