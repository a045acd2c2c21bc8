//! The director's bridge on its whole way: bound by a code, a room in a topic of his group, his answers in the room.

use std::sync::Arc;
use std::time::Instant;

use gateway::clock;
use mocks::fault::Outage;
use mocks::phone::Arrival;
use mocks::post::Settings;
use mocks::telegram::Action;
use mocks::{Fakes, FakesConfig, Provider};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::stand::{Stand, until};

const GROUP: i64 = -1_002_000_000_777;
pub(super) const BOSS: i64 = 5_000_000_001;
const STRANGER: i64 = 6_600_000_001;
const SHIPMENTS: &str = "019a0000-0000-7000-8000-000000000003";

pub(super) struct Bridge {
    pub(super) stand: Stand,
    pub(super) fakes: Fakes,
    next: std::sync::atomic::AtomicI64,
}

impl Bridge {
    /// The administrator is bound, his group chosen, «Отгрузки» bridged.
    pub(super) async fn start() -> Self {
        let stand = Stand::new("all").await;
        let config = FakesConfig {
            providers: stand.cast.config.clone(),
            poster: Settings::fast(),
            telegram_webhook: true,
            clock: Arc::new(clock::now),
        };
        let fakes = Fakes::start(config).await.expect("fakes start");
        let bridge = Self { stand, fakes, next: std::sync::atomic::AtomicI64::new(2_000_000_000) };
        let url = bridge.fakes.addresses().of(Provider::Telegram).to_owned();
        let account = bridge.account();
        let change = json!({ "settings": { "api_url": url, "purpose": "bridge" } });
        bridge.ask(Method::PATCH, &format!("/api/accounts/{account}"), change, StatusCode::OK).await;
        bridge.grant().await;

        let code = bridge.ask(Method::POST, "/api/me/bridge/code", json!({}), StatusCode::CREATED).await;
        let start = format!("/start {}", code["code"].as_str().expect("a code"));
        bridge.message(BOSS, private(BOSS), json!({ "text": start })).await;
        until(async || bridge.get("/api/me/bridge").await["binding"].is_object()).await;
        bridge.let_in("administrator").await;
        until(async || {
            let setup = bridge.get("/api/bridge").await;
            let (groups, chat) = (setup["groups"].as_array().expect("groups"), GROUP.to_string());
            groups.iter().any(|group| group["chat"] == chat)
        })
        .await;
        let group = json!({ "account_id": account, "chat": GROUP.to_string() });
        bridge.ask(Method::PUT, "/api/bridge/group", group, StatusCode::OK).await;
        bridge.ask(Method::POST, &format!("/api/rooms/{SHIPMENTS}/join"), json!({}), StatusCode::OK).await;
        let room = format!("/api/bridge/rooms/{SHIPMENTS}");
        bridge.ask(Method::PUT, &room, json!({ "enabled": true }), StatusCode::OK).await;
        bridge
    }

    fn account(&self) -> String {
        self.stand.cast.accounts[&Provider::Telegram].clone()
    }

    /// An administrator keeps the bridge; to answer through it he needs a right of his own.
    async fn grant(&self) {
        let roles = self.get("/api/roles").await;
        let roles = roles["items"].as_array().expect("roles");
        let role = roles.iter().find(|role| role["code"] == "administrator").expect("his role");
        let mut rights = role["rights"].clone();
        rights["bridge.use"] = "all".into();
        self.ask(Method::PUT, "/api/roles/administrator/rights", json!({ "rights": rights }), StatusCode::OK)
            .await;
    }

    pub(super) async fn ask(&self, method: Method, path: &str, body: Value, expected: StatusCode) -> Value {
        let (status, answer) = self.stand.api.request(method, path, Some(&body)).await.expect("an answer");
        assert_eq!(status, expected, "{path}: {answer}");
        answer
    }

    pub(super) async fn get(&self, path: &str) -> Value {
        self.stand.api.get(path).await.expect("an answer")
    }

    pub(super) async fn update(&self, kind: &str, object: Value) {
        let queue = object["chat"]["id"].to_string();
        let action = Action::Raw { kind: kind.to_owned(), object, queue };
        let number = self.fakes.telegram().next_update_id();
        let request = self.fakes.providers().telegram.request(number, &action);
        assert!(self.fakes.deliver(&request).await.acknowledged);
    }

    async fn let_in(&self, status: &str) {
        let member = json!({ "status": status, "can_manage_topics": true });
        let object = json!({ "chat": group(), "date": now(), "new_chat_member": member });
        self.update("my_chat_member", object).await;
    }

    pub(super) async fn message(&self, from: i64, chat: Value, said: Value) -> i64 {
        let number = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let mut object = json!({
            "message_id": number, "date": now(), "chat": chat,
            "from": { "id": from, "is_bot": false, "first_name": "Директор" },
        });
        for (key, value) in said.as_object().expect("fields") {
            object[key] = value.clone();
        }
        self.update("message", object).await;
        number
    }

    /// He writes in the topic.
    async fn answer(&self, topic: i64, mut said: Value) -> i64 {
        said["message_thread_id"] = topic.into();
        said["is_topic_message"] = true.into();
        self.message(BOSS, group(), said).await
    }

    async fn say(&self, text: &str) {
        let body = json!({ "id": Uuid::now_v7(), "text": text });
        let path = format!("/api/rooms/{SHIPMENTS}/messages");
        self.ask(Method::POST, &path, body, StatusCode::CREATED).await;
    }

    async fn said(&self) -> Vec<Value> {
        let page = self.get(&format!("/api/rooms/{SHIPMENTS}/messages?after=0&limit=200")).await;
        page["items"].as_array().cloned().expect("messages")
    }

    /// What stands on his phone, in order.
    pub(super) fn on_phone(&self) -> Vec<Arc<Arrival>> {
        self.fakes.phone().all(Provider::Telegram)
    }

    fn texts(&self) -> Vec<String> {
        let shown = |arrival: &Arc<Arrival>| {
            (arrival.kind == "text").then(|| arrival.text.as_deref().unwrap_or_default().to_owned())
        };
        self.on_phone().iter().filter_map(shown).collect()
    }

    pub(super) async fn until_on_phone(&self, text: &str) -> Arc<Arrival> {
        let find = || {
            self.on_phone()
                .into_iter()
                .find(|known| known.text.as_deref().is_some_and(|said| said.ends_with(text)))
        };
        until(async || find().is_some()).await;
        find().expect("it is there")
    }

    /// Nobody reads, thinks and answers before the messenger's own answer has been written down.
    async fn until_noted(&self, shown: &Arrival) {
        let name = format!("{GROUP}/{}", shown.id);
        until(async || {
            let noted = "select exists (select from deliveries where $1 = any(external_ids))";
            sqlx::query_scalar(noted).bind(&name).fetch_one(&self.stand.pool).await.expect("the deliveries")
        })
        .await;
    }

    fn topic(&self) -> i64 {
        let phone = self.on_phone();
        let topic = phone.iter().find(|arrival| arrival.kind == "topic").expect("a topic");
        topic.id.parse().expect("a number")
    }
}

fn now() -> i64 {
    clock::now().timestamp()
}

pub(super) fn private(who: i64) -> Value {
    json!({ "id": who, "type": "private", "first_name": "Директор" })
}

fn group() -> Value {
    json!({ "id": GROUP, "type": "supergroup", "is_forum": true, "title": "Мост" })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_stands_in_a_topic_and_his_answer_in_the_room_within_five_seconds_and_once() {
    let bridge = Bridge::start().await;
    assert_eq!(
        bridge.ask(Method::POST, "/api/bridge/check", json!({}), StatusCode::OK).await["obstacles"],
        json!([])
    );
    bridge.say("Машина готова, выпускать?").await;
    let shown = bridge.until_on_phone("Машина готова, выпускать?").await;
    let topic = bridge.topic();
    assert_eq!(&*shown.to, format!("{GROUP}/{topic}"));
    assert!(shown.text.as_deref().unwrap().contains(" · Отгрузки:\n"), "{shown:?}");

    bridge.until_noted(&shown).await;

    let asked = Instant::now();
    let quote = json!({ "message_id": shown.id.parse::<i64>().unwrap(), "chat": group(), "text": "…" });
    let number = bridge.answer(topic, json!({ "text": "Выпускайте", "reply_to_message": quote })).await;
    until(async || bridge.said().await.len() == 2).await;
    assert!(asked.elapsed().as_secs() < 5, "{:?}", asked.elapsed());
    let said = bridge.said().await;
    assert_eq!((&said[1]["text"], &said[1]["origin"]), (&json!("Выпускайте"), &json!("bridge")));
    assert_eq!(said[1]["quote"]["id"], said[0]["id"]);

    let edited = json!({
        "message_id": number, "date": now(), "edit_date": now(), "chat": group(), "text": "Выпускайте завтра",
        "from": { "id": BOSS, "is_bot": false, "first_name": "Директор" },
        "message_thread_id": topic, "is_topic_message": true,
    });
    bridge.update("edited_message", edited).await;
    until(async || bridge.said().await[1]["text"] == "Выпускайте завтра").await;

    // Nobody else is heard, and nobody becomes a client.
    bridge.message(STRANGER, private(STRANGER), json!({ "text": "Пустите" })).await;
    bridge.until_on_phone("пришлите его сюда.").await;
    bridge
        .message(
            STRANGER,
            group(),
            json!({ "text": "Я директор", "message_thread_id": topic, "is_topic_message": true }),
        )
        .await;
    bridge.stand.at_rest().await;
    assert_eq!(bridge.said().await.len(), 2);
    assert!(bridge.stand.api.list("/api/clients").await.expect("clients").is_empty());
    let answers = bridge.texts();
    assert_eq!(answers.iter().filter(|text| text.contains("Выпускайте")).count(), 0, "no echo: {answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_telegram_is_away_everything_waits_in_order_and_nothing_is_lost_or_doubled() {
    let mut bridge = Bridge::start().await;
    bridge.say("Сообщение 0").await;
    bridge.until_on_phone("Сообщение 0").await;
    bridge.fakes.faults().outage(Provider::Telegram, Outage::Refusing);
    for number in 1..=6 {
        bridge.say(&format!("Сообщение {number}")).await;
    }
    bridge.stand.hub.restart().await.expect("it starts again");
    bridge.fakes.faults().outage(Provider::Telegram, Outage::None);
    bridge.until_on_phone("Сообщение 6").await;
    let shown: Vec<String> = bridge
        .texts()
        .iter()
        .filter_map(|text| text.rsplit_once('\n').map(|(_, said)| said.to_owned()))
        .collect();
    let expected: Vec<String> = (0..=6).map(|number| format!("Сообщение {number}")).collect();
    assert_eq!(shown, expected);
}
