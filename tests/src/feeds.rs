//! The feeds driver: many browsers keep their live feeds open while clients write and connections break at random; and then
//! the count of what each of them was told, and what that cost the hub.
//!
//! Every feed must tell every message that its person may see exactly once, and nothing else, however often it broke.

mod browser;
mod count;
mod stage;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::Context;
use mocks::dice::Dice;
use serde::Serialize;

use crate::hub::{Hub, cpu_seconds, cpu_seconds_with_children};
use browser::Browser;
use count::Count;
use stage::Stage;

/// How long feeds may need to tell the rest when nobody writes any more.
const REST_WITHIN: Duration = Duration::from_secs(30);

/// Keeps live feeds open while clients write and connections break, and counts what each feed was told.
#[derive(clap::Parser)]
#[command(name = "feeds")]
pub struct Options {
    /// How many feeds are open at once.
    #[arg(long, default_value_t = 50)]
    feeds: usize,
    /// How many people they belong to; every second one sees his own clients only.
    #[arg(long, default_value_t = 10)]
    people: usize,
    /// Messages of clients in a second.
    #[arg(long, default_value_t = 20)]
    rate: u32,
    /// How long clients write.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// A connection breaks after so many seconds at most.
    #[arg(long, default_value_t = 6)]
    breaks_within: u64,
    /// How many processors the hub may keep busy.
    #[arg(long, default_value_t = 0.5)]
    cores: f64,
    /// The same seed gives the same letters and breaks.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A folder that is kept; without it a temporary one.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// The last line of the output.
#[derive(Debug, Serialize)]
pub struct Report {
    feeds: usize,
    /// Messages of clients.
    events: usize,
    #[serde(flatten)]
    count: Count,
    /// How many processors the hub's process kept busy while clients wrote, and its database.
    hub_cores: f64,
    database_cores: f64,
    /// What the hub was allowed.
    cores_allowed: f64,
    seed: u64,
    seconds: u64,
}

impl Report {
    /// Whether every feed was complete and the hub had little to do.
    pub fn holds(&self) -> bool {
        self.count.holds() && self.hub_cores <= self.cores_allowed
    }
}

/// The whole of it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut hub = Hub::of_this_driver(options.data.as_deref()).await?;
    let stage = Stage::set(&hub, options.people, options.seed).await?;
    let mut dice = Dice::new(options.seed ^ 0x0066_6565_6473);
    let mut browsers = Vec::new();
    for number in 0..options.feeds {
        let reader = number % stage.readers.len();
        let chance = Dice::new(dice.between(0, u64::MAX - 1));
        browsers
            .push(Browser::open(&stage.readers[reader].api, reader, options.breaks_within, chance).await?);
    }
    eprintln!("{}s: {} feeds are open; seed {}", since(started), browsers.len(), options.seed);

    let (begun, before) = (Instant::now(), used(&hub)?);
    let letters = stage.write(options.rate, options.seconds, options.seed).await?;
    let (took, after) = (begun.elapsed().as_secs_f64(), used(&hub)?);
    eprintln!("{}s: {} messages are written", since(started), letters.len());

    let last = Instant::now();
    while last.elapsed() < REST_WITHIN && !count::is_complete(&stage, &letters, &browsers) {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What is told twice may come behind the last that was missing.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let count = count::count(&stage, &letters, &browsers);
    drop(browsers);
    hub.stop().await?;
    Ok(Report {
        feeds: options.feeds,
        events: letters.len(),
        count,
        hub_cores: hundredths((after.hub - before.hub) / took),
        database_cores: hundredths((after.database - before.database) / took),
        cores_allowed: options.cores,
        seed: options.seed,
        seconds: started.elapsed().as_secs(),
    })
}

/// Seconds of processor time up to now.
struct Used {
    hub: f64,
    database: f64,
}

fn used(hub: &Hub) -> anyhow::Result<Used> {
    let database = hub.postgres().pid().and_then(cpu_seconds_with_children);
    Ok(Used {
        hub: hub.pid().and_then(cpu_seconds).context("the hub runs")?,
        database: database.context("PostgreSQL runs")?,
    })
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn since(started: Instant) -> u64 {
    started.elapsed().as_secs()
}
