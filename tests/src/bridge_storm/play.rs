//! Talking: every chat has its own thread of actions, one after another, beside those of all others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use futures::future::try_join_all;
use mocks::Provider;
use mocks::dice::Dice;
use mocks::phone::Arrival;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::director::{BOSS, STRANGER, in_group, quote};
use super::said::{Said, Sample, Side};
use super::stage::{Chat, Stage};
use super::words::{named, text};
use crate::hub::Api;

/// Sentences of a message that is cut into several.
const LONG: usize = 110;
/// Of his longest one: Telegram takes no more from people.
const HIS_LONG: usize = 55;

/// A topic that somebody else opened.
const NOBODYS: i64 = 7;

/// The action of each number, and the chat it happens in.
pub(super) fn plan(chats: usize, actions: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut dice = Dice::new(seed);
    let mut lanes = vec![Vec::new(); chats];
    for number in 1..=actions {
        lanes[dice.below(chats)].push(number);
    }
    lanes
}

/// What is under way.
pub(super) struct Playing {
    done: Arc<AtomicUsize>,
    task: tokio::task::JoinHandle<anyhow::Result<Vec<Vec<Said>>>>,
}

impl Playing {
    pub fn begin(stage: &Arc<Stage>, lanes: Vec<Vec<usize>>, parallel: usize, seed: u64) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let (stage, counted) = (Arc::clone(stage), Arc::clone(&done));
        let task = tokio::spawn(async move {
            let places = Semaphore::new(parallel);
            let all = stage.chats.iter().zip(lanes).zip(seed..).map(async |((chat, numbers), seed)| {
                let mut lane = Lane { stage: &stage, chat, dice: Dice::new(seed), said: Vec::new() };
                for number in numbers {
                    let _place = places.acquire().await?;
                    lane.act(number).await?;
                    counted.fetch_add(1, Ordering::Relaxed);
                }
                anyhow::Ok(lane.said)
            });
            try_join_all(all).await
        });
        Self { done, task }
    }

    /// Waits until so many actions are done, or all.
    pub async fn until(&self, actions: usize) {
        while self.done.load(Ordering::Relaxed) < actions && !self.task.is_finished() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What was said in each chat.
    pub async fn end(self) -> anyhow::Result<Vec<Vec<Said>>> {
        self.task.await?
    }
}

struct Lane<'a> {
    stage: &'a Stage,
    chat: &'a Chat,
    dice: Dice,
    said: Vec<Said>,
}

impl Lane<'_> {
    async fn act(&mut self, number: usize) -> anyhow::Result<()> {
        let topic = if self.chat.bridged { self.stage.topic(self.chat) } else { None };
        let Some(topic) = topic else { return self.act_in_product(number).await };
        match self.dice.below(100) {
            0..52 => self.act_in_product(number).await,
            52..94 => self.act_in_telegram(number, topic).await,
            _ => self.disturb(number, topic).await,
        }
    }

    async fn act_in_product(&mut self, number: usize) -> anyhow::Result<()> {
        let few = self.dice.below(3);
        match self.dice.below(52) {
            0..22 => self.post(number, 1, 0, false).await,
            22..26 => self.post(number, LONG, 0, false).await,
            26..31 => self.post(number, few, 1, false).await,
            31..33 => self.post(number, 2, 3, false).await,
            33..40 => self.post(number, 1, 0, true).await,
            40..49 => self.edit(number).await,
            _ => self.delete().await,
        }
    }

    async fn post(
        &mut self,
        number: usize,
        sentences: usize,
        files: usize,
        quotes: bool,
    ) -> anyhow::Result<()> {
        let sentences = sentences.max(usize::from(files == 0));
        let words = text(number, 0, sentences, &mut self.dice);
        let words = Some(words).filter(|words| !words.is_empty());
        let files: Vec<Sample> = (0..files).map(|place| Sample::new(number, place)).collect();
        let mut media = Vec::new();
        for file in &files {
            media.push(upload(&self.stage.colleague, file).await?);
        }
        let quote = if quotes { self.something_to_quote().await? } else { None };
        let id = Uuid::now_v7();
        let mut body = json!({ "id": id, "text": words, "files": media });
        if let Some((_, quoted)) = &quote {
            body["quote_id"] = quoted.clone();
        }
        until_taken(&self.stage.colleague, Method::POST, &self.chat.messages(), &body).await?;
        self.said.push(Said {
            number,
            side: Side::Product,
            text: words,
            sentences,
            files,
            quote: quote.map(|(number, _)| number),
            deleted: false,
            id,
            message: 0,
        });
        Ok(())
    }

    /// A message that the product shows, of either side, and its id.
    async fn something_to_quote(&mut self) -> anyhow::Result<Option<(usize, Value)>> {
        let path = format!("{}?limit=20", self.chat.messages());
        let Ok(page) = self.stage.colleague.get(&path).await else { return Ok(None) };
        let rows = page["items"].as_array().context("a page")?;
        if rows.is_empty() {
            return Ok(None);
        }
        let row = self.dice.pick(rows);
        let number = row["text"].as_str().and_then(|text| named(text).first().copied());
        Ok(number.map(|(number, _)| (number, row["id"].clone())))
    }

    /// The place of a message of this side that has words and was not taken back.
    fn one_of(&mut self, side: Side) -> Option<usize> {
        let fits = |said: &Said| said.side == side && !said.deleted && said.text.is_some();
        let places: Vec<usize> = (0..self.said.len()).filter(|place| fits(&self.said[*place])).collect();
        (!places.is_empty()).then(|| *self.dice.pick(&places))
    }

    async fn edit(&mut self, version: usize) -> anyhow::Result<()> {
        let Some(place) = self.one_of(Side::Product) else { return Ok(()) };
        let sentences = self.said[place].sentences.min(self.dice.below(LONG) + 1);
        let words = text(self.said[place].number, version, sentences, &mut self.dice);
        let path = format!("/api/room-messages/{}", self.said[place].id);
        until_taken(&self.stage.colleague, Method::PATCH, &path, &json!({ "text": words })).await?;
        self.said[place].text = Some(words);
        // Telegram's copies become no more than they are: later versions are no longer.
        self.said[place].sentences = sentences;
        Ok(())
    }

    async fn delete(&mut self) -> anyhow::Result<()> {
        let Some(place) = self.one_of(Side::Product) else { return Ok(()) };
        let path = format!("/api/room-messages/{}", self.said[place].id);
        until_taken(&self.stage.colleague, Method::DELETE, &path, &json!({})).await?;
        self.said[place].deleted = true;
        Ok(())
    }

    async fn act_in_telegram(&mut self, number: usize, topic: i64) -> anyhow::Result<()> {
        match self.dice.below(42) {
            0..20 => self.write(number, topic, 1, None).await,
            20..22 => self.write(number, topic, HIS_LONG, None).await,
            22..29 => self.show(number, topic).await,
            29..35 => self.correct(number, topic).await,
            _ => {
                let quoted = self.something_to_answer(topic);
                self.write(number, topic, 1, quoted).await
            }
        }
    }

    async fn write(
        &mut self,
        number: usize,
        topic: i64,
        sentences: usize,
        quoted: Option<(usize, i64)>,
    ) -> anyhow::Result<()> {
        let words = text(number, 0, sentences, &mut self.dice);
        let mut said = json!({ "text": words });
        if let Some((_, message)) = quoted {
            said["reply_to_message"] = quote(message, topic);
        }
        let message = self.stage.director.number();
        self.stage.director.tell("message", in_group(message, BOSS, Some(topic), said)).await?;
        self.heard(number, message, Some(words), Vec::new(), quoted.map(|(number, _)| number));
        Ok(())
    }

    fn heard(
        &mut self,
        number: usize,
        message: i64,
        text: Option<String>,
        files: Vec<Sample>,
        quote: Option<usize>,
    ) {
        let (side, sentences, id) = (Side::Telegram, 1, Uuid::nil());
        self.said.push(Said { number, side, text, sentences, files, quote, deleted: false, id, message });
    }

    /// Something of his own, or something that the bot shows him.
    fn something_to_answer(&mut self, topic: i64) -> Option<(usize, i64)> {
        let own = self.one_of(Side::Telegram);
        if let Some(place) = own.filter(|_| self.dice.chance(40)) {
            return Some((self.said[place].number, self.said[place].message));
        }
        let place = format!("{}/{topic}", super::director::GROUP);
        let shown = self.stage.fakes.phone().after(0, usize::MAX, |arrival: &Arrival| {
            arrival.provider == Provider::Telegram && *arrival.to == *place
        });
        if shown.is_empty() {
            return None;
        }
        let arrival = self.dice.pick(&shown);
        let (number, _) = *named(arrival.text.as_deref()?).first()?;
        Some((number, arrival.id.parse().ok()?))
    }

    /// A photo or a file with words, or some of them as an album.
    async fn show(&mut self, number: usize, topic: i64) -> anyhow::Result<()> {
        let count = if self.dice.chance(40) { self.dice.below(3) + 2 } else { 1 };
        let words = self.dice.chance(70).then(|| text(number, 0, 1, &mut self.dice));
        let files: Vec<Sample> = (0..count).map(|place| Sample::new(number, place)).collect();
        let messages: Vec<i64> = files.iter().map(|_| self.stage.director.number()).collect();
        for (place, (file, message)) in files.iter().zip(&messages).enumerate() {
            let mut said = object_of(file);
            if count > 1 {
                said["media_group_id"] = format!("album-{number}").into();
            }
            if let (0, Some(words)) = (place, &words) {
                said["caption"] = words.as_str().into();
            }
            self.stage.director.tell("message", in_group(*message, BOSS, Some(topic), said)).await?;
        }
        self.heard(number, messages[0], words, files, None);
        Ok(())
    }

    async fn correct(&mut self, version: usize, topic: i64) -> anyhow::Result<()> {
        let Some(place) = self.one_of(Side::Telegram) else { return Ok(()) };
        let Said { number, message, .. } = self.said[place];
        if !self.said[place].files.is_empty() {
            return Ok(());
        }
        let words = text(number, version, 1, &mut self.dice);
        let mut object = in_group(message, BOSS, Some(topic), json!({ "text": words }));
        object["edit_date"] = gateway::clock::now().timestamp().into();
        self.stage.director.tell("edited_message", object).await?;
        self.said[place].text = Some(words);
        Ok(())
    }

    /// What must get into no chat: a stranger's words, words in General and in a topic of nobody, and the bot's own.
    async fn disturb(&mut self, number: usize, topic: i64) -> anyhow::Result<()> {
        let said = json!({ "text": text(number, 0, 1, &mut self.dice) });
        let message = self.stage.director.number();
        let object = match self.dice.below(4) {
            0 => in_group(message, STRANGER, Some(topic), said),
            1 => in_group(message, BOSS, None, said),
            2 => in_group(message, BOSS, Some(NOBODYS), said),
            _ => {
                let number = self.something_to_answer(topic).map_or(number, |(number, _)| number);
                let words = text(number, 0, 1, &mut self.dice);
                let mut own = in_group(message, BOSS, Some(topic), json!({ "text": words }));
                own["from"] = self.stage.fakes.providers().telegram.config().bot();
                own
            }
        };
        self.stage.director.tell("message", object).await?;
        Ok(())
    }
}

fn object_of(file: &Sample) -> Value {
    let name = &file.name;
    if file.is_picture() {
        let id = format!("AgAC-{name}");
        let size =
            json!({ "file_id": id, "file_unique_id": id, "width": 90, "height": 67, "file_size": file.size });
        json!({ "photo": [size] })
    } else {
        let id = format!("BQAC-{name}");
        json!({ "document": {
            "file_id": id, "file_unique_id": id, "file_name": name, "mime_type": "text/plain",
            "file_size": file.size,
        } })
    }
}

/// As a screen does while the hub is away: the same press until there is an answer.
async fn until_taken(api: &Api, method: Method, path: &str, body: &Value) -> anyhow::Result<()> {
    for _ in 0..1200 {
        match api.request(method.clone(), path, Some(body)).await {
            Ok((status, _)) if status.is_success() => return Ok(()),
            Ok((status, answer)) if status.is_client_error() => bail!("{path} is refused: {status} {answer}"),
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    bail!("{path} is not taken")
}

async fn upload(api: &Api, file: &Sample) -> anyhow::Result<Value> {
    for _ in 0..1200 {
        match api.upload(&file.name, file.bytes.clone()).await {
            Ok((status, mut answer)) if status.is_success() => return Ok(answer["id"].take()),
            Ok((status, answer)) if status.is_client_error() => bail!("a file is refused: {status} {answer}"),
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    bail!("a file is not taken")
}
