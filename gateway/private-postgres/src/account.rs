//! The account that runs the server: the server itself refuses to run as root.

use std::{
    fs, io,
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::StartError;

/// An entry of the system's list of accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) name: String,
}

impl Account {
    /// Chooses who runs the server: the owner of the data folder.
    ///
    /// Root's own folder is served by the owner of the cluster in it, or by `postgres` when there is none yet.
    pub(crate) fn for_folder(data_dir: &Path, cluster: &Path) -> Result<Self, StartError> {
        let owner = owner(data_dir).map_err(StartError::io("look at", data_dir))?;
        let current = current_uid();
        if current != 0 && owner != current {
            return Err(foreign_owner(data_dir, owner, &current_name()));
        }
        let wanted = match owner {
            0 => self::owner(cluster).ok().filter(|uid| *uid != 0).map(|uid| uid.to_string()),
            uid => Some(uid.to_string()),
        };
        let wanted = wanted.unwrap_or_else(|| "postgres".into());
        find(&wanted)
            .filter(|account| account.uid != 0)
            .ok_or_else(|| StartError::NoAccount { account: wanted, folder: data_dir.into() })
    }

    /// Whether it is not the account we run under. Only root gets this far with another one.
    pub(crate) fn is_other(&self) -> bool {
        self.uid != current_uid()
    }

    /// A command that runs under this account, in `folder`, with none of our environment: secrets of the hub are
    /// in it, and variables such as `PGPORT` would change what the server does.
    pub(crate) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("LC_ALL", "C.UTF-8");
        command.current_dir(folder).stdin(Stdio::null());
        if self.is_other() {
            command.uid(self.uid).gid(self.gid);
        }
        command
    }

    /// The outermost of the folders on the way to `path` whose permissions keep the account out.
    pub(crate) fn blocked_at(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let mut folders: Vec<&Path> = path.ancestors().collect();
        folders.reverse();
        for folder in folders {
            let metadata = fs::metadata(folder)?;
            let bit = match () {
                () if metadata.uid() == self.uid => 0o100,
                () if metadata.gid() == self.gid => 0o010,
                () => 0o001,
            };
            if metadata.mode() & bit == 0 {
                return Ok(Some(folder.into()));
            }
        }
        Ok(None)
    }
}

/// Checks that a folder made earlier belongs to the account that is going to use it.
pub(crate) fn check_owner(folder: &Path, account: &Account) -> Result<(), StartError> {
    let owner = owner(folder).map_err(StartError::io("look at", folder))?;
    if owner == account.uid { Ok(()) } else { Err(foreign_owner(folder, owner, &account.name)) }
}

pub(crate) fn foreign_owner(folder: &Path, owner: u32, needed: &str) -> StartError {
    StartError::ForeignOwner { folder: folder.into(), owner: name_of(owner), needed: needed.into() }
}

pub(crate) fn current_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

pub(crate) fn current_name() -> String {
    name_of(current_uid())
}

/// The name of root, who may enter every cluster of this machine anyway.
pub(crate) fn root_name() -> String {
    name_of(0)
}

fn owner(folder: &Path) -> io::Result<u32> {
    Ok(fs::metadata(folder)?.uid())
}

fn name_of(uid: u32) -> String {
    find(&uid.to_string()).map_or_else(|| format!("number {uid}"), |account| account.name)
}

/// Finds an account by its name or number: in `/etc/passwd`, then wherever the system keeps more of them (LDAP,
/// systemd), which only `getent` knows.
fn find(key: &str) -> Option<Account> {
    let local = fs::read_to_string("/etc/passwd").unwrap_or_default();
    local
        .lines()
        .filter_map(parse)
        .find(|account| account.name == key || account.uid.to_string() == key)
        .or_else(|| {
            let output = Command::new("getent").args(["passwd", key]).stdin(Stdio::null()).output().ok()?;
            String::from_utf8_lossy(&output.stdout).lines().find_map(parse)
        })
}

/// One line: `name:password:uid:gid:full name:home:shell`.
fn parse(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?;
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Account { uid, gid, name: name.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_found_by_name_and_by_number() {
        let root = find("root").unwrap();
        assert_eq!((root.uid, root.gid), (0, 0));
        assert_eq!(find("0"), Some(root));
        assert_eq!(find("nobody-by-this-name"), None);
    }

    #[test]
    fn a_broken_line_is_not_an_account() {
        assert_eq!(parse("+::::::"), None);
        assert_eq!(parse("# comment"), None);
    }
}
