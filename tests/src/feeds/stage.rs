//! Who reads and who writes: people with different rights, and clients of theirs on WhatsApp.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use crm_core::{AccountId, InteractionId};
use gateway::clock;
use mocks::dice::Dice;
use mocks::people::Person;
use mocks::post::Settings;
use mocks::scenario::Step;
use mocks::{Fakes, FakesConfig, Hooks, Outgoing, Provider, ProvidersConfig, whatsapp};
use serde_json::json;
use uuid::Uuid;

use crate::hub::{Api, Hub};

const PASSWORD: &str = "a password for readers";
/// How many clients write.
const CLIENTS: u32 = 24;

/// An employee whose browsers follow the feed.
pub(super) struct Reader {
    pub api: Api,
    id: Uuid,
    sees_all: bool,
}

impl Reader {
    /// Whether he is told of a client of this employee, or of the common base.
    pub fn sees(&self, responsible: Option<Uuid>) -> bool {
        self.sees_all || responsible.is_none_or(|responsible| responsible == self.id)
    }
}

/// A message that a client wrote.
pub(super) struct Letter {
    /// Of its row.
    pub id: Uuid,
    pub responsible: Option<Uuid>,
    pub posted: Instant,
}

/// A client, and whose.
struct Client {
    person: Person,
    responsible: Option<Uuid>,
}

/// All of them.
pub(super) struct Stage {
    pub readers: Vec<Reader>,
    clients: Vec<Client>,
    account: AccountId,
    fakes: Fakes,
}

impl Stage {
    pub async fn set(hub: &Hub, people: usize, seed: u64) -> anyhow::Result<Self> {
        let administrator = hub.administrator().await?;
        let (account, fakes) = connect(&administrator).await?;
        let mut readers = Vec::new();
        for number in 0..people.max(2) {
            let sees_all = number.is_multiple_of(2);
            let (login, role) =
                (format!("reader{number}"), if sees_all { "administrator" } else { "manager" });
            hub.add_user(&login, PASSWORD, role)?;
            let api = hub.sign_in(&login, PASSWORD).await?;
            let id = api.get("/api/me").await?["id"].as_str().context("a user has an id")?.parse()?;
            readers.push(Reader { api, id, sees_all });
        }
        let mut stage = Self { readers, clients: Vec::new(), account, fakes };
        stage.meet(&administrator, seed).await?;
        Ok(stage)
    }

    /// Every client writes once; then two of three get a manager, and the third stays in the common base.
    async fn meet(&mut self, administrator: &Api, seed: u64) -> anyhow::Result<()> {
        let people: Vec<Person> = (0..CLIENTS).map(|number| Person::new(20_000 + number)).collect();
        let first = people.iter().enumerate().map(|(number, person)| {
            let outgoing = self.letter(person, &format!("{seed}-first-{number}"));
            Step { at: Duration::ZERO, number, outgoing }
        });
        let first: Vec<Step> = first.collect();
        self.fakes.play(first, 0.0, |_| {}).await;
        let rows = conversations(administrator).await?;
        let managers: Vec<Uuid> =
            self.readers.iter().filter(|reader| !reader.sees_all).map(|reader| reader.id).collect();
        for (number, person) in people.into_iter().enumerate() {
            let responsible = (number % 3 > 0).then(|| managers[number % managers.len()]);
            let phone = format!("+{}", person.phone);
            let client = rows.iter().find(|(known, _)| *known == phone).map(|(_, client)| client);
            let client = client.context("everybody who wrote has a card")?;
            if let Some(responsible) = responsible {
                let transfer = json!({ "responsible_id": responsible, "reason": "Распределение" });
                administrator.post(&format!("/api/clients/{client}/transfer"), &transfer).await?;
            }
            self.clients.push(Client { person, responsible });
        }
        Ok(())
    }

    /// Random clients write at an even pace. Returns when the hub has acknowledged everything.
    pub async fn write(&self, rate: u32, seconds: u32, seed: u64) -> anyhow::Result<Vec<Letter>> {
        let mut dice = Dice::new(seed);
        let (mut steps, mut letters) = (Vec::new(), Vec::new());
        let begun = Instant::now();
        for number in 0..rate * seconds {
            let client = dice.pick(&self.clients);
            let outgoing = self.letter(&client.person, &format!("{seed}-{number}"));
            let wamid = outgoing.facts.first().context("a letter has an id")?;
            let id = InteractionId::derived(self.account, "message", wamid).0;
            let at = Duration::from_secs(1) / rate * number;
            letters.push(Letter { id, responsible: client.responsible, posted: begun + at });
            steps.push(Step { at, number: number as usize, outgoing });
        }
        let posted = self.fakes.poster().play_all(steps, 1.0).await;
        let refused = posted.iter().filter(|posted| posted.status != Some(200)).count();
        ensure!(refused == 0, "{refused} messages were not acknowledged");
        Ok(letters)
    }

    fn letter(&self, person: &Person, id: &str) -> Outgoing {
        let sender = whatsapp::Sender::phone(&person.phone);
        let content = whatsapp::Content::text("Когда ждать отгрузку?");
        let message = whatsapp::Message::new(&format!("wamid.feeds-{id}"), clock::now(), sender, content);
        self.fakes.providers().whatsapp.request(&whatsapp::Action::Message(message))
    }
}

/// A WhatsApp account and its fake provider.
async fn connect(administrator: &Api) -> anyhow::Result<(AccountId, Fakes)> {
    let mut config = ProvidersConfig::example(&Hooks::under("http://127.0.0.1:9"));
    let form =
        json!({ "connector": "whatsapp", "name": "WhatsApp", "settings": config.form(Provider::WhatsApp) });
    let made = administrator.post("/api/accounts", &form).await?["account"].clone();
    let hook = made["webhook"]["url"].as_str().context("an account has a webhook address")?;
    config.set_hook(Provider::WhatsApp, hook.to_owned());
    let id: Uuid = made["id"].as_str().context("an account has an id")?.parse()?;
    let fakes = FakesConfig {
        providers: config,
        poster: Settings::default(),
        telegram_webhook: true,
        clock: Arc::new(clock::now),
    };
    let fakes = Fakes::start(fakes).await.context("the fakes do not start")?;
    Ok((AccountId(id), fakes))
}

/// Phone and card of everybody who wrote.
async fn conversations(administrator: &Api) -> anyhow::Result<Vec<(String, String)>> {
    let mut rows = Vec::new();
    for _ in 0..200 {
        rows = administrator.list("/api/conversations?limit=100").await?;
        if rows.len() == CLIENTS as usize {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut found = Vec::new();
    for row in rows {
        let client = row["clients"][0]["id"].as_str().context("a conversation has a client")?.to_owned();
        let contact = row["contact"]["id"].as_str().context("a conversation has a contact")?;
        let card = administrator.get(&format!("/api/contacts/{contact}")).await?;
        let phone = card["identities"][0]["value"].as_str().context("a contact has an address")?.to_owned();
        found.push((phone, client));
    }
    Ok(found)
}
