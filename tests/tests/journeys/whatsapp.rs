//! Answers in WhatsApp on their whole way: pressed, on the client's phone, their states back on the timeline.

use std::sync::Arc;

use gateway::clock;
use mocks::fault::{Fault, Operation, Outage, Rule};
use mocks::post::Settings;
use mocks::whatsapp::graph::{TemplateChange, TemplateStatus};
use mocks::whatsapp::{Action, Content, Message, Sender, wamid};
use mocks::{Fakes, FakesConfig, Provider};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::stand::{Stand, until};

const CLIENT: &str = "79000000002";

pub(super) struct Chat {
    pub(super) stand: Stand,
    pub(super) fakes: Fakes,
    pub(super) client: String,
    pub(super) conversation: String,
}

impl Chat {
    /// A client has written, and the account calls the fake.
    pub(super) async fn start() -> Self {
        Self::on(Stand::new("all").await).await
    }

    pub(super) async fn on(stand: Stand) -> Self {
        let config = FakesConfig {
            providers: stand.cast.config.clone(),
            poster: Settings::fast(),
            telegram_webhook: true,
            clock: Arc::new(clock::now),
        };
        let fakes = Fakes::start(config).await.expect("fakes start");
        for provider in [Provider::WhatsApp, Provider::Smsc] {
            let url = fakes.addresses().of(provider).to_owned();
            change(&stand, provider, json!({ "settings": { "api_url": url } })).await;
        }
        let sender = Sender::phone(CLIENT).named("Ирина");
        let id = wamid(CLIENT, 1, false);
        let message = Message::new(&id, clock::now(), sender, Content::text("Есть насос?"));
        let request = fakes.providers().whatsapp.request(&Action::Message(message));
        assert!(fakes.deliver(&request).await.acknowledged);
        stand.at_rest().await;
        let clients = stand.api.list("/api/clients").await.expect("clients");
        let client = clients[0]["id"].as_str().expect("an id").to_owned();
        let mut chat = Self { stand, fakes, client, conversation: String::new() };
        let rows = chat.rows().await;
        rows[0]["conversation_id"].as_str().expect("a conversation").clone_into(&mut chat.conversation);
        chat
    }

    pub(super) async fn rows(&self) -> Vec<Value> {
        let path = format!("/api/clients/{}/timeline?limit=100", self.client);
        let timeline = self.stand.api.get(&path).await.expect("a timeline");
        timeline["items"].as_array().cloned().expect("rows")
    }

    async fn press(&self, content: Value) -> (StatusCode, Value) {
        self.press_as(Uuid::now_v7(), content).await
    }

    async fn press_as(&self, id: Uuid, content: Value) -> (StatusCode, Value) {
        let path = format!("/api/conversations/{}/messages", self.conversation);
        let body = json!({ "id": id, "content": content });
        self.stand.api.request(Method::POST, &path, Some(&body)).await.expect("an answer")
    }

    pub(super) async fn says(&self, text: &str) {
        let (status, answer) = self.press(json!({ "type": "text", "text": text })).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
    }

    pub(super) async fn until_state(&self, text: &str, state: &str) {
        until(async || self.rows().await.iter().any(|row| row["text"] == text && row["state"] == state))
            .await;
    }

    fn templates(&self) -> String {
        format!("/api/accounts/{}/templates", self.stand.cast.accounts[&Provider::WhatsApp])
    }

    async fn refresh_templates(&self) {
        let path = format!("{}/refresh", self.templates());
        let (status, answer) =
            self.stand.api.request(Method::POST, &path, Some(&json!({}))).await.expect("an answer");
        assert_eq!(status, StatusCode::OK, "{answer}");
    }

    async fn state_of(&self, name: &str) -> Value {
        let list = self.stand.api.list(&self.templates()).await.expect("templates");
        list.into_iter().find(|template| template["name"] == name).unwrap_or_default()
    }

    /// Templates that can be sent into the conversation.
    async fn offered(&self) -> Vec<Value> {
        let path = format!("/api/conversations/{}/templates", self.conversation);
        self.stand.api.list(&path).await.expect("templates")
    }

    pub(super) fn arrange(&self, fault: Fault) {
        let on = Some(Operation::Send);
        self.fakes.faults().add(Rule { provider: Provider::WhatsApp, on, fault, times: 1, after: 0 });
    }

    /// What the client reads in WhatsApp, in order.
    pub(super) fn texts(&self) -> Vec<String> {
        self.texts_by(Provider::WhatsApp)
    }

    pub(super) fn texts_by(&self, provider: Provider) -> Vec<String> {
        let arrived = self.fakes.phone().all(provider);
        arrived.iter().filter_map(|arrival| arrival.text.as_deref().map(str::to_owned)).collect()
    }
}

async fn change(stand: &Stand, provider: Provider, patch: Value) {
    let path = format!("/api/accounts/{}", stand.cast.accounts[&provider]);
    let (status, answer) = stand.api.request(Method::PATCH, &path, Some(&patch)).await.expect("an answer");
    assert_eq!(status, StatusCode::OK, "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_was_taken_stays_taken_when_the_channel_is_switched_off() {
    let chat = Chat::start().await;
    let (id, content) = (Uuid::now_v7(), json!({ "type": "text", "text": "Есть" }));
    assert_eq!(chat.press_as(id, content.clone()).await.0, StatusCode::CREATED);
    chat.until_state("Есть", "read").await;
    change(&chat.stand, Provider::WhatsApp, json!({ "enabled": false })).await;
    let (status, again) = chat.press_as(id, content.clone()).await;
    assert_eq!((status, again["id"].as_str()), (StatusCode::OK, Some(id.to_string().as_str())), "{again}");
    assert_eq!(chat.press(content).await.0, StatusCode::CONFLICT, "a new one is refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_hangs_holds_up_neither_another_channel_nor_what_comes_in() {
    let chat = Chat::start().await;
    chat.fakes.faults().outage(Provider::WhatsApp, Outage::Hanging);
    for text in ["Первое", "Второе", "Третье"] {
        chat.says(text).await;
    }
    let contact = chat.rows().await[0]["contact"]["id"].as_str().expect("a contact").to_owned();
    let path = format!("/api/contacts/{contact}/messages");
    let account = &chat.stand.cast.accounts[&Provider::Smsc];
    for text in ["Раз", "Два", "Три"] {
        let content = json!({ "type": "text", "text": text });
        let body = json!({ "id": Uuid::now_v7(), "account_id": account, "content": content });
        chat.stand.api.post(&path, &body).await.expect("pressed");
    }
    let message = Message::new(
        &wamid("79000000003", 1, false),
        clock::now(),
        Sender::phone("79000000003"),
        Content::text("А у вас?"),
    );
    let request = chat.fakes.providers().whatsapp.request(&Action::Message(message));
    assert!(chat.fakes.deliver(&request).await.acknowledged);
    until(async || chat.texts_by(Provider::Smsc) == ["Раз", "Два", "Три"]).await;
    assert_eq!(chat.texts(), [""; 0], "WhatsApp still hangs");
    chat.fakes.faults().outage(Provider::WhatsApp, Outage::None);
    until(async || chat.texts() == ["Первое", "Второе", "Третье"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_reach_the_clients_phone_once_and_in_order_whatever_breaks_on_the_way() {
    let chat = Chat::start().await;
    chat.says("Есть, 18 400 ₽").await;
    chat.until_state("Есть, 18 400 ₽", "read").await;

    // The answer to the request is lost, the status with our reference proves it.
    chat.arrange(Fault::LostAnswer);
    chat.says("Отложить?").await;
    // The pair is full for a moment: this one waits, and the next behind it.
    chat.arrange(Fault::Refused { code: 131_056 });
    chat.says("Завтра приедет ещё").await;
    chat.says("До вечера").await;
    for text in ["Отложить?", "Завтра приедет ещё", "До вечера"] {
        chat.until_state(text, "read").await;
    }
    assert_eq!(chat.texts(), ["Есть, 18 400 ₽", "Отложить?", "Завтра приедет ещё", "До вечера"]);
    let sums = chat.fakes.phone().sums();
    assert_eq!((sums.doubled, sums.without_reference), (Vec::new(), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_closed_after_all_fails_with_a_reason_and_the_offer_of_a_template() {
    let chat = Chat::start().await;
    chat.arrange(Fault::Refused { code: 131_047 });
    chat.says("Есть").await;
    until(async || {
        let rows = chat.rows().await;
        let delivery = rows.iter().find(|row| row["text"] == "Есть").map(|row| &row["delivery"]);
        delivery.is_some_and(|delivery| {
            delivery["step"] == "failed" && delivery["code"] == "131047" && delivery["remedy"] == "template"
        })
    })
    .await;

    chat.refresh_templates().await;
    let offered = chat.offered().await;
    let names: Vec<_> = offered.iter().map(|template| template["name"].clone()).collect();
    assert_eq!(names, ["ask_again", "order_ready"], "only approved ones");
    let template =
        |values: Value| json!({ "type": "template", "template_id": offered[0]["id"], "values": values });
    let (status, refused) = chat.press(template(json!({}))).await;
    assert_eq!(
        (status, refused["detail"].as_str()),
        (StatusCode::BAD_REQUEST, Some("Не заполнено: поле 1."))
    );
    let (status, answer) = chat.press(template(json!({ "body.1": "Ирина" }))).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    let words = "Здравствуйте, Ирина! Вы спрашивали о товаре, вопрос ещё актуален?";
    until(async || chat.texts() == [words]).await;
    chat.until_state(words, "read").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_the_provider_pauses_is_refused_from_the_notice_on_and_one_that_vanishes_is_marked() {
    let chat = Chat::start().await;
    chat.refresh_templates().await;
    let id = chat.offered().await[0]["id"].clone();
    let whatsapp = chat.fakes.whatsapp();
    let change = |status: TemplateStatus| TemplateChange {
        name: "ask_again".into(),
        language: "ru".into(),
        status: Some(status),
        ..TemplateChange::default()
    };
    for news in whatsapp.change_template(change(TemplateStatus::Paused)) {
        assert!(chat.fakes.deliver(&news).await.acknowledged);
    }
    until(async || chat.state_of("ask_again").await["status"] == "paused").await;
    let press = json!({ "type": "template", "template_id": id, "values": { "body.1": "Ирина" } });
    let (status, refused) = chat.press(press).await;
    assert_eq!(
        (status, refused["type"].as_str()),
        (StatusCode::CONFLICT, Some("template-not-ready")),
        "{refused}"
    );
    assert_eq!(chat.offered().await.len(), 1);

    // The word of its return is lost; the list tells.
    whatsapp.change_template(change(TemplateStatus::Approved));
    whatsapp.remove_template("autumn_sale", "ru");
    chat.refresh_templates().await;
    assert_eq!(chat.offered().await.len(), 2);
    assert!(chat.state_of("autumn_sale").await["gone_at"].is_string());
}
