//! From the start of the process until the hub says that it is ready, on the warm data folder.

use std::time::Instant;

use super::bench::Bench;
use super::figures::median;

const WITHIN: f64 = 2.0;

/// Kills and starts the hub; then stops it properly, which stops PostgreSQL too, and starts both.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    eprintln!("start to ready");
    let (mut killed, mut stopped) = (Vec::new(), Vec::new());
    for _ in 0..bench.options.rounds.max(1) {
        bench.hub.kill9();
        killed.push(start(bench).await?);
    }
    for _ in 0..bench.options.rounds.max(1) {
        let took = bench.hub.stop().await?;
        eprintln!("    stopped within {:.2} s", took.as_secs_f64());
        stopped.push(start(bench).await?);
    }
    let (killed, stopped) = (median(&killed), median(&stopped));
    bench.figures.add("start to ready, hub killed, PostgreSQL running", killed, "s");
    bench.figures.add("start to ready, both stopped before", stopped, "s");
    let detail = format!("{killed:.2} s and {stopped:.2} s, within {WITHIN} s wanted");
    bench.figures.target("start_to_ready", killed < WITHIN && stopped < WITHIN, detail);
    Ok(())
}

async fn start(bench: &mut Bench) -> anyhow::Result<f64> {
    let begun = Instant::now();
    bench.hub.start().await?;
    let took = begun.elapsed().as_secs_f64();
    bench.watch.follow(bench.hub.pid());
    Ok(took)
}
