//! The PostgreSQL programs: where they are and which version they are.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::{StartError, account::Account};

const DEBIAN: &str = "/usr/lib/postgresql";
/// The product's SQL needs it, and the Debian package named in advice is of it.
const OLDEST_MAJOR: u32 = 15;

/// A folder with `postgres` and `initdb`.
#[derive(Debug)]
pub(crate) struct Binaries {
    dir: PathBuf,
}

impl Binaries {
    /// Finds the programs for an existing cluster, or the newest ones for a new cluster.
    pub(crate) fn find(
        chosen: Option<&Path>,
        cluster: &Path,
        major: Option<u32>,
    ) -> Result<Self, StartError> {
        if let Some(dir) = chosen {
            return complete(dir)
                .then(|| Self { dir: dir.into() })
                .ok_or_else(|| absent(major, &dir.display()));
        }
        let installed = installed(Path::new(DEBIAN));
        let fitting = match major {
            Some(major) => installed.iter().find(|found| **found == major),
            None => installed.iter().rfind(|found| **found >= OLDEST_MAJOR),
        };
        match (fitting, major) {
            (Some(fitting), _) => Ok(Self { dir: debian_dir(*fitting) }),
            (None, Some(major)) if !installed.is_empty() => Err(StartError::MajorMismatch {
                folder: cluster.into(),
                cluster: major,
                found: installed.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
            }),
            (None, _) => Err(absent(major, &format_args!("{DEBIAN}/<major>/bin"))),
        }
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    pub(crate) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    /// The full version, worded as a running server words its `server_version`.
    ///
    /// It is asked under the account that will run the server and inside the data folder, so that the system itself
    /// says whether that account gets there: access lists and containers included.
    pub(crate) fn version(&self, account: &Account, data_dir: &Path) -> Result<String, StartError> {
        let program = self.postgres();
        let broken = |said: String| StartError::BinariesBroken {
            program: program.clone(),
            account: account.name.clone(),
            said,
        };
        let output = match account.command(&program, data_dir).arg("-V").output() {
            Ok(output) => output,
            Err(error) => {
                return Err(match account.blocked_at(data_dir) {
                    Ok(Some(blocked)) => StartError::NotEnterable { account: account.name.clone(), blocked },
                    _ => broken(error.to_string()),
                });
            }
        };
        let said = String::from_utf8_lossy(&output.stdout);
        match said.trim().strip_prefix("postgres (PostgreSQL) ") {
            Some(version) if output.status.success() => Ok(version.into()),
            _ => Err(broken(format!("{}, {:?}", output.status, said.trim()))),
        }
    }
}

/// `15` of `15.18 (Debian 15.18-0+deb12u1)`, and of `15`, `15beta1`.
pub(crate) fn major_of(version: &str) -> Option<u32> {
    let digits = version.trim().split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

fn complete(dir: &Path) -> bool {
    dir.join("postgres").is_file() && dir.join("initdb").is_file()
}

/// Installed majors, oldest first.
fn installed(root: &Path) -> Vec<u32> {
    let mut majors: Vec<u32> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|major| complete(&debian_dir(*major)))
        .collect();
    majors.sort_unstable();
    majors
}

fn debian_dir(major: u32) -> PathBuf {
    Path::new(DEBIAN).join(major.to_string()).join("bin")
}

fn absent(major: Option<u32>, looked_in: &impl ToString) -> StartError {
    let package = format!("postgresql-{}", major.unwrap_or(OLDEST_MAJOR));
    StartError::BinariesAbsent { package, looked_in: looked_in.to_string() }
}

#[cfg(test)]
mod tests {
    use super::major_of;

    #[test]
    fn the_major_stands_first() {
        assert_eq!(major_of("15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_of("15\n"), Some(15));
        assert_eq!(major_of("18beta2"), Some(18));
        assert_eq!(major_of("devel"), None);
    }
}
