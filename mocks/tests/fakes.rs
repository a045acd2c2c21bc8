//! The running fakes, seen from a hub: `getUpdates`, the control API and the log.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::Uri;
use chrono::{DateTime, Utc};
use mocks::fakes::Clock;
use mocks::post::{Settings, http_client};
use mocks::scenario::company_day;
use mocks::{Fakes, FakesConfig, Hooks, Provider, ProvidersConfig};
use serde_json::{Value, json};

type Seen = Arc<Mutex<Vec<(String, String)>>>;

async fn hub() -> (Seen, String) {
    async fn take(State(seen): State<Seen>, uri: Uri, body: Bytes) -> &'static str {
        let text = String::from_utf8_lossy(&body).into_owned();
        seen.lock().unwrap_or_else(PoisonError::into_inner).push((uri.path().to_owned(), text));
        "100"
    }
    let seen = Seen::default();
    let app = Router::new().fallback(take).with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound port");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (seen, format!("http://{address}/hooks"))
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_338_000, 0).expect("in range")
}

async fn fakes(base: &str, telegram_webhook: bool) -> Fakes {
    let clock: Clock = Arc::new(now);
    let providers = ProvidersConfig::example(&Hooks::under(base));
    let config = FakesConfig { providers, poster: Settings::fast(), telegram_webhook, clock };
    Fakes::start(config).await.expect("fakes start")
}

struct Asker {
    http: reqwest::Client,
    base: String,
}

impl Asker {
    fn of(base: &str) -> Self {
        Self { http: http_client(Duration::from_secs(10)).expect("a client"), base: base.to_owned() }
    }

    async fn ask(&self, path: &str, body: Value) -> (u16, Value) {
        let answer =
            self.http.post(format!("{}{path}", self.base)).json(&body).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    /// Telegram's method, with the fake's token.
    async fn method(&self, name: &str, body: Value) -> (u16, Value) {
        self.ask(&format!("/bot7000000001:AAHinventedTokenOfTheExampleTradeBt/{name}"), body).await
    }
}

fn bodies(seen: &Seen, path: &str) -> Vec<String> {
    let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    seen.iter().filter(|(at, _)| at == path).map(|(_, body)| body.clone()).collect()
}

async fn says(control: &Asker, text: &str) -> Value {
    let (status, answer) = control
        .ask("/telegram/messages", json!({ "user_id": 6_100_000_001_i64, "name": "Олег", "text": text }))
        .await;
    assert_eq!(status, 200);
    answer
}

#[tokio::test]
async fn a_client_writes_by_curl_and_the_hub_hears_it() {
    let (seen, base) = hub().await;
    let fakes = fakes(&base, true).await;
    let control = Asker::of(&fakes.addresses().control);
    let write = json!({ "from": "+7 900 000-00-01", "name": "Ирина", "text": "Есть насос?" });
    let (status, answer) = control.ask("/whatsapp/messages", write).await;
    assert_eq!((status, &answer["acknowledged"]), (200, &json!(true)));
    let body: Value = serde_json::from_str(&bodies(&seen, "/hooks/whatsapp")[0]).expect("JSON");
    let message = &body["entry"][0]["changes"][0]["value"]["messages"][0];
    assert_eq!((&message["from"], &message["text"]["body"]), (&json!("79000000001"), &json!("Есть насос?")));
    assert_eq!(message["id"], answer["facts"][0]);

    let voice = json!({ "user_id": "RU.9000000000000000003", "name": "Олег", "voice": true });
    assert_eq!(control.ask("/whatsapp/messages", voice).await.0, 200);
    assert_eq!(control.ask("/whatsapp/echoes", json!({ "to": "+79000000001", "text": "Есть" })).await.0, 200);
    let read = json!({ "id": "wamid.1", "to": "+79000000001", "status": "read" });
    assert_eq!(control.ask("/whatsapp/statuses", read).await.0, 200);
    let failed = json!({ "id": "wamid.1", "to": "+79000000001", "status": { "failed": 131_047 } });
    assert_eq!(control.ask("/whatsapp/statuses", failed).await.0, 200);
    let moved = json!({ "from": "+79000000001", "to": "+79000000002", "name": "Ирина" });
    assert_eq!(control.ask("/whatsapp/number-changes", moved).await.0, 200);
    assert_eq!(control.ask("/smsc/messages", json!({ "from": "+79000000001", "text": "Да" })).await.0, 200);
    let report = json!({ "id": 4001, "to": "+79000000001", "status": 1 });
    assert_eq!(control.ask("/smsc/reports", report).await.0, 200);
    assert_eq!(control.ask("/smsru/reports", json!({ "id": "202647-1", "code": 103 })).await.0, 200);
    assert_eq!(control.ask("/whatsapp/messages", json!({ "from": "+79000000001" })).await.0, 422);
    assert_eq!(bodies(&seen, "/hooks/whatsapp").len(), 6);
    assert_eq!(bodies(&seen, "/hooks/smsc").len(), 2);
    assert_eq!(bodies(&seen, "/hooks/smsru").len(), 1);
    assert!(says(&control, "Добрый день").await["message_id"].is_i64());
    assert_eq!(bodies(&seen, "/hooks/telegram").len(), 1);
}

#[tokio::test]
async fn a_call_by_curl_rings_and_is_answered() {
    let (seen, base) = hub().await;
    let fakes = fakes(&base, true).await;
    let control = Asker::of(&fakes.addresses().control);
    let call = json!({ "from": "+79000000001", "answered_by": ["102"], "ring_seconds": 0, "seconds": 0 });
    let (status, answer) = control.ask("/telphin/calls", call).await;
    assert_eq!(status, 202);
    let events = usize::try_from(answer["events"].as_u64().expect("a count")).expect("small");
    while bodies(&seen, "/hooks/telphin").len() < events {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let unknown = json!({ "from": "+79000000001", "answered_by": ["777"] });
    assert_eq!(control.ask("/telphin/calls", unknown).await.0, 422);
}

#[tokio::test]
async fn updates_wait_for_get_updates_until_an_offset_confirms_them() {
    let fakes = fakes("http://127.0.0.1:9/hooks", false).await;
    let (control, bot) = (Asker::of(&fakes.addresses().control), Asker::of(&fakes.addresses().telegram));
    let (status, me) = bot.method("GetMe", json!({})).await;
    assert_eq!((status, &me["result"]["id"]), (200, &json!(7_000_000_001_i64)));
    says(&control, "раз").await;
    says(&control, "два").await;
    let (_, first) = bot.method("getUpdates", json!({ "timeout": 5, "limit": 1 })).await;
    assert_eq!(first["result"].as_array().map(Vec::len), Some(1));
    assert_eq!(first["result"][0]["message"]["text"], "раз");
    let (_, again) = bot.method("GetUpdates", json!({})).await;
    assert_eq!(again["result"].as_array().map(Vec::len), Some(2));
    let next = again["result"][0]["update_id"].as_i64().expect("an id") + 1;
    let (_, rest) = bot.method("getupdates", json!({ "offset": next })).await;
    assert_eq!(rest["result"].as_array().map(Vec::len), Some(1));
    assert_eq!(rest["result"][0]["message"]["text"], "два");
    let (_, none) = bot.method("getUpdates", json!({ "offset": next + 1 })).await;
    assert_eq!(none["result"], json!([]));
    assert_eq!(fakes.telegram().pending(), 0);
    assert!(fakes.log().iter().any(|entry| entry.path == "/GetUpdates"));
}

#[tokio::test]
async fn a_long_poll_ends_when_something_comes_and_a_second_reader_is_refused() {
    let fakes = fakes("http://127.0.0.1:9/hooks", false).await;
    let control = Asker::of(&fakes.addresses().control);
    let bot = Arc::new(Asker::of(&fakes.addresses().telegram));
    let reader = Arc::clone(&bot);
    let waiting = tokio::spawn(async move { reader.method("getUpdates", json!({ "timeout": 30 })).await });
    while !fakes.telegram().is_being_read() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let second = bot.method("getUpdates", json!({})).await;
    assert_eq!(second.0, 409);
    let description = second.1["description"].as_str().unwrap_or_default();
    assert!(description.starts_with("Conflict: terminated by other getUpdates request"), "{description}");
    says(&control, "дождались").await;
    let (status, answer) = waiting.await.expect("the reader ends");
    assert_eq!(status, 200);
    assert_eq!(answer["result"][0]["message"]["text"], "дождались");
}

#[tokio::test]
async fn a_webhook_and_get_updates_exclude_each_other() {
    let (seen, base) = hub().await;
    let fakes = fakes("http://127.0.0.1:9/hooks", false).await;
    let (control, bot) = (Asker::of(&fakes.addresses().control), Asker::of(&fakes.addresses().telegram));
    let set = json!({ "url": format!("{base}/other"), "secret_token": "another-secret" });
    assert_eq!(bot.method("setWebhook", set).await.0, 200);
    assert_eq!(bot.method("getUpdates", json!({})).await.0, 409);
    says(&control, "по вебхуку").await;
    assert_eq!(bodies(&seen, "/hooks/other").len(), 1);
    assert_eq!(bot.method("deleteWebhook", json!({})).await.0, 200);
    says(&control, "в очередь").await;
    assert_eq!(bot.method("getUpdates", json!({})).await.1["result"][0]["message"]["text"], "в очередь");
    assert_eq!(bot.ask("/bot1:wrong/getUpdates", json!({})).await.0, 401);
}

#[tokio::test]
async fn a_day_is_delivered_whole_with_telegram_in_the_queue() {
    let (seen, base) = hub().await;
    let fakes = fakes(&base, false).await;
    let day = company_day(fakes.providers(), now(), 1, 10);
    let telegram = day.count(Provider::Telegram);
    let posts = day.steps.len() - telegram;
    tokio::spawn(fakes.play(day.steps, 0.0, |_| {})).await.expect("the day ends");
    assert_eq!(fakes.telegram().pending(), telegram);
    assert_eq!(fakes.poster().tally().acknowledged, posts as u64);
    assert_eq!(seen.lock().unwrap_or_else(PoisonError::into_inner).len(), posts);
}

#[tokio::test]
async fn addresses_are_json_and_the_fakes_keep_a_log() {
    let fakes = fakes("http://127.0.0.1:9/hooks", false).await;
    let addresses = serde_json::to_value(fakes.addresses()).expect("JSON");
    for name in ["telegram", "whatsapp", "telphin", "smsc", "smsru", "max", "control"] {
        assert!(addresses[name].as_str().is_some_and(|url| url.starts_with("http://127.0.0.1:")), "{name}");
    }
    let smsc = Asker::of(&fakes.addresses().smsc);
    assert_eq!(smsc.ask("/sys/send.php", json!({})).await.0, 200, "its refusals come with 200 too");
    let log = fakes.log();
    assert_eq!((log[0].fake, log[0].path.as_str()), ("smsc", "/sys/send.php"));
}

#[tokio::test]
async fn faults_and_the_phone_are_read_over_the_control_port() {
    let fakes = fakes("http://127.0.0.1:9/hooks", false).await;
    let control = Asker::of(&fakes.addresses().control);
    let rule = json!({ "provider": "smsc", "on": "send", "fault": "too_many", "times": 2 });
    assert_eq!(control.ask("/faults", rule).await.0, 200);
    let down = json!({ "provider": "smsc", "outage": "hanging" });
    assert_eq!(control.ask("/faults/outage", down).await.0, 200);
    let get = async |path: &str| -> Value {
        let answer = control.http.get(format!("{}{path}", control.base)).send().await.expect("an answer");
        answer.json().await.expect("JSON")
    };
    let told = get("/faults").await;
    assert_eq!((&told["rules"][0]["times"], &told["outages"]["smsc"]), (&json!(2), &json!("hanging")));
    let arrival = mocks::phone::Arrival::new(Provider::Smsc, "sender", "79000000001", "1", "text", now());
    fakes.phone().add(arrival);
    assert_eq!(get("/phone?to=79000000001").await["arrivals"][0]["kind"], "text");
    assert_eq!(get("/phone/sums").await["arrived"], 1);
}
