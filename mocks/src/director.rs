//! A director with his Telegram: a bot of his own, a group with topics, and a page on which somebody reads and answers in
//! his place.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::fakes::{Clock, StartError, Surroundings};
use crate::fault::Faults;
use crate::log::Log;
use crate::outgoing::Provider;
use crate::phone::Phone;
use crate::post::{Poster, Settings};
use crate::serving::Serving;
use crate::telegram::{self, Action, FakeTelegram};

/// His group.
const GROUP: i64 = -1_002_000_000_042;
/// Himself.
const PERSON: i64 = 5_000_000_042;

/// His Telegram, running; it ends when this is dropped.
#[derive(Debug)]
pub struct Director {
    desk: Desk,
    page: Serving,
}

#[derive(Clone)]
struct Desk {
    maker: FakeTelegram,
    telegram: Arc<telegram::Server>,
    phone: Phone,
    poster: Arc<Poster>,
    clock: Clock,
    /// What he wrote, by topic and number.
    own: Arc<Mutex<BTreeMap<i64, Line>>>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Desk").field("telegram", &self.telegram).finish_non_exhaustive()
    }
}

#[derive(Clone, Debug, Serialize)]
struct Line {
    #[serde(skip)]
    topic: i64,
    own: bool,
    text: String,
}

#[derive(Debug, Default, Serialize)]
struct Topic {
    name: String,
    messages: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Writes {
    /// The name of the topic.
    topic: String,
    text: String,
}

impl Director {
    /// Starts his Bot API and his page on free loopback ports.
    pub async fn start(config: telegram::Config, clock: Clock) -> Result<Self, StartError> {
        let phone = Phone::default();
        let poster = Arc::new(Poster::new(Settings::default())?);
        let around = Surroundings {
            log: Log::default(),
            phone: phone.clone(),
            faults: Faults::default(),
            poster: Arc::clone(&poster),
            clock: Arc::clone(&clock),
        };
        let telegram = Arc::new(telegram::Server::start(config.clone(), true, around).await?);
        let desk =
            Desk { maker: FakeTelegram::new(config), telegram, phone, poster, clock, own: Arc::default() };
        let page = Serving::start(router(desk.clone())).await?;
        Ok(Self { desk, page })
    }

    /// The Bot API.
    pub fn api_url(&self) -> String {
        self.desk.telegram.url()
    }

    /// The page; `POST /messages {"topic":"Отгрузки","text":"Да"}` writes without it.
    pub fn page_url(&self) -> String {
        self.page.url()
    }

    /// The group's key, as the Bot API has it.
    pub fn group(&self) -> String {
        GROUP.to_string()
    }

    /// He makes the bot an administrator of his group.
    pub async fn lets_the_bot_in(&self) {
        let member = json!({ "status": "administrator", "can_manage_topics": true });
        let now = (self.desk.clock)().timestamp();
        self.desk
            .tell("my_chat_member", json!({ "chat": group(), "date": now, "new_chat_member": member }))
            .await;
    }

    /// He writes to the bot itself.
    pub async fn writes_to_the_bot(&self, text: &str) {
        let chat = json!({ "id": PERSON, "type": "private", "first_name": "Виктор" });
        let message = self.desk.message(self.desk.telegram.next_message_id(), &chat, text);
        self.desk.tell("message", message).await;
    }
}

fn router(desk: Desk) -> Router {
    let topics = async |State(desk): State<Desk>| Json(desk.topics().into_values().collect::<Vec<_>>());
    Router::new()
        .route("/", get(async || Html(include_str!("director/page.html"))))
        .route("/topics", get(topics))
        .route("/messages", post(write))
        .with_state(desk)
}

async fn write(State(desk): State<Desk>, Json(asked): Json<Writes>) -> StatusCode {
    let topic = desk.topics().into_iter().rev().find(|(_, topic)| topic.name == asked.topic);
    let Some((topic, _)) = topic else { return StatusCode::NOT_FOUND };
    let number = desk.telegram.next_message_id();
    let mut message = desk.message(number, &group(), &asked.text);
    message["message_thread_id"] = topic.into();
    message["is_topic_message"] = true.into();
    let line = Line { topic, own: true, text: asked.text };
    desk.own.lock().unwrap_or_else(PoisonError::into_inner).insert(number, line);
    desk.tell("message", message).await;
    StatusCode::OK
}

impl Desk {
    async fn tell(&self, kind: &str, object: Value) {
        let action = Action::Raw { kind: kind.to_owned(), object, queue: GROUP.to_string() };
        let outgoing = self.maker.request(self.telegram.next_update_id(), &action);
        if let Some(outgoing) = self.telegram.route(&outgoing) {
            self.telegram.posted(&self.poster.post(&outgoing).await);
        }
    }

    fn message(&self, number: i64, chat: &Value, text: &str) -> Value {
        json!({
            "message_id": number, "date": (self.clock)().timestamp(), "chat": chat, "text": text,
            "from": { "id": PERSON, "is_bot": false, "first_name": "Виктор" },
        })
    }

    /// Topics by their numbers, as they stand now.
    fn topics(&self) -> BTreeMap<i64, Topic> {
        let mut topics: BTreeMap<i64, Topic> = BTreeMap::new();
        let mut lines = self.own.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for arrival in self.phone.all(Provider::Telegram) {
            let text = arrival.text.as_deref().unwrap_or("(файл)").to_owned();
            let number = |text: &str| text.parse::<i64>().unwrap_or_default();
            match (arrival.kind, arrival.to.split_once('/')) {
                ("topic", _) => topics.entry(number(&arrival.id)).or_default().name = text,
                ("edit", _) => {
                    if let Some(line) = arrival.about.as_deref().and_then(|id| lines.get_mut(&number(id))) {
                        line.text = text;
                    }
                }
                (_, Some((_, topic))) => {
                    lines.insert(number(&arrival.id), Line { topic: number(topic), own: false, text });
                }
                _ => {}
            }
        }
        for line in lines.into_values() {
            topics.entry(line.topic).or_default().messages.push(line);
        }
        topics
    }
}

fn group() -> Value {
    json!({ "id": GROUP, "type": "supergroup", "is_forum": true, "title": "Мост" })
}
