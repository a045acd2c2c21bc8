//! Parts of a body that are no fact, for parsers that read part by part.

use crate::{Event, Parsed, Part};

/// Why a part of a body is no fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aside {
    /// Understood, carries nothing for us.
    Ignored(String),
    /// Not understood.
    Unknown(String),
}

/// The facts of one part, or why it is none.
pub type Facts = Result<Vec<Event>, Aside>;

/// A part that is understood and carries nothing for us.
pub fn ignored<T>(reason: impl Into<String>) -> Result<T, Aside> {
    Err(Aside::Ignored(reason.into()))
}

/// A part that is not understood.
pub fn unknown<T>(reason: impl Into<String>) -> Result<T, Aside> {
    Err(Aside::Unknown(reason.into()))
}

impl Parsed {
    /// Adds what was read of the part at `path`.
    pub fn take(&mut self, path: &str, facts: Facts) {
        match facts {
            Ok(facts) => self.events.extend(facts),
            Err(Aside::Ignored(reason)) => self.ignored.push(Part::new(path, reason)),
            Err(Aside::Unknown(reason)) => self.unknown.push(Part::new(path, reason)),
        }
    }
}
