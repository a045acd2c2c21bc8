//! From webhook to disk, and from webhook to the client's timeline, round by round beside the ceilings.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use gateway::clock;
use sqlx::PgPool;
use uuid::{Builder, Uuid};

use super::bench::{Bench, around};
use super::ceiling::Ceiling;
use super::drive::{Drive, Requests};
use super::figures::median;
use super::seed;
use super::stock::Writer;

/// A backlog that is not through by then counts as stuck.
const THROUGH_WITHIN: Duration = Duration::from_mins(5);
/// Share of the ceiling that is promised.
const DURABLE: f64 = 0.6;
const VISIBLE: f64 = 0.5;

/// What the rounds of one number of connections gave.
#[derive(Default)]
struct Rounds {
    raw: Vec<f64>,
    rows: Vec<f64>,
    durable: Vec<f64>,
    visible: Vec<f64>,
    p50: Vec<f64>,
    p95: Vec<f64>,
    ceiling_p95: Vec<f64>,
}

/// Measures, and holds that everything posted stands on the timelines once.
pub(super) async fn measure(bench: &mut Bench) -> anyhow::Result<()> {
    let (_, key) = seed::whatsapp_account(&bench.pool).await?;
    let size = bench.options.size;
    let mut writer = Writer::new(size.seed, size.contacts, &format!("/hooks/{key}"), clock::now());
    let mut for_raw = Writer::new(size.seed, size.contacts, "/raw/k", clock::now());
    let mut for_rows = Writer::new(size.seed, size.contacts, "/rows/k", clock::now());
    let raw = Arc::new(for_raw.stock(4000, clock::now()));
    let rows = Arc::new(for_rows.stock(4000, clock::now()));
    let rows_before = interactions(&bench.pool).await?;
    let mut posted = 0;
    for connections in bench.options.connections.clone() {
        eprintln!("ingest at {connections} connections");
        let mut rounds = Rounds::default();
        for round in 0..=bench.options.rounds {
            let mut one = Rounds::default();
            ceilings(bench, connections, (&raw, &rows), &mut one).await?;
            // The hub is below its ceiling, so this lasts for the whole measurement.
            let wanted = one.raw[0] * bench.options.time().as_secs_f64();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "some hundred thousand"
            )]
            let stock = writer.stock(wanted as usize + 1000, clock::now());
            posted += product(bench, connections, stock, &mut one).await?;
            if round > 0 {
                rounds.extend(one);
            }
        }
        report(bench, connections, &rounds);
    }
    let added = interactions(&bench.pool).await? - rows_before;
    bench.figures.promise(added == posted, format!("{posted} messages were posted and {added} rows came"));
    bench.figures.add("messages posted, each visible once", precise(posted), "");
    Ok(())
}

impl Rounds {
    fn extend(&mut self, other: Self) {
        self.raw.extend(other.raw);
        self.rows.extend(other.rows);
        self.durable.extend(other.durable);
        self.visible.extend(other.visible);
        self.p50.extend(other.p50);
        self.p95.extend(other.p95);
        self.ceiling_p95.extend(other.ceiling_p95);
    }
}

async fn ceilings(
    bench: &mut Bench,
    connections: usize,
    (raw, rows): (&Arc<Requests>, &Arc<Requests>),
    one: &mut Rounds,
) -> anyhow::Result<()> {
    Ceiling::empty(&bench.pool).await?;
    let address = bench.ceiling.address;
    let what = around(address, connections, raw, &bench.options);
    let driven = bench.drive(&what, "bare group insert of raw rows").await?;
    one.raw.push(driven.rate());
    one.ceiling_p95.push(driven.percentile(95));
    let what = around(address, connections, rows, &bench.options);
    let driven = bench.drive(&what, "bare group insert of raw and timeline rows").await?;
    one.rows.push(driven.rate());
    eprintln!("    ceilings {:.0} and {:.0} a second", one.raw[0], one.rows[0]);
    Ok(())
}

/// One round of the hub. Returns how many messages were posted.
async fn product(
    bench: &mut Bench,
    connections: usize,
    stock: Requests,
    one: &mut Rounds,
) -> anyhow::Result<i64> {
    let begun = clock::now();
    let what = Drive {
        address: bench.hub_address()?,
        connections,
        requests: Arc::new(stock),
        time: bench.options.time(),
        around: false,
        in_action: 1,
    };
    let started = Instant::now();
    let driven = bench.drive(&what, "webhooks").await?;
    let posted = i64::try_from(driven.latencies.len())?;
    let pending = posted - outcomes(&bench.pool, begun).await?;
    let mut left = pending;
    while left > 0 {
        anyhow::ensure!(started.elapsed() < THROUGH_WITHIN, "the backlog does not get through");
        // Counting is work for the same database: a long backlog is looked at seldom.
        let pause = u64::try_from(left / 50)?.clamp(20, 1000);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        left = posted - outcomes(&bench.pool, begun).await?;
    }
    let through = started.elapsed();
    let applied = applied(&bench.pool, begun).await?;
    bench.figures.promise(applied == posted, format!("{posted} were posted and {applied} were applied"));
    one.durable.push(driven.rate());
    one.visible.push(precise(posted) / through.as_secs_f64());
    one.p50.push(driven.percentile(50));
    one.p95.push(driven.percentile(95));
    eprintln!(
        "    {posted} posted at {:.0} a second, {pending} of them pending; visible at {:.0} a second",
        one.durable[0], one.visible[0]
    );
    Ok(posted)
}

fn report(bench: &mut Bench, connections: usize, rounds: &Rounds) {
    let figures = &mut bench.figures;
    let (durable, raw) = (median(&rounds.durable), median(&rounds.raw));
    let (visible, rows) = (median(&rounds.visible), median(&rounds.rows));
    let (p50, p95) = (median(&rounds.p50), median(&rounds.p95));
    let note = format!("p50 {p50:.2} ms, p95 {p95:.2} ms (bare p95 {:.2} ms)", median(&rounds.ceiling_p95));
    let name = |what| format!("webhook to {what}, {connections} connections");
    figures.add(name("durable"), durable, "/s").beside(raw).note(note);
    figures.add(name("visible"), visible, "/s").beside(rows);
    if connections == 64 {
        let told = |ratio: f64, least: f64| format!("{ratio:.2} of the ceiling, at least {least} wanted");
        let (by_raw, by_rows) = (durable / raw, visible / rows);
        figures.target("webhook_to_durable", by_raw >= DURABLE, told(by_raw, DURABLE));
        figures.target("webhook_to_visible", by_rows >= VISIBLE, told(by_rows, VISIBLE));
    }
}

#[expect(clippy::cast_precision_loss, reason = "far below what a float holds exactly")]
fn precise(count: i64) -> f64 {
    count as f64
}

/// The least id of a raw event received from then on.
fn least_id(since: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(since.timestamp_millis()).unwrap_or(0);
    Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

async fn outcomes(pool: &PgPool, since: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from raw_outcomes where raw_id >= $1")
        .bind(least_id(since))
        .fetch_one(pool)
        .await
}

async fn applied(pool: &PgPool, since: DateTime<Utc>) -> sqlx::Result<i64> {
    sqlx::query_scalar(
        "select count(*) from raw_outcomes where raw_id >= $1 and state = 'applied' and events = 1",
    )
    .bind(least_id(since))
    .fetch_one(pool)
    .await
}

async fn interactions(pool: &PgPool) -> sqlx::Result<i64> {
    sqlx::query_scalar("select count(*) from interactions").fetch_one(pool).await
}
