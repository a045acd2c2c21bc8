//! Conversations that nobody has to look at for now.

use connector_api::{
    Address, Channel, Content, Direction, Event, EventKind, ExternalId, Message, Origin, Parsed, Party,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::{
    AccountId, ConversationId, RawEventId,
    access::Viewer,
    clients::ClientError,
    fixture::{account, aside, client, contact, conversation, minute, user},
    timeline::{
        conversation::{self as conversations, ConversationFilter, Standing, attention, rest},
        ingest::{self, ReadRaw},
    },
};

/// A conversation of this manager whose person wrote at this minute.
async fn talk(conn: &mut PgConnection, owner: Option<&Viewer>, at: i64) -> ConversationId {
    let channel = account(conn, "whatsapp").await;
    let company = client(conn, "Ромашка", owner).await;
    let person = contact(conn, "Инна", company).await;
    let talk = conversation(conn, channel, person, minute(at)).await;
    writes(conn, talk, at).await;
    talk
}

async fn writes(conn: &mut PgConnection, id: ConversationId, at: i64) {
    sqlx::query(
        "update conversation_heads set last_inbound_at = $2, last_at = $2, waiting_since = coalesce(waiting_since, $2)
         where conversation_id = $1",
    )
    .bind(id)
    .bind(minute(at))
    .execute(conn)
    .await
    .expect("the conversation has a head");
}

async fn listed(conn: &mut PgConnection, viewer: &Viewer, standing: Standing) -> Vec<ConversationId> {
    let filter = ConversationFilter { standing: Some(standing), ..ConversationFilter::default() };
    let rows = conversations::list(conn, viewer, &filter, None, 9).await.expect("a list");
    rows.iter().map(|row| row.id).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_closed_conversation_opens_with_the_next_message(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let (closed, other) = (talk(&mut conn, Some(&anna), 1).await, talk(&mut conn, Some(&anna), 2).await);
    let now = minute(5);
    let row = rest::lay_aside(&mut conn, &anna, now, closed, aside(Some(1), None)).await.expect("hers");
    assert_eq!(row.rest.map(|rest| (rest.since, rest.until)), Some((now, None)));
    assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [other]);
    assert_eq!(listed(&mut conn, &anna, Standing::Closed).await, [closed]);
    assert!(listed(&mut conn, &anna, Standing::Deferred).await.is_empty());
    let counts = attention::counts(&mut conn, &anna).await.expect("counts").mine;
    assert_eq!((counts.waiting, counts.closed, counts.deferred), (1, 1, 0));

    arrives(&mut conn, closed, 6, 6).await;
    assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [closed, other]);
    assert!(listed(&mut conn, &anna, Standing::Closed).await.is_empty());
    assert_eq!(conversations::read(&mut conn, &anna, closed).await.expect("hers").rest, None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_nobody_has_seen_stays_open(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = talk(&mut conn, Some(&anna), 1).await;
    writes(&mut conn, id, 2).await;
    let row = rest::lay_aside(&mut conn, &anna, minute(3), id, aside(Some(1), None)).await.expect("hers");
    assert_eq!(row.rest, None);
    assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [id]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_was_put_off_comes_back_when_its_time_has_come_or_by_hand(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = talk(&mut conn, Some(&anna), 1).await;
    let until = aside(Some(1), Some(60));
    rest::lay_aside(&mut conn, &anna, minute(3), id, until).await.expect("hers");
    assert_eq!(listed(&mut conn, &anna, Standing::Deferred).await, [id]);
    assert!(listed(&mut conn, &anna, Standing::Open).await.is_empty());
    let early = rest::take_up_due_unscoped(&mut conn, minute(59)).await.expect("the task runs");
    assert_eq!(early, (0, Some(minute(60))));
    assert!(listed(&mut conn, &anna, Standing::Open).await.is_empty());
    let due = rest::take_up_due_unscoped(&mut conn, minute(60)).await.expect("the task runs");
    assert_eq!(due, (1, None));
    assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [id]);
    assert!(listed(&mut conn, &anna, Standing::Deferred).await.is_empty());

    rest::lay_aside(&mut conn, &anna, minute(3), id, until).await.expect("hers");
    rest::take_up(&mut conn, &anna, minute(4), id).await.expect("hers");
    assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [id]);
    let past = rest::lay_aside(&mut conn, &anna, minute(5), id, aside(Some(1), Some(5))).await;
    assert!(matches!(past, Err(ClientError::Invalid { field: "until", .. })));
    let actions: Vec<String> =
        sqlx::query_scalar("select action from audit_log where action like 'conversation.%' order by id")
            .fetch_all(&mut *conn)
            .await
            .expect("the audit log");
    assert_eq!(actions, ["conversation.defer", "conversation.defer", "conversation.open"]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nobody_lays_a_foreign_conversation_aside(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let boris = user(&mut conn, "Борис", "manager").await;
    let id = talk(&mut conn, Some(&anna), 1).await;
    assert!(rest::lay_aside(&mut conn, &boris, minute(3), id, aside(Some(1), None)).await.is_err());
    assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [id]);
}

/// The person's message of that minute, which came to us at that other one.
async fn arrives(conn: &mut PgConnection, id: ConversationId, said: i64, received: i64) {
    let (account, place): (AccountId, String) =
        sqlx::query_as("select account_id, external_id from conversations where id = $1")
            .bind(id)
            .fetch_one(&mut *conn)
            .await
            .expect("the conversation is there");
    let message = Message {
        conversation: ExternalId::new(place),
        party: Party { addresses: vec![Address::opaque("telegram", "77")], ..Party::default() },
        direction: Direction::Inbound,
        origin: Origin::Live,
        author_name: None,
        content: Content::Text { text: "И ещё одно".into() },
        quote: None,
        forward: None,
        referral: None,
        album: None,
        delivery: None,
        placeholder: false,
    };
    let event = Event {
        external_id: ExternalId::new(format!("{said}/{received}")),
        occurred_at: minute(said),
        kind: EventKind::Message(message),
    };
    let raw = ReadRaw {
        raw_id: RawEventId(Uuid::now_v7()),
        received_at: minute(received),
        account_id: account,
        channel: Channel::Telegram,
        mapping: 1,
        parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
    };
    ingest::apply(conn, &[raw], minute(received)).await.expect("it is applied");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_late_message_and_one_of_the_same_moment_open_a_closed_conversation_too(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = talk(&mut conn, Some(&anna), 2).await;
    for said in [2, 1] {
        rest::lay_aside(&mut conn, &anna, minute(5), id, aside(Some(2), None)).await.expect("hers");
        assert!(listed(&mut conn, &anna, Standing::Open).await.is_empty());
        // What was there before is told again by a replay.
        arrives(&mut conn, id, said, 4).await;
        assert!(listed(&mut conn, &anna, Standing::Open).await.is_empty());
        arrives(&mut conn, id, said, 6).await;
        assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [id]);
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_that_was_on_its_way_when_the_conversation_was_closed_opens_it(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let anna = user(&mut conn, "Анна", "manager").await;
    let id = talk(&mut conn, Some(&anna), 2).await;
    rest::lay_aside(&mut conn, &anna, minute(5), id, aside(Some(2), None)).await.expect("hers");
    arrives(&mut conn, id, 3, 4).await;
    assert_eq!(listed(&mut conn, &anna, Standing::Open).await, [id]);
}
