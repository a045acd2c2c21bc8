//! The cluster in the data folder: where its parts are, and how it is made.

use std::{
    fs::{self, DirBuilder, File, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Output, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Settings, StartError,
    account::{self, Account},
    binaries::{self, Binaries},
    config, files, process,
};

/// A data folder that was looked at and an account that can serve it.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub(crate) data_dir: PathBuf,
    /// The cluster itself; absent until it is made.
    pub(crate) folder: PathBuf,
    pub(crate) account: Account,
    pub(crate) parameters: Vec<(String, String)>,
    bin_dir: Option<PathBuf>,
}

impl Cluster {
    /// Makes the data folder if need be, and settles who runs the server.
    pub(crate) fn prepare(settings: &Settings) -> Result<Self, StartError> {
        config::check(&settings.parameters)?;
        let data_dir = data_folder(&settings.data_dir)?;
        let folder = data_dir.join("postgres");
        // Absolute, for the programs are run inside the data folder.
        let bin_dir = settings.bin_dir.as_deref().map(absolute).transpose()?;
        // First, because the package also makes the account.
        Binaries::find(bin_dir.as_deref(), &folder, major(&folder)?)?;
        let account = Account::for_folder(&data_dir, &folder)?;
        Ok(Self { data_dir, folder, account, parameters: settings.parameters.clone(), bin_dir })
    }

    /// The programs for this cluster and their version, as they are at this moment.
    pub(crate) fn binaries(&self) -> Result<(Binaries, String), StartError> {
        let major = major(&self.folder)?;
        let binaries = Binaries::find(self.bin_dir.as_deref(), &self.folder, major)?;
        let version = binaries.version(&self.account, &self.data_dir)?;
        match major {
            Some(major) if binaries::major_of(&version) != Some(major) => {
                Err(StartError::MajorMismatch { folder: self.folder.clone(), cluster: major, found: version })
            }
            _ => Ok((binaries, version)),
        }
    }

    pub(crate) fn exists(&self) -> Result<bool, StartError> {
        Ok(major(&self.folder)?.is_some())
    }

    pub(crate) fn log_file(&self) -> PathBuf {
        self.data_dir.join("postgres.log")
    }

    /// Makes a cluster with our role and database: aside, and renamed when it is whole, so that a half-made one is
    /// never taken for a cluster.
    ///
    /// `initdb` gets the lock as its standard input: should the hub be killed, the next start waits for it to end.
    pub(crate) fn create(&self, binaries: &Binaries, lock: &File) -> Result<(), StartError> {
        let started = Instant::now();
        let new = self.data_dir.join("postgres.new");
        self.remove_half_made(&new)?;
        files::private_folder(&new, &self.account)?;
        let lock = lock.try_clone().map_err(StartError::io("hold the lock of", &self.data_dir))?;
        let initdb = self
            .account
            .command(&binaries.initdb(), &self.data_dir)
            .args([
                "-U",
                config::SUPERUSER,
                "-A",
                "peer",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--data-checksums",
            ])
            .args(["--no-instructions", "-D"])
            .arg(&new)
            .stdin(Stdio::from(lock))
            .output();
        finished(&new, "initdb", initdb)?;
        finished(&new, "postgres --single", self.say_first_statements(binaries, &new))?;
        config::keep_machine_settings(&new).map_err(StartError::io("keep the settings in", &new))?;
        fs::rename(&new, &self.folder)
            .map_err(StartError::io("put the new cluster in its place,", &self.folder))?;
        files::sync_folder(&self.data_dir).map_err(StartError::io("write down", &self.data_dir))?;
        tracing::info!(
            elapsed_ms = started.elapsed().as_millis(),
            "a private PostgreSQL cluster was made in {}",
            self.folder.display()
        );
        Ok(())
    }

    /// The role and the database, in single-user mode: there is no moment in which a server without them listens.
    fn say_first_statements(&self, binaries: &Binaries, new: &Path) -> io::Result<Output> {
        let mut command = self.account.command(&binaries.postgres(), &self.data_dir);
        command.args(["--single", "-c", "exit_on_error=on", "-D"]).arg(new).arg("template1");
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn()?;
        let statements = config::first_statements();
        // A broken pipe is the program's failure, and its output tells more about it.
        let _ = child.stdin.take().map(|mut stdin| stdin.write_all(statements.as_bytes()));
        child.wait_with_output()
    }

    /// A killed hub may have left a folder, and in it a process of `initdb` about to notice that it is alone.
    fn remove_half_made(&self, new: &Path) -> Result<(), StartError> {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !process::all(new).is_empty() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        match fs::remove_dir_all(new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StartError::io("remove the half-made cluster", new)(error))
            }
            _ => match fs::remove_dir(&self.folder) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(StartError::io("remove the empty folder", &self.folder)(error))
                }
                _ => Ok(()),
            },
        }
    }
}

/// The major version of the cluster; `None` when there is no cluster yet.
fn major(cluster: &Path) -> Result<Option<u32>, StartError> {
    let file = cluster.join("PG_VERSION");
    match fs::read_to_string(&file) {
        Ok(text) => Ok(binaries::major_of(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let empty = fs::read_dir(cluster).map_or(true, |mut entries| entries.next().is_none());
            if empty { Ok(None) } else { Err(StartError::NotACluster { folder: cluster.into() }) }
        }
        Err(error) => Err(StartError::io("read", file)(error)),
    }
}

/// The data folder's real path. A new one is closed to others, as far as root's can be: `postgres` must pass.
fn data_folder(path: &Path) -> Result<PathBuf, StartError> {
    let path = absolute(path)?;
    let mode = if account::current_uid() == 0 { 0o711 } else { 0o700 };
    if !path.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(mode)
            .create(&path)
            .and_then(|()| fs::set_permissions(&path, Permissions::from_mode(mode)))
            .map_err(|error| no_way("make the data folder", &path, error))?;
    }
    path.canonicalize().map_err(|error| no_way("open the data folder", &path, error))
}

/// Names the closed folder above, if that is the reason.
fn no_way(doing: &'static str, path: &Path, error: io::Error) -> StartError {
    let closed = |folder: &&Path| {
        fs::metadata(folder.join(".")).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
    };
    match path.ancestors().filter(closed).last() {
        Some(blocked) => {
            StartError::NotEnterable { account: account::current_name(), blocked: blocked.into() }
        }
        None => StartError::io(doing, path)(error),
    }
}

fn absolute(path: &Path) -> Result<PathBuf, StartError> {
    std::path::absolute(path).map_err(StartError::io("find the folder", path))
}

fn finished(folder: &Path, program: &'static str, output: io::Result<Output>) -> Result<(), StartError> {
    let said = match output {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => files::last_lines(&[output.stdout, output.stderr].concat()),
        Err(error) => error.to_string(),
    };
    Err(StartError::NotCreated { folder: folder.into(), program, said })
}
