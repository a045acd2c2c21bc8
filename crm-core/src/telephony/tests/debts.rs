use connector_api::{DeliveryState, DeliveryUpdate, Direction, Event, EventKind, ExternalId, Origin};
use sqlx::{PgConnection, PgPool};

use super::{at, call_id, gives_up, happens, number, rings, talked, wrote};
use crate::access::Viewer;
use crate::fixture::{account, client, contact, delivery, phone, user};
use crate::telephony::debt::{Debt, list, oldest};
use crate::timeline::call_result::{CallResult, say};
use crate::{AccountId, ContactId, InteractionId};

async fn debts(conn: &mut PgConnection, viewer: &Viewer) -> Vec<Debt> {
    list(conn, viewer, None, 50, at(86_400)).await.expect("a list")
}

fn missed(call: &str, second: i64, caller: u32) -> [Event; 2] {
    [rings(call, second, caller, "101"), gives_up(call, second + 20, caller, "101")]
}

async fn forget(conn: &mut PgConnection) {
    for table in ["interactions", "message_facts", "call_facts", "conversations", "conversation_heads"] {
        let delete = sqlx::AssertSqlSafe(format!("delete from {table}"));
        sqlx::query(delete).execute(&mut *conn).await.expect("emptied");
    }
}

async fn person(conn: &mut PgConnection, name: &str, company: crate::ClientId, last: u32) -> ContactId {
    let person = contact(conn, name, company).await;
    phone(conn, person, number(last).e164()).await;
    person
}

/// Who waits and how often he called, after these events.
async fn waiting(
    conn: &mut PgConnection,
    viewer: &Viewer,
    line: AccountId,
    events: &[Event],
) -> Vec<(String, i64)> {
    forget(conn).await;
    for event in events {
        happens(conn, line, event.clone()).await;
    }
    debts(conn, viewer).await.into_iter().map(|debt| (debt.contact.name, debt.missed)).collect()
}

fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![vec![]];
    }
    let longer = |shorter: Vec<usize>| {
        (0..count).map(move |place| {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            longer
        })
    };
    orders(count - 1).into_iter().flat_map(longer).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_missed_call_waits_until_anybody_reaches_the_client_whatever_came_first(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let director = user(&mut conn, "Директор", "director").await;
    let company = client(&mut conn, "Ромашка", None).await;
    person(&mut conn, "Инна", company, 1).await;
    let line = account(&mut conn, "telephony").await;

    let [first, first_end] = missed("a", 100, 1);
    let [second, second_end] = missed("b", 300, 1);
    let between = wrote("m", 200, 1, Direction::Outbound, Origin::Live);
    let events = [first, first_end, between, second, second_end];
    for order in orders(events.len()) {
        let ordered: Vec<Event> = order.iter().map(|&place| events[place].clone()).collect();
        let found = waiting(&mut conn, &director, line, &ordered).await;
        assert_eq!(found, [("Инна".to_owned(), 1)], "{order:?}: the call after the message waits");
    }
    let paid = talked("c", 400, Direction::Outbound, 1);
    for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 5, 0, 4, 1, 2]] {
        let all: Vec<Event> = events.iter().cloned().chain([paid.clone()]).collect();
        let ordered: Vec<Event> = order.iter().map(|&place: &usize| all[place].clone()).collect();
        assert_eq!(waiting(&mut conn, &director, line, &ordered).await, [], "{order:?}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn only_a_word_that_reached_somebody_of_the_client_pays(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let director = user(&mut conn, "Директор", "director").await;
    let company = client(&mut conn, "Ромашка", None).await;
    person(&mut conn, "Инна", company, 1).await;
    person(&mut conn, "Бухгалтер", company, 2).await;
    let stranger = client(&mut conn, "Лютик", None).await;
    person(&mut conn, "Олег", stranger, 3).await;
    let line = account(&mut conn, "telephony").await;

    let state = |id: &str, state| Event {
        external_id: ExternalId::new(format!("{id}:{state:?}")),
        occurred_at: at(250),
        kind: EventKind::Delivery(DeliveryUpdate {
            message: ExternalId::new(id),
            state,
            reason: None,
            reference: None,
        }),
    };
    let ours = || wrote("m", 200, 1, Direction::Outbound, Origin::Phone);
    let [tried, gave_up] = missed("z", 200, 1);
    let cases = [
        ("nothing", vec![], 1),
        ("a message of ours", vec![ours()], 0),
        ("an earlier message", vec![wrote("m", 50, 1, Direction::Outbound, Origin::Live)], 1),
        ("a greeting", vec![wrote("m", 200, 1, Direction::Outbound, Origin::Automatic)], 1),
        ("a message of his", vec![wrote("m", 200, 1, Direction::Inbound, Origin::Live)], 1),
        ("a failed message", vec![ours(), state("m", DeliveryState::Failed)], 1),
        (
            "a failed message that arrived",
            vec![state("m", DeliveryState::Delivered), state("m", DeliveryState::Failed), ours()],
            0,
        ),
        ("a word to his colleague", vec![wrote("m", 200, 2, Direction::Outbound, Origin::Live)], 0),
        ("a word to a stranger", vec![wrote("m", 200, 3, Direction::Outbound, Origin::Live)], 1),
        ("he called again and talked", vec![talked("y", 200, Direction::Inbound, 1)], 0),
        ("he called again in vain", vec![tried.clone(), gave_up.clone()], 2),
        ("a message at the moment of the second call", vec![ours(), tried, gave_up], 0),
    ];
    for (word, more, expected) in cases {
        let events: Vec<Event> = missed("a", 100, 1).into_iter().chain(more).collect();
        let found = waiting(&mut conn, &director, line, &events).await;
        assert_eq!(found.iter().map(|(_, missed)| *missed).sum::<i64>(), expected, "{word}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_that_did_not_go_out_pays_nothing_until_it_goes(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let director = user(&mut conn, "Директор", "director").await;
    let company = client(&mut conn, "Ромашка", None).await;
    person(&mut conn, "Инна", company, 1).await;
    let line = account(&mut conn, "telephony").await;
    let [first, end] = missed("a", 100, 1);
    for event in [first, end, wrote("m", 200, 1, Direction::Outbound, Origin::Live)] {
        happens(&mut conn, line, event).await;
    }
    let message = InteractionId::of_message(line, "m");
    for (state, expected) in [
        ("planned", 1),
        ("failed", 1),
        ("cancelled", 1),
        ("queued", 0),
        ("unknown", 0),
        ("accepted", 0),
        ("failed", 1),
    ] {
        delivery(&mut conn, line, message, state).await;
        assert_eq!(debts(&mut conn, &director).await.len(), expected, "{state}");
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_of_ours_that_the_provider_gave_up_pays_nothing(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let director = user(&mut conn, "Директор", "director").await;
    let company = client(&mut conn, "Ромашка", None).await;
    person(&mut conn, "Инна", company, 1).await;
    let line = account(&mut conn, "telephony").await;
    let [first, end] = missed("a", 100, 1);
    for event in [first, end, wrote("m", 200, 1, Direction::Outbound, Origin::Live)] {
        happens(&mut conn, line, event).await;
    }
    assert_eq!(debts(&mut conn, &director).await.len(), 0);
    // What was pressed here has an id of its own; the provider speaks of the message that it became.
    let (row, part) =
        (InteractionId::of_message(line, "m"), InteractionId::of_message(line, "at-the-provider"));
    let facts = [
        (row, "part", part.to_string(), serde_json::json!({ "external_id": "at-the-provider" })),
        (part, "delivery", "f".to_owned(), serde_json::json!({ "state": "failed" })),
    ];
    for (row, kind, key, value) in facts {
        sqlx::query(
            "insert into message_facts (interaction_id, kind, key, at, value) values ($1, $2, $3, $4, $5)",
        )
        .bind(row)
        .bind(kind)
        .bind(key)
        .bind(at(250))
        .bind(value)
        .execute(&mut *conn)
        .await
        .expect("stored");
    }
    assert_eq!(debts(&mut conn, &director).await.len(), 1);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn debts_are_those_of_clients_that_the_viewer_reads_and_are_paged(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let nobody = user(&mut conn, "Кладовщик", "storekeeper").await;
    let line = account(&mut conn, "telephony").await;
    let own = client(&mut conn, "Ромашка", Some(&owner)).await;
    person(&mut conn, "Инна", own, 1).await;
    for (event, caller) in [("a", 1), ("b", 2), ("c", 3)]
        .map(|(call, caller)| (missed(call, i64::from(caller) * 100, caller), caller))
    {
        assert!(caller > 0);
        for event in event {
            happens(&mut conn, line, event).await;
        }
    }
    let all = debts(&mut conn, &owner).await;
    assert_eq!(
        all.iter().map(|debt| debt.number.clone().expect("known")).collect::<Vec<_>>(),
        [number(3).e164(), number(2).e164(), number(1).e164(),]
    );
    assert_eq!(all[2].clients[0].name, "Ромашка");
    let call = all[2].first.call.as_ref().expect("a call");
    assert_eq!(call.segments[0].extension.as_ref().map(|extension| extension.number.as_str()), Some("101"));
    assert_eq!(debts(&mut conn, &other).await.len(), 2, "strangers are in the common base");
    assert!(list(&mut conn, &nobody, None, 50, at(86_400)).await.is_err());

    let first = list(&mut conn, &owner, None, 2, at(86_400)).await.expect("a page");
    let rest = list(&mut conn, &owner, Some(first[1].cursor()), 2, at(86_400)).await.expect("a page");
    assert_eq!((first.len(), rest.len(), &rest[0].contact), (2, 1, &all[2].contact));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_promised_call_waits_like_a_missed_one_until_it_is_taken_back_or_made(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    person(&mut conn, "Инна", company, 1).await;
    let line = account(&mut conn, "telephony").await;
    happens(&mut conn, line, talked("a", 100, Direction::Inbound, 1)).await;
    assert_eq!(debts(&mut conn, &owner).await.len(), 0, "nobody promised anything");

    let talk = call_id(line, "a");
    let promise = Some(CallResult::CallAgain);
    say(&mut conn, &owner, at(200), talk, promise).await.expect("his client");
    let [waits] = &debts(&mut conn, &owner).await[..] else { panic!("one waits") };
    assert_eq!(
        (waits.missed, waits.promised_at, waits.last_at, waits.first.id, waits.number.as_deref()),
        (0, Some(at(200)), at(200), talk, Some(number(1).e164())),
        "the talk of which it was said pays nothing"
    );
    for event in missed("b", 250, 1) {
        happens(&mut conn, line, event).await;
    }
    let [both] = &debts(&mut conn, &owner).await[..] else { panic!("one person is one row") };
    assert_eq!((both.missed, both.promised_at, both.last_at), (1, Some(at(200)), at(250)));

    say(&mut conn, &owner, at(260), talk, None).await.expect("his client");
    let [alone] = &debts(&mut conn, &owner).await[..] else { panic!("the missed call waits still") };
    assert_eq!((alone.missed, alone.promised_at), (1, None), "it was taken back");

    say(&mut conn, &owner, at(300), talk, promise).await.expect("his client");
    happens(&mut conn, line, talked("c", 400, Direction::Outbound, 1)).await;
    assert_eq!(debts(&mut conn, &owner).await.len(), 0, "somebody called");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_promise_is_seen_by_those_who_read_the_client_alone(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let owner = user(&mut conn, "Иванов", "manager").await;
    let other = user(&mut conn, "Петров", "manager").await;
    let company = client(&mut conn, "Ромашка", Some(&owner)).await;
    person(&mut conn, "Инна", company, 1).await;
    let line = account(&mut conn, "telephony").await;
    happens(&mut conn, line, talked("a", 100, Direction::Outbound, 1)).await;
    let promise = Some(CallResult::CallAgain);
    say(&mut conn, &owner, at(200), call_id(line, "a"), promise).await.expect("his client");
    assert_eq!((debts(&mut conn, &owner).await.len(), debts(&mut conn, &other).await.len()), (1, 0));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_page_is_filled_past_those_who_were_called_back_and_keeps_its_order(pool: PgPool) {
    let mut conn = pool.acquire().await.expect("a connection");
    let director = user(&mut conn, "Директор", "director").await;
    let line = account(&mut conn, "telephony").await;
    let calls = [("a", 100, 1), ("b", 200, 2), ("c", 300, 3), ("d", 400, 4), ("e", 500, 1), ("f", 600, 5)];
    let words = [(150, 1), (350, 3), (650, 5)]
        .map(|(second, to)| wrote(&format!("m{to}"), second, to, Direction::Outbound, Origin::Live));
    let calls = calls.iter().flat_map(|&(call, second, caller)| missed(call, second, caller));
    for event in calls.chain(words) {
        happens(&mut conn, line, event).await;
    }

    let (mut newest, mut after) = (Vec::new(), None);
    while let Some(debt) = list(&mut conn, &director, after, 1, at(86_400)).await.expect("a page").pop() {
        after = Some(debt.cursor());
        newest.push((debt.number, debt.missed));
    }
    let one = |last| (Some(number(last).e164().to_owned()), 1);
    assert_eq!(
        newest,
        [one(1), one(4), one(2)],
        "the first call of the first caller is paid, his second is not"
    );

    for rows in 1..=3 {
        let longest = oldest(&mut conn, &director, rows, at(86_400)).await.expect("a list");
        let longest: Vec<_> = longest.into_iter().map(|debt| (debt.number, debt.missed)).collect();
        assert_eq!(longest, [one(2), one(4), one(1)][..longest.len()]);
        assert_eq!(i64::try_from(longest.len()), Ok(rows));
    }
}
