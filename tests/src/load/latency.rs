//! One webhook at a time: how long until the API shows it.

use std::time::{Duration, Instant};

use crm_core::InteractionId;
use gateway::clock;

use super::bench::Bench;
use super::seed;
use super::stock::Writer;
use super::wire::{Connection, get};

/// How many are posted.
const MESSAGES: usize = 200;
/// Longer is stuck.
const SEEN_WITHIN: Duration = Duration::from_secs(30);

/// Posts and looks, again and again.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    eprintln!("one webhook at a time");
    let (account, key) = seed::whatsapp_account(&bench.pool).await?;
    let size = bench.options.size;
    let session = bench.hub.sign_in(seed::ADMINISTRATOR, seed::PASSWORD).await?;
    let mut writer = Writer::new(size.seed, size.contacts, &format!("/hooks/{key}"), clock::now());
    let mut posting = Connection::open(bench.hub_address()?).await?;
    let mut looking = Connection::open(bench.hub_address()?).await?;
    let mut waits = Vec::new();
    for _ in 0..MESSAGES {
        let message = writer.next(clock::now());
        let id = InteractionId::derived(account, "message", &message.id);
        let look = get(&format!("/api/interactions/{id}"), Some(session.cookie()));
        let sent = Instant::now();
        let answer = posting.exchange(&message.request).await?;
        bench.figures.promise(answer.status == 200, "a single webhook is taken");
        while looking.exchange(&look).await?.status != 200 {
            anyhow::ensure!(sent.elapsed() < SEEN_WITHIN, "a message does not become visible");
        }
        waits.push(sent.elapsed().as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    waits.sort_by(f64::total_cmp);
    let at = |percent: usize| waits[waits.len() * percent / 100];
    bench.figures.add("one webhook to visible, p50", at(50), "ms");
    bench.figures.add("one webhook to visible, p95", at(95), "ms");
    Ok(())
}
