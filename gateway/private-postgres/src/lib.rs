#![doc = include_str!("../README.md")]

mod account;
mod binaries;
mod cluster;
mod config;
mod error;
mod files;
mod lock;
mod machine;
mod probe;
mod process;
mod server;
mod socket;

use std::{
    fs::{self, File},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

pub use error::{StartError, StopError};

use binaries::Binaries;
use cluster::Cluster;

const USER: &str = "uzel";
const DATABASE: &str = "uzel";

/// What the hub's configuration says about its private server.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The hub's data folder; made if absent. The cluster is in `postgres` inside it.
    pub data_dir: PathBuf,
    /// The folder of `postgres` and `initdb` (`UZEL_PG_BIN`); `None` looks where Debian puts them.
    pub bin_dir: Option<PathBuf>,
    /// Lines for `postgresql.conf`; they win over the usual ones.
    pub parameters: Vec<(String, String)>,
}

/// A server that runs and lets us in.
///
/// Dropping it leaves the server running, as the death of the hub does: the next [`start`] adopts it.
#[derive(Debug)]
pub struct PrivatePostgres {
    cluster: Cluster,
    running: server::Running,
    program: Program,
    /// The shared lock of a user of the server; `None` only for moments.
    usage: Option<File>,
}

/// How [`PrivatePostgres::stop`] ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// The server does not run any more.
    Stopped,
    /// Another process uses the server; it goes on.
    InUseByAnother,
}

/// Starts the server of a data folder, or adopts the one that runs, and waits until it lets us in.
///
/// Safe to call from several processes and threads at once: one starts, the others adopt. Blocks: a second or two
/// when the cluster has to be made, a minute at worst.
pub fn start(settings: &Settings) -> Result<PrivatePostgres, StartError> {
    let cluster = Cluster::prepare(settings)?;
    // Asked before the first file is made: it also tells whether the account can enter the folder.
    cluster.binaries()?;
    let lock = lock::alone(&cluster.data_dir, &cluster.account)?;
    // Again, for another start may have made the cluster meanwhile.
    let (binaries, version) = cluster.binaries()?;
    if !cluster.exists()? {
        cluster.create(&binaries, &lock)?;
    }
    let program = Program::of(&binaries)?;
    let running = server::bring_up(&cluster, &binaries, &version)?;
    let usage = Some(lock::join_users(&cluster.data_dir, &cluster.account)?);
    Ok(PrivatePostgres { cluster, running, program, usage })
}

impl PrivatePostgres {
    /// The folder of the socket, for the `host` of a connection.
    pub fn socket_dir(&self) -> &Path {
        &self.running.socket_dir
    }

    /// The role to connect as. There is no password: the server asks the system who we are.
    pub fn user(&self) -> &'static str {
        USER
    }

    /// The database to connect to.
    pub fn database(&self) -> &'static str {
        DATABASE
    }

    /// Whether the server was running already when we came.
    pub fn adopted(&self) -> bool {
        !self.running.started
    }

    /// The version as the server words it: `15.18 (Debian 15.18-0+deb12u1)`.
    pub fn version(&self) -> &str {
        &self.running.version
    }

    /// The real path of the data folder.
    pub fn data_dir(&self) -> &Path {
        &self.cluster.data_dir
    }

    /// Brings a dead server up again; `true` if it had to. Cheap while the server lives: call it every few seconds.
    ///
    /// It also restarts a server whose programs were replaced by an update, for it would soon miss its libraries.
    /// Blocks like [`start`], and can be called again after an error.
    pub fn ensure_running(&mut self) -> Result<bool, StartError> {
        if self.lives() && self.program.is_unchanged() {
            return Ok(false);
        }
        let _lock = lock::alone(&self.cluster.data_dir, &self.cluster.account)?;
        if !self.cluster.exists()? {
            // A new, empty cluster in place of a lost one would hide the loss.
            return Err(StartError::NotACluster { folder: self.cluster.folder.clone() });
        }
        self.usage = None;
        let outcome = self.bring_up();
        self.usage = Some(lock::join_users(&self.cluster.data_dir, &self.cluster.account)?);
        outcome
    }

    /// Stops the server, unless somebody else uses it. Open transactions are rolled back.
    pub fn stop(self) -> Result<Stopped, StopError> {
        let Self { cluster, usage, .. } = self;
        let _lock = lock::alone(&cluster.data_dir, &cluster.account).map_err(StopError::Busy)?;
        drop(usage);
        if !lock::unused(&cluster.data_dir, &cluster.account)? {
            return Ok(Stopped::InUseByAnother);
        }
        if let Some(postmaster) = process::postmaster(&cluster.folder)? {
            server::shut_down(postmaster.pid, &cluster.folder)?;
        }
        Ok(Stopped::Stopped)
    }

    fn lives(&self) -> bool {
        process::postmaster(&self.cluster.folder).is_ok_and(|found| found.is_some())
            && socket::file(&self.running.socket_dir).exists()
    }

    fn bring_up(&mut self) -> Result<bool, StartError> {
        let (binaries, version) = self.cluster.binaries()?;
        let program = Program::of(&binaries)?;
        self.running = server::bring_up(&self.cluster, &binaries, &version)?;
        self.program = program;
        Ok(self.running.started)
    }
}

/// The file of the server's program, by which a replaced one is noticed.
#[derive(Debug)]
struct Program {
    path: PathBuf,
    mark: (u64, u64, i64),
}

impl Program {
    fn of(binaries: &Binaries) -> Result<Self, StartError> {
        let path = binaries.postgres();
        let mark = Self::mark(&path).map_err(StartError::io("look at", &path))?;
        Ok(Self { path, mark })
    }

    /// A program that is being replaced right now is looked at the next time.
    fn is_unchanged(&self) -> bool {
        Self::mark(&self.path).map_or(true, |mark| mark == self.mark)
    }

    fn mark(path: &Path) -> io::Result<(u64, u64, i64)> {
        let metadata = fs::metadata(path)?;
        Ok((metadata.dev(), metadata.ino(), metadata.mtime()))
    }
}
