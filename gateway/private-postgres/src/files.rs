//! Files and folders that end up belonging to the account of the server, even when root makes them.
//!
//! Links are never followed: the data folder may belong to somebody less trusted than root.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Read, Seek, SeekFrom, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::Path,
};

use rustix::fs::OFlags;

use crate::{
    StartError,
    account::{self, Account},
};

/// Makes a folder that only the account may enter, or takes an earlier one of its own.
pub(crate) fn private_folder(path: &Path, account: &Account) -> Result<(), StartError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(StartError::io("make the folder", path)(error));
        }
        _ => {}
    }
    let flags = OFlags::NOFOLLOW | OFlags::DIRECTORY;
    let open = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path);
    let folder = open.map_err(StartError::io("open the folder", path))?;
    let metadata = folder.metadata().map_err(StartError::io("look at", path))?;
    if metadata.uid() != account.uid && metadata.uid() != account::current_uid() {
        return Err(account::foreign_owner(path, metadata.uid(), &account.name));
    }
    hand_over(&folder, account)
        .and_then(|()| match metadata.mode() & 0o777 {
            0o700 => Ok(()),
            _ => folder.set_permissions(Permissions::from_mode(0o700)),
        })
        .map_err(StartError::io("close to others the folder", path))
}

/// Opens a private file for appending, making it first when it is absent.
pub(crate) fn private_file(path: &Path, account: &Account) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true).mode(0o600);
    let file = options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(path)?;
    hand_over(&file, account)?;
    Ok(file)
}

/// Gives a file new content at once and for good; says whether it had another content before.
pub(crate) fn replace(path: &Path, content: &[u8], account: &Account) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|former| former == content) {
        return Ok(false);
    }
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    hand_over(&file, account)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    Ok(true)
}

/// Makes a rename inside the folder survive a power cut.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// The last lines of a file, of those written after `mark`.
pub(crate) fn tail(path: &Path, mark: u64) -> String {
    const MOST_BYTES: u64 = 4096;
    let read = || -> io::Result<Vec<u8>> {
        let mut file = File::open(path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(mark.max(end.saturating_sub(MOST_BYTES))))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map(|bytes| last_lines(&bytes)).unwrap_or_default()
}

/// The last twenty lines of a program's output.
pub(crate) fn last_lines(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

fn hand_over(file: &File, account: &Account) -> io::Result<()> {
    if account.is_other() && file.metadata()?.uid() != account.uid {
        fchown(file, Some(account.uid), Some(account.gid))?;
    }
    Ok(())
}
