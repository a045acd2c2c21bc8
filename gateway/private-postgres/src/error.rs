//! What can go wrong, in sentences that tell an administrator what to do.

use std::{io, path::PathBuf};

/// Why the server could not be started or adopted.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No PostgreSQL where we looked.
    #[error(
        "the PostgreSQL programs are not in {looked_in}: install the package {package} (`apt install {package}`), \
         or name the folder that holds `postgres` and `initdb` in UZEL_PG_BIN"
    )]
    BinariesAbsent {
        /// The Debian package that brings them.
        package: String,
        /// The folder, or the pattern of folders.
        looked_in: String,
    },

    /// The programs are there but do not run.
    #[error("{program} does not tell its version ({said}): check that the account {account} may run it")]
    BinariesBroken {
        /// The program that was tried.
        program: PathBuf,
        /// The account it was tried under.
        account: String,
        /// Its answer or the system's.
        said: String,
    },

    /// The cluster was made by a major version that is not here.
    #[error(
        "the cluster in {folder} was made by PostgreSQL {cluster}, and here is only {found}: install the package \
         postgresql-{cluster} beside it (or point UZEL_PG_BIN to its programs); \
         to move to the newer version, make a backup with the old one and restore it into a new data folder"
    )]
    MajorMismatch {
        /// The cluster.
        folder: PathBuf,
        /// Its major version.
        cluster: u32,
        /// What is installed, for people.
        found: String,
    },

    /// A folder belongs to an account other than the one that must run the server.
    #[error(
        "the folder {folder} belongs to the account {owner}, but PostgreSQL would run as {needed}: \
         start the hub as {owner}, or hand the folder over with `chown -R {needed} '{folder}'`"
    )]
    ForeignOwner {
        /// The folder.
        folder: PathBuf,
        /// Whose it is.
        owner: String,
        /// Whose it should be.
        needed: String,
    },

    /// The account that must run the server has no entry in the list of accounts.
    #[error(
        "there is no account {account} in this system, and PostgreSQL in {folder} must run under a named account \
         other than root: install the package postgresql-15, which makes the account postgres, \
         or give the folder to an existing account with `chown`"
    )]
    NoAccount {
        /// Its name or number.
        account: String,
        /// The data folder.
        folder: PathBuf,
    },

    /// The account that must run the server cannot get to the data folder.
    #[error(
        "the account {account}, which has to run PostgreSQL, cannot enter the folder {blocked}: \
         allow it with `chmod o+x '{blocked}'`, or choose a data folder elsewhere, for example under /var/lib"
    )]
    NotEnterable {
        /// The account.
        account: String,
        /// The outermost folder that keeps it out.
        blocked: PathBuf,
    },

    /// The folder of the cluster holds something else, or nothing any more.
    #[error(
        "{folder} is not a PostgreSQL cluster (no file PG_VERSION in it): if a disk is not mounted, mount it; \
         if the folder is a leftover, move it away and start again"
    )]
    NotACluster {
        /// The folder.
        folder: PathBuf,
    },

    /// A parameter of [`crate::Settings`] that cannot go to `postgresql.conf`.
    #[error("the PostgreSQL parameter {name:?} cannot be set: {why}")]
    BadParameter {
        /// As it came.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },

    /// Something alive holds the cluster, and it is not a server that we can use.
    #[error("the cluster in {folder} is held by {holder}: {advice}")]
    Held {
        /// The cluster.
        folder: PathBuf,
        /// Who holds it.
        holder: String,
        /// What to do about it.
        advice: &'static str,
    },

    /// `initdb`, or the first step after it, failed.
    #[error(
        "a new PostgreSQL cluster could not be made in {folder}: {program} failed; its last words were:\n{said}"
    )]
    NotCreated {
        /// The folder it was being made in; it is emptied at the next start.
        folder: PathBuf,
        /// The program that failed.
        program: &'static str,
        /// The end of its output.
        said: String,
    },

    /// The server ended at once, or runs and lets nobody in.
    #[error("PostgreSQL did not become ready: {state}; the end of its log {log_file}:\n{log}")]
    NotReady {
        /// What is known about it.
        state: String,
        /// The whole log.
        log_file: PathBuf,
        /// Its last lines.
        log: String,
    },

    /// The system refused something.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What we were doing, as a verb.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl StartError {
    /// For `map_err`: adds to a system error what was being done, and to what.
    pub(crate) fn io(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { doing, path, source }
    }
}

/// Why the server could not be stopped. It goes on, and the next start adopts it.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// It was asked, and is still finishing.
    #[error(
        "PostgreSQL (process {pid}) is still shutting down after {waited_seconds} seconds: it will end by itself"
    )]
    StillRunning {
        /// The server.
        pid: i32,
        /// How long we waited.
        waited_seconds: u64,
    },

    /// Another start or stop holds the lock.
    #[error("another start or stop of this data folder is under way: {0}")]
    Busy(#[source] StartError),

    /// The system refused to deliver the signal, or to tell who is running.
    #[error("cannot stop PostgreSQL: {0}")]
    Io(#[from] io::Error),
}
