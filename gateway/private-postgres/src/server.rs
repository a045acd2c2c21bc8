//! The running server: adopting, starting and stopping it. The caller holds [`crate::lock::alone`].

use std::{
    fs,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::Signal;

use crate::{
    DATABASE, StartError, StopError, USER, account,
    binaries::Binaries,
    cluster::Cluster,
    config, files, lock,
    machine::Machine,
    probe::{self, Answer},
    process::{self, Postmaster},
    socket,
};

/// For recovery after a crash, which reads as much of the log as one checkpoint covers.
const READY: Duration = Duration::from_mins(1);
/// For the processes of a killed server, which hold its shared memory until they notice.
const OLD_BACKENDS: Duration = Duration::from_secs(20);
/// For a shutdown, which writes a checkpoint.
const SHUTDOWN: Duration = Duration::from_secs(30);
/// A log of more bytes is put aside at a start.
const LONG_LOG_BYTES: u64 = 16 << 20;

/// A server that lets us in.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) version: String,
    pub(crate) socket_dir: PathBuf,
    /// We started it; otherwise it was there.
    pub(crate) started: bool,
}

/// Adopts the server of this cluster, or starts one.
pub(crate) fn bring_up(cluster: &Cluster, binaries: &Binaries, version: &str) -> Result<Running, StartError> {
    account::check_owner(&cluster.folder, &cluster.account)?;
    let socket_dir = socket::folder(&cluster.data_dir, &cluster.account)?;
    let machine = Machine::of(cluster, binaries);
    match find(cluster)? {
        Some(postmaster) => match adopt(cluster, &machine, &postmaster, &socket_dir, version)? {
            Some(running) => Ok(running),
            None => launch(cluster, &machine, binaries, socket_dir),
        },
        None => match probe::ask(&socket_dir, USER, DATABASE) {
            Answer::Nobody { .. } => launch(cluster, &machine, binaries, socket_dir),
            _ => Err(held(
                cluster,
                "a server that this system does not show, perhaps in another container".into(),
                "stop the hub that uses it, or give this hub a data folder of its own",
            )),
        },
    }
}

/// Asks the server to end its sessions and itself, and waits for it.
pub(crate) fn shut_down(pid: i32, cluster: &Path) -> Result<(), StopError> {
    process::signal(pid, Signal::INT)?;
    let deadline = Instant::now() + SHUTDOWN;
    while process::serves(pid, cluster) {
        if Instant::now() > deadline {
            return Err(StopError::StillRunning { pid, waited_seconds: SHUTDOWN.as_secs() });
        }
        pause();
    }
    Ok(())
}

fn find(cluster: &Cluster) -> Result<Option<Postmaster>, StartError> {
    match process::postmaster(&cluster.folder)
        .map_err(StartError::io("read postmaster.pid in", &cluster.folder))?
    {
        Some(Postmaster { pid, single_user: true, .. }) => Err(held(
            cluster,
            format!("`postgres --single` (process {pid})"),
            "finish with it, then start again",
        )),
        found => Ok(found),
    }
}

/// Takes over a living server, if it is of the installed version and can be reached; otherwise stops it.
fn adopt(
    cluster: &Cluster,
    machine: &Machine,
    postmaster: &Postmaster,
    socket_dir: &Path,
    version: &str,
) -> Result<Option<Running>, StartError> {
    let pid = postmaster.pid;
    // It was perhaps started with another temporary folder, or before the data folder was moved.
    let socket_dir = postmaster.socket_dir.as_deref().unwrap_or(socket_dir);
    let mark = log_length(cluster);
    if config::write(&cluster.folder, socket_dir, machine, &cluster.parameters, &cluster.account)? {
        process::signal(pid, Signal::HUP).map_err(StartError::io("tell new settings to", &cluster.folder))?;
    }
    let deadline = Instant::now() + READY;
    while process::serves(pid, &cluster.folder) {
        let adopted =
            |version| Ok(Some(Running { version, socket_dir: socket_dir.to_owned(), started: false }));
        let state = match probe::ask(socket_dir, USER, DATABASE) {
            Answer::Full => return adopted(version.into()),
            Answer::Ready { version: running } if running == version => return adopted(running),
            Answer::Ready { version: running } => {
                tracing::info!("PostgreSQL {running} runs and {version} is installed: it is restarted");
                return stop_to_replace(cluster, pid);
            }
            Answer::Nobody { .. }
                if postmaster.socket_dir.is_some() && !socket::file(socket_dir).exists() =>
            {
                let path = socket_dir.display();
                if !lock::unused(&cluster.data_dir, &cluster.account)
                    .map_err(StartError::io("lock", &cluster.data_dir))?
                {
                    return Err(held(
                        cluster,
                        format!("a server (process {pid}) whose socket in {path} is not visible from here"),
                        "start the hub with the same TMPDIR as the one that runs, or shorten the path of the data folder",
                    ));
                }
                tracing::warn!("the socket of PostgreSQL in {path} is gone: the server is restarted");
                return stop_to_replace(cluster, pid);
            }
            Answer::Nobody { reason } | Answer::NotYet { reason } | Answer::Refused { reason } => reason,
        };
        if Instant::now() > deadline {
            return Err(not_ready(cluster, mark, format!("process {pid} runs, but says: {state}")));
        }
        pause();
    }
    Ok(None)
}

fn stop_to_replace(cluster: &Cluster, pid: i32) -> Result<Option<Running>, StartError> {
    match shut_down(pid, &cluster.folder) {
        Ok(()) => Ok(None),
        Err(error) => {
            Err(held(cluster, format!("a server that has to be replaced ({error})"), "start again later"))
        }
    }
}

fn launch(
    cluster: &Cluster,
    machine: &Machine,
    binaries: &Binaries,
    socket_dir: PathBuf,
) -> Result<Running, StartError> {
    config::write(&cluster.folder, &socket_dir, machine, &cluster.parameters, &cluster.account)?;
    let started = Instant::now();
    let deadline = started + OLD_BACKENDS;
    loop {
        let old = process::all(&cluster.folder);
        if old.is_empty() {
            process::clear_leftovers(&cluster.folder, &socket_dir)
                .map_err(StartError::io("clear what is left of the former server in", &cluster.folder))?;
            let mark = log_length(cluster);
            let child = spawn(cluster, binaries)?;
            match wait_until_ready(cluster, child, &socket_dir, mark) {
                Ok(version) => {
                    let elapsed_ms = started.elapsed().as_millis();
                    tracing::info!(elapsed_ms, "private PostgreSQL {version} was started");
                    return Ok(Running { version, socket_dir, started: true });
                }
                // Old processes that we are not allowed to see.
                Err(StartError::NotReady { log, .. })
                    if log.contains("shared memory block") && Instant::now() < deadline => {}
                Err(error) => return Err(error),
            }
        } else if Instant::now() > deadline {
            let list = old.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
            let holder = format!("processes {list}, left of a server that was killed");
            return Err(held(
                cluster,
                holder,
                "they are finishing long queries: wait, or end them with `kill`",
            ));
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// Starts the server itself: no shell, so no quoting. Its own process group: Ctrl-C is for the hub alone.
fn spawn(cluster: &Cluster, binaries: &Binaries) -> Result<Child, StartError> {
    let log_file = cluster.log_file();
    if log_length(cluster) > LONG_LOG_BYTES {
        fs::rename(&log_file, log_file.with_extension("log.1"))
            .map_err(StartError::io("put aside", &log_file))?;
    }
    let log = files::private_file(&log_file, &cluster.account)
        .map_err(StartError::io("open the log", &log_file))?;
    let second = log.try_clone().map_err(StartError::io("open the log", &log_file))?;
    let program = binaries.postgres();
    let mut command = cluster.account.command(&program, &cluster.data_dir);
    command.arg("-D").arg(&cluster.folder).stdout(Stdio::from(log)).stderr(Stdio::from(second));
    command.process_group(0).spawn().map_err(StartError::io("run", program))
}

/// Knocks until the server lets us in. One that does not in time is left alone: the next start adopts it.
fn wait_until_ready(
    cluster: &Cluster,
    mut child: Child,
    socket_dir: &Path,
    mark: u64,
) -> Result<String, StartError> {
    let deadline = Instant::now() + READY;
    loop {
        if let Some(status) = child.try_wait().map_err(StartError::io("wait for", &cluster.folder))? {
            return Err(not_ready(cluster, mark, format!("it ended ({status})")));
        }
        let state = match probe::ask(socket_dir, USER, DATABASE) {
            Answer::Ready { version } => return Ok(version),
            Answer::Refused { reason } => {
                return Err(not_ready(cluster, mark, format!("it runs, but refuses us: {reason}")));
            }
            Answer::Nobody { reason } | Answer::NotYet { reason } => reason,
            Answer::Full => "all its connections are taken".into(),
        };
        if Instant::now() > deadline {
            let waited = READY.as_secs();
            return Err(not_ready(
                cluster,
                mark,
                format!("it runs, but after {waited} seconds says: {state}"),
            ));
        }
        pause();
    }
}

fn not_ready(cluster: &Cluster, mark: u64, state: String) -> StartError {
    let log_file = cluster.log_file();
    let log = files::tail(&log_file, mark);
    StartError::NotReady { state, log_file, log }
}

fn held(cluster: &Cluster, holder: String, advice: &'static str) -> StartError {
    StartError::Held { folder: cluster.folder.clone(), holder, advice }
}

fn log_length(cluster: &Cluster) -> u64 {
    fs::metadata(cluster.log_file()).map_or(0, |metadata| metadata.len())
}

fn pause() {
    thread::sleep(Duration::from_millis(10));
}
