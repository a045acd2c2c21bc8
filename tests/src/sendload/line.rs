//! One account with a fake provider of its own, its clients, and what is pressed to them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use gateway::clock;
use mocks::fault::{Fault, Operation, Rule};
use mocks::people::Person;
use mocks::post::Settings;
use mocks::scenario::Step;
use mocks::whatsapp::{self, Throughput};
use mocks::{Fakes, FakesConfig, Hooks, Provider, ProvidersConfig};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::BURST;
use crate::hub::Api;

/// How many presses are under way at once.
const PARALLEL: usize = 8;
/// Where nobody listens.
const NOWHERE: &str = "http://127.0.0.1:9";

/// An account and everything around it.
pub(super) struct Line {
    api: Api,
    pub fakes: Fakes,
    /// Where messages to each client are posted; from behind, those that are not written to yet.
    untouched: Vec<String>,
    pressed: HashSet<Uuid>,
}

impl Line {
    pub fn name(number: usize) -> String {
        format!("line {number}")
    }

    /// Connects the account, and lets every client write once.
    pub async fn open(api: &Api, number: usize, clients: usize, states: bool) -> anyhow::Result<Self> {
        let mut config = ProvidersConfig::example(&Hooks::under(NOWHERE));
        config.whatsapp.phone_number_id = format!("9000000000001{number:02}");
        config.whatsapp.throughput = Throughput::High;
        let mut form = config.form(Provider::WhatsApp);
        form["messages_per_second"] = 1_000.into();
        let form = json!({ "connector": "whatsapp", "name": Self::name(number), "settings": form });
        let made = api.post("/api/accounts", &form).await?["account"].clone();
        let account = made["id"].as_str().context("an account has an id")?.to_owned();
        let hook = made["webhook"]["url"].as_str().context("an account has a webhook address")?;
        config.set_hook(Provider::WhatsApp, hook.to_owned());
        let fakes = Fakes::start(FakesConfig {
            providers: config,
            poster: Settings::default(),
            telegram_webhook: true,
            clock: Arc::new(clock::now),
        })
        .await
        .context("the fakes do not start")?;
        if !states {
            let (on, fault) = (Some(Operation::States), Fault::LostStates);
            fakes.faults().add(Rule { provider: Provider::WhatsApp, on, fault, times: u32::MAX, after: 0 });
        }
        let patch = json!({ "settings": { "api_url": fakes.addresses().whatsapp } });
        let (status, answer) =
            api.request(Method::PATCH, &format!("/api/accounts/{account}"), Some(&patch)).await?;
        ensure!(status.is_success(), "the account is not told where its fake listens: {status} {answer}");

        let steps = (0..clients).map(|client| {
            let place = u32::try_from(number * clients + client).expect("some thousand clients");
            let person = Person::new(10_000 + place);
            let id = whatsapp::wamid(&person.phone, u64::from(place), false);
            let sender = whatsapp::Sender::phone(&person.phone);
            let content = whatsapp::Content::text("Добрый день");
            let letter = whatsapp::Message::new(&id, clock::now(), sender, content);
            let outgoing = fakes.providers().whatsapp.request(&whatsapp::Action::Message(letter));
            Step { at: Duration::ZERO, number: client, outgoing }
        });
        fakes.play(steps.collect::<Vec<_>>(), 0.0, |_| {}).await;
        let mut untouched = Vec::new();
        for _ in 0..200 {
            let rows = api.list(&format!("/api/conversations?limit=100&accounts={account}")).await?;
            untouched = rows
                .iter()
                .filter_map(|row| Some(format!("/api/conversations/{}/messages", row["id"].as_str()?)))
                .collect();
            if untouched.len() >= clients {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        ensure!(untouched.len() == clients, "{} of {clients} clients wrote", untouched.len());
        Ok(Self { api: api.clone(), fakes, untouched, pressed: HashSet::new() })
    }

    /// Presses so many messages to clients that were not written to yet.
    pub async fn press(&mut self, url: &str, messages: usize) -> anyhow::Result<()> {
        let api = self.api.at(url);
        let clients = messages.div_ceil(BURST);
        ensure!(clients <= self.untouched.len(), "not enough clients");
        let paths = self.untouched.split_off(self.untouched.len() - clients);
        let presses: Vec<(Uuid, String)> =
            (0..messages).map(|press| (Uuid::now_v7(), paths[press % clients].clone())).collect();
        self.pressed.extend(presses.iter().map(|(id, _)| *id));
        stream::iter(presses.into_iter().map(|(id, path)| {
            let api = &api;
            async move {
                let text = format!("Ваш заказ собран, приезжайте с девяти до шести. {id}");
                let body = json!({ "id": id, "content": { "type": "text", "text": text } });
                api.post(&path, &body).await.map(drop)
            }
        }))
        .buffer_unordered(PARALLEL)
        .try_collect()
        .await
    }

    /// How many of the pressed messages a phone has, and how many it got more than once.
    pub fn arrived(&self) -> (usize, usize) {
        let (mut once, mut again) = (HashSet::new(), 0);
        for arrival in self.fakes.phone().all(Provider::WhatsApp) {
            let text = arrival.text.as_deref().unwrap_or_default();
            let id = text.rsplit(' ').next().and_then(|id| id.parse::<Uuid>().ok());
            let Some(id) = id.filter(|id| self.pressed.contains(id)) else { continue };
            if !once.insert(id) {
                again += 1;
            }
        }
        (once.len(), again)
    }
}
