//! Single calls worth a journey of their own.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::Scenario;
use super::stage::Stage;
use crate::people::Person;
use crate::providers::Providers;

/// A client calls, two phones ring, and he is passed on twice: one call of three talks with three employees.
///
/// Needs a PBX of at least three people.
pub fn call_transferred_twice(providers: &Providers, now: DateTime<Utc>) -> Scenario {
    let mut stage = Stage::new("call_transferred_twice", providers, now, 3);
    let person = Person::new(1);
    stage.call(Duration::ZERO, Some(person.phone_e164()), &[35, 20, 140]);
    Scenario { starts_at: now, people: vec![person], steps: stage.leave() }
}
