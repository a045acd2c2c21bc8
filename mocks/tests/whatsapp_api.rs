//! The Graph API of the fake, asked over HTTP: what it takes, what it refuses, what the phone sees.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use mocks::fakes::Clock;
use mocks::fault::{Fault, Operation, Outage, Rule};
use mocks::post::{Settings, http_client};
use mocks::whatsapp::graph::{Template, TemplateStatus};
use mocks::whatsapp::{Action, Content, File, Message, Sender};
use mocks::{Fakes, FakesConfig, Hooks, Provider, ProvidersConfig};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const TOKEN: &str = "EAAinventedTokenOfTheExampleTrade";
const NUMBER: &str = "900000000000002";
const CLIENT: &str = "79000000002";

/// Time that stands still until it is moved.
#[derive(Clone)]
struct Time(Arc<Mutex<DateTime<Utc>>>);

impl Time {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass(&self, pause: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += pause;
    }
}

struct Api {
    http: reqwest::Client,
    fakes: Fakes,
    time: Time,
    hub: Arc<Mutex<Vec<Value>>>,
}

impl Api {
    async fn start() -> Self {
        let start = DateTime::from_timestamp(1_795_338_000, 0).expect("in range");
        let time = Time(Arc::new(Mutex::new(start)));
        let (hub, base) = hub().await;
        let of_fakes = time.clone();
        let clock: Clock = Arc::new(move || of_fakes.now());
        let providers = ProvidersConfig::example(&Hooks::under(&base));
        let config = FakesConfig { providers, poster: Settings::fast(), telegram_webhook: false, clock };
        let fakes = Fakes::start(config).await.expect("fakes start");
        Self { http: http_client(Duration::from_secs(10)).expect("a client"), fakes, time, hub }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/v25.0/{path}", self.fakes.addresses().whatsapp)
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.http.get(self.url(path)).bearer_auth(TOKEN)).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        read(self.http.post(self.url(path)).bearer_auth(TOKEN).json(&body)).await
    }

    async fn send(&self, body: Value) -> (u16, Value) {
        self.post(&format!("{NUMBER}/messages"), with_product(body)).await
    }

    /// The code of the refusal; 0 when it was taken.
    async fn code(&self, body: Value) -> u64 {
        self.send(body).await.1["error"]["code"].as_u64().unwrap_or(0)
    }

    async fn writes(&self, content: Content) -> String {
        let id = mocks::whatsapp::wamid(CLIENT, self.time.now().timestamp_subsec_nanos().into(), false);
        let from = Sender::phone(CLIENT).with_user_id("RU.9000000000000000002");
        let message = Action::Message(Message::new(&id, self.time.now(), from, content));
        let posted = self.fakes.deliver(&self.fakes.providers().whatsapp.request(&message)).await;
        assert!(posted.acknowledged);
        id
    }

    async fn upload(&self, mime_type: &str, bytes: &'static [u8]) -> (u16, Value) {
        let part =
            reqwest::multipart::Part::bytes(bytes).file_name("file").mime_str(mime_type).expect("a type");
        let form = reqwest::multipart::Form::new()
            .text("messaging_product", "whatsapp")
            .text("type", mime_type.to_owned())
            .part("file", part);
        read(self.http.post(self.url(&format!("{NUMBER}/media"))).bearer_auth(TOKEN).multipart(form)).await
    }

    /// Words and references of the states that came to the hub, once there are so many.
    async fn states(&self, count: usize) -> Vec<(String, String)> {
        loop {
            let found: Vec<(String, String)> = self
                .hub
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .iter()
                .filter_map(|body| body["entry"][0]["changes"][0]["value"]["statuses"].as_array().cloned())
                .flatten()
                .map(|state| {
                    let text = |key: &str| state[key].as_str().unwrap_or_default().to_owned();
                    (text("status"), text("biz_opaque_callback_data"))
                })
                .collect();
            if found.len() >= count {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn read(request: reqwest::RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or_default())
}

/// A hub that takes everything and answers handshakes.
async fn hub() -> (Arc<Mutex<Vec<Value>>>, String) {
    type Seen = Arc<Mutex<Vec<Value>>>;
    async fn take(
        State(seen): State<Seen>,
        method: Method,
        Query(query): Query<Value>,
        body: Bytes,
    ) -> String {
        if method == Method::GET {
            return query["hub.challenge"].as_str().unwrap_or_default().to_owned();
        }
        let body = serde_json::from_slice(&body).unwrap_or_default();
        seen.lock().unwrap_or_else(PoisonError::into_inner).push(body);
        String::new()
    }
    let seen = Seen::default();
    let app = Router::new().fallback(take).with_state(Arc::clone(&seen));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("a bound port");
    tokio::spawn(async move { axum::serve(listener, app).await });
    (seen, format!("http://{address}/hooks"))
}

fn with_product(mut body: Value) -> Value {
    body["messaging_product"] = "whatsapp".into();
    body
}

fn text(to: &str, words: &str) -> Value {
    json!({ "to": to, "type": "text", "text": { "body": words }, "biz_opaque_callback_data": "ref-1" })
}

fn template(name: &str, values: &[&str]) -> Value {
    let parameters: Vec<Value> =
        values.iter().map(|value| json!({ "type": "text", "text": value })).collect();
    json!({ "to": "+79000000002", "type": "template", "template": {
        "name": name, "language": { "code": "ru" },
        "components": [{ "type": "body", "parameters": parameters }] } })
}

#[tokio::test]
async fn a_text_reaches_the_phone_and_its_states_come_back_signed_with_our_reference() {
    let api = Api::start().await;
    let wrote = api.writes(Content::text("Есть насос?")).await;
    let mut answer = text("+79000000002", "Есть 👋🏽");
    answer["context"] = json!({ "message_id": wrote });
    let (status, accepted) = api.send(answer).await;
    assert_eq!((status, &accepted["contacts"][0]["wa_id"]), (200, &json!(CLIENT)));
    let arrived = api.fakes.phone().all(Provider::WhatsApp);
    assert_eq!((arrived[0].kind, arrived[0].text.as_deref()), ("text", Some("Есть 👋🏽")));
    assert_eq!(arrived[0].about.as_deref(), Some(wrote.as_str()));
    assert_eq!(accepted["messages"][0]["id"], json!(arrived[0].id));
    let states = api.states(3).await;
    let words: Vec<&str> = states.iter().map(|(word, _)| word.as_str()).collect();
    assert_eq!(words, ["sent", "delivered", "read"]);
    assert!(states.iter().all(|(_, reference)| reference == "ref-1"));
    let id = accepted["messages"][0]["id"].as_str().expect("an id");
    let (_, history) = api.get(&format!("{NUMBER}/message_history?message_id={id}")).await;
    assert_eq!(history["data"][0]["events"]["data"][2]["delivery_status"], "READ");
}

#[tokio::test]
async fn outside_the_window_only_templates_go() {
    let api = Api::start().await;
    assert_eq!(api.code(text("+79000000002", "x")).await, 131_047, "never wrote");
    api.writes(Content::text("Есть насос?")).await;
    assert_eq!(api.code(text("+79000000002", "x")).await, 0);
    let by_user = json!({ "recipient": "RU.9000000000000000002", "type": "text", "text": { "body": "x" } });
    assert_eq!(api.code(by_user).await, 0, "the same person by the user id");
    api.time.pass(TimeDelta::hours(24) + TimeDelta::seconds(1));
    api.writes(Content::Reaction { to: "wamid.x".into(), emoji: Some("👍".into()) }).await;
    assert_eq!(api.code(text("+79000000002", "x")).await, 131_047, "a reaction opens nothing");
    assert_eq!(api.code(template("ask_again", &["Ирина"])).await, 0);
    let arrived = api.fakes.phone().all(Provider::WhatsApp);
    let last = arrived.last().and_then(|arrival| arrival.text.as_deref());
    assert_eq!(last, Some("Здравствуйте, Ирина! Вы спрашивали о товаре, вопрос ещё актуален?"));
}

#[tokio::test]
async fn templates_must_be_approved_and_their_values_must_fit() {
    let api = Api::start().await;
    for (name, values, code) in [
        ("ask_again", vec![], 132_000),
        ("ask_again", vec!["a", "b"], 132_000),
        ("nobody", vec![], 132_001),
        ("new_address", vec!["x"], 132_001),
        ("autumn_sale", vec![], 132_015),
        ("order_ready", vec!["17", "завтра"], 132_012),
    ] {
        assert_eq!(api.code(template(name, &values)).await, code, "{name}");
    }
    let (_, uploaded) = api.upload("application/pdf", b"%PDF-1.7").await;
    let mut ready = template("order_ready", &["17", "завтра"]);
    let document =
        json!({ "type": "document", "document": { "id": uploaded["id"], "filename": "Счёт.pdf" } });
    let header = json!({ "type": "header", "parameters": [document] });
    ready["template"]["components"].as_array_mut().expect("a list").push(header);
    assert_eq!(api.code(ready).await, 0);
    let named = Template {
        name: "named".into(),
        language: "ru".into(),
        category: "UTILITY".into(),
        status: TemplateStatus::Approved,
        reason: None,
        quality: None,
        components: json!([{ "type": "BODY", "text": "Здравствуйте, {{client}}" }]),
    };
    api.fakes.whatsapp().put_template(named);
    assert_eq!(api.code(template("named", &["Ирина"])).await, 132_012, "the value has no name");
    let (_, page) = api.get("900000000000001/message_templates?limit=2").await;
    assert_eq!(page["data"].as_array().map(Vec::len), Some(2));
    let after = page["paging"]["cursors"]["after"].as_str().expect("a cursor");
    let (_, rest) = api.get(&format!("900000000000001/message_templates?limit=100&after={after}")).await;
    assert_eq!((rest["data"].as_array().map(Vec::len), rest["paging"].get("next")), (Some(3), None));
    assert_eq!(api.get("900000000000001/message_templates?after=x").await.1["error"]["code"], 131_059);
}

#[tokio::test]
async fn every_part_of_a_template_wants_exactly_its_values() {
    let api = Api::start().await;
    let put = |name: &str, components: Value| {
        api.fakes.whatsapp().put_template(Template {
            name: name.into(),
            language: "ru".into(),
            category: "UTILITY".into(),
            status: TemplateStatus::Approved,
            reason: None,
            quality: None,
            components,
        });
    };
    put("twice", json!([{ "type": "BODY", "text": "{{1}}, {{2}}: {{1}}" }]));
    assert_eq!(api.code(template("twice", &["Ирина", "17", "18"])).await, 132_000, "each value once");
    assert_eq!(api.code(template("twice", &["Ирина", "17\n18"])).await, 132_018, "one line");
    assert_eq!(api.code(template("twice", &["Ирина", "17"])).await, 0);

    put(
        "headed",
        json!([{ "type": "HEADER", "format": "TEXT", "text": "Заказ {{1}}" }, { "type": "BODY", "text": "Готов" }]),
    );
    assert_eq!(api.code(template("headed", &[])).await, 132_000, "the head has a value too");
    let with = |name: &str, component: Value| {
        let mut message = template(name, &[]);
        message["template"]["components"] = json!([component]);
        message
    };
    let value = json!([{ "type": "text", "text": "17" }]);
    assert_eq!(api.code(with("headed", json!({ "type": "header", "parameters": value }))).await, 0);

    let buttons = json!([{ "type": "QUICK_REPLY", "text": "Да" }, { "type": "URL", "text": "Заказ", "url": "https://example.ru/{{1}}" }]);
    put("pressed", json!([{ "type": "BODY", "text": "Готов" }, { "type": "BUTTONS", "buttons": buttons }]));
    assert_eq!(api.code(template("pressed", &[])).await, 131_008, "the address has an open end");
    let url =
        |index: &str| json!({ "type": "button", "sub_type": "url", "index": index, "parameters": value });
    assert_eq!(api.code(with("pressed", url("0"))).await, 132_018, "the first button is another kind");
    assert_eq!(api.code(with("pressed", url("1"))).await, 0);
    let bare = json!({ "type": "header", "parameters": value });
    assert_eq!(api.code(with("ask_again", bare)).await, 132_018, "nothing stands above it");
}

#[tokio::test]
async fn what_becomes_of_a_template_is_told_to_the_hub_or_kept_quiet() {
    let api = Api::start().await;
    let control = api.fakes.addresses().control;
    let ask = async |body: Value| {
        let posted = api.http.post(format!("{control}/whatsapp/templates")).json(&body).send().await;
        posted.expect("an answer").status().as_u16()
    };
    let told = || -> Vec<(String, Value)> {
        let hub = api.hub.lock().unwrap_or_else(PoisonError::into_inner);
        let changes =
            hub.iter().flat_map(|body| body["entry"][0]["changes"].as_array().cloned().unwrap_or_default());
        changes
            .map(|change| (change["field"].as_str().unwrap_or_default().to_owned(), change["value"].clone()))
            .collect()
    };
    let named = |more: Value| {
        let mut body = json!({ "name": "ask_again", "language": "ru" });
        for (key, value) in more.as_object().expect("an object") {
            body[key] = value.clone();
        }
        body
    };
    assert_eq!(ask(named(json!({ "status": "paused" }))).await, 200);
    assert_eq!(ask(named(json!({ "quality": "RED" }))).await, 200);
    assert_eq!(ask(named(json!({ "status": "approved", "quietly": true }))).await, 200);
    let news = told();
    let fields: Vec<&str> = news.iter().map(|(field, _)| field.as_str()).collect();
    assert_eq!(fields, ["message_template_status_update", "message_template_quality_update"]);
    assert_eq!(
        (&news[0].1["event"], &news[0].1["message_template_name"]),
        (&json!("PAUSED"), &json!("ask_again"))
    );
    assert_eq!(news[1].1["new_quality_score"], "RED");
    let (_, list) = api.get("900000000000001/message_templates?limit=100").await;
    let row =
        list["data"].as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "ask_again")).cloned();
    let row = row.expect("it is listed");
    assert_eq!((&row["status"], &row["quality_score"]["score"]), (&json!("APPROVED"), &json!("RED")));

    let gone = api.http.delete(format!("{control}/whatsapp/templates?name=ask_again&language=ru"));
    assert_eq!(gone.send().await.expect("an answer").status(), 200);
    assert_eq!(api.code(template("ask_again", &["x"])).await, 132_001);
}

#[tokio::test]
async fn the_pair_rate_holds_one_recipient_and_nobody_else() {
    let api = Api::start().await;
    api.writes(Content::text("Есть насос?")).await;
    api.fakes.whatsapp().heard(&Sender::phone("79000000003"), api.time.now());
    for _ in 0..45 {
        assert_eq!(api.code(text("+79000000002", "x")).await, 0);
        api.time.pass(TimeDelta::milliseconds(20));
    }
    assert_eq!(api.code(text("+79000000002", "x")).await, 131_056);
    assert_eq!(api.code(text("+79000000003", "x")).await, 0);
    api.time.pass(TimeDelta::seconds(6));
    assert_eq!(api.code(text("+79000000002", "x")).await, 0);
}

#[tokio::test]
async fn what_the_provider_refuses_is_refused() {
    let api = Api::start().await;
    api.writes(Content::text("Есть насос?")).await;
    let long = "я".repeat(4097);
    for (body, code) in [
        (text("89000000002", "x"), 131_026),
        (text("79000000002", "x"), 131_026),
        (text("+79000999901", "x"), 131_021),
        (text("Ирина", "x"), 131_009),
        (text("+79000000002", " "), 131_008),
        (text("+79000000002", &long), 100),
        (json!({ "type": "text", "text": { "body": "x" } }), 131_008),
        (json!({ "to": "+79000000002", "type": "image", "image": { "id": "1" } }), 100),
        (json!({ "to": "+79000000002", "type": "poll", "poll": {} }), 131_051),
        (
            json!({ "to": "+79000000002", "type": "location", "location": { "latitude": "91", "longitude": 1 } }),
            131_009,
        ),
        (
            json!({ "to": "+79000000002", "type": "contacts", "contacts": [{ "name": { "formatted_name": "П" } }] }),
            131_008,
        ),
        (
            json!({ "to": "+79000000002", "recipient_type": "group", "type": "text", "text": { "body": "x" } }),
            131_009,
        ),
        (json!({ "status": "read", "message_id": "wamid.unknown" }), 131_009),
    ] {
        assert_eq!(api.code(body.clone()).await, code, "{body}");
    }
    assert!(api.fakes.phone().all(Provider::WhatsApp).is_empty());
    let wrong = api.http.get(api.url(NUMBER)).bearer_auth("another");
    assert_eq!(read(wrong).await.1["error"]["code"], 190);
    assert_eq!(read(api.http.get(api.url(NUMBER))).await.0, 401);
    assert_eq!(api.post("1/messages", with_product(text("+79000000002", "x"))).await.1["error"]["code"], 33);
}

#[tokio::test]
async fn files_go_up_and_come_down_while_they_last() {
    let api = Api::start().await;
    api.writes(Content::photo(7, "Вот шильдик")).await;
    for (mime_type, bytes, code) in [
        ("application/pdf", b"hello".as_slice(), 131_053),
        ("image/png", b"\x89PNG\r\n".as_slice(), 0),
        ("audio/ogg", b"OggS".as_slice(), 0),
    ] {
        let (_, answer) = api.upload(mime_type, bytes).await;
        assert_eq!(answer["error"]["code"].as_u64().unwrap_or(0), code, "{mime_type}");
    }
    let (_, png) = api.upload("image/png", b"\x89PNG\r\n").await;
    let with = |kind: &str, object: Value| json!({ "to": "+79000000002", "type": kind, kind: object });
    assert_eq!(api.code(with("video", json!({ "id": png["id"] }))).await, 131_053);
    assert_eq!(api.code(with("image", json!({ "id": png["id"], "filename": "x" }))).await, 100);
    assert_eq!(api.code(with("image", json!({ "id": png["id"], "caption": "Вот" }))).await, 0);
    let arrived = api.fakes.phone().all(Provider::WhatsApp);
    let file = arrived[0].file.as_ref().expect("a file");
    assert_eq!(*file.sha256, hex::encode(Sha256::digest(b"\x89PNG\r\n")));

    let theirs = File::new(7, "image/jpeg");
    let (_, address) = api.get(&theirs.id).await;
    assert_eq!(address["sha256"], json!(theirs.sha256));
    let url = address["url"].as_str().expect("an address");
    let bytes = api.http.get(url).bearer_auth(TOKEN).send().await.expect("an answer");
    assert_eq!(bytes.bytes().await.expect("the file"), File::bytes_of(&theirs.id));
    assert_eq!(api.http.get(url).send().await.expect("an answer").status(), 401, "without the token");
    api.time.pass(TimeDelta::minutes(6));
    assert_eq!(api.http.get(url).bearer_auth(TOKEN).send().await.expect("an answer").status(), 404);
    api.time.pass(TimeDelta::days(7));
    assert_eq!(api.get(&theirs.id).await.1["error"]["code"], 100);
}

#[tokio::test]
async fn a_reaction_gets_only_sent_and_one_to_a_stranger_message_fails_later() {
    let api = Api::start().await;
    let wrote = api.writes(Content::text("Есть насос?")).await;
    let react = |id: &str| {
        json!({ "to": "+79000000002", "type": "reaction",
        "reaction": { "message_id": id, "emoji": "👍" }, "biz_opaque_callback_data": id })
    };
    assert_eq!(api.code(react(&wrote)).await, 0);
    assert_eq!(api.code(react("wamid.unknown")).await, 0);
    let mut states = api.states(2).await;
    states.sort();
    assert_eq!(states, [("failed".into(), "wamid.unknown".into()), ("sent".to_owned(), wrote.clone())]);
    let read = json!({ "status": "read", "message_id": wrote, "typing_indicator": { "type": "text" } });
    assert_eq!(api.send(read).await.1, json!({ "success": true }));
    assert_eq!(api.fakes.phone().all(Provider::WhatsApp).last().map(|arrival| arrival.kind), Some("typing"));
}

#[tokio::test]
async fn subscriptions_and_callback_addresses_decide_where_webhooks_go() {
    let api = Api::start().await;
    let (_, apps) = api.get("900000000000001/subscribed_apps").await;
    assert_eq!(apps["data"].as_array().map(Vec::len), Some(1));
    let unsubscribe = api.http.delete(api.url("900000000000001/subscribed_apps")).bearer_auth(TOKEN);
    assert_eq!(read(unsubscribe).await.0, 200);
    assert_eq!(api.get("900000000000001/subscribed_apps").await.1, json!({ "data": [] }));
    let message = Message::new("wamid.1", api.time.now(), Sender::phone(CLIENT), Content::text("x"));
    let request = api.fakes.providers().whatsapp.request(&Action::Message(message));
    assert_eq!(api.fakes.deliver(&request).await.attempts, 0, "nobody is subscribed");
    assert_eq!(api.post("900000000000001/subscribed_apps", json!({})).await.0, 200);
    assert!(api.fakes.deliver(&request).await.acknowledged);

    let hook = api.fakes.providers().whatsapp.config().hook_url.replace("/whatsapp", "/other");
    let set =
        |url: &str| json!({ "webhook_configuration": { "override_callback_uri": url, "verify_token": "v" } });
    assert_eq!(api.post(NUMBER, set("http://127.0.0.1:9/x")).await.1["error"]["code"], 2200);
    assert_eq!(api.post(NUMBER, set(&hook)).await.0, 200);
    let (_, number) = api.get(&format!("{NUMBER}?fields=status,webhook_configuration,health_status")).await;
    assert_eq!(number["webhook_configuration"]["phone_number"], json!(hook));
    assert_eq!((&number["status"], number.get("quality_rating")), (&json!("CONNECTED"), None));
    let (_, numbers) = api.get("900000000000001/phone_numbers").await;
    assert_eq!(numbers["data"][0]["quality_rating"], "GREEN");
    api.fakes.whatsapp().set_number_field("quality_rating", "RED".into());
    assert_eq!(api.get(&format!("{NUMBER}?fields=quality_rating")).await.1["quality_rating"], "RED");
}

#[tokio::test]
async fn faults_strike_as_the_provider_would_show_them() {
    let api = Api::start().await;
    api.writes(Content::text("Есть насос?")).await;
    let arrange = |fault| {
        let on = Some(Operation::Send);
        api.fakes.faults().add(Rule { provider: Provider::WhatsApp, on, fault, times: 1, after: 0 });
    };
    arrange(Fault::Refused { code: 131_048 });
    assert_eq!(api.code(text("+79000000002", "x")).await, 131_048);
    arrange(Fault::TooMany { retry_after: Some(3) });
    assert_eq!(api.code(text("+79000000002", "x")).await, 130_429);
    arrange(Fault::LostAnswer);
    let request = api.http.post(api.url(&format!("{NUMBER}/messages"))).bearer_auth(TOKEN);
    request.json(&with_product(text("+79000000002", "x"))).send().await.expect_err("no answer");
    assert_eq!(api.fakes.phone().all(Provider::WhatsApp).len(), 1, "it arrived all the same");
    assert_eq!(api.states(1).await[0].1, "ref-1");
    api.fakes.faults().outage(Provider::WhatsApp, Outage::Refusing);
    while !api.http.get(api.url(NUMBER)).send().await.is_err_and(|error| error.is_connect()) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn the_window_the_templates_and_the_number_are_set_over_the_control_port() {
    let api = Api::start().await;
    let control = api.fakes.addresses().control;
    let ask = async |path: &str, body: Value| {
        api.http
            .post(format!("{control}{path}"))
            .json(&body)
            .send()
            .await
            .expect("an answer")
            .status()
            .as_u16()
    };
    assert_eq!(ask("/whatsapp/windows", json!({ "from": "+7 900 000-00-02" })).await, 200);
    assert_eq!(api.code(text("+79000000002", "x")).await, 0);
    let paused = json!({ "name": "ask_again", "language": "ru", "status": "paused" });
    assert_eq!(ask("/whatsapp/templates", paused).await, 200);
    assert_eq!(api.code(template("ask_again", &["x"])).await, 132_015);
    assert_eq!(ask("/whatsapp/number", json!({ "status": "FLAGGED" })).await, 200);
    assert_eq!(api.get(&format!("{NUMBER}?fields=status")).await.1["status"], "FLAGGED");
}
