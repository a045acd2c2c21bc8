//! The questions, written beforehand with ids and cursors.

use std::sync::Arc;

use anyhow::Context;
use chrono::DateTime;
use crm_core::ClientId;
use crm_core::clients::client::ClientStatus;
use crm_core::clients::list::ClientCursor;
use gateway::http::Cursor;
use serde_json::Value;

use super::Question;
use crate::hub::Api;
use crate::load::bench::Bench;
use crate::load::dice::Dice;
use crate::load::drive::Requests;
use crate::load::seed::{client_id, client_name, contact_id, phone};
use crate::load::shape::{Shape, family};
use crate::load::wire::get;
use crate::load::words::{NAME_PARTS, on_wrong_layout};

/// Different cards, people and places in lists of one kind of question.
const DIFFERENT: usize = 300;
/// A page holds so many rows; shorter timelines would flatter.
const PAGE: usize = 50;

/// Clients as they are opened: the more they say, the oftener. Each has more than a page.
fn busy_clients(shape: &Shape) -> Vec<usize> {
    let mut rows = vec![0_usize; shape.size.clients];
    (0..shape.size.interactions).for_each(|number| rows[shape.row(number).client] += 1);
    let mut dice = Dice::of(shape.size.seed, family::READ, 1);
    let drawn = std::iter::repeat_with(|| shape.row(dice.below(shape.size.interactions)).client);
    let known = Shape::small().end;
    drawn
        .take(100_000)
        .filter(|client| *client >= known && rows[*client] > 2 * PAGE)
        .take(DIFFERENT)
        .collect()
}

/// People with a page of their own.
fn busy_contacts(shape: &Shape) -> Vec<usize> {
    let mut rows = vec![0_usize; shape.size.contacts];
    (0..shape.size.interactions).for_each(|number| rows[shape.row(number).contact] += 1);
    let mut dice = Dice::of(shape.size.seed, family::READ, 2);
    let drawn = std::iter::repeat_with(|| shape.row(dice.below(shape.size.interactions)).contact);
    drawn.take(100_000).filter(|contact| rows[*contact] >= PAGE).take(DIFFERENT).collect()
}

/// Of the ceilings: 50 rows of a person.
pub(super) fn bare(shape: &Shape) -> Requests {
    let mut requests = Requests::default();
    for contact in busy_contacts(shape) {
        requests.push(&get(&format!("/page/{}", contact_id(shape, contact)), None));
    }
    requests
}

/// Makes questions of one person who is signed in.
struct Asker<'a> {
    shape: &'a Shape,
    api: &'a Api,
    questions: Vec<Question>,
}

impl Asker<'_> {
    fn add(&mut self, name: &'static str, promised: bool, in_action: usize, paths: &[String]) {
        let mut requests = Requests::default();
        for path in paths {
            requests.push(&get(path, Some(self.api.cookie())));
        }
        self.questions.push(Question { name, requests: Arc::new(requests), in_action, promised });
    }

    fn timeline(&self, client: usize) -> String {
        format!("/api/clients/{}/timeline", client_id(self.shape, client))
    }

    fn cards(&mut self, name: &'static str, clients: &[usize]) {
        let card = |client: &usize| {
            let timeline = self.timeline(*client);
            [timeline.trim_end_matches("/timeline").to_owned(), timeline]
        };
        let paths: Vec<String> = clients.iter().flat_map(card).collect();
        self.add(name, true, 2, &paths);
    }

    /// The second page of each.
    async fn next_pages(&mut self, name: &'static str, clients: &[usize]) -> anyhow::Result<()> {
        let mut paths = Vec::new();
        for client in clients {
            let timeline = self.timeline(*client);
            let page = self.api.get(&timeline).await?;
            let cursor = page["older_cursor"].as_str().context("a timeline of more than a page")?;
            paths.push(format!("{timeline}?before={cursor}"));
        }
        self.add(name, true, 1, &paths);
        Ok(())
    }

    fn jumps(&mut self, name: &'static str, clients: &[usize]) {
        let at = DateTime::from_timestamp_micros(Shape::middle()).unwrap_or_default();
        let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
        let paths: Vec<String> =
            clients.iter().map(|client| format!("{}?at={at}", self.timeline(*client))).collect();
        self.add(name, true, 1, &paths);
    }

    /// Pages from the middle of the list, wherever that is.
    fn lists(&mut self, name: &'static str, sort: &str) {
        let shape = self.shape;
        let mut dice = Dice::of(shape.size.seed, family::READ, 3);
        let place = |client: usize| ClientCursor {
            name: client_name(shape.size.seed, client).0,
            created_at: DateTime::from_timestamp_micros(Shape::made_at(client, shape.size.clients))
                .unwrap_or_default(),
            status: ClientStatus::Client,
            responsible: None,
            inn: None,
            city: None,
            contract_mark: None,
            id: ClientId(client_id(shape, client)),
        };
        let paths: Vec<String> = (0..DIFFERENT)
            .map(|_| Cursor(place(dice.below(shape.size.clients))).encode())
            .map(|cursor| format!("/api/clients?sort={sort}&cursor={cursor}"))
            .collect();
        self.add(name, true, 1, &paths);
    }

    fn searches(&mut self, name: &'static str, texts: &[String]) {
        let paths: Vec<String> =
            texts.iter().map(|text| format!("/api/search?text={}", percent_encoded(text))).collect();
        self.add(name, true, 1, &paths);
    }

    fn all_searches(&mut self, names: [&'static str; 4]) {
        let shape = self.shape;
        let [part, tail, digits, layout] = names;
        self.searches(part, &NAME_PARTS.map(str::to_owned));
        let mut dice = Dice::of(shape.size.seed, family::READ, 4);
        let mut tails = |digits: usize| -> Vec<String> {
            (0..DIFFERENT).map(|_| phone(dice.below(shape.size.contacts))[11 - digits..].to_owned()).collect()
        };
        let (seven, four) = (tails(7), tails(4));
        self.searches(tail, &seven);
        self.searches(digits, &four);
        let typed: Vec<String> = NAME_PARTS.iter().map(|part| on_wrong_layout(part)).collect();
        self.searches(layout, &typed);
    }
}

pub(super) async fn of_administrator(bench: &Bench, api: &Api) -> anyhow::Result<Vec<Question>> {
    let shape = &*bench.shape;
    let mut asker = Asker { shape, api, questions: Vec::new() };
    let busy = busy_clients(shape);
    let (giant, small) = ([Shape::giant()], Shape::small().collect::<Vec<_>>());
    asker.cards("card", &busy);
    asker.cards("card of the giant", &giant);
    asker.cards("card of the small", &small);
    asker.next_pages("next page", &busy).await?;
    asker.next_pages("next page of the giant", &giant).await?;
    asker.next_pages("next page of the small", &small).await?;
    asker.jumps("jump", &busy);
    asker.jumps("jump in the giant", &giant);
    asker.lists("list by name", "name");
    asker.lists("list by newest", "-created_at");
    asker.all_searches([
        "search by name part",
        "search by 7 digits",
        "search by 4 digits",
        "search in wrong layout",
    ]);
    Ok(asker.questions)
}

/// A manager sees his own clients and the common base.
pub(super) async fn of_manager(bench: &Bench, api: &Api) -> anyhow::Result<Vec<Question>> {
    let shape = &*bench.shape;
    let mut asker = Asker { shape, api, questions: Vec::new() };
    let me = api.get("/api/me").await?;
    let id = me["user"]["id"].as_str().or(me["id"].as_str()).context("/api/me names the user")?.to_owned();
    let mine: Value = api.get(&format!("/api/clients?responsible={id}&limit=200")).await?;
    let paths: Vec<String> = mine["items"]
        .as_array()
        .context("a list")?
        .iter()
        .filter_map(|row| row["id"].as_str())
        .flat_map(|id| [format!("/api/clients/{id}"), format!("/api/clients/{id}/timeline")])
        .collect();
    anyhow::ensure!(!paths.is_empty(), "the manager has clients");
    asker.add("manager: card", true, 2, &paths);
    asker.lists("manager: list by name", "name");
    asker.lists("manager: list by newest", "-created_at");
    asker.all_searches([
        "manager: search by name part",
        "manager: search by 7 digits",
        "manager: search by 4 digits",
        "manager: search in wrong layout",
    ]);
    Ok(asker.questions)
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
