//! What the stories of all connectors share: people, moments, references to what was said before.

use chrono::{DateTime, TimeDelta, Utc};
use mocks::people::Person;
use proptest::prelude::*;

use crate::world::start;

/// How many people take part: few, so that they meet.
pub const PEOPLE: u32 = 3;
/// The longest story.
pub const MOVES: usize = 24;

/// One of the people.
pub fn who() -> impl Strategy<Value = Person> + Clone {
    (1..=PEOPLE).prop_map(Person::new)
}

/// Refers to something said before, by a number that is taken modulo what there is: few, so that edits, reactions and
/// states meet on one message.
pub fn earlier() -> impl Strategy<Value = usize> + Clone {
    0..3usize
}

/// The moment of a move. Two neighbours share their second, as the wire has it.
pub fn moment(place: usize) -> DateTime<Utc> {
    start() + TimeDelta::seconds(i64::try_from(place / 2).unwrap_or(0))
}

/// What an earlier number refers to.
pub fn pick<T>(of: &[T], number: usize) -> Option<&T> {
    (!of.is_empty()).then(|| &of[number % of.len()])
}
