use chrono::{DateTime, TimeDelta, TimeZone, Utc};
use connector_api::{
    Address, Author, Channel, Content, ConversationState, ConversationUpdate, Deletion, DeliveryState,
    DeliveryUpdate, Direction, Edit, Event, EventKind, ExternalId, IdentityUpdate, LinkReason, MediaKind,
    MediaRef, Message, Origin, Parsed, Part, Party, PhoneNumber, Reaction, Region,
};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::{ReadRaw, apply, settle};
use crate::timeline::dump::canonical;
use crate::{AccountId, RawEventId};

fn at(second: i64) -> DateTime<Utc> {
    Utc.timestamp_opt(1_795_000_000 + second, 0).single().expect("the second exists")
}

fn phone(number: u32) -> Address {
    Address::Phone(PhoneNumber::parse(&format!("+7900{number:07}"), Region::Russia).expect("a number"))
}

fn bsuid(id: &str) -> Address {
    Address::opaque("whatsapp:one", id)
}

fn party(addresses: &[Address], name: &str) -> Party {
    Party { addresses: addresses.to_vec(), name: Some(name.to_owned()), username: None }
}

fn message(id: &str, second: i64, party: Party, text: &str) -> Event {
    let conversation = ExternalId::new(party.addresses.first().map_or("nobody".to_owned(), Address::key));
    let message = Message {
        conversation,
        party,
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
    event(id, second, EventKind::Message(message))
}

fn event(id: &str, second: i64, kind: EventKind) -> Event {
    Event { external_id: ExternalId::new(id), occurred_at: at(second), kind }
}

fn echo(id: &str, second: i64, party: Party, text: &str) -> Event {
    let mut event = message(id, second, party, text);
    if let EventKind::Message(message) = &mut event.kind {
        message.direction = Direction::Outbound;
        message.origin = Origin::Phone;
    }
    event
}

fn delivery(id: &str, second: i64, state: DeliveryState) -> Event {
    let update = DeliveryUpdate { message: ExternalId::new(id), state, reason: None, reference: None };
    event(&format!("{id}:{state:?}"), second, EventKind::Delivery(update))
}

fn reaction(id: &str, to: &str, second: i64, emoji: Option<&str>) -> Event {
    let reaction =
        Reaction { message: ExternalId::new(to), author: Author::Client, emoji: emoji.map(str::to_owned) };
    event(id, second, EventKind::Reaction(reaction))
}

fn edit(id: &str, of: &str, second: i64, party: Party, text: &str) -> Event {
    let edit = Edit {
        message: ExternalId::new(of),
        conversation: ExternalId::new(party.addresses[0].key()),
        party,
        direction: Direction::Inbound,
        content: Some(Content::Text { text: text.to_owned() }),
        album: None,
    };
    event(id, second, EventKind::Edit(edit))
}

fn raw(number: u8, events: Vec<Event>) -> ReadRaw {
    ReadRaw {
        raw_id: RawEventId(Uuid::from_bytes([number; 16])),
        received_at: at(1000),
        account_id: AccountId(Uuid::from_bytes([200; 16])),
        channel: Channel::Whatsapp,
        mapping: 1,
        parsed: Ok(Parsed { events, ..Parsed::default() }),
    }
}

/// What the database holds after these batches, on a clean slate.
async fn after(conn: &mut PgConnection, batches: &[Vec<Event>]) -> String {
    // In the order of the foreign keys; faster than truncating for a handful of rows.
    let tables = "interactions message_facts message_aliases call_facts conversations conversation_heads media \
         conversation_states account_notices address_book identity_links proposals join_ledger invitations \
         identities contact_clients contacts clients raw_outcomes feed";
    let deletes: Vec<String> =
        tables.split_whitespace().map(|table| format!("delete from {table};")).collect();
    sqlx::raw_sql(sqlx::AssertSqlSafe(deletes.concat())).execute(&mut *conn).await.expect("emptied");
    for (number, events) in (1..).zip(batches) {
        apply(conn, &[raw(number, events.clone())], at(1000)).await.expect("applied");
        settle(conn, at(1000)).await.expect("settled");
    }
    canonical(conn).await.expect("dumped")
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    permutations(count - 1)
        .into_iter()
        .flat_map(|shorter| {
            (0..count).map(move |place| {
                let mut longer = shorter.clone();
                longer.insert(place, count - 1);
                longer
            })
        })
        .collect()
}

/// Every order, each event by itself, all in one batch, and everything twice.
async fn assert_order_is_no_matter(pool: &PgPool, events: &[Event]) -> String {
    let mut conn = pool.acquire().await.expect("a connection");
    let expected = after(&mut conn, &[events.to_vec()]).await;
    for order in permutations(events.len()) {
        let batches: Vec<Vec<Event>> = order.iter().map(|&index| vec![events[index].clone()]).collect();
        assert_eq!(after(&mut conn, &batches).await, expected, "order {order:?}");
        let twice: Vec<Vec<Event>> = batches.iter().chain(batches.iter().rev()).cloned().collect();
        assert_eq!(after(&mut conn, &twice).await, expected, "order {order:?}, twice");
    }
    expected
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn states_before_their_message_wait_for_it(pool: PgPool) {
    let text = assert_order_is_no_matter(
        &pool,
        &[
            echo("m1", 10, party(&[phone(1)], "Ирина"), "Отгрузим завтра"),
            delivery("m1", 11, DeliveryState::Sent),
            delivery("m1", 12, DeliveryState::Delivered),
            delivery("m1", 13, DeliveryState::Read),
        ],
    )
    .await;
    assert_eq!(text.matches("fact: ").count(), 3);
    assert_eq!(text.matches("interaction: ").count(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn edits_reactions_and_deletions_may_come_first(pool: PgPool) {
    let who = party(&[phone(1)], "Ирина");
    let deletion = Deletion { message: ExternalId::new("m1"), by: Some(Author::Client) };
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, who.clone(), "насос"),
            edit("e1", "m1", 20, who.clone(), "насос НЦ-12"),
            edit("e2", "m1", 30, who, "насос НЦ-12, две штуки"),
            reaction("r1", "m1", 25, Some("👍")),
            event("d1", 40, EventKind::Deletion(deletion)),
        ],
    )
    .await;
    assert!(text.contains("насос НЦ-12, две штуки"));
    assert_eq!(text.matches("interaction: ").count(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_newest_reaction_counts_and_a_removal_removes(pool: PgPool) {
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, party(&[phone(1)], "Ирина"), "да"),
            reaction("r1", "m1", 20, Some("👍")),
            reaction("r2", "m1", 30, Some("❤")),
            reaction("r3", "m1", 40, None),
        ],
    )
    .await;
    assert!(text.contains(r#"{"emoji": null}"#) && !text.contains("❤"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_person_known_by_two_addresses_is_one_client(pool: PgPool) {
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, party(&[bsuid("A")], "Ирина"), "первое"),
            message("m2", 20, party(&[phone(1)], "Ирина К."), "второе"),
            message("m3", 30, party(&[phone(1), bsuid("A")], "Ирина Котова"), "третье"),
            message("m4", 5, party(&[phone(2)], "Пётр"), "другой человек"),
        ],
    )
    .await;
    assert_eq!(text.matches("person: ").count(), 2);
    assert_eq!(text.matches("clients: ").count(), 2);
    assert!(text.contains("Ирина Котова"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_recycled_number_is_a_proposal_and_no_join(pool: PgPool) {
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, party(&[phone(1), bsuid("A")], "Ирина"), "это мой номер"),
            message("m2", 20, party(&[phone(1), bsuid("B")], "Семён"), "теперь мой"),
            message("m3", 15, party(&[phone(1)], "Ирина"), "звонок"),
            message("m4", 25, party(&[bsuid("B")], "Семён"), "без номера"),
        ],
    )
    .await;
    assert_eq!(text.matches("person: ").count(), 2);
    assert_eq!(text.matches("proposal: ").count(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_move_to_a_new_number_keeps_one_person(pool: PgPool) {
    let moved = IdentityUpdate::Moved {
        conversation: ExternalId::new("c"),
        from: vec![phone(1), bsuid("A")],
        to: vec![phone(2), bsuid("B")],
    };
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, party(&[phone(1), bsuid("A")], "Ирина"), "старый номер"),
            event("s1", 20, EventKind::Identity(moved)),
            message("m2", 30, party(&[phone(2), bsuid("B")], "Ирина"), "новый номер"),
        ],
    )
    .await;
    assert_eq!(text.matches("person: ").count(), 1);
    assert_eq!(text.matches("proposal: ").count(), 0);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_address_book_names_people_and_makes_none(pool: PgPool) {
    let entry = |name: &str, who| {
        EventKind::Identity(IdentityUpdate::AddressBook { party: party(&[phone(who)], name), removed: false })
    };
    let text = assert_order_is_no_matter(
        &pool,
        &[
            event("b1", 10, entry("Ирина, Ромашка", 1)),
            event("b2", 11, entry("Мама", 9)),
            message("m1", 20, party(&[phone(1)], "."), "добрый день"),
        ],
    )
    .await;
    assert_eq!(text.matches("person: ").count(), 1);
    assert!(text.contains("Ирина, Ромашка"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn fuller_content_takes_the_place_of_a_placeholder(pool: PgPool) {
    let mut placeholder = message("m1", 10, party(&[phone(1)], "Ирина"), "");
    let mut full = message("m1", 12, party(&[phone(1)], "Ирина"), "");
    if let (EventKind::Message(short), EventKind::Message(long)) = (&mut placeholder.kind, &mut full.kind) {
        short.content = Content::Unsupported { kind: "media_placeholder".into(), text: None };
        short.placeholder = true;
        short.origin = Origin::History;
        long.content = Content::Media {
            media: MediaRef::new("17", MediaKind::Image),
            caption: Some("шильдик".into()),
        };
        long.origin = Origin::History;
    }
    let text = assert_order_is_no_matter(&pool, &[placeholder, full]).await;
    assert!(text.contains("шильдик") && !text.contains("media_placeholder"));
    assert_eq!(text.matches("media: ").count(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_album_is_one_row(pool: PgPool) {
    let item = |id: &str, second, file: &str, caption: Option<&str>| {
        let mut event = message(id, second, party(&[phone(1)], "Ирина"), "");
        if let EventKind::Message(message) = &mut event.kind {
            let media = MediaRef::new(file, MediaKind::Image);
            message.content = Content::Media { media, caption: caption.map(str::to_owned) };
            message.album = Some(ExternalId::new("album"));
        }
        event
    };
    let text = assert_order_is_no_matter(
        &pool,
        &[
            item("m1", 10, "f1", None),
            item("m2", 11, "f2", Some("накладная")),
            item("m3", 12, "f3", None),
            reaction("r1", "m2", 20, Some("👍")),
        ],
    )
    .await;
    assert_eq!(text.matches("interaction: ").count(), 1);
    assert_eq!(text.matches("alias: ").count(), 3);
    assert_eq!(text.matches("media: ").count(), 3);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_number_shared_by_its_owner_ties_two_channels(pool: PgPool) {
    let shared = IdentityUpdate::SamePerson {
        party: party(&[Address::opaque("telegram", "61"), phone(1)], "Олег"),
        reason: LinkReason::SharedByPerson,
    };
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, party(&[Address::opaque("telegram", "61")], "Олег"), "из Telegram"),
            message("m2", 20, party(&[phone(1)], "Олег"), "из WhatsApp"),
            event("s1", 30, EventKind::Identity(shared)),
            message("m3", 5, party(&[Address::opaque("telegram", "61"), phone(1)], "Олег"), "под обоими"),
        ],
    )
    .await;
    assert!(text.contains(" shared_by_person "), "the stronger word counts: {text}");
    assert_eq!(text.matches("person: ").count(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn somebody_without_a_name_is_called_by_the_number_as_soon_as_it_is_known(pool: PgPool) {
    let nameless = |addresses: &[Address]| Party { name: None, ..party(addresses, "") };
    let text = assert_order_is_no_matter(
        &pool,
        &[
            echo("m1", 10, nameless(&[bsuid("A")]), "Отгрузим завтра"),
            edit("e1", "m1", 20, nameless(&[bsuid("A"), phone(1)]), "Отгрузим в среду"),
        ],
    )
    .await;
    assert!(text.contains("+7 900 000-00-01") && !text.contains("Без имени"), "{text}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_newer_reading_mends_and_an_older_does_not_undo(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let mut old = raw(1, vec![message("m1", 10, party(&[phone(1)], "Ирина"), "криво")]);
    let mut new = raw(1, vec![message("m1", 10, party(&[phone(1)], "Ирина"), "прямо")]);
    (old.mapping, new.mapping) = (1, 2);
    for reading in [&old, &new, &old] {
        apply(&mut conn, std::slice::from_ref(reading), at(1000)).await.expect("applied");
    }
    let text = canonical(&mut conn).await.expect("dumped");
    assert!(text.contains("прямо") && !text.contains("криво"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_newer_reading_mends_facts_too(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let who = party(&[phone(1)], "Ирина");
    let mut old = edit("e1", "m1", 20, who.clone(), "");
    if let EventKind::Edit(edit) = &mut old.kind {
        edit.content = None;
    }
    let mut old = raw(1, vec![message("m1", 10, who.clone(), "насос"), old]);
    let mut new = raw(1, vec![edit("e1", "m1", 20, who, "насос НЦ-12")]);
    (old.mapping, new.mapping) = (1, 2);
    for reading in [&old, &new, &old] {
        apply(&mut conn, std::slice::from_ref(reading), at(1000)).await.expect("applied");
    }
    assert!(canonical(&mut conn).await.expect("dumped").contains("насос НЦ-12"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_fact_of_a_call_that_is_told_twice_keeps_its_earliest_moment(pool: PgPool) {
    let ring = |second| {
        let update = connector_api::CallUpdate {
            call: ExternalId::new("call"),
            leg: ExternalId::new("leg"),
            side: connector_api::LegSide::Person,
            direction: Direction::Inbound,
            forwarded: false,
            internal: false,
            party: Some(party(&[phone(1)], "Ирина")),
            party_text: None,
            line: None,
            extension: None,
            phase: connector_api::CallPhase::Started,
            control: None,
            requested: None,
        };
        event("dial-in:leg:-", second, EventKind::Call(update))
    };
    assert_order_is_no_matter(&pool, &[ring(10), ring(30), ring(20)]).await;
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn unknown_parts_quarantine_the_raw_event_and_their_neighbours_are_applied(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let parsed = Parsed {
        events: vec![message("m1", 10, party(&[phone(1)], "Ирина"), "сосед")],
        ignored: vec![],
        unknown: vec![Part::new("messages[1]", "unknown message type \"hologram\"")],
    };
    let raw = ReadRaw { parsed: Ok(parsed), ..raw(1, vec![]) };
    apply(&mut conn, &[raw], at(1000)).await.expect("applied");
    let state: String = sqlx::query_scalar("select state || ': ' || reason from raw_outcomes")
        .fetch_one(&mut *conn)
        .await
        .expect("an outcome");
    assert_eq!(state, "quarantined: messages[1]: unknown message type \"hologram\"");
    assert!(canonical(&mut conn).await.expect("dumped").contains("сосед"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn nul_and_other_odd_characters_are_stored(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let odd = "a\0b \u{200f}\u{1f44d}\u{1f3fb} \u{202e}";
    let raw = raw(1, vec![message("m\0", 10, party(&[phone(1)], "И\0"), odd)]);
    apply(&mut conn, &[raw], at(1000) + TimeDelta::seconds(1)).await.expect("applied");
    assert!(canonical(&mut conn).await.expect("dumped").contains("a\u{fffd}b"));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_old_state_that_is_repeated_is_not_in_force_again(pool: PgPool) {
    // The time of these is that of their receipt, and the first one is received once more at last.
    let state = |id: &str, second: i64, state: ConversationState| {
        let conversation = ExternalId::new("c1");
        event(
            id,
            second,
            EventKind::Conversation(ConversationUpdate { conversation, party: None, state, detail: None }),
        )
    };
    let (open, cut) = (ConversationState::Open, ConversationState::Disconnected);
    assert_order_is_no_matter(
        &pool,
        &[state("u1", 10, open), state("u2", 20, cut), state("u1", 30, open), state("u2", 25, cut)],
    )
    .await;
    let newest: String =
        sqlx::query_scalar("select state from conversation_states order by at desc, event_id desc limit 1")
            .fetch_one(&pool)
            .await
            .expect("a state");
    assert_eq!(newest, "disconnected");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn batches_at_the_same_moment_make_no_doubles(pool: PgPool) {
    let batches: Vec<Vec<Event>> = (0..12)
        .map(|number| {
            vec![
                message("same", 10, party(&[phone(1)], "Ирина"), "одно и то же"),
                message(&format!("m{number}"), number, party(&[phone(1), bsuid("A")], "Ирина"), "свое"),
                message(&format!("n{number}"), number, party(&[phone(2)], "Пётр"), "чужое"),
            ]
        })
        .collect();
    let tasks: Vec<_> = (1..)
        .zip(batches.clone())
        .map(|(number, events)| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut conn = pool.acquire().await.expect("a connection");
                let batch = [raw(number, events)];
                while let Err(super::ApplyError::Again(_)) = apply(&mut conn, &batch, at(1000)).await {}
                settle(&mut conn, at(1000)).await.expect("settled");
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("a task ended");
    }
    let mut conn = pool.acquire().await.expect("a connection");
    let together = canonical(&mut conn).await.expect("dumped");
    assert_eq!(together, after(&mut conn, &batches).await);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_invitation_ties_its_first_visitor_and_nobody_else(pool: PgPool) {
    use crate::access::{Right, Scope, Viewer};
    use crate::clients::invitation;

    let mut conn = pool.acquire().await.expect("a connection");
    let user = Uuid::from_bytes([7; 16]);
    sqlx::query("insert into users (id, login, name, created_at, updated_at) values ($1, 'a', 'А', $2, $2)")
        .bind(user)
        .bind(at(0))
        .execute(&mut *conn)
        .await
        .expect("a user");
    let viewer = Viewer {
        user_id: crate::UserId(user),
        name: "А".into(),
        remote: None,
        rights: [(Right::ClientsRead, Scope::All), (Right::ClientsWrite, Scope::All)].into(),
    };
    apply(&mut conn, &[raw(1, vec![message("m1", 10, party(&[phone(1)], "Олег"), "по телефону")])], at(20))
        .await
        .expect("applied");
    let contact: Uuid =
        sqlx::query_scalar("select id from contacts").fetch_one(&mut *conn).await.expect("one contact");
    let link =
        invitation::create(&mut conn, &viewer, at(30), crate::ContactId(contact)).await.expect("invited");
    let visit = |number, who: &str, token: &str, second| {
        let party = party(&[Address::opaque("telegram", who)], "Гость");
        let invitation = connector_api::Invitation {
            token: token.to_owned(),
            party: party.clone(),
            conversation: ExternalId::new(who),
        };
        raw(
            number,
            vec![
                message(&format!("v{number}"), second, party, "/start"),
                event(&format!("v{number}"), second, EventKind::Invitation(invitation)),
            ],
        )
    };
    let late = 30 + 15 * 24 * 3600;
    for (number, who, token, second) in [
        (2, "61", link.token.as_str(), 40),
        (3, "62", link.token.as_str(), 50),
        (4, "63", "somebody-elses-token", 60),
        (5, "64", link.token.as_str(), late),
    ] {
        apply(&mut conn, &[visit(number, who, token, second)], at(second)).await.expect("applied");
        settle(&mut conn, at(second)).await.expect("settled");
    }
    let text = canonical(&mut conn).await.expect("dumped");
    assert!(text.contains("person: phone:+79000000001 phone:+79000000001,telegram/61 "), "{text}");
    assert_eq!(text.matches("person: ").count(), 4, "the others are persons of their own");
}
