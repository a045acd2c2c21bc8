//! What the driver is told.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Measures the hub beside raw ceilings, on a database of the given size.
#[derive(Clone, Debug, clap::Parser)]
#[command(name = "load")]
pub(super) struct Options {
    #[command(flatten)]
    pub size: Size,
    /// The data folder. It is kept, and used again when it holds a database of the same size and seed. Not given: a
    /// folder that is removed afterwards.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Seconds of one measurement.
    #[arg(long, default_value_t = 5)]
    pub seconds: u64,
    /// Rounds of every measurement; the median counts.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Measures only these; everything when it is not given.
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<Section>,
    /// Connections that post webhooks. From the widest, where the rates show how large a stock is needed.
    #[arg(long, value_delimiter = ',', default_values_t = [64, 16, 1])]
    pub connections: Vec<usize>,
    /// A target that is missed fails the run.
    #[arg(long)]
    pub strict: bool,
}

/// A part of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Section {
    /// Seeding alone.
    Seed,
    /// Webhook to durable, and to visible.
    Ingest,
    /// One webhook at a time.
    Latency,
    /// Cards, timelines, lists, search.
    Reads,
    /// From start to ready.
    Start,
}

/// How large the seeded database is; the same size and seed give the same rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args, Serialize, Deserialize)]
pub(super) struct Size {
    /// Client cards.
    #[arg(long, default_value_t = 100_000)]
    pub clients: usize,
    /// People; at least as many as clients.
    #[arg(long, default_value_t = 300_000)]
    pub contacts: usize,
    /// Rows of all timelines together.
    #[arg(long, default_value_t = 10_000_000)]
    pub interactions: usize,
    /// Whatever looks like chance follows from it.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

impl Options {
    pub fn wants(&self, section: Section) -> bool {
        self.only.is_empty() || self.only.contains(&section)
    }

    pub fn time(&self) -> Duration {
        Duration::from_secs(self.seconds.max(1))
    }
}

impl Size {
    pub fn check(&self) -> anyhow::Result<()> {
        anyhow::ensure!(self.clients >= 50, "at least 50 clients");
        anyhow::ensure!(self.contacts >= self.clients, "at least one contact for each client");
        anyhow::ensure!(self.interactions >= 5_000, "at least 5,000 interactions");
        Ok(())
    }
}
