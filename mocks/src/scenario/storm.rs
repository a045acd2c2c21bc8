//! Mixed traffic of all providers, doubled and out of order.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Scenario;
use super::stage::Stage;
use super::texts::ANY;
use crate::people::Person;
use crate::post::Misbehaviour;
use crate::providers::Providers;

/// How many different people write.
const PEOPLE: u32 = 200;

/// Exactly so many posts of two hundred people. About one of ten is a double, and neighbours are swapped.
pub fn storm(providers: &Providers, now: DateTime<Utc>, seed: u64, posts: usize) -> Scenario {
    let mut stage = Stage::new("storm", providers, now, seed);
    let people: Vec<Person> = (1..=PEOPLE).map(|index| Person::new(1000 + index)).collect();
    stage.connect_anna(Duration::ZERO);
    let mut steps = Vec::with_capacity(posts);
    let mut at = Duration::ZERO;
    while steps.len() < posts {
        at += Duration::from_millis(stage.dice.between(20, 200));
        let person = stage.dice.pick(&people).clone();
        let beat = *stage.dice.pick(&ANY);
        stage.perform(at, &person, beat);
        steps.extend(stage.leave_until(at));
    }
    let misbehaviour =
        Misbehaviour { duplicate_every: 10, reorder_window: 20, delay_at_most: Duration::ZERO };
    let mut steps = misbehaviour.apply(seed, steps);
    steps.truncate(posts);
    Scenario { starts_at: now, people, steps }
}
