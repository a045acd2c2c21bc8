//! Everybody takes his place: the director is bound, his group is chosen, half of the chats are bridged.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use gateway::clock;
use mocks::post::Settings;
use mocks::{Fakes, FakesConfig, Provider};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::director::{Director, GROUP};
use crate::hub::{Api, Cast, Hub, connect};

/// They open the topic of a chat.
pub(super) const FIRST_WORDS: &str = "Начнём.";

/// A place where people talk.
#[derive(Clone, Debug)]
pub(super) struct Chat {
    pub id: Uuid,
    pub name: String,
    pub bridged: bool,
}

impl Chat {
    /// Where its messages are read and written.
    pub fn messages(&self) -> String {
        format!("/api/rooms/{}/messages", self.id)
    }
}

/// All of them, and those who talk there.
pub(super) struct Stage {
    pub fakes: Arc<Fakes>,
    /// Who writes in the product.
    pub colleague: Api,
    /// He who was bound, in the product.
    pub boss: Api,
    pub director: Director,
    pub chats: Vec<Chat>,
}

impl Stage {
    pub async fn set(hub: &Hub, chats: usize, seed: u64) -> anyhow::Result<Self> {
        let colleague = hub.administrator().await?;
        let cast = connect(&colleague).await?;
        let fakes = Arc::new(start(&cast).await?);
        let account = &cast.accounts[&Provider::Telegram];
        let settings = json!({ "api_url": fakes.addresses().of(Provider::Telegram), "purpose": "bridge" });
        let change = json!({ "settings": settings });
        put(&colleague, Method::PATCH, &format!("/api/accounts/{account}"), &change).await?;
        let boss = boss(hub).await?;
        let director = Director::new(Arc::clone(&fakes), seed);
        bind(&boss, &director).await?;
        director.lets_the_bot_in().await?;
        until("the group is known", || async {
            let setup = boss.get("/api/bridge").await?;
            let chat = GROUP.to_string();
            let groups = setup["groups"].as_array();
            Ok(groups.is_some_and(|groups| groups.iter().any(|group| group["chat"] == chat)))
        })
        .await?;
        let group = json!({ "account_id": account, "chat": GROUP.to_string() });
        put(&boss, Method::PUT, "/api/bridge/group", &group).await?;
        let mut stage = Self { fakes, colleague, boss, director, chats: Vec::new() };
        for number in 0..2 * chats {
            let chat = stage.open(number, number < chats).await?;
            stage.chats.push(chat);
        }
        Ok(stage)
    }

    async fn open(&self, number: usize, bridged: bool) -> anyhow::Result<Chat> {
        let chat = Chat { id: Uuid::now_v7(), name: format!("Чат {number:02}"), bridged };
        let boss = self.boss.get("/api/me").await?["id"].take();
        let access = if number.is_multiple_of(2) { "open" } else { "closed" };
        let new = json!({
            "id": chat.id, "name": chat.name, "access": access, "client_id": null, "members": [boss],
        });
        put(&self.colleague, Method::POST, "/api/rooms", &new).await?;
        if bridged {
            let path = format!("/api/bridge/rooms/{}", chat.id);
            put(&self.boss, Method::PUT, &path, &json!({ "enabled": true })).await?;
        }
        Ok(chat)
    }

    /// The topic of a chat in which something stands already.
    pub fn topic(&self, chat: &Chat) -> Option<i64> {
        let phone = self.fakes.phone().all(Provider::Telegram);
        let named = |arrival: &&Arc<mocks::phone::Arrival>| {
            arrival.kind == "topic" && arrival.text.as_deref() == Some(&chat.name)
        };
        let used = |to: &str| phone.iter().any(|arrival| arrival.kind != "topic" && &*arrival.to == to);
        let topic = phone.iter().rev().filter(named).find(|topic| used(&topic.to))?;
        topic.id.parse().ok()
    }
}

async fn start(cast: &Cast) -> anyhow::Result<Fakes> {
    let mut providers = cast.config.clone();
    // Twenty messages a minute would make this a matter of hours; 429 comes by chance instead.
    providers.telegram.limits = false;
    let poster = Settings { repeat_scale: 0.1, ..Settings::default() };
    let config = FakesConfig { providers, poster, telegram_webhook: true, clock: Arc::new(clock::now) };
    Fakes::start(config).await.context("the fakes do not start")
}

async fn boss(hub: &Hub) -> anyhow::Result<Api> {
    let (login, password) = ("boss", "a password for directors");
    hub.add_user(login, password, "director")?;
    hub.sign_in(login, password).await
}

async fn bind(boss: &Api, director: &Director) -> anyhow::Result<()> {
    let code = boss.post("/api/me/bridge/code", &json!({})).await?;
    let code = code["code"].as_str().context("a code")?;
    director.writes_to_the_bot(&format!("/start {code}")).await?;
    until("he is bound", || async { Ok(boss.get("/api/me/bridge").await?["binding"].is_object()) }).await
}

async fn put(api: &Api, method: Method, path: &str, body: &Value) -> anyhow::Result<()> {
    let (status, answer) = api.request(method, path, Some(body)).await?;
    if !status.is_success() {
        bail!("{path}: {status} {answer}");
    }
    Ok(())
}

/// Waits for a condition for a minute.
pub(super) async fn until<F>(what: &str, condition: impl Fn() -> F) -> anyhow::Result<()>
where
    F: Future<Output = anyhow::Result<bool>>,
{
    for _ in 0..1200 {
        if condition().await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("it does not come about that {what}")
}
