//! The send-load driver: how many answers a second go out by ten accounts, whether memory stays flat meanwhile, and how much
//! slower nine accounts are while the provider of the tenth hangs.
//!
//! Everything is pressed while no worker runs; then one starts, and from there on it is only the way out that is measured.
//! The fakes take their share of the same processors.

mod line;

use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use mocks::Provider;
use mocks::fault::Outage;
use serde::Serialize;

use crate::hub::{Api, Hub, resident_kb};
use crate::load::median;
use line::Line;

/// The accounts of one company; the provider of the last one hangs when told to.
const ACCOUNTS: usize = 10;
/// WhatsApp lets a person be written to so often at once.
const BURST: usize = 40;
/// Nothing of a phase takes longer.
const WITHIN: Duration = Duration::from_mins(20);

/// Measures how fast answers go out.
#[derive(clap::Parser)]
#[command(name = "send-load")]
pub struct Options {
    /// How many messages the first measurement sends, over ten accounts.
    #[arg(long, default_value_t = 20_000)]
    messages: usize,
    /// How many messages each round with and without a hanging provider sends by the nine others.
    #[arg(long, default_value_t = 9_000)]
    beside: usize,
    /// How often those two rounds are repeated; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// The fakes report sent, delivered and read of every message, as WhatsApp does.
    #[arg(long)]
    states: bool,
}

/// The last line of the output.
#[derive(Debug, Serialize)]
pub struct Report {
    messages: usize,
    states: bool,
    /// Messages a second over all ten accounts.
    sent_per_second: f64,
    /// Resident memory of the sending process when a fifth was sent, and at its highest after that, in megabytes.
    memory_at_a_fifth_mb: f64,
    memory_peak_mb: f64,
    /// Messages a second of nine accounts alone, and while the provider of the tenth hangs.
    nine_alone_per_second: f64,
    nine_beside_a_hanging_one_per_second: f64,
    /// How many of all messages a phone received more than once, and never.
    doubled: usize,
    lost: usize,
}

/// What was seen while messages went out.
struct Drained {
    per_second: f64,
    at_a_fifth_mb: f64,
    peak_mb: f64,
}

/// The whole of it.
pub async fn run(options: &Options) -> anyhow::Result<Report> {
    let mut hub = Hub::of_this_driver(None).await?;
    let api = hub.administrator().await?;
    let first = options.messages.div_ceil(ACCOUNTS);
    let beside = options.beside.div_ceil(ACCOUNTS - 1);
    let hanging = 200;
    let clients = first.div_ceil(BURST) + 2 * options.rounds * beside.div_ceil(BURST) + 1;
    let mut lines = Vec::new();
    for number in 0..ACCOUNTS {
        lines.push(Line::open(&api, number, clients, options.states).await?);
    }
    eprintln!("{ACCOUNTS} accounts with {clients} clients each");
    hub.stop().await?;

    let mut pressed = 0;
    pressed += press(&hub, &mut lines, first).await?;
    let all = drain(&hub, &api, ACCOUNTS, pressed).await?;
    eprintln!("{pressed} messages: {:.0} a second, at most {:.0} MB", all.per_second, all.peak_mb);

    let (mut alone, mut accompanied) = (Vec::new(), Vec::new());
    for _ in 0..options.rounds {
        let (nine, tenth) = lines.split_at_mut(ACCOUNTS - 1);
        let count = press(&hub, nine, beside).await?;
        alone.push(drain(&hub, &api, ACCOUNTS - 1, count).await?.per_second);
        let count = press(&hub, nine, beside).await?;
        pressed += 2 * count + press(&hub, tenth, hanging).await?;
        tenth[0].fakes.faults().outage(Provider::WhatsApp, Outage::Hanging);
        accompanied.push(drain(&hub, &api, ACCOUNTS - 1, count).await?.per_second);
        tenth[0].fakes.faults().outage(Provider::WhatsApp, Outage::None);
        drain(&hub, &api, ACCOUNTS, hanging).await?;
        eprintln!("nine accounts: {alone:.0?} a second alone, {accompanied:.0?} beside a hanging one");
    }
    let (mut doubled, mut arrived) = (0, 0);
    for line in &lines {
        let (once, more) = line.arrived();
        arrived += once;
        doubled += more;
    }
    ensure!(doubled == 0, "{doubled} messages arrived more than once");
    Ok(Report {
        messages: first * ACCOUNTS,
        states: options.states,
        sent_per_second: all.per_second,
        memory_at_a_fifth_mb: all.at_a_fifth_mb,
        memory_peak_mb: all.peak_mb,
        nine_alone_per_second: median(&alone),
        nine_beside_a_hanging_one_per_second: median(&accompanied),
        doubled,
        lost: pressed - arrived,
    })
}

/// Presses so many messages in each line while nobody sends.
async fn press(hub: &Hub, lines: &mut [Line], each: usize) -> anyhow::Result<usize> {
    let mut web = hub.another()?.in_role("web");
    web.start().await?;
    for line in &mut *lines {
        line.press(&web.url(), each).await?;
    }
    web.stop().await?;
    Ok(each * lines.len())
}

/// Starts a worker and waits until nothing waits in the first `accounts` of the list.
async fn drain(hub: &Hub, api: &Api, accounts: usize, messages: usize) -> anyhow::Result<Drained> {
    let mut web = hub.another()?.in_role("web");
    web.start().await?;
    let api = api.at(&web.url());
    let mut worker = hub.another()?.in_role("worker");
    worker.start().await?;
    let (started, before) = (Instant::now(), waiting(&api, accounts).await?);
    let (mut at_a_fifth_mb, mut peak_mb) = (None, 0.0_f64);
    loop {
        let left = waiting(&api, accounts).await?;
        if left * 5 <= before * 4 {
            let memory = resident_mb(worker.pid().context("the worker runs")?)?;
            at_a_fifth_mb.get_or_insert(memory);
            peak_mb = peak_mb.max(memory);
        }
        if left == 0 {
            break;
        }
        if started.elapsed() > WITHIN {
            bail!("{left} of {messages} messages still wait after {WITHIN:?}");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let seconds = started.elapsed().as_secs_f64();
    worker.stop().await?;
    web.stop().await?;
    Ok(Drained {
        per_second: number(before) / seconds,
        at_a_fifth_mb: at_a_fifth_mb.unwrap_or(peak_mb),
        peak_mb,
    })
}

/// Messages that wait in the accounts of the first lines.
async fn waiting(api: &Api, accounts: usize) -> anyhow::Result<u64> {
    let channels = api.get("/api/channels").await?;
    let of_lines = |name: &str| (0..accounts).any(|number| name == Line::name(number));
    Ok(channels["items"]
        .as_array()
        .context("a list")?
        .iter()
        .filter(|channel| channel["name"].as_str().is_some_and(of_lines))
        .filter_map(|channel| channel["waiting"].as_u64())
        .sum())
}

fn resident_mb(pid: u32) -> anyhow::Result<f64> {
    Ok(number(resident_kb(pid).context("a process has memory")?) / 1024.0)
}

#[expect(clippy::cast_precision_loss, reason = "far below what a float holds exactly")]
fn number(count: u64) -> f64 {
    count as f64
}
