//! A bridged conversation with a client, for the tests of both ways.

use chrono_tz::Europe::Moscow;
use connector_api::{Direction, Message, Origin, Party, PhoneNumber, Region};

use super::*;
use crate::{
    ConversationId, DeliveryId, InteractionId,
    bridge::inbox::{self, Wish},
    delivery::press::{self, NewMessage},
    timeline::{
        entry::TimelineEntry,
        read::{self, Part, TimelineFilter},
    },
};

/// Its thread.
pub(super) const PLACE: &str = "-100/8";

/// Пётр, who writes by WhatsApp, bridged.
pub(super) struct Dialogue {
    pub stand: Stand,
    pub whatsapp: AccountId,
    pub id: ConversationId,
    pub thread: Uuid,
}

pub(super) async fn dialogue(conn: &mut PgConnection) -> Dialogue {
    let stand = stand(conn).await;
    let whatsapp = fixture::account(conn, "whatsapp").await;
    let id = ConversationId::derived(whatsapp, "79160000001");
    let mut dialogue = Dialogue { stand, whatsapp, id, thread: Uuid::nil() };
    dialogue.told(conn, "m0", said("До моста")).await;
    setup::set_conversation_bridged(conn, &dialogue.stand.boss, id, true, minute(2) + TimeDelta::seconds(1))
        .await
        .unwrap();
    dialogue.thread = query_scalar("select id from bridge_threads where conversation_id is not null")
        .fetch_one(conn)
        .await
        .unwrap();
    dialogue
}

pub(super) fn said(words: &str) -> Message {
    message_of("79160000001", "Пётр", text(words))
}

pub(super) fn message_of(number: &str, name: &str, content: Content) -> Message {
    let phone = PhoneNumber::parse(&format!("+{number}"), Region::Russia).unwrap();
    Message {
        conversation: ExternalId::new(number),
        party: Party { addresses: vec![Address::Phone(phone)], name: Some(name.into()), username: None },
        direction: Direction::Inbound,
        origin: Origin::Live,
        author_name: None,
        content,
        quote: None,
        forward: None,
        referral: None,
        album: None,
        delivery: None,
        placeholder: false,
    }
}

pub(super) fn file(handle: &str) -> Content {
    Content::Media { media: MediaRef::new(handle, MediaKind::Image), caption: None }
}

/// The bytes of a file are here.
pub(super) async fn stored(conn: &mut PgConnection, account: AccountId, handle: &str) {
    query("insert into blobs (sha256, size_bytes, mime_type, reserved_at) values ($1, 10, 'image/jpeg', $2) on conflict do nothing")
        .bind("ab".repeat(32))
        .bind(minute(0))
        .execute(&mut *conn)
        .await
        .unwrap();
    query(
        "update media set state = 'stored', sha256 = $2, sniffed_type = 'image/jpeg', stored_bytes = 10 where id = $1",
    )
    .bind(crate::MediaId::derived(account, handle))
    .bind("ab".repeat(32))
    .execute(conn)
    .await
    .unwrap();
}

impl Dialogue {
    /// An event of the client's channel, on its whole way through the ingest.
    pub async fn event(&self, conn: &mut PgConnection, id: &str, kind: EventKind) {
        let event = Event { external_id: ExternalId::new(id), occurred_at: minute(3), kind };
        let received_at = if id == "m0" { minute(2) } else { minute(3) };
        let raw = ReadRaw {
            raw_id: RawEventId::at(received_at),
            channel: connector_api::Channel::Whatsapp,
            account_id: self.whatsapp,
            received_at,
            mapping: 1,
            parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
        };
        ingest::apply(conn, &[raw], received_at).await.unwrap();
    }

    pub async fn told(&self, conn: &mut PgConnection, id: &str, message: Message) {
        self.event(conn, id, EventKind::Message(message)).await;
    }

    /// The row of a provider's message.
    pub fn row(&self, id: &str) -> InteractionId {
        InteractionId::of_message(self.whatsapp, id)
    }

    /// A colleague's answer from the product.
    pub async fn answered(&self, conn: &mut PgConnection, words: &str) -> InteractionId {
        let new = NewMessage {
            id: DeliveryId(Uuid::now_v7()),
            content: OutboundContent::Text { text: words.into() },
            quote: None,
            planned_for: None,
            pin: None,
            parts: 1,
            purpose: None,
            chosen: None,
            at_night: None,
            lay_aside: None,
        };
        let row = InteractionId(new.id.0);
        let place = press::place(conn, &self.stand.anna, self.id).await.unwrap();
        press::send(conn, &self.stand.anna, minute(4), &place, Moscow, new).await.unwrap();
        row
    }

    pub async fn mirror(&self, conn: &mut PgConnection) -> Vec<OutboundAction> {
        self.stand.mirror_thread(conn, self.thread, PLACE, minute(4)).await
    }

    /// What was sent, when it was words each time.
    pub async fn texts(&self, conn: &mut PgConnection) -> Vec<String> {
        self.mirror(conn).await.iter().map(|action| sent_text(action).to_owned()).collect()
    }

    /// What the caller with the channels does, where every channel can do everything.
    pub async fn pass_on(&self, conn: &mut PgConnection, now: DateTime<Utc>) -> usize {
        let mut passed = 0;
        while let Some(heard) = inbox::next(conn, self.thread, now).await.unwrap() {
            match heard.wish {
                Wish::Say { .. } => inbox::say(conn, &heard, 1, Moscow, now).await.unwrap(),
                Wish::Act { .. } => inbox::act(conn, &heard, now).await.unwrap(),
                Wish::Template(id) => {
                    let content = inbox::template(conn, &heard, id).await.unwrap().unwrap();
                    inbox::say(conn, &heard.saying(content), 1, Moscow, now).await.unwrap();
                }
            }
            passed += 1;
        }
        passed
    }

    /// The director says something in the thread, and it is passed on.
    pub async fn hears(&self, conn: &mut PgConnection, id: &str, act: BridgeAct) {
        self.stand.tell(conn, id, by(50, act)).await;
        self.pass_on(conn, minute(4)).await;
    }

    /// Oldest first.
    pub async fn rows(&self, conn: &mut PgConnection) -> Vec<TimelineEntry> {
        let filter = TimelineFilter::default();
        let page = read::of_conversation(conn, &self.stand.boss, self.id, &filter, Part::Latest, 100).await;
        let mut entries = page.unwrap().entries;
        entries.reverse();
        entries
    }

    /// What of ours waits for the client's channel, in order.
    pub async fn queued(&self, conn: &mut PgConnection) -> Vec<OutboundAction> {
        let rows: Vec<serde_json::Value> = query_scalar(
            "select message from deliveries where account_id = $1 and state = 'queued' order by position",
        )
        .bind(self.whatsapp)
        .fetch_all(conn)
        .await
        .unwrap();
        let read = |row| serde_json::from_value::<connector_api::OutboundMessage>(row).unwrap().action;
        rows.into_iter().map(read).collect()
    }

    /// The client's channel took what waited, or did not.
    pub async fn sent(&self, conn: &mut PgConnection, state: &str, external_id: &str) {
        let rows: Vec<Uuid> = query_scalar(
            "update deliveries set state = $2, external_ids = array[$3], finished_at = now(), reason = 'Нет WhatsApp'
             where account_id = $1 and state = 'queued' returning interaction_id",
        )
        .bind(self.whatsapp)
        .bind(state)
        .bind(external_id)
        .fetch_all(&mut *conn)
        .await
        .unwrap();
        let changes = crate::timeline::feed::Changes {
            interactions: rows.into_iter().map(InteractionId).collect(),
            ..Default::default()
        };
        crate::timeline::feed::tell(conn, &changes, minute(4)).await.unwrap();
    }
}

pub(super) fn message_act(content: Content, quote: Option<&str>) -> BridgeAct {
    BridgeAct::Message { content, quote: quote.map(ExternalId::new), album: None, ours: false }
}

/// Somebody does something in the thread.
pub(super) fn by(who: i64, act: BridgeAct) -> BridgeEvent {
    BridgeEvent { place: ExternalId::new(PLACE), act, ..in_thread(who, text(""), None) }
}
