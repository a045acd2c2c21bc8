//! What the counters count.

use connector_api::{
    Address, Channel, Content, Direction, Event, EventKind, ExternalId, MediaKind, MediaRef, Message, Origin,
    Parsed, Party,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{Counters, MOST, of_client};
use crate::{
    AccountId, ClientId, RawEventId,
    access::Viewer,
    clients::{
        ClientError,
        join::{ClientJoin, join_clients},
    },
    fixture::{Said, account, call, client, contact, conversation, file, link, message, minute, note, user},
    timeline::{
        conversation::{self as conversations, ConversationFilter, Standing, rest},
        entry::EntryKind,
        ingest::{self, ReadRaw},
        pin,
        read::{self, Part, TimelineFilter},
    },
};

const LETTERS: [Channel; 1] = [Channel::Sms];

fn said(account: AccountId, contact: crate::ContactId, at: i64, text: &str) -> Said<'_> {
    Said { account, contact, conversation: None, at: minute(at), direction: "inbound", text }
}

async fn counted(conn: &mut PgConnection, viewer: &Viewer, client: ClientId) -> Counters {
    of_client(conn, viewer, client, &LETTERS).await.expect("the client is readable")
}

/// The same by walking through the lists.
async fn listed(conn: &mut PgConnection, viewer: &Viewer, client: ClientId) -> Counters {
    let of = |kind| TimelineFilter { kinds: vec![kind], ..TimelineFilter::default() };
    let letters = TimelineFilter { channels: LETTERS.to_vec(), ..of(EntryKind::Message) };
    let with_files = TimelineFilter { with_files: true, ..TimelineFilter::default() };
    let mut rows = Vec::new();
    for filter in [of(EntryKind::Message), of(EntryKind::Call), letters, of(EntryKind::Note), with_files] {
        let page = read::of_client(conn, viewer, client, &filter, Part::Latest, 200).await.expect("readable");
        rows.push(i64::try_from(page.entries.len()).expect("few"));
    }
    let people = crate::clients::contact::of_client(conn, viewer, client, None, 200).await.expect("readable");
    let open = ConversationFilter {
        client: Some(client),
        standing: Some(Standing::Open),
        ..ConversationFilter::default()
    };
    let open = conversations::list(conn, viewer, &open, None, 200).await.expect("readable");
    Counters {
        messages: rows[0],
        calls: rows[1],
        letters: rows[2],
        notes: rows[3],
        with_files: rows[4],
        people: i64::try_from(people.len()).expect("few"),
        open_conversations: i64::try_from(open.len()).expect("few"),
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_counter_is_as_long_as_the_list_that_it_opens_also_behind_pins_and_joins(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let (x, y) = (client(&mut conn, "Икс", Some(&head)).await, client(&mut conn, "Игрек", Some(&head)).await);
    let (anna, boris) = (contact(&mut conn, "Анна", x).await, contact(&mut conn, "Борис", y).await);
    link(&mut conn, anna, y).await;
    let (whatsapp, sms) = (account(&mut conn, "whatsapp").await, account(&mut conn, "sms").await);
    let line = account(&mut conn, "telephony").await;
    let first = message(&mut conn, said(whatsapp, anna, 1, "раз")).await;
    message(&mut conn, said(whatsapp, anna, 2, "два")).await;
    let texts = Some(conversation(&mut conn, sms, anna, minute(3)).await);
    message(&mut conn, Said { conversation: texts, ..said(sms, anna, 3, "три") }).await;
    message(&mut conn, said(whatsapp, boris, 4, "четыре")).await;
    file(&mut conn, whatsapp, "f1", "image", first, minute(1)).await;
    file(&mut conn, whatsapp, "f2", "image", first, minute(1)).await;
    let rang = call(&mut conn, line, Some(anna), minute(5), "answered").await;
    // A recording is no file of the talk.
    file(&mut conn, line, "r1", "recording", rang, minute(5)).await;
    note(&mut conn, x, minute(6), "заметка").await;
    let talk = conversation(&mut conn, whatsapp, anna, minute(2)).await;
    let before = Counters {
        messages: 3,
        calls: 1,
        letters: 1,
        notes: 1,
        with_files: 1,
        people: 1,
        open_conversations: 2,
    };
    assert_eq!(counted(&mut conn, &head, x).await, before);
    assert_eq!(listed(&mut conn, &head, x).await, before);

    pin::pin(&mut conn, &head, minute(7), first, Some(y)).await.expect("her company");
    rest::lay_aside(&mut conn, &head, minute(8), talk, crate::fixture::aside(None, None)).await.expect("his");
    let pinned = Counters { messages: 2, with_files: 0, open_conversations: 1, ..before };
    assert_eq!(counted(&mut conn, &head, x).await, pinned);
    assert_eq!(listed(&mut conn, &head, x).await, pinned);

    let choices = [("name".to_owned(), crate::clients::join::Side::Survivor)].into_iter().collect();
    let join = ClientJoin { survivor_id: x, absorbed_id: y, choices, dry_run: false };
    join_clients(&mut conn, &head, minute(9), &join).await.expect("both are his");
    let joined = Counters { messages: 4, with_files: 1, people: 2, ..pinned };
    assert_eq!(counted(&mut conn, &head, y).await, joined, "whichever card is named");
    assert_eq!(listed(&mut conn, &head, x).await, joined);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nothing_of_a_foreign_client_is_counted_or_listed(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let (owner, other) =
        (user(&mut conn, "Иванов", "manager").await, user(&mut conn, "Петров", "manager").await);
    let (foreign, own) =
        (client(&mut conn, "Чужая", Some(&owner)).await, client(&mut conn, "Своя", Some(&other)).await);
    let anna = contact(&mut conn, "Анна", foreign).await;
    link(&mut conn, anna, own).await;
    let whatsapp = account(&mut conn, "whatsapp").await;
    conversation(&mut conn, whatsapp, anna, minute(1)).await;
    let row = message(&mut conn, said(whatsapp, anna, 1, "для Чужой")).await;
    let refused = of_client(&mut conn, &other, foreign, &LETTERS).await;
    assert!(matches!(refused, Err(ClientError::Foreign(_))), "{refused:?}");
    // That a person of his own client is one of the foreign client's too must not come out.
    let of_foreign = ConversationFilter { client: Some(foreign), ..ConversationFilter::default() };
    let refused = conversations::list(&mut conn, &other, &of_foreign, None, 9).await;
    assert!(matches!(refused, Err(ClientError::Foreign(_))), "{refused:?}");
    assert_eq!(counted(&mut conn, &other, own).await.messages, 1);
    pin::pin(&mut conn, &owner, minute(2), row, Some(foreign)).await.expect("his row");
    assert_eq!(counted(&mut conn, &other, own).await.messages, 0);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn counting_ends_at_its_bound(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let head = user(&mut conn, "РОП", "head_of_sales").await;
    let company = client(&mut conn, "Икс", Some(&head)).await;
    let whatsapp = account(&mut conn, "whatsapp").await;
    for name in ["Анна", "Борис"] {
        let person = contact(&mut conn, name, company).await;
        sqlx::query(
            "insert into interactions (id, contact_id, account_id, kind, direction, origin, occurred_at, received_at, body,
                                       fullness, external_id)
             select gen_random_uuid(), $1, $2, 'message', 'inbound', 'live', $3, $3, 'да', 3, n::text
             from generate_series(1, $4) n",
        )
        .bind(person)
        .bind(whatsapp)
        .bind(minute(1))
        .bind(MOST - 10)
        .execute(&mut *conn)
        .await
        .expect("rows are new");
    }
    assert_eq!(counted(&mut conn, &head, company).await.messages, MOST);
}

fn photo(id: &str, album: Option<&str>) -> Event {
    let media = MediaRef::new(format!("file {id}"), MediaKind::Image);
    let message = Message {
        conversation: ExternalId::new("77"),
        party: Party { addresses: vec![Address::opaque("telegram", "77")], ..Party::default() },
        direction: Direction::Inbound,
        origin: Origin::Live,
        author_name: None,
        content: Content::Media { media, caption: None },
        quote: None,
        forward: None,
        referral: None,
        album: album.map(ExternalId::new),
        delivery: None,
        placeholder: false,
    };
    Event { external_id: ExternalId::new(id), occurred_at: minute(1), kind: EventKind::Message(message) }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_photo_and_an_album_are_a_row_with_files_each_however_often_they_are_told(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let director = user(&mut conn, "Директор", "director").await;
    let telegram = account(&mut conn, "telegram").await;
    let events = [photo("1", None), photo("2", Some("a")), photo("3", Some("a"))];
    for event in events.iter().chain(&events) {
        let raw = ReadRaw {
            raw_id: RawEventId(Uuid::now_v7()),
            received_at: minute(2),
            account_id: telegram,
            channel: Channel::Telegram,
            mapping: 1,
            parsed: Ok(Parsed { events: vec![event.clone()], ..Parsed::default() }),
        };
        ingest::apply(&mut conn, &[raw], minute(2)).await.expect("it is applied");
    }
    let client: ClientId =
        sqlx::query_scalar("select id from clients").fetch_one(&mut *conn).await.expect("one card");
    let counters = counted(&mut conn, &director, client).await;
    assert_eq!((counters.messages, counters.with_files), (2, 2));
    assert_eq!(listed(&mut conn, &director, client).await, counters);
}
