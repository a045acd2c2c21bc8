//! What every measurement needs: a seeded database, a hub, the ceilings beside it.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use sqlx::PgPool;

use super::ceiling::Ceiling;
use super::drive::{Drive, Driven, Requests, drive};
use super::figures::Figures;
use super::options::Options;
use super::seed;
use super::shape::Shape;
use super::watch::Watch;
use crate::hub::{Folder, Hub};

/// Everything that runs.
pub(super) struct Bench {
    pub options: Options,
    pub shape: Arc<Shape>,
    pub hub: Hub,
    pub pool: PgPool,
    pub ceiling: Ceiling,
    pub watch: Watch,
    pub figures: Figures,
}

impl Bench {
    pub async fn prepare(options: Options) -> anyhow::Result<Self> {
        let shape = Arc::new(Shape::new(options.size));
        let folder = options.data.as_deref().map_or_else(Folder::temporary, Folder::given)?;
        let mut hub = Hub::new(std::env::current_exe()?, folder)?.with("UZEL_LOG", "warn");
        // The first start makes the database; its PostgreSQL stays when the hub is gone.
        hub.start().await?;
        let pool = hub.postgres().pool()?;
        hub.kill9();
        let mut figures = Figures::default();
        if let Some(seconds) = seed::ensure(&pool, hub.folder().data(), &shape).await? {
            figures.add("seeding", seconds, "s");
        } else {
            // Of an earlier run: what it posted stays on the timelines, as in life; its raw log does not count here.
            sqlx::raw_sql("truncate raw_events, raw_outcomes, feed").execute(&pool).await?;
        }
        hub.start().await?;
        let watch = Watch::start();
        watch.follow(hub.pid());
        let ceiling = Ceiling::start(&pool).await?;
        Ok(Self { options, shape, hub, pool, ceiling, watch, figures })
    }

    pub fn hub_address(&self) -> anyhow::Result<SocketAddr> {
        self.hub.url().trim_start_matches("http://").parse().context("the hub's address")
    }

    /// Drives for the time of one measurement; a request that fails breaks a promise.
    pub async fn drive(&mut self, what: &Drive, name: &str) -> anyhow::Result<Driven> {
        let driven = drive(what).await.with_context(|| name.to_owned())?;
        let failure = driven.failure.clone().unwrap_or_default();
        self.figures
            .promise(driven.failed == 0, format!("{name}: {} requests failed: {failure}", driven.failed));
        Ok(driven)
    }
}

/// Requests that are sent around and around.
pub(super) fn around(
    address: SocketAddr,
    connections: usize,
    requests: &Arc<Requests>,
    options: &Options,
) -> Drive {
    let requests = requests.clone();
    Drive { address, connections, requests, time: options.time(), around: true, in_action: 1 }
}
