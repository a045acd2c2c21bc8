//! Where a hub keeps its data and its log, and what is left running when nobody needs it any more.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::Postgres;

/// The folder of a hub and of its other copies. The last one of them stops the private PostgreSQL.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    data: PathBuf,
    /// Removed at the end.
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    /// One that is removed at the end.
    pub fn temporary() -> anyhow::Result<Self> {
        // The account that runs PostgreSQL is another one than root and has to get through.
        let builder =
            tempfile::Builder::new().prefix("uzel-").permissions(Permissions::from_mode(0o755)).tempdir()?;
        Ok(Self {
            path: builder.path().to_owned(),
            data: builder.path().join("data"),
            _temporary: Some(builder),
        })
    }

    /// One that stays.
    pub fn given(path: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(path)?;
        let path = path.canonicalize()?;
        Ok(Self { data: path.join("data"), path, _temporary: None })
    }

    /// The whole: the log, the data.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the hub calls its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Bytes in the spool.
    pub fn spooled_bytes(&self) -> u64 {
        let Ok(entries) = std::fs::read_dir(self.data.join("spool")) else { return 0 };
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        Postgres::of(&self.data).stop_for_good();
    }
}
