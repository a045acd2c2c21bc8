//! Two locks, because one cannot do: a shared lock held for life would keep every later start waiting.
//!
//! `postgres.lock` is held, exclusively, while somebody starts or stops the server.
//! `postgres.users` is held, shared, for as long as somebody uses it. Both end with the process, however it ends.

use std::{
    fs::{File, TryLockError},
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{StartError, account::Account, files};

/// Longer than a start can take: making a cluster, recovery, and waiting for old backends.
const PATIENCE: Duration = Duration::from_mins(3);

/// Waits until nobody else starts or stops the server of this data folder.
pub(crate) fn alone(data_dir: &Path, account: &Account) -> Result<File, StartError> {
    let path = data_dir.join("postgres.lock");
    let file = files::private_file(&path, account).map_err(StartError::io("open the lock", &path))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(StartError::Held {
                    folder: data_dir.into(),
                    holder: "another start or stop that does not end".into(),
                    advice: "see with `fuser -v postgres.lock` in that folder which process it is, and end it",
                });
            }
            Err(TryLockError::Error(error)) => return Err(StartError::io("lock", path)(error)),
        }
    }
}

/// Joins those who use the server. Never waits while [`alone`] is held.
pub(crate) fn join_users(data_dir: &Path, account: &Account) -> Result<File, StartError> {
    let path = data_dir.join("postgres.users");
    let file = files::private_file(&path, account).map_err(StartError::io("open the lock", &path))?;
    file.lock_shared().map_err(StartError::io("lock", &path))?;
    Ok(file)
}

/// Whether nobody uses the server. Ask while [`alone`] is held, and after leaving oneself.
pub(crate) fn unused(data_dir: &Path, account: &Account) -> std::io::Result<bool> {
    match files::private_file(&data_dir.join("postgres.users"), account)?.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}
