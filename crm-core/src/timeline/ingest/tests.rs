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
    after_inviting(conn, &[], batches).await
}

/// The same, where people of ours had given out invitations before.
async fn after_inviting(conn: &mut PgConnection, invited: &[Invited], batches: &[Vec<Event>]) -> String {
    // In the order of the foreign keys; faster than truncating for a handful of rows.
    let tables = "consents interactions message_facts message_aliases call_facts conversations conversation_heads media \
         conversation_states account_notices address_book identity_links proposals join_ledger invitation_uses invitations \
         identities contact_clients contacts clients raw_outcomes feed";
    let deletes: Vec<String> =
        tables.split_whitespace().map(|table| format!("delete from {table};")).collect();
    sqlx::raw_sql(sqlx::AssertSqlSafe(deletes.concat())).execute(&mut *conn).await.expect("emptied");
    for (number, invited) in (100..).zip(invited) {
        invite(conn, number, invited).await;
    }
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
    assert_order_after_inviting(pool, &[], events).await
}

/// The same, where people of ours had given out invitations before.
async fn assert_order_after_inviting(pool: &PgPool, invited: &[Invited], events: &[Event]) -> String {
    let mut conn = pool.acquire().await.expect("a connection");
    let expected = after_inviting(&mut conn, invited, &[events.to_vec()]).await;
    for order in permutations(events.len()) {
        let batches: Vec<Vec<Event>> = order.iter().map(|&index| vec![events[index].clone()]).collect();
        assert_eq!(after_inviting(&mut conn, invited, &batches).await, expected, "order {order:?}");
        let twice: Vec<Vec<Event>> = batches.iter().chain(batches.iter().rev()).cloned().collect();
        assert_eq!(after_inviting(&mut conn, invited, &twice).await, expected, "order {order:?}, twice");
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
            from_history: false,
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
        lent: Vec::new(),
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

/// An invitation that is given out before the events of a test; its token is the place in the list.
enum Invited {
    /// To somebody whom an event made known by this address.
    Known(Address),
    /// To such a card after a person has touched it.
    Touched(Address),
    /// To a card that a person made, without any address.
    Bare,
}

async fn viewer(conn: &mut PgConnection) -> crate::access::Viewer {
    use crate::access::{Right, Scope};

    let user = Uuid::from_bytes([7; 16]);
    sqlx::query(
        "insert into users (id, login, name, created_at, updated_at) values ($1, 'a', 'А', $2, $2)
         on conflict do nothing",
    )
    .bind(user)
    .bind(at(0))
    .execute(conn)
    .await
    .expect("a user");
    let rights = [Right::ClientsRead, Right::ClientsWrite, Right::ClientsJoin];
    crate::access::Viewer {
        user_id: crate::UserId(user),
        name: "А".into(),
        remote: None,
        rights: rights.into_iter().map(|right| (right, Scope::All)).collect(),
        lent: Vec::new(),
    }
}

async fn invite(conn: &mut PgConnection, number: u8, invited: &Invited) {
    use sha2::{Digest, Sha256};

    let viewer = viewer(conn).await;
    let contact: Uuid = match invited {
        Invited::Known(address) | Invited::Touched(address) => {
            let known =
                message(&format!("i{number}"), 5, party(std::slice::from_ref(address), "Зван"), "раньше");
            apply(conn, &[raw(number, vec![known])], at(20)).await.expect("applied");
            sqlx::query_scalar("select contact_id from identities where address = $1")
                .bind(address.key())
                .fetch_one(&mut *conn)
                .await
                .expect("a contact")
        }
        Invited::Bare => {
            let id = Uuid::from_bytes([number; 16]);
            sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
                "insert into contacts (id, root_id, name, name_is_chosen, automatic, created_at, updated_at)
                 values ('{id}', '{id}', 'Без адреса', true, false, now(), now());
                 insert into clients (id, root_id, name, automatic, search_key, created_at, updated_at)
                 values ('{id}', '{id}', 'Без адреса', false, 'без адреса', now(), now());
                 insert into contact_clients (contact_id, client_id, created_at) values ('{id}', '{id}', now());"
            )))
            .execute(&mut *conn)
            .await
            .expect("a card");
            id
        }
    };
    if matches!(invited, Invited::Touched(_)) {
        sqlx::query("update contacts set automatic = false where id = $1")
            .bind(contact)
            .execute(&mut *conn)
            .await
            .expect("touched");
    }
    crate::clients::invitation::create(conn, &viewer, at(30), crate::ContactId(contact))
        .await
        .expect("invited");
    sqlx::query("update invitations set token_hash = $1 where contact_id = $2")
        .bind(Sha256::digest((number - 100).to_string()).as_slice())
        .bind(contact)
        .execute(conn)
        .await
        .expect("a token that the test knows");
}

fn telegram(id: &str) -> Address {
    Address::opaque("telegram", id)
}

fn visit(who: &str, token: &str, second: i64) -> Event {
    let invitation = connector_api::Invitation {
        token: token.to_owned(),
        party: party(&[telegram(who)], "Гость"),
        conversation: ExternalId::new(who),
    };
    event(&format!("v{who}-{second}"), second, EventKind::Invitation(invitation))
}

fn same(id: &str, second: i64, addresses: &[Address], reason: LinkReason) -> Event {
    event(
        id,
        second,
        EventKind::Identity(IdentityUpdate::SamePerson { party: party(addresses, "Гость"), reason }),
    )
}

/// No pointer without an entry of the ledger, no entry without a pointer.
fn assert_ledger_follows(text: &str) {
    assert!(!text.contains("join: ") && !text.contains("joined without an entry: "), "{text}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_invitation_holds_whatever_else_ties_its_visitor(pool: PgPool) {
    let text = assert_order_after_inviting(
        &pool,
        &[Invited::Known(phone(1))],
        &[
            message("m1", 10, party(&[phone(2)], "Пётр"), "другой номер"),
            visit("61", "0", 40),
            same("s1", 50, &[telegram("61"), phone(2)], LinkReason::SharedByPerson),
            visit("62", "0", 60),
        ],
    )
    .await;
    assert!(text.contains("phone:+79000000001,phone:+79000000002,telegram/61 "), "{text}");
    assert_eq!(text.matches("person: ").count(), 2, "{text}");
    assert_ledger_follows(&text);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_earliest_visitor_counts_and_the_former_one_stands_alone_again(pool: PgPool) {
    let text = assert_order_after_inviting(
        &pool,
        &[Invited::Known(telegram("60"))],
        &[
            visit("61", "0", 60),
            visit("62", "0", 50),
            visit("63", "0", 40),
            message("m1", 61, party(&[telegram("61")], "Гость"), "и вот"),
        ],
    )
    .await;
    assert!(text.contains("person: telegram/60 telegram/60,telegram/63 "), "{text}");
    assert_eq!(text.matches("person: ").count(), 3, "{text}");
    assert_eq!(text.matches("clients: ").count(), 3, "{text}");
    assert_eq!(text.matches("proposal: ").count(), 0, "{text}");
    assert_ledger_follows(&text);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_invitation_never_joins_two_cards_that_people_touched(pool: PgPool) {
    let text = assert_order_after_inviting(
        &pool,
        &[Invited::Touched(phone(1)), Invited::Touched(phone(2))],
        &[
            visit("61", "0", 40),
            visit("61", "1", 50),
            same("s1", 45, &[telegram("61"), phone(3)], LinkReason::SharedByPerson),
        ],
    )
    .await;
    assert!(text.contains("phone:+79000000001,phone:+79000000003,telegram/61 "), "{text}");
    assert!(text.contains("proposal: phone:+79000000001 phone:+79000000002 invitation "), "{text}");
    assert_ledger_follows(&text);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_invitation_to_a_card_without_address_ties_its_visitor(pool: PgPool) {
    let text = assert_order_after_inviting(
        &pool,
        &[Invited::Bare],
        &[
            visit("61", "0", 60),
            visit("62", "0", 50),
            message("m1", 10, party(&[phone(2)], "Пётр"), "номер"),
            same("s1", 55, &[telegram("62"), phone(2)], LinkReason::SharedByPerson),
        ],
    )
    .await;
    assert!(text.contains("phone:+79000000002,telegram/62 Без адреса"), "{text}");
    assert!(text.contains("person: telegram/61 telegram/61 "), "{text}");
    assert_ledger_follows(&text);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_join_that_settling_took_back_drags_nobody_into_a_split(pool: PgPool) {
    use crate::clients::join::{ClientJoin, Side, join_clients, split};

    let mut conn = pool.acquire().await.expect("a connection");
    let viewer = viewer(&mut conn).await;
    let batches = [
        vec![message("m1", 10, party(&[bsuid("A")], "Ирина"), "первое")],
        vec![message("m2", 11, party(&[phone(1)], "Ирина"), "второе")],
        vec![message("m3", 12, party(&[phone(5)], "Иной"), "третье")],
        vec![message("m4", 30, party(&[phone(1), bsuid("A")], "Ирина"), "один человек")],
        vec![message("m5", 20, party(&[phone(1), bsuid("B")], "Семён"), "номер был его")],
    ];
    assert_ledger_follows(&after(&mut conn, &batches).await);
    let client_of =
        "select m.root_id from identities i join contact_clients cc on cc.contact_id = i.contact_id
         join clients m on m.id = cc.client_id where i.address = $1";
    let mut clients = Vec::new();
    for address in [phone(5), bsuid("A"), phone(1)] {
        let client: Uuid =
            sqlx::query_scalar(client_of).bind(address.key()).fetch_one(&mut *conn).await.expect("a client");
        clients.push(client);
    }
    let join = ClientJoin {
        survivor_id: crate::ClientId(clients[0]),
        absorbed_id: crate::ClientId(clients[1]),
        choices: [("name".to_owned(), Side::Survivor)].into(),
        dry_run: false,
    };
    let joined = join_clients(&mut conn, &viewer, at(1001), &join).await.expect("joined");
    let text = canonical(&mut conn).await.expect("dumped");
    assert_eq!(text.matches("join: client person ").count(), 1, "{text}");
    split(&mut conn, &viewer, at(1002), joined.join_id.expect("an entry")).await.expect("split");
    let now: Uuid =
        sqlx::query_scalar(client_of).bind(phone(1).key()).fetch_one(&mut *conn).await.expect("a client");
    assert_eq!(now, clients[2], "the number's client stayed where it was");
}

fn preference(id: &str, second: i64, party: Party, state: connector_api::ConversationState) -> Event {
    let update = connector_api::ConversationUpdate {
        conversation: ExternalId::new(party.addresses[0].key()),
        party: Some(party),
        state,
        detail: Some(serde_json::json!({ "detail": "User requested to stop marketing messages" })),
    };
    event(id, second, EventKind::Conversation(update))
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_stop_word_ends_advertising_whatever_the_order(pool: PgPool) {
    let who = party(&[phone(1)], "Ирина");
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, who.clone(), "Стоп, а где счёт?"),
            message("m2", 20, who.clone(), "  СТОП "),
            edit("e1", "m1", 30, who.clone(), "отписаться"),
            preference("p1", 40, who, connector_api::ConversationState::MarketingStopped),
        ],
    )
    .await;
    assert_eq!(text.matches("consent: ").count(), 3, "{text}");
    assert_eq!(text.matches("Клиент отказался от рекламных сообщений. Его слова: «СТОП»").count(), 1);
    assert_eq!(text.matches("Клиент отключил рекламные сообщения в настройках мессенджера.").count(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn words_of_one_person_come_together_however_his_addresses_do(pool: PgPool) {
    let text = assert_order_is_no_matter(
        &pool,
        &[
            message("m1", 10, party(&[phone(1)], "Ирина"), "STOP"),
            preference(
                "p1",
                15,
                party(&[bsuid("A")], "Ирина"),
                connector_api::ConversationState::MarketingResumed,
            ),
            message("m2", 20, party(&[phone(1), bsuid("A")], "Ирина"), "и ещё вопрос"),
        ],
    )
    .await;
    assert_eq!((text.matches("consent: ").count(), text.matches("person: ").count()), (2, 1), "{text}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn our_own_stop_and_a_stop_of_another_time_mean_nothing(pool: PgPool) {
    sqlx::query("update stop_words set until = $1 where word = 'stop'")
        .bind(at(5))
        .execute(&pool)
        .await
        .expect("the word is there");
    let who = party(&[phone(1)], "Ирина");
    let text = assert_order_is_no_matter(
        &pool,
        &[
            echo("m1", 10, who.clone(), "СТОП"),
            message("m2", 20, who.clone(), "stop"),
            message("m3", 4, who, "stop"),
        ],
    )
    .await;
    assert_eq!(text.matches("consent: ").count(), 1, "{text}");
}
