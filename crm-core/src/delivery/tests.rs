//! Presses, lanes and outcomes against a database.

mod addresses;
mod asides;
mod asking;
mod attempts;
mod echoes;
mod elsewhere;
mod locks;
mod mailings;
mod plans;
mod rows;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Europe::Moscow;
use connector_api::{
    Address, DeliveryState, ExternalId, MediaKind, OutboundAction, OutboundContent, OutboundFile,
};
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
        lay_aside: None,
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
