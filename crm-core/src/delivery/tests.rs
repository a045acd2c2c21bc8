//! Presses, lanes and outcomes against a database.

use chrono::{DateTime, Utc};
use connector_api::{DeliveryState, ExternalId, OutboundAction, OutboundContent};
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use super::lane::{self, Finished, Proof, Sender, Turn, Work};
use super::press::{self, NewMessage, Plan, RowAction};
use super::state::DeliveryStep;
use super::{Outcome, Pacing};
use crate::access::Viewer;
use crate::clients::ClientError;
use crate::fixture::{self, Said, minute};
use crate::timeline::conversation;
use crate::timeline::entry::TimelineEntry;
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
    }
}

impl Office {
    async fn press(&self, conn: &mut PgConnection, new: NewMessage, now: DateTime<Utc>) -> bool {
        let mut tx = conn.begin().await.unwrap();
        let place = press::place(&mut tx, &self.manager, self.conversation).await.unwrap();
        let fresh = press::send(&mut tx, &self.manager, now, &place, new).await.unwrap();
        tx.commit().await.unwrap();
        fresh
    }

    async fn act(&self, conn: &mut PgConnection, number: u128, row: InteractionId, action: RowAction) {
        let id = DeliveryId(Uuid::from_u128(number));
        let mut tx = conn.begin().await.unwrap();
        assert!(press::act(&mut tx, &self.manager, minute(5), id, row, action).await.unwrap());
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
        lane::turn(conn, sender, self.conversation, finished.as_ref(), None, now).await.unwrap()
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

    press::retry(&mut conn, &office.manager, minute(70), id).await.unwrap();
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
    let refused = press::send(&mut tx, &office.manager, minute(1), &place, nowhere).await.unwrap_err();
    assert!(matches!(refused, ClientError::Invalid { field: "quote", .. }), "{refused}");
}
