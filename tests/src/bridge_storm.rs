//! The bridge-storm driver: people talk in bridged and other chats, the director in his topics, while Telegram misbehaves and
//! the hub is killed; and then the count of what stands on each side.
//!
//! Everything must stand on the other side once, in order and as it was last said, or be said to be in doubt. Nothing may
//! come back to where it came from, and nothing of other chats may get there at all.

mod count;
mod director;
mod faults;
mod latency;
mod play;
mod rows;
mod said;
mod shown;
mod stage;
mod words;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use mocks::dice::Dice;
use serde::Serialize;
use serde_json::json;

use crate::hub::Hub;
use count::{Count, Direction};
use latency::Latency;
use stage::{FIRST_WORDS, Stage};

/// How long the hub may need to bring everything over when all is well again.
const REST_WITHIN: Duration = Duration::from_mins(10);

/// How many messages may be under way when the hub dies or Telegram goes away.
const UNDER_WAY: u64 = 8;

/// Talks in bridged and other chats from both sides, under random faults and kills, and counts what stands where.
#[derive(clap::Parser)]
#[command(name = "bridge-storm")]
pub struct Options {
    /// How many things are done, on both sides together.
    #[arg(long, default_value_t = 5_000)]
    actions: usize,
    /// How many times the hub is killed with SIGKILL.
    #[arg(long, default_value_t = 10)]
    kills: u32,
    /// How many chats are bridged; as many others are not.
    #[arg(long, default_value_t = 20)]
    chats: usize,
    /// The same seed gives the same actions, faults and kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many actions are under way at once.
    #[arg(long, default_value_t = 12)]
    parallel: usize,
    /// Instead of a storm: measures so many seconds long how soon the director's words can be read.
    #[arg(long, default_value_t = 0)]
    latency: u64,
    /// Messages of both sides in a second, while that is measured.
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// A folder that is kept; without it a temporary one.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// One line of the table.
type Figure = fn(&Direction) -> usize;

/// The last line of the output.
#[derive(Debug, Serialize)]
pub struct Report {
    #[serde(flatten)]
    count: Count,
    /// Where it was measured.
    latency: Option<Latency>,
    /// Messages in doubt that no fault and no kill accounts for.
    doubts_unaccounted_for: u64,
    actions: usize,
    kills: u32,
    faults: u64,
    seed: u64,
    seconds: u64,
}

impl Report {
    fn of_latency(latency: Latency, options: &Options, started: Instant) -> Self {
        Self {
            count: Count::default(),
            latency: Some(latency),
            doubts_unaccounted_for: 0,
            actions: 0,
            kills: 0,
            faults: 0,
            seed: options.seed,
            seconds: started.elapsed().as_secs(),
        }
    }

    /// Whether both sides agree.
    pub fn holds(&self) -> bool {
        let soon = self.latency.as_ref().is_none_or(Latency::holds);
        self.count.holds() && self.doubts_unaccounted_for == 0 && soon
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(latency) = &self.latency {
            return write!(out, "{latency}");
        }
        let Count { to_telegram, to_product, .. } = &self.count;
        writeln!(out, "{:<22}{:>12}{:>12}", "", "to Telegram", "to product")?;
        let figures: [(&str, Figure); 11] = [
            ("said", |way| way.said),
            ("arrived", |way| way.arrived),
            ("in doubt", |way| way.in_doubt),
            ("  and absent", |way| way.in_doubt_and_absent),
            ("doubled", |way| way.doubled),
            ("lost", |way| way.lost),
            ("stale", |way| way.stale),
            ("out of order", |way| way.out_of_order),
            ("misquoted", |way| way.misquoted),
            ("failed", |way| way.failed),
            ("unfinished", |way| way.unfinished),
        ];
        for (name, figure) in figures {
            writeln!(out, "{name:<22}{:>12}{:>12}", figure(to_telegram), figure(to_product))?;
        }
        let count = &self.count;
        writeln!(out, "{:<22}{:>12}{:>12}", "leaks", count.leaks_to_telegram, count.leaks_to_product)?;
        writeln!(out, "{:<22}{:>12}{:>12}", "echoes", count.echoes_to_telegram, count.echoes_to_product)?;
        write!(out, "faults {}, kills {}, {} s", self.faults, self.kills, self.seconds)
    }
}

/// The whole of it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut hub = Hub::of_this_driver(options.data.as_deref()).await?;
    let stage = Arc::new(Stage::set(&hub, options.chats, options.seed).await?);
    open_topics(&stage).await?;
    eprintln!(
        "{}s: {} chats, half of them bridged; seed {}",
        since(started),
        stage.chats.len(),
        options.seed
    );

    if options.latency > 0 {
        let latency = latency::measure(&stage, options.latency, options.rate).await?;
        hub.stop().await?;
        return Ok(Report::of_latency(latency, options, started));
    }
    faults::plan(&stage.fakes, options.seed);
    let lanes = play::plan(stage.chats.len(), options.actions, options.seed);
    let playing = play::Playing::begin(&stage, lanes, options.parallel, options.seed);
    let mut dice = Dice::new(options.seed ^ 0x6272_6964_6765);
    for kill in 1..=options.kills {
        let moment = options.actions * kill as usize / (options.kills as usize + 1);
        playing.until(moment).await;
        faults::outage(&stage.fakes, &mut dice).await;
        tokio::time::sleep(Duration::from_millis(dice.between(0, 400))).await;
        hub.kill9();
        tokio::time::sleep(Duration::from_millis(dice.between(0, 300))).await;
        hub.start().await?;
        eprintln!("{}s: kill {kill} after {moment} actions, up again", since(started));
    }
    let said = playing.end().await?;
    stage.director.tell_the_rest().await?;
    eprintln!("{}s: everything is said", since(started));
    let doubtful = faults::doubtful(&stage.fakes);
    let faults = stage.fakes.faults().struck().iter().map(|(_, _, _, times)| times).sum();
    stage.fakes.faults().clear();
    at_rest(&stage, started).await?;
    let count = count::count(&stage, &said).await?;
    hub.stop().await?;
    let explained = doubtful + 2 * UNDER_WAY * u64::from(options.kills);
    Ok(Report {
        doubts_unaccounted_for: (count.to_telegram.in_doubt as u64).saturating_sub(explained),
        count,
        latency: None,
        actions: options.actions,
        kills: options.kills,
        faults,
        seed: options.seed,
        seconds: started.elapsed().as_secs(),
    })
}

fn since(started: Instant) -> u64 {
    started.elapsed().as_secs()
}

/// A first word opens the topic of each bridged chat.
async fn open_topics(stage: &Stage) -> anyhow::Result<()> {
    for chat in stage.chats.iter().filter(|chat| chat.bridged) {
        let first = json!({ "id": uuid::Uuid::now_v7(), "text": FIRST_WORDS });
        stage.colleague.post(&chat.messages(), &first).await?;
    }
    let open = || async {
        Ok(stage.chats.iter().filter(|chat| chat.bridged).all(|chat| stage.topic(chat).is_some()))
    };
    stage::until("every bridged chat has a topic", open).await
}

/// Waits until nothing waits on any way.
async fn at_rest(stage: &Stage, started: Instant) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut told = Instant::now();
    loop {
        let waiting = waiting(stage).await?;
        if waiting == 0 {
            eprintln!("{}s: nothing waits", since(started));
            return Ok(());
        }
        if begun.elapsed() > REST_WITHIN {
            bail!("{waiting} messages still wait after {REST_WITHIN:?}");
        }
        if told.elapsed() > Duration::from_secs(10) {
            eprintln!("{}s: {waiting} messages wait", since(started));
            told = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

async fn waiting(stage: &Stage) -> anyhow::Result<i64> {
    let setup = stage.boss.get("/api/bridge").await?;
    let rooms = setup["rooms"].as_array().context("bridged rooms")?;
    let out: i64 = rooms.iter().filter_map(|room| room["waiting"].as_i64()).sum();
    let balance = stage.colleague.get("/api/raw-events/balance").await?;
    let told = balance["total"]["pending"].as_i64().context("a balance")?;
    if out + told > 0 {
        return Ok(out + told);
    }
    let mut files = 0;
    for chat in stage.chats.iter().filter(|chat| chat.bridged) {
        let rows = rows::of_chat(&stage.colleague, chat).await?;
        files += rows.iter().filter(|row| row.waits()).count();
    }
    Ok(i64::try_from(files)?)
}
