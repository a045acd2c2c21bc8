//! A hub as its administrator sees it: a process with a folder and a port, which can be killed.

mod api;
mod cast;
mod cpu;
mod folder;
mod memory;
mod postgres;

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Parser;
use rustix::process::{Pid, Signal, kill_process};

pub use api::Api;
pub use cast::{Cast, connect};
pub use cpu::{cpu_seconds, cpu_seconds_with_children};
pub use folder::Folder;
pub use memory::resident_kb;
pub use postgres::{Postgres, Stop};

/// The hidden first argument by which a driver becomes the hub: the hub is always of the same build as its driver.
const BECOME: &str = "__uzel";
/// The longest start that is waited for; the first one makes a database.
const READY_WITHIN: Duration = Duration::from_mins(2);

/// The first thing in `main` of every driver: when it was started as a hub, it is one.
pub fn run_as_uzel() -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_none_or(|first| first != BECOME) {
        return None;
    }
    let arguments = std::iter::once(OsString::from("uzel")).chain(arguments);
    Some(gateway::cli::run(gateway::cli::Cli::parse_from(arguments)))
}

/// A hub.
pub struct Hub {
    program: PathBuf,
    folder: Arc<Folder>,
    address: SocketAddr,
    role: &'static str,
    environment: Vec<(String, String)>,
    http: reqwest::Client,
    child: Option<Child>,
}

impl Hub {
    /// A hub that is not started yet, on a free port. `program` is a driver that begins with [`run_as_uzel`].
    pub fn new(program: PathBuf, folder: Folder) -> anyhow::Result<Self> {
        Ok(Self {
            program,
            folder: Arc::new(folder),
            address: free_address()?,
            role: "all",
            environment: Vec::new(),
            http: gateway::http_client::build()?,
            child: None,
        })
    }

    /// A hub of the running driver itself, started and ready.
    pub async fn of_this_driver(data: Option<&Path>) -> anyhow::Result<Self> {
        let folder = data.map_or_else(Folder::temporary, Folder::given)?;
        let mut hub = Self::new(std::env::current_exe()?, folder)?;
        hub.start().await?;
        Ok(hub)
    }

    /// The same with a variable of the environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same in another role: `all`, `web` or `worker`.
    #[must_use]
    pub fn in_role(mut self, role: &'static str) -> Self {
        self.role = role;
        self
    }

    /// Another copy on the same folder and database, on a port of its own, not started yet.
    pub fn another(&self) -> anyhow::Result<Self> {
        Ok(Self {
            program: self.program.clone(),
            folder: Arc::clone(&self.folder),
            address: free_address()?,
            role: self.role,
            environment: self.environment.clone(),
            http: self.http.clone(),
            child: None,
        })
    }

    /// `http://127.0.0.1:…`, the same for its whole life.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The folder of this hub.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// An HTTP client.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The private PostgreSQL.
    pub fn postgres(&self) -> Postgres {
        Postgres::of(self.folder.data())
    }

    /// Process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A command of `uzel` with this hub's configuration.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(BECOME).args(arguments).env_remove("DATABASE_URL").env_remove("UZEL_CONFIG");
        // No test asks the real bank.
        command.env("UZEL_RATES_ENABLED", "false");
        command.env("UZEL_DATA", self.folder.data()).env("UZEL_LISTEN", self.address.to_string());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        // A configuration file of whoever runs the driver is not meant.
        command.current_dir(self.folder.path());
        command
    }

    /// Starts the process and returns at once.
    pub fn spawn(&mut self) -> anyhow::Result<()> {
        self.spawn_as(&["serve", "--role", self.role])
    }

    /// The same with another command that goes on until it is told to stop.
    pub fn spawn_as(&mut self, arguments: &[&str]) -> anyhow::Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(self.log())?;
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.child = Some(command.spawn().context("the hub cannot be started")?);
        Ok(())
    }

    /// Starts the process and waits until it answers.
    pub async fn start(&mut self) -> anyhow::Result<()> {
        self.spawn()?;
        self.until_ready().await
    }

    /// The log of all processes of this hub.
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("hub.log")
    }

    /// Waits until the hub says that it is ready; an error when it ended instead.
    pub async fn until_ready(&mut self) -> anyhow::Result<()> {
        let (started, url) = (Instant::now(), format!("{}/health/ready", self.url()));
        while started.elapsed() < READY_WITHIN {
            if let Some(status) = self.ended()? {
                bail!("the hub ended with {status}; its log says:\n{}", last_lines(&self.log()));
            }
            let asked = self.http.get(&url).timeout(Duration::from_secs(2)).send().await;
            // A copy without that page that answers at all is ready.
            if asked.is_ok_and(|answer| answer.status().is_success() || answer.status().as_u16() == 404) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("the hub is not ready after {READY_WITHIN:?}; its log says:\n{}", last_lines(&self.log()))
    }

    /// How the process ended, if it did.
    pub fn ended(&mut self) -> anyhow::Result<Option<ExitStatus>> {
        match &mut self.child {
            Some(child) => Ok(child.try_wait()?),
            None => bail!("the hub was not started"),
        }
    }

    /// Waits until the process ends by itself.
    pub async fn until_ended(&mut self, within: Duration) -> anyhow::Result<ExitStatus> {
        let started = Instant::now();
        loop {
            if let Some(status) = self.ended()? {
                self.child = None;
                return Ok(status);
            }
            if started.elapsed() > within {
                bail!("the hub still runs after {within:?}");
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// SIGKILL. PostgreSQL outlives it.
    pub fn kill9(&mut self) {
        if let Some(mut child) = self.child.take() {
            // An error says that it is dead already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// SIGTERM, and how long the hub took to end.
    pub async fn stop(&mut self) -> anyhow::Result<Duration> {
        let started = Instant::now();
        if let Some(child) = &self.child {
            signal(child.id(), Signal::TERM);
            let status = self.until_ended(Duration::from_mins(1)).await?;
            if !status.success() {
                bail!("the hub ended with {status}; its log says:\n{}", last_lines(&self.log()));
            }
        }
        Ok(started.elapsed())
    }

    /// Starts it again, on the same port and data.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.kill9();
        self.start().await
    }

    /// `uzel user add`.
    pub fn add_user(&self, login: &str, password: &str, role: &str) -> anyhow::Result<()> {
        use std::io::Write;
        let mut command = self.command(&["user", "add", login, "--role", role]);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("uzel user add cannot be started")?;
        let mut input = child.stdin.take().context("the standard input is piped")?;
        writeln!(input, "{password}")?;
        drop(input);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("uzel user add failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    /// Signs in.
    pub async fn sign_in(&self, login: &str, password: &str) -> anyhow::Result<Api> {
        Api::sign_in(self.http.clone(), &self.url(), login, password).await
    }

    /// An administrator of its own, signed in.
    pub async fn administrator(&self) -> anyhow::Result<Api> {
        let (login, password) = ("driver", "a password for drivers");
        self.add_user(login, password, "administrator")?;
        self.sign_in(login, password).await
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.kill9();
    }
}

/// A port below those that the system gives to outgoing connections, so that nobody takes it while the hub is dead.
fn free_address() -> anyhow::Result<SocketAddr> {
    for _ in 0..200 {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, rand::random_range(15_000..32_000)));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    bail!("there is no free port between 15000 and 32000")
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // An error says that it is dead already.
        let _ = kill_process(pid, signal);
    }
}

fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
