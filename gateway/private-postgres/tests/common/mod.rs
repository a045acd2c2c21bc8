//! A data folder that cleans up after itself, a second process, and questions to the server through `psql`.

#![allow(dead_code, reason = "each test binary uses its part")]

use std::{
    fs::{self, Permissions},
    io::{BufRead, BufReader, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use private_postgres::Settings;
use rustix::process::{Pid, Signal};
use tempfile::TempDir;

/// A place for a data folder, enterable by all. What serves it at the end is killed.
pub struct Place {
    pub settings: Settings,
    outer: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self::named("data")
    }

    pub fn named(name: &str) -> Self {
        let outer = tempfile::Builder::new().prefix("uzel-pg-").tempdir_in("/tmp").unwrap();
        fs::set_permissions(outer.path(), Permissions::from_mode(0o755)).unwrap();
        let settings = Settings { data_dir: outer.path().join(name), ..Settings::default() };
        Self { settings, outer }
    }

    pub fn outer(&self) -> &Path {
        self.outer.path()
    }

    pub fn cluster(&self) -> PathBuf {
        self.settings.data_dir.join("postgres")
    }

    /// Makes the data folder and gives it to another account.
    pub fn give_to(&self, (uid, gid): (u32, u32)) {
        fs::create_dir_all(&self.settings.data_dir).unwrap();
        chown(&self.settings.data_dir, Some(uid), Some(gid)).unwrap();
    }

    pub fn postmaster(&self) -> i32 {
        let file = fs::read_to_string(self.cluster().join("postmaster.pid")).unwrap();
        file.lines().next().unwrap().parse().unwrap()
    }

    pub fn kill_postmaster(&self) {
        let postmaster = self.postmaster();
        kill(postmaster);
        wait_for("the end of the server", || !processes_in(&self.cluster()).contains(&postmaster));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for process in processes_in(&self.cluster()) {
            kill(process);
        }
        wait_for("the server to go", || processes_in(&self.cluster()).is_empty());
    }
}

pub fn kill(pid: i32) {
    let _ = rustix::process::kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL);
}

pub fn processes_in(folder: &Path) -> Vec<i32> {
    let Ok(folder) = fs::metadata(folder) else { return Vec::new() };
    let works_there = |pid: &i32| {
        fs::metadata(format!("/proc/{pid}/cwd"))
            .is_ok_and(|cwd| (cwd.dev(), cwd.ino()) == (folder.dev(), folder.ino()))
    };
    let numbers =
        fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter(works_there).collect()
}

pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Numbers of an account of this system.
pub fn account(name: &str) -> Option<(u32, u32)> {
    let list = fs::read_to_string("/etc/passwd").unwrap();
    let line = list.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

pub fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !condition() {
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        thread::sleep(Duration::from_millis(10));
    }
}

/// One statement as the current account.
pub fn ask(socket_dir: &Path, statement: &str) -> String {
    let output = psql(socket_dir, statement, None);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{statement}: {error}");
    String::from_utf8(output.stdout).unwrap().trim().into()
}

/// One statement as another account.
pub fn psql(socket_dir: &Path, statement: &str, who: Option<(u32, u32)>) -> Output {
    let mut psql = psql_command(socket_dir, statement);
    if let Some((uid, gid)) = who {
        psql.uid(uid).gid(gid);
    }
    psql.output().unwrap()
}

/// Text without decoration, on `uzel` of this server alone.
pub fn psql_command(socket_dir: &Path, statement: &str) -> Command {
    let mut psql = Command::new("psql");
    psql.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir("/").arg("-h").arg(socket_dir);
    psql.args(["-U", "uzel", "-d", "uzel", "-XAtqc", statement]);
    psql
}

/// A hub of its own: another process that holds the server.
pub struct Holder {
    pub child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Holder {
    pub fn new(settings: &Settings, who: Option<(u32, u32)>) -> Self {
        let mut child = command(settings, who).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, input, output }
    }

    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().into()
    }

    pub fn say(&mut self, word: &str) -> String {
        writeln!(self.input, "{word}").unwrap();
        self.line()
    }

    /// As `kill -9` of the hub does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// What a hub that cannot start says.
pub fn refusal(settings: &Settings, who: Option<(u32, u32)>) -> String {
    let output = command(settings, who).stdin(Stdio::null()).output().unwrap();
    assert!(!output.status.success(), "it started");
    String::from_utf8(output.stderr).unwrap()
}

fn command(settings: &Settings, who: Option<(u32, u32)>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hold-private-postgres"));
    command.arg(&settings.data_dir).args(&settings.bin_dir).current_dir("/");
    if let Some((uid, gid)) = who {
        command.uid(uid).gid(gid);
    }
    command
}

/// Whether another account can run the helper; a checkout inside a closed home cannot be entered.
pub fn helper_is_open_to_all() -> bool {
    let helper = Path::new(env!("CARGO_BIN_EXE_hold-private-postgres"));
    helper.ancestors().all(|part| fs::metadata(part).is_ok_and(|part| part.mode() & 0o001 != 0))
}

/// A folder of programs that say another version and otherwise are the real ones.
pub fn programs_of_version(folder: &Path, real: &Path, version: &str) {
    fs::create_dir_all(folder).unwrap();
    for program in ["postgres", "initdb"] {
        let real = real.join(program);
        let answer = if program == "postgres" {
            format!("[ \"$1\" = -V ] && {{ echo 'postgres (PostgreSQL) {version}'; exit; }}\n")
        } else {
            String::new()
        };
        let script = format!("#!/bin/sh\n{answer}exec '{}' \"$@\"\n", real.display());
        let new = folder.join(format!("{program}.new"));
        fs::write(&new, script).unwrap();
        fs::set_permissions(&new, Permissions::from_mode(0o755)).unwrap();
        fs::rename(new, folder.join(program)).unwrap();
    }
}

/// Where the real programs are: those of the newest installed version.
pub fn real_programs() -> PathBuf {
    let mut found: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").unwrap().flatten().map(|entry| entry.path()).collect();
    found.sort();
    found.pop().expect("tests need PostgreSQL").join("bin")
}

pub fn bytes(path: &Path) -> usize {
    path.as_os_str().as_bytes().len()
}
