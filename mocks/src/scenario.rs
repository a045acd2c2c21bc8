//! Seeded stories: ordered lists of requests with their times.

use std::time::Duration;

use crate::outgoing::Outgoing;

/// One request at its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The place in the scenario before anything misbehaved: a double has the number of its original.
    pub number: usize,
    /// Since the start of the scenario.
    pub at: Duration,
    /// What is sent.
    pub outgoing: Outgoing,
}
