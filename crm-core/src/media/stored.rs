//! Files for those who pass them on by themselves, and files that only a messenger of ours points at.

mod store;

use connector_api::OutboundFile;

pub use store::{stored_unscoped, want};

/// What there is of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredFile {
    /// We have it.
    Here(OutboundFile),
    /// It is on its way to us.
    Awaited,
    /// It will not come by itself.
    Lost {
        /// Why, in Russian.
        cause: Option<String>,
    },
}

impl StoredFile {
    /// The file, where we have it.
    pub fn here(self) -> Option<OutboundFile> {
        match self {
            Self::Here(file) => Some(file),
            Self::Awaited | Self::Lost { .. } => None,
        }
    }
}
