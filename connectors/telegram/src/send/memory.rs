//! What answers taught us. It spares work and is lost at a restart: then it is learned again.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use connector_api::{OutboundFile, RateScope};

use super::shape::Shape;

/// Uploads whose handles are kept.
const KEPT_FILES: usize = 2000;

/// Of one bot.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    files: HashMap<FileKey, String>,
    oldest_file_first: VecDeque<FileKey>,
    moved: HashMap<i64, i64>,
    limited: HashSet<i64>,
    connections: BTreeSet<String>,
}

/// The same bytes as a photo and as a document are two files of the provider.
type FileKey = (String, Shape);

impl Memory {
    /// The provider's handle of bytes that it has already.
    pub(super) fn file_id(&self, file: &OutboundFile, shape: Shape) -> Option<String> {
        self.lock().files.get(&(file.sha256.clone(), shape)).cloned()
    }

    /// The provider gave its handle.
    pub(super) fn keep_file(&self, file: &OutboundFile, shape: Shape, id: String) {
        let mut inner = self.lock();
        let key = (file.sha256.clone(), shape);
        if inner.files.insert(key.clone(), id).is_none() {
            inner.oldest_file_first.push_back(key);
        }
        if inner.files.len() > KEPT_FILES
            && let Some(oldest) = inner.oldest_file_first.pop_front()
        {
            inner.files.remove(&oldest);
        }
    }

    /// The provider does not know its handle any more.
    pub(super) fn forget_file(&self, file: &OutboundFile, shape: Shape) {
        let mut inner = self.lock();
        let key = (file.sha256.clone(), shape);
        if inner.files.remove(&key).is_some() {
            inner.oldest_file_first.retain(|known| *known != key);
        }
    }

    /// The number that a chat has now: a group that became a supergroup got another one.
    pub(super) fn chat(&self, chat: i64) -> i64 {
        self.lock().moved.get(&chat).copied().unwrap_or(chat)
    }

    /// A group became a supergroup.
    pub(super) fn moved(&self, from: i64, to: i64) {
        self.lock().moved.insert(from, to);
    }

    /// The provider asked to slow down. Limits are per chat; several chats limited one after the other, with nothing
    /// let through between them, are a limit of the whole bot.
    pub(super) fn limited(&self, chat: i64) -> RateScope {
        let mut inner = self.lock();
        inner.limited.insert(chat);
        if inner.limited.len() > 1 { RateScope::Account } else { RateScope::Conversation }
    }

    /// The provider let something through.
    pub(super) fn let_through(&self) {
        self.lock().limited.clear();
    }

    /// A manager's connection is written through.
    pub(super) fn used(&self, connection: &str) {
        let mut inner = self.lock();
        if !inner.connections.contains(connection) {
            inner.connections.insert(connection.to_owned());
        }
    }

    /// The connections written through since the start.
    pub(crate) fn connections(&self) -> Vec<String> {
        self.lock().connections.iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::send::testing::photo;

    #[test]
    fn the_same_bytes_are_uploaded_once_per_kind() {
        let memory = Memory::default();
        memory.keep_file(&photo(1), Shape::Photo, "AgAC1".into());
        assert_eq!(memory.file_id(&photo(1), Shape::Photo).as_deref(), Some("AgAC1"));
        assert_eq!(memory.file_id(&photo(1), Shape::Document), None);
        memory.forget_file(&photo(1), Shape::Photo);
        assert_eq!(memory.file_id(&photo(1), Shape::Photo), None);
    }

    #[test]
    fn what_is_remembered_of_files_is_bounded() {
        let memory = Memory::default();
        for number in 0..=KEPT_FILES {
            memory.keep_file(&photo(number), Shape::Photo, number.to_string());
        }
        assert_eq!(memory.file_id(&photo(0), Shape::Photo), None);
        assert!(memory.file_id(&photo(KEPT_FILES), Shape::Photo).is_some());
    }

    #[test]
    fn a_second_chat_limited_before_anything_passes_is_a_limit_of_the_bot() {
        let memory = Memory::default();
        assert_eq!(memory.limited(1), RateScope::Conversation);
        assert_eq!(memory.limited(1), RateScope::Conversation);
        assert_eq!(memory.limited(2), RateScope::Account);
        memory.let_through();
        assert_eq!(memory.limited(2), RateScope::Conversation);
    }
}
