//! What the README promises of the demo: the director's fake Telegram shows his topics, and what is typed there arrives.

use std::time::Duration;

use serde_json::{Value, json};
use tests::hub::Hub;

use super::stand::{Stand, until};

/// The demo, ready.
struct Demo {
    hub: Hub,
    /// The line of JSON that it prints.
    told: Value,
}

impl Demo {
    async fn start() -> Self {
        let mut hub = Stand::hub();
        hub.spawn_as(&["demo", "--json", "--clients", "4"]).expect("the demo starts");
        let log = hub.log();
        let line = || {
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            log.lines().find_map(|line| {
                serde_json::from_str::<Value>(line).ok()?.get("director").map(|_| line.to_owned())
            })
        };
        until(async || line().is_some()).await;
        let told = serde_json::from_str(&line().expect("it is told")).expect("JSON");
        // No client sleeps: what is sent goes, at whatever hour this runs.
        let awake = "update messaging_rules set quiet_from = '09:00', quiet_until = '09:00'";
        let pool = hub.postgres().pool().expect("the database runs");
        sqlx::query(awake).execute(&pool).await.expect("the rules are there");
        Self { hub, told }
    }

    async fn read(&self, url: &str) -> Value {
        let asked = self.hub.http().get(url).timeout(Duration::from_secs(10)).send().await;
        asked.expect("an answer").json().await.expect("JSON")
    }

    /// The topics of the director's Telegram.
    async fn topics(&self) -> Vec<Value> {
        let url = format!("{}/topics", self.told["director"].as_str().expect("an address"));
        self.read(&url).await.as_array().cloned().expect("topics")
    }

    async fn answer(&self, topic: &Value, text: &str) {
        let url = format!("{}/messages", self.told["director"].as_str().expect("an address"));
        let body = json!({ "topic": topic["name"], "text": text });
        let answer = self.hub.http().post(url).json(&body).send().await.expect("an answer");
        assert!(answer.status().is_success());
    }
}

fn says(topic: &Value, words: &str) -> bool {
    let messages = topic["messages"].as_array().expect("messages");
    messages.iter().any(|message| message["text"].as_str().is_some_and(|text| text.ends_with(words)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_message_stands_in_his_topic_at_once_and_replies_arrive_in_the_room_and_at_his_phone() {
    let demo = Demo::start().await;
    let find = async |words: &str| demo.topics().await.into_iter().find(|topic| says(topic, words));
    let question = "А скидка постоянным покупателям будет?";
    until(async || find(question).await.is_some() && find("Отпускаем сегодня?").await.is_some()).await;
    let client = find(question).await.expect("his topic");
    let room = find("Отпускаем сегодня?").await.expect("the room's topic");
    assert_eq!(room["name"], "Отгрузки");
    assert!(client["name"].as_str().expect("a name").contains("WhatsApp"), "{client}");

    demo.answer(&room, "Да, отпускайте").await;
    let people = demo.told["users"].as_array().expect("people");
    let director = people.iter().find(|person| person["role"] == "director").expect("he signs in");
    let text = |key: &str| director[key].as_str().expect("text");
    let api = demo.hub.sign_in(text("login"), text("password")).await.expect("a session");
    let rooms = api.list("/api/rooms").await.expect("rooms");
    let shipments = rooms.iter().find(|room| room["name"] == "Отгрузки").expect("the room");
    let path = format!("/api/rooms/{}/messages?after=0&limit=200", shipments["id"].as_str().expect("an id"));
    until(async || {
        let page = api.get(&path).await.expect("messages");
        let said = page["items"].as_array().cloned().unwrap_or_default();
        said.iter().any(|said| said["text"] == "Да, отпускайте" && said["origin"] == "bridge")
    })
    .await;

    demo.answer(&client, "Сделаем пять процентов").await;
    let phone = format!("{}/phone", demo.told["fakes"]["control"].as_str().expect("an address"));
    until(async || {
        let shown = demo.read(&phone).await.to_string();
        shown.contains("Сделаем пять процентов")
    })
    .await;
}
