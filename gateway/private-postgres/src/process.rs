//! Processes of the server, as `/proc` shows them.
//!
//! A number in `postmaster.pid` proves nothing: after a crash it may be a zombie's or a stranger's. A server of ours
//! is a process that works inside the folder of the cluster.

use std::{
    ffi::OsStr,
    fs, io,
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use rustix::process::{Pid, Signal, WaitOptions};

use crate::socket;

/// The living head process of the server.
#[derive(Debug)]
pub(crate) struct Postmaster {
    pub(crate) pid: i32,
    /// Where it listens, once it does.
    pub(crate) socket_dir: Option<PathBuf>,
    /// Not a server at all, but an administrator's `postgres --single`.
    pub(crate) single_user: bool,
}

/// Finds the server of a cluster, if it lives.
pub(crate) fn postmaster(cluster: &Path) -> io::Result<Option<Postmaster>> {
    let file = match fs::read(pid_file(cluster)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    Ok(parse(&file).filter(|postmaster| serves(postmaster.pid, cluster)))
}

/// Lines: number (negative in single-user mode), folder, start time, port, socket folder, address, memory, state.
fn parse(file: &[u8]) -> Option<Postmaster> {
    let mut lines = file.split(|byte| *byte == b'\n');
    let pid: i32 = std::str::from_utf8(lines.next()?).ok()?.trim().parse().ok()?;
    let socket_dir = lines.nth(3).filter(|dir| !dir.is_empty()).map(|dir| OsStr::from_bytes(dir).into());
    Some(Postmaster { pid: pid.checked_abs()?, socket_dir, single_user: pid < 0 })
        .filter(|found| found.pid > 0)
}

/// Whether the process lives and works for this cluster.
pub(crate) fn serves(pid: i32, cluster: &Path) -> bool {
    reap(pid);
    let Ok(folder) = fs::metadata(cluster) else { return false };
    match works_in(pid, &folder) {
        // Root of a container may not look into processes of other accounts, but sees how they were called.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => called_for(pid, cluster),
        answer => answer.unwrap_or(false),
    }
}

/// Processes that work inside the cluster. After the head process was killed these are what is left of its server.
pub(crate) fn all(cluster: &Path) -> Vec<i32> {
    let Ok(folder) = fs::metadata(cluster) else { return Vec::new() };
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid| works_in(*pid, &folder).unwrap_or(false))
        .collect()
}

/// Sends a signal; a process that has just ended is no error.
pub(crate) fn signal(pid: i32, signal: Signal) -> io::Result<()> {
    let Some(pid) = Pid::from_raw(pid) else { return Ok(()) };
    match rustix::process::kill_process(pid, signal) {
        Err(rustix::io::Errno::SRCH) | Ok(()) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Removes what a dead server left and a new one would stumble over. Only for a cluster that nobody serves.
///
/// The new server judges `postmaster.pid` by whether such a process exists, be it a zombie or a stranger. If there
/// is none, the file stays: it tells the new server which shared memory to look at.
pub(crate) fn clear_leftovers(cluster: &Path, socket_dir: &Path) -> io::Result<()> {
    let pid_file = pid_file(cluster);
    let misleading = match fs::read(&pid_file) {
        Ok(file) => parse(&file).is_none_or(|left| Path::new(&format!("/proc/{}", left.pid)).exists()),
        Err(_) => false,
    };
    if misleading {
        fs::remove_file(pid_file)?;
    }
    for file in [socket::file(socket_dir), socket::lock_file(socket_dir)] {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Lets a dead child of ours go. Other children of the hub are not ours to wait for.
fn reap(pid: i32) {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return };
    // `pid (name) state parent …`; the name itself may contain anything.
    let Some((name, rest)) = stat.rsplit_once(')') else { return };
    let mut rest = rest.split_whitespace();
    let zombie = name.ends_with("(postgres") && rest.next() == Some("Z");
    if zombie && rest.next() == Some(&std::process::id().to_string()) {
        let _ = rustix::process::waitpid(Pid::from_raw(pid), WaitOptions::NOHANG);
    }
}

fn works_in(pid: i32, folder: &fs::Metadata) -> io::Result<bool> {
    let place = fs::metadata(format!("/proc/{pid}/cwd"))?;
    Ok((place.dev(), place.ino()) == (folder.dev(), folder.ino()))
}

fn called_for(pid: i32, cluster: &Path) -> bool {
    let call = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let mut words = call.split(|byte| *byte == 0);
    words.next().is_some_and(|program| program.ends_with(b"/postgres"))
        && words.any(|word| word == cluster.as_os_str().as_bytes())
}

fn pid_file(cluster: &Path) -> PathBuf {
    cluster.join("postmaster.pid")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_file_is_read_as_far_as_it_is_written() {
        let whole = b"42\n/srv/uzel/postgres\n1795000000\n5432\n/srv/uzel/postgres.run\n\n  1 2\nready   \n";
        let found = parse(whole).unwrap();
        assert_eq!((found.pid, found.single_user), (42, false));
        assert_eq!(found.socket_dir.as_deref(), Some(Path::new("/srv/uzel/postgres.run")));
        assert_eq!(parse(b"42\n/srv/uzel/postgres\n1795000000\n5432\n\n").unwrap().socket_dir, None);
        assert!(parse(b"-42\n/srv/uzel/postgres\n1795000000\n5432\n\n").unwrap().single_user);
        assert!(parse(b"").is_none());
        assert!(parse(b"0\n").is_none());
    }

    #[test]
    fn a_stranger_with_the_same_number_is_not_the_server() {
        let cluster = tempfile::tempdir().unwrap();
        let ours = std::process::id();
        fs::write(pid_file(cluster.path()), format!("{ours}\n/x\n1\n5432\n\n\n\nready\n")).unwrap();
        assert!(postmaster(cluster.path()).unwrap().is_none());
        clear_leftovers(cluster.path(), cluster.path()).unwrap();
        assert!(!pid_file(cluster.path()).exists(), "it would keep the new server from starting");
    }
}
