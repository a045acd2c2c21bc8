//! Many random things at once: what stands in the messenger is what was said in bridged rooms, in order, and nothing else.

use std::collections::BTreeMap;

use connector_api::OutboundAction;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sqlx::PgPool;

use super::*;

const ACTIONS: usize = 400;

/// The provider: every place with the messages that stand there.
#[derive(Default)]
struct Messenger {
    next: i64,
    places: BTreeMap<String, Vec<(String, String)>>,
    /// Every word that ever stood there.
    seen: Vec<String>,
}

impl Messenger {
    fn number(&mut self) -> i64 {
        self.next += 1;
        self.next
    }

    fn obey(&mut self, place: &str, action: &OutboundAction) -> Option<String> {
        let shown = self.places.get_mut(place).expect("the thread is open");
        self.seen.push(sent_text(action).to_owned());
        match action {
            OutboundAction::Send { .. } => {
                self.next += 1;
                let id = format!("-100/{}", self.next);
                shown.push((id.clone(), sent_text(action).to_owned()));
                Some(id)
            }
            OutboundAction::Edit { message, text, .. } => {
                if let Some(known) = shown.iter_mut().find(|(id, _)| *id == message[0].as_str()) {
                    known.1.clone_from(text);
                }
                None
            }
            other => panic!("{other:?}"),
        }
    }
}

/// One pass over everything that is due; programs die between any two steps, and threads are removed by hand.
async fn pass(conn: &mut PgConnection, stand: &Stand, messenger: &mut Messenger, dice: &mut StdRng) -> bool {
    let (_, _, threads) = mirror::due(conn).await.unwrap().unwrap();
    for thread in &threads {
        match mirror::look(conn, *thread, "https://uzel", minute(4)).await.unwrap() {
            // As if the program had died here.
            _ if dice.random_bool(0.2) => {}
            Next::Rest => {}
            Next::Open(name) => {
                let place = format!("-100/{}", messenger.number());
                messenger.places.insert(place.clone(), Vec::new());
                mirror::opened(conn, *thread, &ExternalId::new(place), &name).await.unwrap();
            }
            Next::Rename(_, name) => mirror::renamed(conn, *thread, &name).await.unwrap(),
            Next::SetClosed(_, closed) => mirror::set_closed(conn, *thread, closed).await.unwrap(),
            Next::Send(mirrored) => {
                mirror::queue(conn, stand.bot, &mirrored, 1, minute(4)).await.unwrap();
                if dice.random_bool(0.05) {
                    came_to(conn, "failed", None, Some("topic_closed")).await;
                } else {
                    let place = mirrored.message.conversation.as_str();
                    let id = messenger.obey(place, &mirrored.message.action);
                    came_to(conn, "accepted", id.as_deref(), None).await;
                }
            }
        }
    }
    !threads.is_empty()
}

#[sqlx::test(migrator = "crate::MIGRATOR")]
async fn whatever_happens_nothing_leaks_nothing_echoes_nothing_is_lost_doubled_or_out_of_order(pool: PgPool) {
    let mut conn = pool.acquire().await.unwrap();
    let stand = stand(&mut conn).await;
    let mut dice = StdRng::seed_from_u64(20_261_122);
    let mut rooms = vec![SHIPMENTS];
    for number in 0..5 {
        let new = NewRoom {
            id: RoomId(Uuid::now_v7()),
            name: format!("Чат {number}"),
            access: RoomAccess::Open,
            client_id: None,
            members: vec![stand.boss.user_id],
        };
        rooms.push(room::create(&mut conn, &stand.anna, new, minute(1)).await.unwrap().0.id);
    }
    let (bridged, private) = rooms.split_at(3);
    for room in bridged {
        setup::set_bridged(&mut conn, &stand.boss, *room, true, minute(1)).await.unwrap();
    }
    let mut messenger = Messenger { next: 1000, ..Messenger::default() };
    let mut said: Vec<RoomMessage> = Vec::new();
    for number in 0..ACTIONS {
        let room = rooms[dice.random_range(0..rooms.len())];
        let secret = if private.contains(&room) { "тайна" } else { "слово" };
        let own: Vec<RoomMessageId> =
            said.iter().filter(|known| known.author_id == stand.anna.user_id).map(|known| known.id).collect();
        match dice.random_range(0..10) {
            0..4 => said.push(stand.say_in(&mut conn, room, &format!("{secret} {number}"), None).await),
            4 if !own.is_empty() => {
                let id = own[dice.random_range(0..own.len())];
                let text =
                    message_text(&said, id).replace(char::is_numeric, "") + &format!(" правка {number}");
                // One that was taken back stays so.
                let _ = message::edit(&mut conn, &stand.anna, id, &text, minute(4)).await;
            }
            5 if !own.is_empty() => {
                let id = own[dice.random_range(0..own.len())];
                message::delete(&mut conn, &stand.anna, id, minute(4)).await.unwrap();
            }
            6 | 7 => {
                let Some(place) = messenger.places.keys().nth(dice.random_range(0..4)).cloned() else {
                    continue;
                };
                let id = format!("-100/{}", messenger.number());
                let heard = BridgeEvent {
                    place: ExternalId::new(place),
                    ..in_thread(50, text(&format!("ответ {number}")), None)
                };
                for _ in 0..dice.random_range(1..3) {
                    stand.tell(&mut conn, &id, heard.clone()).await;
                }
            }
            8 => {
                let stranger = in_thread(99, text("чужак"), None);
                let id = format!("-100/{}", messenger.number());
                stand.tell(&mut conn, &id, stranger).await;
            }
            _ => {
                pass(&mut conn, &stand, &mut messenger, &mut dice).await;
            }
        }
    }
    while pass(&mut conn, &stand, &mut messenger, &mut dice).await {}

    assert!(messenger.seen.iter().all(|text| !text.contains("тайна")), "leaks");
    assert!(messenger.seen.iter().all(|text| !text.contains("ответ")), "echoes");
    let mut answers = 0;
    for room in bridged {
        let expected = shown_of(&mut conn, &stand, *room, &mut answers).await;
        let name = room::get(&mut conn, &stand.anna, *room).await.unwrap().name;
        let copies =
            messenger.places.values().find(|copies| copies.iter().any(|(_, text)| text.contains(&name)));
        let copies: Vec<String> = copies
            .into_iter()
            .flatten()
            .map(|(_, text)| text.rsplit('\n').next().unwrap().to_owned())
            .collect();
        assert_eq!(copies, expected, "{name}");
    }
    assert!(answers > 10, "{answers}");
    assert_eq!(messenger.places.len(), 3);
}

fn message_text(said: &[RoomMessage], id: RoomMessageId) -> String {
    said.iter().find(|known| known.id == id).and_then(|known| known.text.clone()).unwrap_or_default()
}

/// What has to stand in the messenger for a room: the words of those who write in the product.
async fn shown_of(conn: &mut PgConnection, stand: &Stand, room: RoomId, answers: &mut usize) -> Vec<String> {
    let all = reading::page(conn, &stand.anna, room, reading::Part::After(0), 1000).await.unwrap();
    *answers += all.iter().filter(|message| message.origin == RoomOrigin::Bridge).count();
    assert!(all.iter().all(|message| message.text.as_deref() != Some("чужак")));
    let mut texts = Vec::new();
    for message in all.into_iter().filter(|message| message.origin == RoomOrigin::App) {
        // One that was taken back before its turn came never went out.
        match (message.text, message.bridge) {
            (Some(text), _) => texts.push(text),
            (None, Some(BridgeStep::Done)) => texts.push("сообщение удалено".to_owned()),
            (None, _) => {}
        }
    }
    texts
}
