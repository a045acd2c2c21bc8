//! The send-storm driver: thousands of answers to clients of every channel, while the providers misbehave and the hub is
//! killed; and then the count of what reached the clients' phones.
//!
//! Every press must reach its phone once and in the order of its conversation. Where a provider cannot tell what became of
//! a lost answer, the message's own state must say so.

mod count;
mod faults;
mod press;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use gateway::clock;
use mocks::dice::Dice;
use mocks::post::Settings;
use mocks::{Fakes, FakesConfig, Provider};
use serde::Serialize;
use serde_json::json;

use crate::hub::{Api, Cast, Hub, connect};
use count::Channel;

/// How long the hub may need to send everything when all is well again. A lost answer of WhatsApp is asked after for a
/// minute.
const REST_WITHIN: Duration = Duration::from_mins(8);

/// Sends answers to clients of all channels under random faults and kills, and counts what reached them.
#[derive(clap::Parser)]
#[command(name = "send-storm")]
pub struct Options {
    /// How many messages are pressed, over all channels.
    #[arg(long, default_value_t = 5_000)]
    messages: usize,
    /// How many times the hub is killed with SIGKILL.
    #[arg(long, default_value_t = 10)]
    kills: u32,
    /// How many clients write in each channel.
    #[arg(long, default_value_t = 25)]
    clients: u32,
    /// The same seed gives the same presses, faults and kills.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many presses are under way at once.
    #[arg(long, default_value_t = 16)]
    parallel: usize,
    /// A folder that is kept; without it a temporary one.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// The last line of the output.
#[derive(Debug, Serialize)]
pub struct Report {
    /// By provider.
    channels: BTreeMap<&'static str, Channel>,
    kills: u32,
    faults: u64,
    seed: u64,
    seconds: u64,
}

impl Report {
    /// Whether every press arrived once and in order, or its state says that nobody can tell.
    pub fn holds(&self) -> bool {
        self.channels.values().all(Channel::holds)
    }
}

/// The channels that clients write by.
const WRITTEN: [Provider; 5] =
    [Provider::WhatsApp, Provider::Telegram, Provider::Max, Provider::Smsc, Provider::SmsRu];

/// The whole of it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let started = Instant::now();
    let mut hub = Hub::of_this_driver(options.data.as_deref()).await?;
    let api = hub.administrator().await?;
    let cast = connect(&api).await?;
    let fakes = Fakes::start(FakesConfig {
        providers: cast.config.clone(),
        // A provider's second is a tenth of ours.
        poster: Settings { repeat_scale: 0.1, ..Settings::default() },
        telegram_webhook: true,
        clock: Arc::new(clock::now),
    })
    .await
    .context("the fakes do not start")?;
    point_at(&api, &cast, &fakes).await?;
    let conversations = press::open(&api, &cast, &fakes, options.clients).await?;
    eprintln!("{}s: {} conversations are open; seed {}", since(started), conversations.len(), options.seed);

    faults::plan(&fakes, options.seed);
    let presses = press::plan(&conversations, options.messages, options.seed);
    let pressing = press::Pressing::begin(&api, presses.clone(), options.parallel);
    let mut dice = Dice::new(options.seed ^ 0x0073_746f_726d);
    for kill in 1..=options.kills {
        let moment = options.messages * kill as usize / (options.kills as usize + 1);
        pressing.until(moment).await;
        tokio::time::sleep(Duration::from_millis(dice.between(0, 400))).await;
        hub.kill9();
        tokio::time::sleep(Duration::from_millis(dice.between(0, 300))).await;
        hub.start().await?;
        eprintln!("{}s: kill {kill} after {moment} presses, up again", since(started));
    }
    pressing.end().await?;
    eprintln!("{}s: everything is pressed", since(started));
    fakes.faults().clear();
    at_rest(&api, started).await?;
    let channels = count::count(&api, &fakes, &presses).await?;
    let faults = fakes.faults().struck().iter().map(|(_, _, _, times)| times).sum();
    hub.stop().await?;
    Ok(Report {
        channels,
        kills: options.kills,
        faults,
        seed: options.seed,
        seconds: started.elapsed().as_secs(),
    })
}

fn since(started: Instant) -> u64 {
    started.elapsed().as_secs()
}

/// Accounts that call their provider are told where the fakes listen.
async fn point_at(api: &Api, cast: &Cast, fakes: &Fakes) -> anyhow::Result<()> {
    let addresses = fakes.addresses();
    for (provider, account) in &cast.accounts {
        let known = gateway::connectors::find(provider.name()).context("every fake has a connector")?;
        if known.setting("api_url").is_none() {
            continue;
        }
        let settings = json!({ "settings": { "api_url": addresses.of(*provider) } });
        let (status, body) =
            api.request(reqwest::Method::PATCH, &format!("/api/accounts/{account}"), Some(&settings)).await?;
        if !status.is_success() {
            bail!("{} is not told where its fake listens: {status} {body}", provider.name());
        }
    }
    Ok(())
}

/// Waits until no message waits in any channel.
async fn at_rest(api: &Api, started: Instant) -> anyhow::Result<()> {
    let begun = Instant::now();
    let mut told = Instant::now();
    loop {
        let channels = api.get("/api/channels").await?;
        let waiting: i64 = channels["items"]
            .as_array()
            .context("a list")?
            .iter()
            .filter_map(|channel| channel["waiting"].as_i64())
            .sum();
        if waiting == 0 {
            eprintln!("{}s: nothing waits", since(started));
            return Ok(());
        }
        if begun.elapsed() > REST_WITHIN {
            bail!("{waiting} messages still wait after {REST_WITHIN:?}: {channels}");
        }
        if told.elapsed() > Duration::from_secs(10) {
            eprintln!("{}s: {waiting} messages wait", since(started));
            told = Instant::now();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
