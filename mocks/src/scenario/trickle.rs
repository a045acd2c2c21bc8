//! Live traffic without an end: somebody writes or calls every few seconds.

use std::collections::VecDeque;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Step;
use super::stage::Stage;
use super::texts::ANY;
use crate::people::Person;
use crate::providers::Providers;

/// An endless iterator of steps in the order of their times.
pub struct Trickle {
    stage: Stage,
    at: Duration,
    ready: VecDeque<Step>,
    clients: u32,
}

/// Live events from `now` on, of the same people as a [`super::company_day`] of twenty clients, 5 to 40 seconds apart.
pub fn trickle(providers: &Providers, now: DateTime<Utc>, seed: u64) -> Trickle {
    let mut stage = Stage::new("trickle", providers, now, seed);
    stage.connect_anna(Duration::ZERO);
    Trickle { stage, at: Duration::ZERO, ready: VecDeque::new(), clients: 20 }
}

impl Trickle {
    /// The same with so many different clients.
    #[must_use]
    pub fn with_clients(mut self, clients: u32) -> Self {
        self.clients = clients.max(1);
        self
    }
}

impl Iterator for Trickle {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.ready.is_empty() {
            self.at += self.stage.dice.seconds(5, 40);
            let index = self.stage.dice.between(1, u64::from(self.clients));
            let person = Person::new(u32::try_from(index).unwrap_or(1));
            let beat = *self.stage.dice.pick(&ANY);
            self.stage.perform(self.at, &person, beat);
            self.ready.extend(self.stage.leave_until(self.at));
        }
        self.ready.pop_front()
    }
}
