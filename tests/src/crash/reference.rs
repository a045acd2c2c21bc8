//! The second database: the same requests, each once, in order, and nothing went wrong.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use bytes::Bytes;
use connector_api::RawEvent;
use crm_core::AccountId;
use crm_core::timeline::dump::canonical;
use crm_core::timeline::ingest;
use crm_core::timeline::raw_event::StoredRaw;
use gateway::accounts::Accounts;
use gateway::sealed::key_from_file;
use gateway::{clock, http_client, reading};
use mocks::scenario::Step;
use sqlx::PgPool;

use super::{census, request_of};
use crate::hub::{Cast, Hub};

/// Events of one transaction.
const BATCH: usize = 100;

/// How two databases differ.
pub(super) struct Difference {
    /// Lines of the reference that the hub does not have.
    pub missing: usize,
    /// Lines of the hub that the reference does not have.
    pub doubled: usize,
}

/// Compares the hub's database with one that saw no crash.
pub(super) async fn compare(
    hub: &Hub,
    cast: &Cast,
    steps: &[Step],
    acknowledged: &BTreeSet<usize>,
) -> anyhow::Result<Difference> {
    let pool = hub.postgres().pool()?;
    let log = census::log(&pool).await?;
    // A request whose answers were all lost may be in the log: then it counts like the others.
    let mut requests: BTreeMap<usize, &Step> = BTreeMap::new();
    for (index, step) in steps.iter().enumerate() {
        if acknowledged.contains(&index) || log.contains_key(&request_of(cast, step)) {
            requests.insert(step.number, step);
        }
    }
    let accounts = Accounts::load(
        pool.clone(),
        key_from_file(&hub.folder().data().join("secret.key"))?,
        http_client::build()?,
    )
    .await?;
    let mut stored = Vec::with_capacity(requests.len());
    for step in requests.into_values() {
        let request = request_of(cast, step);
        // Where a provider tells no time of a fact, it is that of the first receipt.
        let received_at = log.get(&request).copied().unwrap_or_else(clock::now);
        let (account, query, body) = request;
        let raw = RawEvent {
            source: "webhook".to_owned(),
            received_at,
            content_type: step.outgoing.header("content-type").map(str::to_owned),
            query,
            body: Bytes::from(body),
        };
        stored.push(StoredRaw::new(AccountId(account.parse()?), raw));
    }
    let reference = apply_once(&pool, &accounts, &stored).await?;
    let expected = canonical(&mut *reference.acquire().await?).await?;
    let found = canonical(&mut *pool.acquire().await?).await?;
    reference.close().await;
    Ok(difference(&expected, &found))
}

async fn apply_once(pool: &PgPool, accounts: &Accounts, stored: &[StoredRaw]) -> anyhow::Result<PgPool> {
    sqlx::raw_sql("drop database if exists reference").execute(pool).await?;
    sqlx::raw_sql("create database reference").execute(pool).await?;
    let options = pool.connect_options().as_ref().clone().database("reference");
    let reference = PgPool::connect_with(options).await?;
    crm_core::MIGRATOR.run(&reference).await?;
    let mut conn = reference.acquire().await?;
    for batch in stored.chunks(BATCH) {
        let mut read = Vec::with_capacity(batch.len());
        for raw in batch {
            let account = accounts.by_id(raw.account_id).context("every account of the storm works")?;
            read.push(reading::read(raw, &account));
        }
        ingest::apply(&mut conn, &read, clock::now()).await?;
        ingest::settle(&mut conn, clock::now()).await?;
    }
    drop(conn);
    Ok(reference)
}

fn difference(expected: &str, found: &str) -> Difference {
    let count = |text: &str| {
        let mut lines: BTreeMap<String, i64> = BTreeMap::new();
        for line in text.lines() {
            *lines.entry(line.to_owned()).or_default() += 1;
        }
        lines
    };
    let mut balance = count(expected);
    for (line, times) in count(found) {
        *balance.entry(line).or_default() -= times;
    }
    let mut difference = Difference { missing: 0, doubled: 0 };
    for (line, times) in balance.into_iter().filter(|(_, times)| *times != 0) {
        let (side, shown) = if times > 0 {
            (&mut difference.missing, "missing")
        } else {
            (&mut difference.doubled, "too much")
        };
        *side += usize::try_from(times.unsigned_abs()).unwrap_or(usize::MAX);
        if *side <= 10 {
            eprintln!("{shown}: {line}");
        }
    }
    eprintln!("{} lines on the timelines of the hub", found.lines().count());
    difference
}
