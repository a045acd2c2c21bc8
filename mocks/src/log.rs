//! What the fakes received, for tests and for a person who wonders.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

/// Older entries are forgotten.
const KEPT: usize = 10_000;

/// One request that reached a fake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Received {
    /// Counts from 1 over all fakes that share the log.
    pub number: u64,
    /// Which fake: a provider's name.
    pub fake: &'static str,
    /// `GET`, `POST` …
    pub method: String,
    /// Without token: `/getUpdates`.
    pub path: String,
    /// As it came.
    pub query: String,
    /// As text; bytes that are not UTF-8 are replaced.
    pub body: String,
    /// What was answered.
    pub status: u16,
}

/// A shared log, newest last.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    count: u64,
    entries: VecDeque<Received>,
}

impl Log {
    /// Adds an entry; its number is given here.
    pub fn add(&self, received: Received) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.count += 1;
        let number = inner.count;
        inner.entries.push_back(Received { number, ..received });
        if inner.entries.len() > KEPT {
            inner.entries.pop_front();
        }
    }

    /// Everything that is kept.
    pub fn entries(&self) -> Vec<Received> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).entries.iter().cloned().collect()
    }
}
