//! The load driver: seeds a company of a given size, then measures the hub beside raw ceilings of the same run, so that
//! a shared or slow machine spoils the figures and not their ratios.

mod bench;
mod ceiling;
mod copy;
mod dice;
mod drive;
mod figures;
mod ingest;
mod latency;
mod options;
mod reads;
mod seed;
mod shape;
mod start;
mod stock;
mod watch;
mod wire;
mod words;

use std::process::ExitCode;

use clap::Parser;
use serde_json::json;

use bench::Bench;
pub(crate) use figures::median;
use options::{Options, Section};

/// The resident memory of the hub that is promised.
const MEMORY_MB: f64 = 300.0;

/// When the driver was started as the raw ceilings, it is them.
pub fn run_as_ceiling() -> Option<ExitCode> {
    ceiling::run_as_ceiling()
}

/// Runs the driver. The last line of the standard output is one JSON object.
pub fn run() -> ExitCode {
    let options = Options::parse();
    // One thread: the generator leaves the rest of a small machine to what is measured.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let ran = runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(measure(options)));
    match ran {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error:#}");
            println!("{}", json!({ "ok": false, "error": format!("{error:#}") }));
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: Options) -> anyhow::Result<bool> {
    options.size.check()?;
    let mut bench = Bench::prepare(options).await?;
    if bench.options.wants(Section::Reads) {
        reads::measure(&mut bench).await?;
    }
    if bench.options.wants(Section::Latency) {
        latency::measure(&mut bench).await?;
    }
    if bench.options.wants(Section::Ingest) {
        ingest::measure(&mut bench).await?;
    }
    if bench.options.wants(Section::Start) {
        start::measure(&mut bench).await?;
    }
    let peak = bench.watch.peak_mb();
    bench.figures.add("memory of the hub, peak", peak, "MB");
    bench.figures.target("memory", peak < MEMORY_MB, format!("{peak:.0} MB, under {MEMORY_MB} MB wanted"));
    let Bench { options, pool, ceiling, figures, mut hub, .. } = bench;
    ceiling.stop(&pool).await?;
    pool.close().await;
    hub.stop().await?;
    println!("{}", figures.table());
    let about = json!({
        "size": options.size,
        "seconds": options.seconds,
        "rounds": options.rounds,
        "ceiling_raw": "like raw_events including all, one partition",
        "ceiling_interactions": "like interactions including all, empty before each round",
    });
    println!("{}", figures.json(about));
    Ok(figures.broken.is_empty() && !(options.strict && figures.missed()))
}
