//! The private PostgreSQL of a hub, from outside: its process and a door for questions in SQL.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use rustix::process::Signal;
use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::signal;

/// How to stop PostgreSQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// «Fast»: open transactions are rolled back.
    Fast,
    /// «Immediate»: as a crash, but without orphans.
    Immediate,
    /// SIGKILL of the postmaster.
    Kill,
}

/// A private PostgreSQL, running or not.
#[derive(Clone, Debug)]
pub struct Postgres {
    cluster: PathBuf,
}

impl Postgres {
    /// Of a hub with this data folder.
    pub(super) fn of(data: &Path) -> Self {
        Self { cluster: data.join("postgres") }
    }

    /// Line `number` of the file that the postmaster keeps while it lives.
    fn line(&self, number: usize) -> Option<String> {
        let text = std::fs::read_to_string(self.cluster.join("postmaster.pid")).ok()?;
        text.lines().nth(number).map(str::to_owned)
    }

    /// Process id of the postmaster, while it lives.
    pub fn pid(&self) -> Option<u32> {
        let pid = self.line(0)?.trim().parse().ok()?;
        let works_here = std::fs::read_link(format!("/proc/{pid}/cwd")).ok()? == self.cluster;
        works_here.then_some(pid)
    }

    /// Stops it; the hub brings it back. Returns whether it ran.
    pub fn stop(&self, how: Stop) -> bool {
        let Some(pid) = self.pid() else { return false };
        signal(
            pid,
            match how {
                Stop::Fast => Signal::INT,
                Stop::Immediate => Signal::QUIT,
                Stop::Kill => Signal::KILL,
            },
        );
        true
    }

    /// Stops it and keeps it away until the answer is dropped: the hub that wants to start it waits.
    pub fn keep_away(&self, how: Stop) -> anyhow::Result<File> {
        let data = self.cluster.parent().context("a cluster lies in a data folder")?;
        let lock = File::open(data.join("postgres.lock"))?;
        lock.lock()?;
        self.stop(how);
        let started = Instant::now();
        while self.pid().is_some() {
            if started.elapsed() > Duration::from_secs(20) {
                bail!("PostgreSQL does not stop");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(lock)
    }

    /// Stops it when its hub is gone.
    pub(super) fn stop_for_good(&self) {
        let started = Instant::now();
        while self.stop(if started.elapsed().as_secs() < 5 { Stop::Fast } else { Stop::Immediate })
            && started.elapsed().as_secs() < 10
        {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Connections over its socket, which work again after it was stopped and started.
    pub fn pool(&self) -> anyhow::Result<PgPool> {
        let port =
            self.line(3).and_then(|port| port.trim().parse().ok()).context("PostgreSQL does not run")?;
        let socket = self.line(4).context("PostgreSQL does not run")?;
        let options = PgConnectOptions::new_without_pgpass()
            .socket(socket)
            .port(port)
            .username("uzel")
            .database("uzel")
            .application_name("tests");
        Ok(PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(30))
            .connect_lazy_with(options))
    }
}
