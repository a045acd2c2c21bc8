//! The poster against a small server that refuses on purpose.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::DateTime;
use mocks::post::{Misbehaviour, Poster, Settings};
use mocks::scenario::Step;
use mocks::telegram::{Action, Content, FakeTelegram, Message, Place, User};
use mocks::{smsru, telegram};

/// Refuses the first attempts of every body, then answers with its own text.
struct Hub {
    seen: Mutex<Vec<Vec<u8>>>,
    refusals: usize,
    answer: &'static str,
}

impl Hub {
    async fn start(refusals: usize, answer: &'static str) -> (Arc<Self>, String) {
        let hub = Arc::new(Self { seen: Mutex::default(), refusals, answer });
        let app = Router::new().fallback(take).with_state(Arc::clone(&hub));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        tokio::spawn(async move { axum::serve(listener, app).await });
        (hub, format!("http://{address}/hooks/one"))
    }

    fn bodies(&self) -> Vec<Vec<u8>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn take(State(hub): State<Arc<Hub>>, body: Bytes) -> (StatusCode, &'static str) {
    let mut seen = hub.seen.lock().unwrap_or_else(PoisonError::into_inner);
    let before = seen.iter().filter(|earlier| ***earlier == *body).count();
    seen.push(body.to_vec());
    if before < hub.refusals { (StatusCode::SERVICE_UNAVAILABLE, "") } else { (StatusCode::OK, hub.answer) }
}

fn steps(url: &str, chats: i64, each: i64) -> Vec<Step> {
    let fake = FakeTelegram::new(telegram::Config::example(url));
    let mut steps = Vec::new();
    for message_id in 1..=each {
        for chat in 1..=chats {
            let number = steps.len();
            let text = Content::Text(format!("{chat} {message_id}"));
            let at = DateTime::from_timestamp(1_795_250_000, 0).expect("in range");
            let client = User::new(6_100_000_000 + chat, "Олег");
            let action = Action::Message(Message::new(Place::Bot, message_id, client, at, text));
            let outgoing = fake.request(810_000_000 + i64::try_from(number).expect("small"), &action);
            steps.push(Step { number, at: Duration::ZERO, outgoing });
        }
    }
    steps
}

#[tokio::test]
async fn a_request_is_repeated_until_it_is_acknowledged() {
    let (hub, url) = Hub::start(3, "").await;
    let poster = Poster::new(Settings::fast()).expect("a client");
    let outcome = poster.post(&steps(&url, 1, 1)[0].outgoing).await;
    assert!(outcome.acknowledged);
    assert_eq!(outcome.attempts, 4);
    assert_eq!(hub.bodies().len(), 4);
    let tally = poster.tally();
    assert_eq!((tally.sent, tally.repeated, tally.refused, tally.acknowledged), (4, 3, 3, 1));
}

#[tokio::test]
async fn sms_ru_repeats_while_the_answer_is_not_100() {
    let settings = Settings { attempts_at_most: Some(5), ..Settings::fast() };
    for (answer, acknowledged, attempts) in [("100", true, 1), ("ok", false, 5)] {
        let (_hub, url) = Hub::start(0, answer).await;
        let fake = smsru::FakeSmsRu::new(smsru::Config::example(&url));
        let poster = Poster::new(settings.clone()).expect("a client");
        let outcome = poster.post(&fake.request(&[])).await;
        assert_eq!((outcome.acknowledged, outcome.attempts), (acknowledged, attempts));
    }
}

#[tokio::test]
async fn the_next_update_of_a_chat_waits_for_the_former() {
    let (hub, url) = Hub::start(2, "").await;
    let poster = Arc::new(Poster::new(Settings::fast()).expect("a client"));
    let misbehaviour = Misbehaviour { duplicate_every: 4, reorder_window: 6, ..Misbehaviour::default() };
    let steps = misbehaviour.apply(3, steps(&url, 4, 10));
    let count = steps.len();
    let outcomes = poster.play_all(steps, 0.0).await;
    assert_eq!(outcomes.len(), count);
    assert!(outcomes.iter().all(|outcome| outcome.acknowledged));
    for chat in 1..=4_i64 {
        let ids: Vec<i64> = hub
            .bodies()
            .iter()
            .map(|body| serde_json::from_slice::<serde_json::Value>(body).expect("JSON"))
            .filter(|update| update["message"]["chat"]["id"] == 6_100_000_000 + chat)
            .filter_map(|update| update["update_id"].as_i64())
            .collect();
        assert!(ids.is_sorted(), "chat {chat}: {ids:?}");
        assert!(ids.len() >= 30);
    }
}

#[tokio::test]
async fn a_lost_answer_makes_a_duplicate() {
    let (hub, url) = Hub::start(0, "").await;
    let settings = Settings { lose_answer_every: 1, ..Settings::fast() };
    let poster = Poster::new(settings).expect("a client");
    let outcome = poster.post(&steps(&url, 1, 1)[0].outgoing).await;
    assert_eq!((outcome.acknowledged, outcome.attempts), (true, 2));
    assert_eq!(hub.bodies().len(), 2);
}

#[tokio::test]
async fn nobody_at_the_other_end_is_counted_and_given_up() {
    let settings = Settings { attempts_at_most: Some(3), ..Settings::fast() };
    let poster = Poster::new(settings).expect("a client");
    let outcome = poster.post(&steps("http://127.0.0.1:9/hooks/one", 1, 1)[0].outgoing).await;
    assert!(!outcome.acknowledged);
    assert_eq!((outcome.attempts, outcome.status), (3, None));
    assert_eq!((poster.tally().unanswered, poster.tally().abandoned), (3, 1));
}
