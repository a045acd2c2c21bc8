//! Seeded stories: ordered lists of requests with their times.
//!
//! Every scenario takes the fakes (whose accounts), `now` (the provider's clock) and a seed; the same three give the
//! same bytes. Steps carry finished requests: play them with [`crate::post::Poster::play_all`], or feed them elsewhere.

mod beat;
mod calls;
mod company_day;
mod eight_forms;
mod stage;
mod storm;
mod texts;
mod trickle;

pub use calls::call_transferred_twice;
pub use company_day::{DAY, company_day};
pub use eight_forms::one_person_in_eight_id_forms;
pub use storm::storm;
pub use trickle::{Trickle, trickle};

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::outgoing::{Outgoing, Provider};
use crate::people::Person;

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

/// A story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The provider's time at offset zero.
    pub starts_at: DateTime<Utc>,
    /// Who takes part from outside.
    pub people: Vec<Person>,
    /// In the order of their times.
    pub steps: Vec<Step>,
}

impl Scenario {
    /// The ids of all facts inside, each once however often it is sent.
    pub fn facts(&self) -> BTreeSet<(Provider, String)> {
        let ids = |step: &Step| -> Vec<(Provider, String)> {
            step.outgoing.facts.iter().map(|fact| (step.outgoing.provider, fact.clone())).collect()
        };
        self.steps.iter().flat_map(ids).collect()
    }

    /// How many requests of this provider there are.
    pub fn count(&self, provider: Provider) -> usize {
        self.steps.iter().filter(|step| step.outgoing.provider == provider).count()
    }
}
