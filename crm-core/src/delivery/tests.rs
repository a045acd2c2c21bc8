//! Presses, lanes and outcomes against a database.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use connector_api::{Address, DeliveryState, ExternalId, OutboundAction, OutboundContent};
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use super::failover;
use super::lane::{self, Finished, Proof, Sender, Turn, Work};
use super::press::{self, NewMessage, Plan, RowAction};
use super::quiet::AtNight;
use super::route::{self, Chosen, PassedOver, Route, RuleMessage};
use super::silence;
use super::state::DeliveryStep;
use super::{Outcome, Pacing, StatedPurpose};
use crate::access::{Right, Viewer};
use crate::clients::ClientError;
use crate::consent::{self, ConsentKind, ConsentState, NewConsent};
use crate::fixture::{self, Said, minute};
use crate::timeline::conversation;
use crate::timeline::entry::TimelineEntry;
use crate::timeline::ingest;
use crate::timeline::read::{self, Part, TimelineFilter};
use crate::{AccountId, ConversationId, DeliveryId, InteractionId};

const PACING: Pacing = Pacing { attempts: 3, jitter: 0.0 };

struct Office {
    manager: Viewer,
    account: AccountId,
    conversation: ConversationId,
    asked: InteractionId,
}

async fn office(conn: &mut PgConnection) -> Office {
    let manager = fixture::user(conn, "Анна", "manager").await;
    let client = fixture::client(conn, "Ромашка", Some(&manager)).await;
    let contact = fixture::contact(conn, "Пётр", client).await;
    fixture::phone(conn, contact, "+79160000001").await;
    let account = fixture::account(conn, "whatsapp").await;
    let conversation = fixture::conversation(conn, account, contact, minute(0)).await;
    let said = Said {
        account,
        contact,
        conversation: Some(conversation),
        at: minute(0),
        direction: "inbound",
        text: "Где счёт?",
    };
    let asked = fixture::message(conn, said).await;
    Office { manager, account, conversation, asked }
}

fn text(number: u128, text: &str) -> NewMessage {
    NewMessage {
        id: DeliveryId(Uuid::from_u128(number)),
        content: OutboundContent::Text { text: text.into() },
        quote: None,
        planned_for: None,
        pin: None,
        parts: 1,
        purpose: None,
        chosen: None,
        at_night: None,
    }
}

impl Office {
    async fn press(&self, conn: &mut PgConnection, new: NewMessage, now: DateTime<Utc>) -> bool {
        let mut tx = conn.begin().await.unwrap();
        let place = press::place(&mut tx, &self.manager, self.conversation).await.unwrap();
        let fresh = press::send(&mut tx, &self.manager, now, &place, Moscow, new).await.unwrap();
        tx.commit().await.unwrap();
        fresh
    }

    async fn act(&self, conn: &mut PgConnection, number: u128, row: InteractionId, action: RowAction) {
        let id = DeliveryId(Uuid::from_u128(number));
        let mut tx = conn.begin().await.unwrap();
        assert!(press::act(&mut tx, &self.manager, minute(5), id, row, action).await.unwrap());
        tx.commit().await.unwrap();
    }

    async fn consent(&self, conn: &mut PgConnection, state: ConsentState, now: DateTime<Utc>) {
        let new = NewConsent {
            kind: ConsentKind::Advertising, state, ground: "сказал по телефону".into()
        };
        let mut tx = conn.begin().await.unwrap();
        let place = press::place(&mut tx, &self.manager, self.conversation).await.unwrap();
        consent::write_down(&mut tx, &self.manager, now, place.contact_id, &new).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn take(&self, conn: &mut PgConnection, sender: Sender, now: DateTime<Utc>) -> bool {
        !lane::take(conn, sender, self.account, 10, now).await.unwrap().is_empty()
    }

    async fn turn(
        &self,
        conn: &mut PgConnection,
        sender: Sender,
        finished: Option<(Work, Outcome)>,
        now: DateTime<Utc>,
    ) -> Turn {
        let finished = finished.map(|(work, outcome)| Finished { work, outcome, pacing: PACING });
        lane::turn(conn, sender, self.conversation, finished.as_ref(), None, Moscow, now).await.unwrap()
    }

    async fn entry(&self, conn: &mut PgConnection, number: u128) -> TimelineEntry {
        let filter = TimelineFilter::default();
        let page = read::of_conversation(conn, &self.manager, self.conversation, &filter, Part::Latest, 50)
            .await
            .unwrap();
        let id = InteractionId(Uuid::from_u128(number));
        page.entries.into_iter().find(|entry| entry.id == id).expect("the message stands in its conversation")
    }
}

fn work(turn: Turn) -> Work {
    match turn {
        Turn::Work(work) => *work,
        other => panic!("there is work to do, not {other:?}"),
    }
}

fn accepted(id: &str) -> Outcome {
    Outcome::Accepted { external_ids: vec![ExternalId::new(id)], addresses: Vec::new() }
}

fn temporary() -> Outcome {
    Outcome::Temporary { code: "connect".into(), reason: "нет связи".into() }
}

fn step(entry: &TimelineEntry) -> DeliveryStep {
    entry.delivery.as_ref().expect("it was sent from here").step
}

async fn told(conn: &mut PgConnection, account: AccountId, external_id: &str, state: &str) {
    let id = InteractionId::of_message(account, external_id);
    let value = serde_json::json!({ "state": state });
    sqlx::query("insert into message_facts (interaction_id, kind, key, at, value) values ($1, 'delivery', $2, $3, $4)")
        .bind(id)
        .bind(state)
        .bind(minute(3))
        .bind(value)
        .execute(conn)
        .await
        .unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn the_same_press_is_one_message_and_its_state_climbs(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    assert!(office.press(&mut conn, text(1, "Во вложении"), minute(1)).await);
    assert!(!office.press(&mut conn, text(1, "Во вложении"), minute(2)).await);
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((step(&entry), entry.state), (DeliveryStep::Queued, None));

    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    assert!(!office.take(&mut conn, sender, minute(1)).await, "a lane is taken once");
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    assert_eq!((first.part, first.ask), (0, false));
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Sending);
    // The provider's word may come before its answer was recorded.
    told(&mut conn, office.account, "wamid.1", "read").await;
    let end = office.turn(&mut conn, sender, Some((first, accepted("wamid.1"))), minute(2)).await;
    assert!(matches!(end, Turn::Empty), "{end:?}");
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((step(&entry), entry.state), (DeliveryStep::Accepted, Some(DeliveryState::Read)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_failure_holds_back_what_is_behind_it(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    office.press(&mut conn, text(2, "второе"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let turn = office.turn(&mut conn, sender, Some((first, temporary())), minute(1)).await;
    let Turn::Wait(until) = turn else { panic!("the lane waits, not {turn:?}") };
    assert!(!office.take(&mut conn, sender, minute(1)).await, "nothing overtakes a failure");
    assert!(office.take(&mut conn, sender, until).await);
    let again = work(office.turn(&mut conn, sender, None, until).await);
    assert_eq!(again.delivery, DeliveryId(Uuid::from_u128(1)));
    let second = work(office.turn(&mut conn, sender, Some((again, accepted("a"))), until).await);
    assert_eq!(second.delivery, DeliveryId(Uuid::from_u128(2)));
    let attempts =
        super::view::attempts(&mut conn, &office.manager, DeliveryId(Uuid::from_u128(1))).await.unwrap();
    let words: Vec<(&str, Option<&str>)> =
        attempts.iter().map(|attempt| (attempt.outcome.as_str(), attempt.reason.as_deref())).collect();
    assert_eq!(words, [("temporary", Some("нет связи")), ("accepted", None)]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_a_dead_sender_left_is_asked_after_and_not_sent_again(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let mut dying = pool.acquire().await.unwrap().detach();
    let dead = Sender::enlist(&mut dying).await.unwrap();
    assert!(office.take(&mut conn, dead, minute(1)).await);
    let lost = work(office.turn(&mut conn, dead, None, minute(1)).await);
    assert_eq!(lane::free_dead(&mut conn).await.unwrap(), 0, "it still lives");
    dying.close().await.unwrap();
    while lane::free_dead(&mut conn).await.unwrap() == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }

    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(2)).await);
    let asked = work(office.turn(&mut conn, sender, None, minute(2)).await);
    assert!(asked.ask);
    assert_eq!(asked.tried_at, minute(1));
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Unsure);
    let end = office.turn(&mut conn, sender, Some((asked, Outcome::CannotTell)), minute(2)).await;
    assert!(matches!(end, Turn::Empty), "{end:?}");
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Unknown);
    // The one taken for dead comes back with the truth.
    let late = office.turn(&mut conn, dead, Some((lost, accepted("a"))), minute(3)).await;
    assert!(matches!(late, Turn::Lost), "{late:?}");
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Accepted);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_status_with_our_reference_proves_that_it_arrived(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let unknown = Outcome::Unknown { reason: "timeout".into() };
    let asked = work(office.turn(&mut conn, sender, Some((first, unknown)), minute(1)).await);
    assert!(asked.ask);
    let by = Outcome::TellsBy(minute(2));
    let turn = office.turn(&mut conn, sender, Some((asked, by)), minute(1)).await;
    assert!(matches!(turn, Turn::Wait(until) if until == minute(2)), "{turn:?}");

    let proof = Proof {
        account: office.account,
        delivery: Uuid::from_u128(1),
        part: 0,
        external_id: ExternalId::new("wamid.1"),
    };
    for _ in 0..2 {
        lane::prove(&mut conn, std::slice::from_ref(&proof), minute(1)).await.unwrap();
    }
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((step(&entry), entry.state), (DeliveryStep::Accepted, Some(DeliveryState::Sent)));
    let foreign = Proof { account: AccountId(Uuid::from_u128(9)), ..proof };
    lane::prove(&mut conn, &[foreign], minute(1)).await.unwrap();
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_of_several_parts_is_as_far_as_its_slowest_part(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, NewMessage { parts: 2, ..text(1, "длинное") }, minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let second = work(office.turn(&mut conn, sender, Some((first, accepted("a"))), minute(1)).await);
    assert_eq!((second.part, second.sent.len()), (1, 1));
    office.turn(&mut conn, sender, Some((second, accepted("b"))), minute(1)).await;
    told(&mut conn, office.account, "a", "read").await;
    told(&mut conn, office.account, "b", "delivered").await;
    assert_eq!(office.entry(&mut conn, 1).await.state, Some(DeliveryState::Delivered));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_failed_one_is_really_tried_again_behind_what_waits(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let rejected =
        Outcome::Rejected { code: "131047".into(), reason: "Окно закрыто".into(), remedy: None };
    office.turn(&mut conn, sender, Some((first, rejected)), minute(1)).await;
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!(step(&entry), DeliveryStep::Failed);
    assert_eq!(entry.delivery.unwrap().reason.as_deref(), Some("Окно закрыто"));

    let id = DeliveryId(Uuid::from_u128(1));
    let mut tx = conn.begin().await.unwrap();
    press::retry(&mut tx, &office.manager, minute(2), id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(office.take(&mut conn, sender, minute(2)).await);
    let again = work(office.turn(&mut conn, sender, None, minute(2)).await);
    assert_eq!((again.delivery, again.ask), (id, false));
    office.turn(&mut conn, sender, Some((again, accepted("a"))), minute(2)).await;
    let mut tx = conn.begin().await.unwrap();
    let refused = press::retry(&mut tx, &office.manager, minute(3), id).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotNow(_)), "{refused}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_reply_that_failed_leaves_the_client_waiting_until_it_goes(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let head = "update conversation_heads set last_inbound_at = $2 where conversation_id = $1";
    sqlx::query(head).bind(office.conversation).bind(minute(0)).execute(&mut *conn).await.unwrap();
    let waits = async |conn: &mut PgConnection| {
        let seen = conversation::read(conn, &office.manager, office.conversation).await.unwrap();
        seen.waiting_since.is_some()
    };
    assert!(waits(&mut conn).await);
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    assert!(!waits(&mut conn).await, "it is on its way");
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let rejected =
        Outcome::Rejected { code: "1".into(), reason: "Окно закрыто".into(), remedy: None };
    office.turn(&mut conn, sender, Some((first, rejected)), minute(1)).await;
    assert!(waits(&mut conn).await, "it did not go out");
    let id = DeliveryId(Uuid::from_u128(1));
    press::retry(&mut conn, &office.manager, minute(2), id).await.unwrap();
    assert!(!waits(&mut conn).await);
    press::cancel(&mut conn, &office.manager, minute(3), id).await.unwrap();
    assert!(waits(&mut conn).await);
}

async fn accepted_for(conn: &mut PgConnection, office: &Office, address: &Address) -> String {
    let known =
        "update conversations v set identity_id = i.id from identities i where i.contact_id = v.contact_id";
    sqlx::query(known).execute(&mut *conn).await.unwrap();
    office.press(conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(conn).await.unwrap();
    assert!(office.take(conn, sender, minute(1)).await);
    let first = work(office.turn(conn, sender, None, minute(1)).await);
    let outcome =
        Outcome::Accepted { external_ids: vec![ExternalId::new("a")], addresses: vec![address.clone()] };
    office.turn(conn, sender, Some((first, outcome)), minute(1)).await;
    ingest::settle(conn, minute(1)).await.unwrap();
    fixture::dump(conn).await
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_address_that_the_answer_names_is_the_persons_from_then_on(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let hidden = Address::opaque("whatsapp:900000000000001", "RU.1");
    let text = accepted_for(&mut conn, &office, &hidden).await;
    assert!(text.contains("RU.1"), "{text}");
    let names = text.matches("\"name\":\"Без имени\"").count();
    let joined: i64 = sqlx::query_scalar(
        "select count(*) from identities i join contacts k on k.id = i.contact_id
         where k.root_id = (select c.root_id from identities p join contacts c on c.id = p.contact_id
                            where p.address = 'phone:+79160000001')",
    )
    .fetch_one(&mut *conn)
    .await
    .unwrap();
    assert_eq!((joined, names), (2, 0), "{text}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_address_of_another_card_is_proposed_and_never_joined_silently(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let company = fixture::client(&mut conn, "Лютик", Some(&office.manager)).await;
    let other = fixture::contact(&mut conn, "Олег", company).await;
    fixture::phone(&mut conn, other, "+79160000002").await;
    let known = Address::from_key("phone:+79160000002").unwrap();
    let text = accepted_for(&mut conn, &office, &known).await;
    let proposed: i64 =
        sqlx::query_scalar("select count(*) from proposals").fetch_one(&mut *conn).await.unwrap();
    assert_eq!(proposed, 1, "{text}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_planned_message_lets_others_pass_until_its_time(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office
        .press(&mut conn, NewMessage { planned_for: Some(minute(60)), ..text(1, "завтра") }, minute(1))
        .await;
    office.press(&mut conn, text(2, "сейчас"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let now = work(office.turn(&mut conn, sender, None, minute(1)).await);
    assert_eq!(now.delivery, DeliveryId(Uuid::from_u128(2)));
    office.turn(&mut conn, sender, Some((now, accepted("a"))), minute(1)).await;
    assert_eq!(lane::release_planned(&mut conn, minute(59)).await.unwrap(), 0);
    assert_eq!(lane::release_planned(&mut conn, minute(60)).await.unwrap(), 1);
    assert!(office.take(&mut conn, sender, minute(60)).await);
    let planned = work(office.turn(&mut conn, sender, None, minute(60)).await);
    assert_eq!(planned.delivery, DeliveryId(Uuid::from_u128(1)));
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_planned_message_is_put_off_reworded_and_sent_at_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let id = DeliveryId(Uuid::from_u128(1));
    let planned = NewMessage { planned_for: Some(minute(60)), ..text(1, "завтра") };
    office.press(&mut conn, planned, minute(1)).await;

    let shown = conversation::read(&mut conn, &office.manager, office.conversation).await.unwrap();
    assert_eq!(shown.last.and_then(|last| last.text).as_deref(), Some("Где счёт?"), "nothing was said yet");
    assert_eq!(shown.last_outbound_at, None);
    let plan = |at, words: Option<&str>| Plan {
        planned_for: minute(at),
        text: words.map(|words| (words.to_owned(), 1)),
    };
    let late = press::replan(&mut conn, &office.manager, minute(2), id, plan(2, None)).await.unwrap_err();
    assert!(matches!(late, ClientError::Invalid { field: "planned_for", .. }), "{late}");
    press::replan(&mut conn, &office.manager, minute(2), id, plan(90, Some("в среду"))).await.unwrap();
    assert_eq!(lane::release_planned(&mut conn, minute(60)).await.unwrap(), 0, "it was put off");
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((entry.text.as_deref(), entry.occurred_at), (Some("в среду"), minute(90)));

    press::send_now(&mut conn, &office.manager, minute(70), id).await.unwrap();
    let shown = conversation::read(&mut conn, &office.manager, office.conversation).await.unwrap();
    assert_eq!(shown.last_outbound_at, Some(minute(70)));
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(70)).await);
    let sent = work(office.turn(&mut conn, sender, None, minute(70)).await);
    let OutboundAction::Send { content: OutboundContent::Text { text }, .. } = &sent.message.action else {
        panic!("a text")
    };
    assert_eq!((text.as_str(), office.entry(&mut conn, 1).await.occurred_at), ("в среду", minute(70)));
    let begun = press::replan(&mut conn, &office.manager, minute(71), id, plan(99, None)).await.unwrap_err();
    assert!(matches!(begun, ClientError::NotNow(_)), "{begun}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_has_not_gone_can_be_taken_back(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "ой"), minute(1)).await;
    let mut tx = conn.begin().await.unwrap();
    press::cancel(&mut tx, &office.manager, minute(1), DeliveryId(Uuid::from_u128(1))).await.unwrap();
    tx.commit().await.unwrap();
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    assert!(matches!(office.turn(&mut conn, sender, None, minute(1)).await, Turn::Empty));
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Cancelled);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn edits_deletions_and_reactions_show_once_they_are_accepted(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "первое"), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    office.turn(&mut conn, sender, Some((first, accepted("wamid.1"))), minute(1)).await;

    let row = InteractionId(Uuid::from_u128(1));
    office.act(&mut conn, 2, row, RowAction::Edit("второе".into())).await;
    office.act(&mut conn, 3, office.asked, RowAction::React(Some("👍".into()))).await;
    office.act(&mut conn, 4, row, RowAction::Delete).await;
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!((entry.text.as_deref(), entry.actions.len()), (Some("первое"), 2), "nothing is accepted yet");
    assert!(office.take(&mut conn, sender, minute(6)).await);
    let mut turn = office.turn(&mut conn, sender, None, minute(6)).await;
    while let Turn::Work(work) = turn {
        let done = Outcome::Accepted { external_ids: Vec::new(), addresses: Vec::new() };
        turn = office.turn(&mut conn, sender, Some((*work, done)), minute(6)).await;
    }
    let entry = office.entry(&mut conn, 1).await;
    assert_eq!(entry.text.as_deref(), Some("второе"));
    assert_eq!(entry.versions.len(), 2);
    assert!(entry.deleted.is_some() && entry.actions.is_empty());
    let asked = office.entry(&mut conn, office.asked.0.as_u128()).await;
    assert_eq!(asked.reactions[0].emoji, "👍");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_foreign_conversation_cannot_be_written_to(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, text(1, "моё"), minute(1)).await;
    let stranger = fixture::user(&mut conn, "Олег", "manager").await;
    let refused = press::place(&mut conn, &stranger, office.conversation).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotFound), "{refused}");
    let id = DeliveryId(Uuid::from_u128(1));
    let mut tx = conn.begin().await.unwrap();
    for refused in [
        press::retry(&mut tx, &stranger, minute(2), id).await,
        press::cancel(&mut tx, &stranger, minute(2), id).await,
        press::act(
            &mut tx,
            &stranger,
            minute(2),
            DeliveryId(Uuid::from_u128(5)),
            office.asked,
            RowAction::Delete,
        )
        .await
        .map(|_| ()),
        super::view::attempts(&mut tx, &stranger, id).await.map(|_| ()),
    ] {
        assert!(matches!(refused, Err(ClientError::NotFound)), "{refused:?}");
    }
    let secretary = fixture::user(&mut tx, "Ольга", "secretary").await;
    let reader = press::place(&mut tx, &secretary, office.conversation).await.unwrap_err();
    assert!(matches!(reader, ClientError::Forbidden(_)), "{reader}");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_answer_quotes_what_the_provider_knows(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, NewMessage { quote: Some(office.asked), ..text(1, "вот") }, minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(1)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(1)).await);
    let OutboundAction::Send { quote, .. } = &first.message.action else { panic!("a message") };
    assert_eq!(
        quote.as_ref().map(ExternalId::as_str),
        Some(format!("{}:Где счёт?", minute(0).timestamp_micros()).as_str())
    );
    let shown = office.entry(&mut conn, 1).await.quote.unwrap();
    assert_eq!((shown.interaction_id, shown.text.as_deref()), (Some(office.asked), Some("Где счёт?")));
    let mut tx = conn.begin().await.unwrap();
    let place = press::place(&mut tx, &office.manager, office.conversation).await.unwrap();
    let nowhere = NewMessage { quote: Some(InteractionId(Uuid::from_u128(77))), ..text(2, "?") };
    let refused =
        press::send(&mut tx, &office.manager, minute(1), &place, Moscow, nowhere).await.unwrap_err();
    assert!(matches!(refused, ClientError::Invalid { field: "quote", .. }), "{refused}");
}

/// Accepted at minute 1 under this id.
async fn accepted_message(conn: &mut PgConnection, office: &Office, number: u128, external_id: &str) {
    office.press(conn, text(number, "первое"), minute(1)).await;
    let sender = Sender::enlist(conn).await.unwrap();
    assert!(office.take(conn, sender, minute(1)).await);
    let first = work(office.turn(conn, sender, None, minute(1)).await);
    office.turn(conn, sender, Some((first, accepted(external_id))), minute(1)).await;
}

const ASK_AFTER: [TimeDelta; 3] = [TimeDelta::minutes(2), TimeDelta::minutes(10), TimeDelta::minutes(60)];

async fn asked(conn: &mut PgConnection, office: &Office, now: DateTime<Utc>) -> Vec<String> {
    let silent = silence::claim_unscoped(conn, office.account, &ASK_AFTER, 10, now).await.unwrap();
    silent.iter().flat_map(|silent| &silent.messages).map(ToString::to_string).collect()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_without_a_final_state_is_asked_after_at_growing_times_and_then_no_more(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    accepted_message(&mut conn, &office, 1, "a").await;
    let mut times = Vec::new();
    for at in 1..200 {
        if !asked(&mut conn, &office, minute(at)).await.is_empty() {
            times.push(at - 1);
        }
    }
    assert_eq!(times, [2, 10, 60]);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn one_copy_asks_and_a_failed_question_is_asked_again_soon(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    accepted_message(&mut conn, &office, 1, "a").await;
    let taken = silence::claim_unscoped(&mut conn, office.account, &ASK_AFTER, 10, minute(3)).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert!(asked(&mut conn, &office, minute(3)).await.is_empty());
    silence::ask_again_unscoped(&mut conn, &taken, minute(5)).await.unwrap();
    assert!(asked(&mut conn, &office, minute(4)).await.is_empty());
    assert_eq!(asked(&mut conn, &office, minute(5)).await, ["a"]);
    assert_eq!(
        asked(&mut conn, &office, minute(50)).await,
        ["a"],
        "what was missed is made up by one question"
    );
    assert!(asked(&mut conn, &office, minute(51)).await.is_empty());
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_a_report_told_is_not_asked_for(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    accepted_message(&mut conn, &office, 1, "a").await;
    accepted_message(&mut conn, &office, 2, "b").await;
    told(&mut conn, office.account, "a", "delivered").await;
    told(&mut conn, office.account, "b", "sent").await;
    assert_eq!(asked(&mut conn, &office, minute(3)).await, ["b"], "«sent» is not the end");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn an_offer_that_waits_does_not_go_after_a_no_and_holds_up_no_answer(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.consent(&mut conn, ConsentState::Given, minute(1)).await;
    let offer = NewMessage { purpose: Some(StatedPurpose::Advertising), ..text(1, "Скидка") };
    assert!(office.press(&mut conn, offer, minute(1)).await);
    office.press(&mut conn, text(2, "Счёт готов"), minute(1)).await;
    office.consent(&mut conn, ConsentState::Withdrawn, minute(2)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(3)).await);
    let next = work(office.turn(&mut conn, sender, None, minute(3)).await);
    assert_eq!(next.delivery, DeliveryId(Uuid::from_u128(2)), "an answer is no mailing");
    let offer = office.entry(&mut conn, 1).await;
    assert_eq!(step(&offer), DeliveryStep::Cancelled);
    let reason = offer.delivery.unwrap().reason;
    assert_eq!(reason.as_deref(), Some("Клиент отказался от рекламных сообщений."));
}

/// A message for which the rule chose the first channel.
fn by_rule(number: u128) -> NewMessage {
    let message = RuleMessage { text: "Бронь кончается".into(), template: None, purpose: None };
    let chosen = Chosen {
        because: "Окно переписки открыто.".into(), passed_over: Vec::new(), message
    };
    NewMessage { chosen: Some(chosen), ..text(number, "Бронь кончается") }
}

fn rejected() -> Outcome {
    Outcome::Rejected { code: "131047".into(), reason: "Окно закрыто.".into(), remedy: None }
}

impl Office {
    /// The first press goes out and comes to this.
    async fn comes_to(&self, conn: &mut PgConnection, sender: Sender, outcome: Outcome) {
        assert!(self.take(conn, sender, minute(1)).await);
        let first = work(self.turn(conn, sender, None, minute(1)).await);
        self.turn(conn, sender, Some((first, outcome)), minute(1)).await;
    }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_the_rule_sent_in_vain_goes_by_another_channel_once(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let sms = fixture::account(&mut conn, "sms").await;
    office.press(&mut conn, by_rule(1), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    office.comes_to(&mut conn, sender, rejected()).await;

    let id = DeliveryId(Uuid::from_u128(1));
    let mut tx = conn.begin().await.unwrap();
    let refused = press::retry(&mut tx, &office.manager, minute(2), id).await.unwrap_err();
    assert!(matches!(refused, ClientError::NotNow(_)), "a repeat would be a second copy: {refused}");
    let failed = failover::claim(&mut tx).await.unwrap().expect("it wants another channel");
    let mut elsewhere = pool.acquire().await.unwrap();
    let mut other = elsewhere.begin().await.unwrap();
    assert!(failover::claim(&mut other).await.unwrap().is_none(), "each is taken once");
    drop(other);
    let person = route::person_of_root(&mut tx, failed.root).await.unwrap();
    let key = |address: &connector_api::Address| Some(ExternalId::new(address.key()));
    let route = Route {
        place: person.place_in(sms, key).expect("he has a number"),
        account: "sms".into(),
        channel: "sms".into(),
        content: OutboundContent::Text { text: failed.message.text.clone() },
        parts: 1,
        because: "Сообщение дойдёт на номер клиента.".into(),
    };
    failover::hand_over(&mut tx, &failed, route, Moscow, minute(2)).await.unwrap();
    assert!(failover::claim(&mut tx).await.unwrap().is_none());
    tx.commit().await.unwrap();

    let first = office.entry(&mut conn, 1).await.delivery.unwrap();
    let stead = DeliveryId::in_stead_of(id);
    assert_eq!((first.step, first.replaced_by), (DeliveryStep::Failed, Some(stead)));
    let page = read::of_contact(
        &mut conn,
        &office.manager,
        failed.root,
        &TimelineFilter::default(),
        Part::Latest,
        50,
    )
    .await
    .unwrap();
    let second = page.entries.into_iter().find(|entry| entry.id.0 == stead.0).expect("it stands there too");
    assert_eq!(second.author.unwrap().name, "Анна", "whoever pressed wrote both");
    let second = second.delivery.unwrap();
    assert_eq!(
        second.chosen_because.as_deref(),
        Some("«whatsapp» не отправил. Сообщение дойдёт на номер клиента.")
    );
    assert_eq!(second.passed_over[0].reason, "Не отправлено: Окно закрыто.");

    let lane = lane::take(&mut conn, sender, sms, 1, minute(2)).await.unwrap()[0];
    let turn = lane::turn(&mut conn, sender, lane, None, None, Moscow, minute(2)).await.unwrap();
    let finished = Finished { work: work(turn), outcome: rejected(), pacing: PACING };
    lane::turn(&mut conn, sender, lane, Some(&finished), None, Moscow, minute(2)).await.unwrap();
    assert!(failover::claim(&mut conn).await.unwrap().is_none(), "once, and no further");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn what_may_have_arrived_and_what_a_person_addressed_stay_where_they_are(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, by_rule(1), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    let unknown = Outcome::Unknown { reason: "timeout".into() };
    office.comes_to(&mut conn, sender, unknown).await;
    let asked = work(office.turn(&mut conn, sender, None, minute(1)).await);
    office.turn(&mut conn, sender, Some((asked, Outcome::CannotTell)), minute(1)).await;
    assert_eq!(step(&office.entry(&mut conn, 1).await), DeliveryStep::Unknown);
    assert!(failover::claim(&mut conn).await.unwrap().is_none(), "nobody knows");

    office.press(&mut conn, text(2, "сам"), minute(1)).await;
    office.comes_to(&mut conn, sender, rejected()).await;
    assert_eq!(step(&office.entry(&mut conn, 2).await), DeliveryStep::Failed);
    assert!(failover::claim(&mut conn).await.unwrap().is_none(), "a person chose this channel");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn without_another_channel_the_failure_stays_and_can_be_repeated(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, by_rule(1), minute(1)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    office.comes_to(&mut conn, sender, rejected()).await;
    let mut tx = conn.begin().await.unwrap();
    let failed = failover::claim(&mut tx).await.unwrap().expect("it wants another channel");
    let passed_over = [PassedOver {
        account_id: AccountId(Uuid::from_u128(5)),
        account: "SMS".into(),
        channel: "sms".into(),
        reason: "Канал недоступен: нет денег".into(),
    }];
    failover::give_up(&mut tx, &failed, &passed_over, minute(2)).await.unwrap();
    press::retry(&mut tx, &office.manager, minute(2), failed.delivery).await.unwrap();
    tx.commit().await.unwrap();
    let delivery = office.entry(&mut conn, 1).await.delivery.unwrap();
    assert_eq!((delivery.step, delivery.passed_over.as_slice()), (DeliveryStep::Queued, &passed_over[..]));
}

/// 23:00 in Moscow; the day before, the person wrote for the last time more than a day ago.
const NIGHT: i64 = 2 * 24 * 60 + 14 * 60;
/// 09:00 there.
const MORNING: i64 = 3 * 24 * 60;

fn notice(number: u128) -> NewMessage {
    NewMessage { purpose: Some(StatedPurpose::Service), ..text(number, "Бронь кончается") }
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_night_message_waits_until_the_morning_and_holds_up_no_answer(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    office.press(&mut conn, notice(1), minute(NIGHT)).await;
    office.press(&mut conn, notice(2), minute(NIGHT + 1)).await;
    let held = office.entry(&mut conn, 1).await.delivery.unwrap();
    assert_eq!((held.step, held.due_at), (DeliveryStep::Planned, Some(minute(MORNING))));
    assert_eq!(held.held.as_deref(), Some("Отправим в 9:00 по времени клиента."));

    // The client writes in the night: the answer to it goes at once.
    sqlx::query("update conversation_heads set last_inbound_at = $1")
        .bind(minute(NIGHT + 5))
        .execute(&mut *conn)
        .await
        .unwrap();
    office.press(&mut conn, text(3, "Да, ещё открыты"), minute(NIGHT + 6)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT + 6)).await);
    let answer = work(office.turn(&mut conn, sender, None, minute(NIGHT + 6)).await);
    assert_eq!(answer.delivery, DeliveryId(Uuid::from_u128(3)));
    office.turn(&mut conn, sender, Some((answer, accepted("a"))), minute(NIGHT + 6)).await;

    assert_eq!(lane::release_planned(&mut conn, minute(MORNING - 1)).await.unwrap(), 0);
    assert_eq!(lane::release_planned(&mut conn, minute(MORNING)).await.unwrap(), 2);
    assert!(office.take(&mut conn, sender, minute(MORNING)).await);
    let first = work(office.turn(&mut conn, sender, None, minute(MORNING)).await);
    assert_eq!(first.delivery, DeliveryId(Uuid::from_u128(1)), "in the order in which they were pressed");
    let second = work(office.turn(&mut conn, sender, Some((first, accepted("b"))), minute(MORNING)).await);
    assert_eq!(second.delivery, DeliveryId(Uuid::from_u128(2)));
    assert_eq!(office.entry(&mut conn, 2).await.delivery.unwrap().held, None);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_mailing_whose_turn_comes_too_late_in_the_evening_is_put_aside(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    // 20:59 in Moscow; the provider is away until 21:01.
    office.press(&mut conn, notice(1), minute(NIGHT - 121)).await;
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT - 119)).await);
    assert!(matches!(office.turn(&mut conn, sender, None, minute(NIGHT - 119)).await, Turn::Empty));
    let row = office.entry(&mut conn, 1).await;
    assert_eq!(row.occurred_at, minute(MORNING), "it stands where it will be said");
    let held = row.delivery.unwrap();
    assert_eq!((held.step, held.due_at), (DeliveryStep::Planned, Some(minute(MORNING))));
    let shown = conversation::read(&mut conn, &office.manager, office.conversation).await.unwrap();
    assert_eq!(shown.last_outbound_at, None, "nothing was said yet");
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_plan_of_the_day_that_is_sent_now_in_the_night_is_held_like_any_other(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let by_day =
        NewMessage { planned_for: Some(minute(MORNING + 180)), ..text(1, "Зайдите днём") };
    office.press(&mut conn, by_day, minute(NIGHT)).await;
    let id = DeliveryId(Uuid::from_u128(1));
    press::send_now(&mut conn, &office.manager, minute(NIGHT + 1), id).await.unwrap();
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT + 1)).await);
    let end = office.turn(&mut conn, sender, None, minute(NIGHT + 1)).await;
    assert!(matches!(end, Turn::Empty), "nobody was asked about the night: {end:?}");
    let held = office.entry(&mut conn, 1).await.delivery.unwrap();
    assert_eq!(held.held.as_deref(), Some("Отправим в 9:00 по времени клиента."));

    press::send_now(&mut conn, &office.manager, minute(NIGHT + 2), id).await.unwrap();
    assert!(office.take(&mut conn, sender, minute(NIGHT + 2)).await);
    assert_eq!(work(office.turn(&mut conn, sender, None, minute(NIGHT + 2)).await).delivery, id);
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn a_message_by_hand_in_the_night_asks_and_goes_only_with_the_right(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let office = office(&mut conn).await;
    let mut tx = conn.begin().await.unwrap();
    let place = press::place(&mut tx, &office.manager, office.conversation).await.unwrap();
    let now = minute(NIGHT);
    let asked = press::send(&mut tx, &office.manager, now, &place, Moscow, text(1, "?")).await.unwrap_err();
    assert!(matches!(asked, ClientError::QuietHours { until, .. } if until == minute(MORNING)), "{asked}");
    let confirmed = NewMessage { at_night: Some(AtNight::Send), ..text(1, "Срочно") };
    let mut without = office.manager.clone();
    without.rights.remove(&Right::MessagesAtNight);
    let refused = press::send(&mut tx, &without, now, &place, Moscow, confirmed.clone()).await.unwrap_err();
    assert!(matches!(refused, ClientError::Forbidden(_)), "{refused}");
    tx.rollback().await.unwrap();

    assert!(office.press(&mut conn, confirmed, now).await);
    let later = NewMessage { at_night: Some(AtNight::Hold), ..text(2, "Утром") };
    assert!(office.press(&mut conn, later, now).await);
    let sender = Sender::enlist(&mut conn).await.unwrap();
    assert!(office.take(&mut conn, sender, now).await);
    let first = work(office.turn(&mut conn, sender, None, now).await);
    let end = office.turn(&mut conn, sender, Some((first, accepted("a"))), now).await;
    assert!(matches!(end, Turn::Empty), "the other one waits: {end:?}");

    let id = DeliveryId(Uuid::from_u128(2));
    let mut tx = conn.begin().await.unwrap();
    let refused = press::send_now(&mut tx, &without, now, id).await.unwrap_err();
    assert!(matches!(refused, ClientError::Forbidden(_)), "{refused}");
    press::send_now(&mut tx, &office.manager, now, id).await.unwrap();
    tx.commit().await.unwrap();
    assert!(office.take(&mut conn, sender, now).await);
    let second = work(office.turn(&mut conn, sender, None, now).await);
    assert_eq!(second.delivery, id);
    let log: Vec<String> =
        sqlx::query_scalar("select action from audit_log where action like 'delivery.%' order by id")
            .fetch_all(&mut *conn)
            .await
            .unwrap();
    assert_eq!(log, ["delivery.at_night", "delivery.send_now"]);
}
