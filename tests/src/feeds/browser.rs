//! One live feed as a browser keeps it: it breaks at random, and goes on behind the last event that got through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use mocks::dice::Dice;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use crate::hub::Api;

/// A browser comes back after this at most.
const AWAY_MS: u64 = 1_500;
/// How long a new feed may take to say that it is open.
const OPEN_WITHIN: Duration = Duration::from_secs(10);
/// A break that loses something waits for it no longer than this.
const LOSES_WITHIN: Duration = Duration::from_secs(1);

/// Everything that one feed was told.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    /// When each row was told, every time.
    pub rows: HashMap<Uuid, Vec<Heard>>,
    /// How often it was told to read everything anew.
    pub resyncs: usize,
    /// How often the connection broke.
    pub breaks: usize,
    /// How often coming back was refused or the hub itself ended the stream.
    pub refused: usize,
}

/// One time a row was told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub at: Instant,
    /// Since when the connection was open.
    pub open_since: Instant,
}

/// A feed that is kept open until it is dropped.
pub(super) struct Browser {
    /// Whose it is, by place.
    pub reader: usize,
    told: Arc<Mutex<Told>>,
    task: JoinHandle<()>,
}

impl Browser {
    /// Opens the feed; what happens from here on is to be told.
    pub async fn open(api: &Api, reader: usize, breaks_within: u64, dice: Dice) -> anyhow::Result<Self> {
        let told = Arc::new(Mutex::new(Told::default()));
        let mut feed = Feed { api: api.clone(), told: Arc::clone(&told), last: None, dice, breaks_within };
        let connection = feed.connect().await?;
        Ok(Self { reader, told, task: tokio::spawn(feed.keep(connection)) })
    }

    /// What it was told up to now.
    pub fn told(&self) -> Told {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Feed {
    api: Api,
    told: Arc<Mutex<Told>>,
    /// The id of the last event that got through.
    last: Option<String>,
    dice: Dice,
    breaks_within: u64,
}

struct Connection {
    answer: reqwest::Response,
    since: Instant,
    /// Bytes of an event whose end is not here yet.
    begun: Vec<u8>,
}

impl Feed {
    async fn keep(mut self, mut connection: Connection) {
        loop {
            self.listen(&mut connection).await;
            drop(connection);
            connection = loop {
                tokio::time::sleep(Duration::from_millis(self.dice.between(0, AWAY_MS))).await;
                match self.connect().await {
                    Ok(connection) => break connection,
                    Err(_) => self.note(|told| told.refused += 1),
                }
            };
        }
    }

    /// Connects behind what got through, and waits for the first event.
    async fn connect(&mut self) -> anyhow::Result<Connection> {
        let answer = self.api.follow("/api/events", self.last.as_deref()).await?;
        let mut connection = Connection { answer, since: Instant::now(), begun: Vec::new() };
        timeout(OPEN_WITHIN, async {
            while self.last.is_none() {
                let chunk = connection.answer.chunk().await?.context("the feed ended at once")?;
                self.hear(&mut connection, &chunk);
            }
            anyhow::Ok(())
        })
        .await
        .context("the feed does not open")??;
        Ok(connection)
    }

    /// Hears until the connection breaks: at once, or losing what is just under way.
    async fn listen(&mut self, connection: &mut Connection) {
        let breaks = Duration::from_millis(self.dice.between(0, self.breaks_within * 1_000));
        let until = async {
            while let Ok(Some(chunk)) = connection.answer.chunk().await {
                self.hear(connection, &chunk);
            }
        };
        match timeout(breaks, until).await {
            Ok(()) => self.note(|told| told.refused += 1),
            Err(_) => {
                if self.dice.chance(50) {
                    // The hub has sent it and nobody has it.
                    let _ = timeout(LOSES_WITHIN, connection.answer.chunk()).await;
                }
                self.note(|told| told.breaks += 1);
            }
        }
    }

    fn hear(&mut self, connection: &mut Connection, chunk: &[u8]) {
        connection.begun.extend_from_slice(chunk);
        while let Some(end) = connection.begun.windows(2).position(|two| two == b"\n\n") {
            let event: Vec<u8> = connection.begun.drain(..end + 2).collect();
            let event = Event::read(&String::from_utf8_lossy(&event));
            self.note(|told| event.note(told, connection.since));
            self.last = event.id.or(self.last.take());
        }
    }

    fn note(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// One Server-Sent Event; a comment that keeps the connection alive has none of these.
#[derive(Debug, Default)]
struct Event {
    id: Option<String>,
    name: String,
    data: String,
}

impl Event {
    fn read(text: &str) -> Self {
        let mut event = Self::default();
        for line in text.lines() {
            let Some((field, value)) = line.split_once(':') else { continue };
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "id" => event.id = Some(value.to_owned()),
                "event" => value.clone_into(&mut event.name),
                "data" => event.data.push_str(value),
                _ => {}
            }
        }
        event
    }

    fn note(&self, told: &mut Told, open_since: Instant) {
        match self.name.as_str() {
            "resync" => told.resyncs += 1,
            "interaction" => {
                let data: Value = serde_json::from_str(&self.data).unwrap_or_default();
                let row = data["interaction_id"].as_str().and_then(|id| id.parse().ok());
                if let Some(row) = row {
                    told.rows.entry(row).or_default().push(Heard { at: Instant::now(), open_since });
                }
            }
            _ => {}
        }
    }
}
