//! Kept bytes as a file for code that reads and seeks.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::{Store, StoreError};

/// Read at once.
const PIECE_BYTES: u64 = 256 * 1024;

/// A file over a store. Blocks: for threads that may wait, such as those of `spawn_blocking`.
#[derive(Debug)]
pub struct BlockingFile {
    store: Store,
    handle: Handle,
    sha256: String,
    size: u64,
    at: u64,
    piece: Bytes,
    piece_at: u64,
    failed: Failed,
}

/// Whether the store failed under a file. Libraries take a failure for the end of the file.
#[derive(Clone, Debug, Default)]
pub struct Failed(Arc<AtomicBool>);

impl Failed {
    /// Whether it did.
    pub fn is_so(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

impl BlockingFile {
    /// The bytes of this name, `size` of them. To be made inside a runtime.
    pub fn new(store: Store, sha256: String, size: u64) -> Self {
        let (handle, piece, failed) = (Handle::current(), Bytes::new(), Failed::default());
        Self { store, handle, sha256, size, at: 0, piece, piece_at: 0, failed }
    }

    /// Tells afterwards whether everything could be read.
    pub fn failed(&self) -> Failed {
        self.failed.clone()
    }

    /// How many bytes there are.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn is_in_piece(&self) -> bool {
        (self.piece_at..self.piece_at + self.piece.len() as u64).contains(&self.at)
    }
}

impl Read for BlockingFile {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.size || into.is_empty() {
            return Ok(0);
        }
        if !self.is_in_piece() {
            let range = self.at..(self.at + PIECE_BYTES).min(self.size);
            let read = self.handle.block_on(self.store.piece(&self.sha256, range));
            self.piece = read.map_err(|error: StoreError| {
                self.failed.0.store(true, Ordering::Relaxed);
                io::Error::other(error)
            })?;
            self.piece_at = self.at;
        }
        let from = usize::try_from(self.at - self.piece_at).map_err(io::Error::other)?;
        let found = self.piece.get(from..).unwrap_or_default();
        let count = found.len().min(into.len());
        into[..count].copy_from_slice(&found[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for BlockingFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        self.at = to.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

impl symphonia::core::io::MediaSource for BlockingFile {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.size)
    }
}
