//! Who writes, what is pressed, and pressing it: again and again with the same id, until the hub has taken it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use futures::{StreamExt, stream};
use gateway::clock;
use mocks::dice::Dice;
use mocks::people::Person;
use mocks::scenario::Step;
use mocks::{Fakes, Outgoing, Provider, Providers, max, smsc, telegram, whatsapp};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::WRITTEN;
use crate::hub::{Api, Cast};

/// A conversation that a client has begun, or that we begin.
#[derive(Clone, Debug)]
pub(super) struct Conversation {
    pub provider: Provider,
    /// Where its messages are posted.
    pub path: String,
    /// The account to be named with a first message.
    pub account: Option<String>,
}

/// One press.
#[derive(Clone, Debug)]
pub(super) struct Press {
    pub id: Uuid,
    pub conversation: usize,
    /// Place in the conversation, from 1.
    pub place: usize,
    /// Pressed twice by an impatient finger.
    pub twice: bool,
    pub path: String,
    pub account: Option<String>,
    pub provider: Provider,
}

impl Press {
    /// Unique, so that a phone that names no reference can be searched by it.
    pub fn text(&self) -> String {
        format!("Сообщение {} в беседу {}: {}", self.place, self.conversation, self.id)
    }
}

/// Lets every client write once, and finds the conversations.
pub(super) async fn open(
    api: &Api,
    cast: &Cast,
    fakes: &Fakes,
    clients: u32,
) -> anyhow::Result<Vec<Conversation>> {
    let providers = cast.providers();
    let people: Vec<Person> = (0..clients).map(|number| Person::new(3000 + number)).collect();
    let letters = (0..).zip(&people).flat_map(|(number, person)| letters_of(&providers, person, number));
    let steps: Vec<Step> =
        letters.enumerate().map(|(number, outgoing)| Step { at: Duration::ZERO, number, outgoing }).collect();
    let wanted = steps.len();
    fakes.play(steps, 0.0, |_| {}).await;
    let mut rows = Vec::new();
    for _ in 0..200 {
        rows = api.list("/api/conversations?limit=100").await?;
        if rows.len() >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    conversations(api, cast, &rows, &people).await
}

fn letters_of(providers: &Providers, person: &Person, number: u32) -> Vec<Outgoing> {
    let now = clock::now();
    let id = whatsapp::wamid(&person.phone, 900_000 + u64::from(number), false);
    let content = whatsapp::Content::Text("Добрый день".to_owned());
    let message = whatsapp::Message::new(&id, now, whatsapp::Sender::phone(&person.phone), content);
    let client = telegram::User::new(person.telegram_id, &person.first_name);
    let content = telegram::Content::Text("Добрый день".to_owned());
    let text = telegram::Message::new(telegram::Place::Bot, 1, client, now, content);
    let written = max::Content::Text("Добрый день".to_owned());
    let in_max = max::Message::new(max::User::of(person), 1, now, written);
    let sms = smsc::Action::Inbound {
        id: Some(900_000 + u64::from(number)),
        phone: person.phone.clone(),
        text: "Добрый день".to_owned(),
        at: now,
    };
    vec![
        providers.whatsapp.request(&whatsapp::Action::Message(message)),
        providers.telegram.request(3_000_000_000 + i64::from(number), &telegram::Action::Message(text)),
        providers.max.request(&max::Action::Message(in_max)),
        providers.smsc.request(&sms),
    ]
}

/// Who stands behind the rows, by the addresses of their contacts. SMS.ru brings no messages, so there we write first.
async fn conversations(
    api: &Api,
    cast: &Cast,
    rows: &[Value],
    people: &[Person],
) -> anyhow::Result<Vec<Conversation>> {
    let mut found = Vec::new();
    let mut contacts: BTreeMap<String, String> = BTreeMap::new();
    for row in rows {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let contact = text(&row["contact"]["id"]).context("a conversation has a contact")?;
        let account = text(&row["account"]["id"]).context("a conversation has an account")?;
        let Some(provider) = cast.accounts.iter().find(|(_, id)| **id == account).map(|(known, _)| *known)
        else {
            continue;
        };
        let card = api.get(&format!("/api/contacts/{contact}")).await?;
        let addresses: Vec<&str> = card["identities"]
            .as_array()
            .context("a contact has addresses")?
            .iter()
            .filter_map(|identity| identity["value"].as_str())
            .collect();
        let is_theirs = |person: &&Person| {
            let telegram = person.telegram_id.to_string();
            let in_max = max::User::of(person).id().to_string();
            addresses.iter().any(|address| {
                address.trim_start_matches('+') == person.phone || *address == telegram || *address == in_max
            })
        };
        let Some(person) = people.iter().find(is_theirs) else { continue };
        if provider == Provider::Smsc {
            contacts.insert(person.phone.clone(), contact);
        }
        let id = text(&row["id"]).context("a conversation has an id")?;
        found.push(Conversation {
            provider,
            path: format!("/api/conversations/{id}/messages"),
            account: None,
        });
    }
    let smsru = cast.accounts.get(&Provider::SmsRu).context("every provider has an account")?;
    for contact in contacts.into_values() {
        let path = format!("/api/contacts/{contact}/messages");
        found.push(Conversation { provider: Provider::SmsRu, path, account: Some(smsru.clone()) });
    }
    let expected = people.len() * WRITTEN.len();
    if found.len() != expected {
        bail!("{} conversations are open instead of {expected}", found.len());
    }
    Ok(found)
}

/// Presses in random conversations; in each of them they are numbered.
pub(super) fn plan(conversations: &[Conversation], messages: usize, seed: u64) -> Vec<Press> {
    let mut dice = Dice::new(seed);
    let mut places = vec![0; conversations.len()];
    (0..messages)
        .map(|_| {
            let number = dice.below(conversations.len());
            places[number] += 1;
            Press {
                id: Uuid::now_v7(),
                conversation: number,
                place: places[number],
                twice: dice.below(20) == 0,
                provider: conversations[number].provider,
                path: conversations[number].path.clone(),
                account: conversations[number].account.clone(),
            }
        })
        .collect()
}

/// Pressing, under way.
pub(super) struct Pressing {
    done: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<anyhow::Result<()>>,
}

impl Pressing {
    /// The presses of one conversation go one after another, those of different ones beside each other.
    pub fn begin(api: &Api, presses: Vec<Press>, parallel: usize) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let (api, counted) = (api.clone(), Arc::clone(&done));
        let mut lanes: BTreeMap<usize, Vec<Press>> = BTreeMap::new();
        for press in presses {
            lanes.entry(press.conversation).or_default().push(press);
        }
        let task = tokio::spawn(async move {
            let work = lanes.into_values().map(|lane| {
                let (api, counted) = (&api, &counted);
                async move {
                    for press in lane {
                        press_until_taken(api, &press).await?;
                        if press.twice {
                            press_until_taken(api, &press).await?;
                        }
                        counted.fetch_add(1, Ordering::Relaxed);
                    }
                    anyhow::Ok(())
                }
            });
            let mut running = stream::iter(work).buffer_unordered(parallel);
            while let Some(ended) = running.next().await {
                ended?;
            }
            Ok(())
        });
        Self { done, task }
    }

    /// Waits until so many presses are taken, or pressing has ended.
    pub async fn until(&self, presses: usize) {
        while self.done.load(Ordering::Relaxed) < presses && !self.task.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits for the last press.
    pub async fn end(self) -> anyhow::Result<()> {
        self.task.await?
    }
}

/// As a screen does while the hub is away: the same id until there is an answer.
async fn press_until_taken(api: &Api, press: &Press) -> anyhow::Result<()> {
    let mut body = json!({ "id": press.id, "content": { "type": "text", "text": press.text() } });
    if let Some(account) = &press.account {
        body["account_id"] = account.as_str().into();
    }
    for _ in 0..600 {
        match api.request(Method::POST, &press.path, Some(&body)).await {
            Ok((status, _)) if status.is_success() => return Ok(()),
            Ok((status, answer)) if status.is_client_error() => {
                bail!("{} refuses a press: {status} {answer}", press.provider.name())
            }
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    bail!("{} takes no press", press.provider.name())
}
