use chrono::{DateTime, TimeDelta, Utc};
use connector_api::{
    Address, BridgeAct, BridgeChat, BridgeEvent, BridgeSender, Content, Event, EventKind, ExternalId,
    MediaKind, MediaRef, OutboundAction, OutboundContent, Parsed,
};
use sqlx::{PgConnection, PgPool, Row, query, query_scalar};
use uuid::Uuid;

use super::mirror::Next;
use super::*;
use crate::{
    AccountId, RawEventId, RoomId, RoomMessageId,
    access::{Right, Viewer, audit},
    clients::ClientError,
    fixture::{self, minute, user},
    rooms::{
        BridgeStep, NewRoom, NewRoomMessage, RoomAccess, RoomMessage, RoomOrigin, RoomPatch, member, message,
        reading, room,
    },
    timeline::ingest::{self, ReadRaw},
};

mod bound;
mod clients;
mod conversations_in;
mod conversations_out;
mod mail;
mod order;
mod rooms_in;
mod rooms_out;
mod storm;
mod stream;
mod threads;

const GROUP: &str = "-100";
const SHIPMENTS: RoomId = RoomId(Uuid::from_u128(0x019a_0000_0000_7000_8000_0000_0000_0003));

/// A director who is bound, a manager who writes, and «Отгрузки» bridged.
struct Stand {
    bot: AccountId,
    boss: Viewer,
    anna: Viewer,
}

async fn stand(conn: &mut PgConnection) -> Stand {
    let bot = fixture::account(conn, "telegram").await;
    let boss = user(conn, "Виктор", "director").await;
    let anna = user(conn, "Анна", "manager").await;
    let stand = Stand { bot, boss, anna };
    let code = binding::issue_code(conn, &stand.boss, minute(0)).await.unwrap().code;
    stand.tell(conn, "50", privately(50, &format!("/start {code}"))).await;
    stand.tell(conn, "-100/state/1", standing(true)).await;
    setup::choose_group(conn, &stand.boss, bot, GROUP, minute(1)).await.unwrap();
    for who in [&stand.boss, &stand.anna] {
        member::join(conn, who, SHIPMENTS, minute(1)).await.unwrap();
    }
    setup::set_bridged(conn, &stand.boss, SHIPMENTS, true, minute(1)).await.unwrap();
    stand
}

fn person(id: i64) -> BridgeSender {
    BridgeSender {
        address: Address::opaque("telegram", id.to_string()), name: Some(format!("Человек {id}"))
    }
}

fn text(text: &str) -> Content {
    Content::Text { text: text.to_owned() }
}

fn group() -> BridgeChat {
    BridgeChat { id: ExternalId::new(GROUP), shared: true, title: Some("Мост".into()), threads: true }
}

fn privately(who: i64, said: &str) -> BridgeEvent {
    let id = ExternalId::new(who.to_string());
    BridgeEvent {
        place: id.clone(),
        chat: BridgeChat { id, shared: false, title: None, threads: false },
        sender: Some(person(who)),
        act: BridgeAct::Message { content: text(said), quote: None, album: None, ours: false },
    }
}

fn standing(present: bool) -> BridgeEvent {
    let place = ExternalId::new(GROUP);
    BridgeEvent { place, chat: group(), sender: None, act: BridgeAct::Standing { present } }
}

fn in_thread(who: i64, content: Content, quote: Option<&str>) -> BridgeEvent {
    BridgeEvent {
        place: ExternalId::new("-100/7"),
        chat: group(),
        sender: Some(person(who)),
        act: BridgeAct::Message { content, quote: quote.map(ExternalId::new), album: None, ours: false },
    }
}

async fn thread(conn: &mut PgConnection) -> Uuid {
    query_scalar("select id from bridge_threads where room_id is not null").fetch_one(conn).await.unwrap()
}

/// What the bot answered people, place by place, in order.
async fn answers(conn: &mut PgConnection) -> Vec<(String, String)> {
    let rows = query(
        "select message ->> 'conversation', message #>> '{action,content,text}' from deliveries
         where interaction_id = '00000000-0000-0000-0000-000000000000' order by message ->> 'conversation', position",
    )
    .fetch_all(conn)
    .await
    .unwrap();
    rows.iter().map(|row| (row.get(0), row.get::<Option<String>, _>(1).unwrap_or_default())).collect()
}

impl Stand {
    /// An update of the provider, on its whole way through the ingest.
    async fn tell(&self, conn: &mut PgConnection, id: &str, told: BridgeEvent) {
        self.tell_together(conn, [(id, told)]).await;
    }

    /// Updates that come in one batch.
    async fn tell_together<const N: usize>(&self, conn: &mut PgConnection, told: [(&str, BridgeEvent); N]) {
        let batch = told.map(|(id, told)| {
            let event = Event {
                external_id: ExternalId::new(id),
                occurred_at: minute(2),
                kind: EventKind::Bridge(Box::new(told)),
            };
            ReadRaw {
                raw_id: RawEventId::at(minute(2)),
                channel: connector_api::Channel::Telegram,
                account_id: self.bot,
                received_at: minute(2),
                mapping: 1,
                parsed: Ok(Parsed { events: vec![event], ..Parsed::default() }),
            }
        });
        ingest::apply(conn, &batch, minute(2)).await.unwrap();
    }

    async fn say(&self, conn: &mut PgConnection, words: &str) -> RoomMessage {
        self.say_in(conn, SHIPMENTS, words, None).await
    }

    async fn say_in(
        &self,
        conn: &mut PgConnection,
        room: RoomId,
        words: &str,
        quote_id: Option<RoomMessageId>,
    ) -> RoomMessage {
        let new = NewRoomMessage {
            id: RoomMessageId(Uuid::now_v7()),
            text: Some(words.to_owned()),
            files: Vec::new(),
            quote_id,
            mentions: Vec::new(),
        };
        message::post(conn, &self.anna, room, new, minute(3)).await.unwrap().0
    }

    async fn heard(&self, conn: &mut PgConnection) -> Vec<RoomMessage> {
        reading::page(conn, &self.anna, SHIPMENTS, reading::Part::After(0), 100).await.unwrap()
    }

    /// What the caller of the provider does until there is nothing to do; the provider obeys. Returns what was sent.
    async fn mirror(&self, conn: &mut PgConnection) -> Vec<OutboundAction> {
        let thread = thread(conn).await;
        self.mirror_thread(conn, thread, "-100/7", minute(4)).await
    }

    async fn mirror_thread(
        &self,
        conn: &mut PgConnection,
        thread: Uuid,
        place: &str,
        now: DateTime<Utc>,
    ) -> Vec<OutboundAction> {
        let mut sent = Vec::new();
        loop {
            match mirror::look(conn, thread, "https://uzel", now).await.unwrap() {
                Next::Rest => return sent,
                Next::Open(name) => {
                    mirror::opened(conn, thread, &ExternalId::new(place), &name).await.unwrap();
                }
                Next::Rename(_, name) => mirror::renamed(conn, thread, &name).await.unwrap(),
                Next::SetClosed(_, closed) => mirror::set_closed(conn, thread, closed).await.unwrap(),
                Next::Send(mirrored) => {
                    mirror::queue(conn, self.bot, &mirrored, 1, now).await.unwrap();
                    mirror::queue(conn, self.bot, &mirrored, 1, now).await.unwrap();
                    sent.push(mirrored.message.action.clone());
                    let numbered: i64 = query_scalar("select count(*) from bridge_links where ours")
                        .fetch_one(&mut *conn)
                        .await
                        .unwrap();
                    let id = matches!(mirrored.message.action, OutboundAction::Send { .. })
                        .then(|| format!("-100/{}", 901 + numbered));
                    came_to(conn, "accepted", id.as_deref(), None).await;
                }
            }
        }
    }
}

/// The sender's work: every delivery under way came to this.
async fn came_to(conn: &mut PgConnection, state: &str, external_id: Option<&str>, code: Option<&str>) {
    query(
        "update deliveries set state = $1, external_ids = array_remove(array[$2::text], null), code = $3,
             reason = 'Причина', finished_at = now()
         where action = 'bridge' and state = 'queued' and interaction_id <> '00000000-0000-0000-0000-000000000000'",
    )
    .bind(state)
    .bind(external_id)
    .bind(code)
    .execute(conn)
    .await
    .unwrap();
}

fn sent_text(action: &OutboundAction) -> &str {
    match action {
        OutboundAction::Send { content: OutboundContent::Text { text }, .. }
        | OutboundAction::Edit { text, .. } => text,
        other => panic!("{other:?}"),
    }
}
