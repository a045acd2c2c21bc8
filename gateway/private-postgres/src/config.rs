//! The server's configuration files. All of them are ours: they are written anew at every start.

use std::{io, os::unix::ffi::OsStrExt, path::Path};

use crate::{
    DATABASE, StartError, USER,
    account::{self, Account},
    files,
    machine::Machine,
};

/// What `initdb` found out about the machine; read first.
pub(crate) const MACHINE_CONF: &str = "postgresql.initdb.conf";
/// The superuser. The hub does not use it; the administrator may, under the accounts of the map.
pub(crate) const SUPERUSER: &str = "postgres";

/// Fit for a small server. The log keeps to the server's own affairs: a failed statement is the caller's to report,
/// and its text and values are people's data.
///
/// After a checkpoint the first change of each page writes the whole page to the log, and timelines change pages all over
/// their indexes: checkpoints are seldom, and the recovery of a crash reads half a minute of log at worst.
const USUAL: [(&str, &str); 14] = [
    ("max_connections", "100"),
    ("synchronous_commit", "on"),
    ("checkpoint_timeout", "15min"),
    ("max_wal_size", "4GB"),
    ("min_wal_size", "512MB"),
    ("jit", "off"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
    ("lc_messages", "C.UTF-8"),
    ("log_checkpoints", "off"),
    ("log_min_messages", "log"),
    ("log_min_error_statement", "panic"),
    ("log_error_verbosity", "terse"),
    ("cluster_name", "uzel"),
];

/// What the supervisor itself rests on.
const OURS: [&str; 12] = [
    "listen_addresses",
    "port",
    "unix_socket_directories",
    "unix_socket_permissions",
    "unix_socket_group",
    "data_directory",
    "config_file",
    "hba_file",
    "ident_file",
    "include",
    "include_dir",
    "include_if_exists",
];

/// Refuses what cannot be written, before anything is started.
pub(crate) fn check(parameters: &[(String, String)]) -> Result<(), StartError> {
    for (name, value) in parameters {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        let why = match () {
            () if OURS.contains(&name.to_ascii_lowercase().as_str()) => {
                "the hub sets it itself; to keep the database elsewhere, set DATABASE_URL"
            }
            () if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !name.chars().all(plain) => {
                "that is not a name of a parameter"
            }
            () if value.contains('\0') => "its value contains a zero byte",
            () => continue,
        };
        return Err(StartError::BadParameter { name: name.clone(), why });
    }
    Ok(())
}

/// Writes the three files; says whether one of them was different before.
pub(crate) fn write(
    cluster: &Path,
    socket_dir: &Path,
    machine: &Machine,
    parameters: &[(String, String)],
    account: &Account,
) -> Result<bool, StartError> {
    let files = [
        ("postgresql.conf", settings(socket_dir, machine, parameters)),
        ("pg_hba.conf", b"# Written at every start: no passwords, the system tells who knocks.\nlocal all all peer map=uzel\n".to_vec()),
        ("pg_ident.conf", map(account).into_bytes()),
    ];
    let mut changed = false;
    for (name, content) in files {
        let path = cluster.join(name);
        changed |= files::replace(&path, &content, account).map_err(StartError::io("write", &path))?;
    }
    Ok(changed)
}

/// Keeps what `initdb` found out, before [`write()`] puts our file in its place.
pub(crate) fn keep_machine_settings(cluster: &Path) -> io::Result<()> {
    std::fs::rename(cluster.join("postgresql.conf"), cluster.join(MACHINE_CONF))
}

fn settings(socket_dir: &Path, machine: &Machine, parameters: &[(String, String)]) -> Vec<u8> {
    let mut conf = format!(
        "# Written at every start. Own values belong to the hub's configuration.\ninclude_if_exists '{MACHINE_CONF}'\n"
    )
    .into_bytes();
    let socket_dirs = list_of_one(socket_dir.as_os_str().as_bytes());
    let fixed: [(&str, &[u8]); 4] = [
        ("listen_addresses", b""),
        ("port", b"5432"),
        ("unix_socket_permissions", b"0700"),
        ("unix_socket_directories", &socket_dirs),
    ];
    let chosen = parameters.iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let usual = USUAL.iter().map(|(name, value)| (*name, value.as_bytes()));
    let found = machine.settings();
    let found = found.iter().map(|(name, value)| (*name, value.as_bytes()));
    for (name, value) in usual.chain(found).chain(chosen).chain(fixed) {
        conf.extend_from_slice(name.as_bytes());
        conf.extend_from_slice(b" = ");
        conf.extend_from_slice(&quoted(value));
        conf.push(b'\n');
    }
    conf
}

/// Root and the owner of the cluster come in as `uzel`. Root may become the owner anyway.
fn map(account: &Account) -> String {
    let mut names = vec![account::root_name(), account.name.clone()];
    names.dedup();
    let lines = names.iter().flat_map(|name| {
        let name = name.replace('"', "\"\"");
        [USER, SUPERUSER].map(|role| format!("uzel \"{name}\" {role}\n"))
    });
    std::iter::once("# Written at every start: map, account of the system, role.\n".into())
        .chain(lines)
        .collect()
}

/// A folder as the only member of a list: commas and spaces in it are its own.
fn list_of_one(path: &[u8]) -> Vec<u8> {
    let mut list = vec![b'"'];
    for byte in path {
        list.extend(std::iter::repeat_n(*byte, if *byte == b'"' { 2 } else { 1 }));
    }
    list.push(b'"');
    list
}

/// A value as `postgresql.conf` wants it.
fn quoted(value: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for byte in value {
        match byte {
            b'\'' => quoted.extend_from_slice(b"''"),
            b'\\' => quoted.extend_from_slice(br"\\"),
            control if control.is_ascii_control() => {
                quoted.extend_from_slice(format!("\\{control:03o}").as_bytes());
            }
            other => quoted.push(*other),
        }
    }
    quoted.push(b'\'');
    quoted
}

/// The statements that a new cluster starts with, one a line.
///
/// The role owns its database and may make others (tests do), but is no superuser: a hole in the hub's SQL does not
/// become a shell, and a migration that would not run on a `DATABASE_URL` does not run here either.
pub(crate) fn first_statements() -> String {
    format!("create role {USER} login createdb\ncreate database {DATABASE} owner {USER}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(name: &str, value: &str) -> bool {
        check(&[(name.into(), value.into())]).is_err()
    }

    #[test]
    fn quotes_and_backslashes_and_line_ends_survive() {
        assert_eq!(quoted(br"a 'b' \c"), br"'a ''b'' \\c'");
        assert_eq!(quoted(b"a\nb"), br"'a\012b'");
        assert_eq!(list_of_one(br#"/a, "b""#), br#""/a, ""b""""#);
    }

    #[test]
    fn the_last_word_is_ours_and_the_one_before_the_administrators() {
        let machine = Machine { memory_mb: 4096, has_lz4: true };
        let conf = settings(Path::new("/run/uzel"), &machine, &[("jit".into(), "on".into())]);
        let conf = String::from_utf8(conf).unwrap();
        let at = |line: &str| conf.find(line).unwrap_or_else(|| panic!("{line} is not in\n{conf}"));
        assert!(at("jit = 'off'") < at("jit = 'on'"));
        assert!(at("jit = 'on'") < at("listen_addresses = ''"));
    }

    #[test]
    fn what_would_break_the_supervisor_is_refused() {
        assert!(refused("Port", "5433"));
        assert!(refused("include", "/etc/passwd"));
        assert!(refused("work_mem = '1GB'\nport", "1"));
        assert!(refused("work_mem", "1\0"));
        assert!(!refused("work_mem", "16MB"));
        assert!(!refused("auto_explain.log_min_duration", "1s"));
    }
}
