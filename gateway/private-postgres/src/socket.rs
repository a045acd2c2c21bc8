//! The folder of the server's socket.

use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

use crate::{StartError, account::Account, files};

/// A socket's path must fit in 108 bytes with its end; clients add to it, so we keep away from the limit.
const LONGEST: usize = 90;

/// The socket itself, by the naming rule of PostgreSQL for its usual port.
pub(crate) fn file(socket_dir: &Path) -> PathBuf {
    socket_dir.join(".s.PGSQL.5432")
}

/// The file beside the socket with the number of the process that serves it.
pub(crate) fn lock_file(socket_dir: &Path) -> PathBuf {
    socket_dir.join(".s.PGSQL.5432.lock")
}

/// Makes the folder: inside the data folder, or in the temporary folder when the path would be too long.
pub(crate) fn folder(data_dir: &Path, account: &Account) -> Result<PathBuf, StartError> {
    let folder = choose(data_dir, &[std::env::temp_dir(), "/tmp".into()], |folder| {
        account.blocked_at(folder).is_ok_and(|blocked| blocked.is_none())
    });
    files::private_folder(&folder, account)?;
    Ok(folder)
}

fn choose(data_dir: &Path, temporary: &[PathBuf], usable: impl Fn(&Path) -> bool) -> PathBuf {
    let fits = |folder: &PathBuf| file(folder).as_os_str().len() <= LONGEST;
    let beside = data_dir.join("postgres.run");
    if fits(&beside) {
        return beside;
    }
    let name = format!("uzel-postgres-{:016x}", hash(data_dir.as_os_str().as_bytes()));
    let mut shorter = temporary.iter().filter(|folder| usable(folder)).map(|folder| folder.join(&name));
    shorter.find(fits).unwrap_or(beside)
}

/// FNV-1a: the same in every build, unlike the hasher of the standard library.
fn hash(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_path_stays_in_the_data_folder() {
        let chosen = choose(Path::new("/srv/uzel"), &["/tmp".into()], |_| true);
        assert_eq!(chosen, Path::new("/srv/uzel/postgres.run"));
    }

    #[test]
    fn a_long_path_moves_to_the_first_usable_temporary_folder() {
        let long = PathBuf::from(format!("/srv/{}", "x".repeat(90)));
        let temporary = ["/closed".into(), format!("/{}", "y".repeat(80)).into(), "/tmp".into()];
        let chosen = choose(&long, &temporary, |folder| folder != Path::new("/closed"));
        assert_eq!(chosen.parent(), Some(Path::new("/tmp")));
        assert_ne!(chosen, choose(&long.join("z"), &temporary, |folder| folder != Path::new("/closed")));
    }
}
