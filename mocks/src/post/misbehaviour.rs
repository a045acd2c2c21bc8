//! What networks and providers do to a list of steps: doubled, swapped, late.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::scenario::Step;

/// What goes wrong. Lanes keep their order whatever is asked: the provider promises it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Misbehaviour {
    /// One of so many is sent once more, soon after; 0 for none.
    pub duplicate_every: u32,
    /// A step may be overtaken by as many of its neighbours; 0 or 1 for none.
    pub reorder_window: usize,
    /// A step is late by up to this.
    pub delay_at_most: Duration,
}

impl Misbehaviour {
    /// The same steps, misbehaving. The same seed does the same harm.
    pub fn apply(self, seed: u64, steps: Vec<Step>) -> Vec<Step> {
        let mut dice = Dice::new(seed ^ 0x6d69_7362);
        let mut steps = self.doubled(&mut dice, steps);
        steps = self.late(&mut dice, steps);
        let steps = self.swapped(&mut dice, steps);
        with_lanes_in_order(steps)
    }

    fn doubled(self, dice: &mut Dice, steps: Vec<Step>) -> Vec<Step> {
        if self.duplicate_every == 0 {
            return steps;
        }
        let mut doubled = Vec::with_capacity(steps.len() * 2);
        for step in steps {
            let again = dice.between(1, u64::from(self.duplicate_every)) == 1;
            if again {
                doubled.push(step.clone());
            }
            doubled.push(step);
        }
        doubled
    }

    fn late(self, dice: &mut Dice, mut steps: Vec<Step>) -> Vec<Step> {
        let most = u64::try_from(self.delay_at_most.as_micros()).unwrap_or(u64::MAX);
        if most > 0 {
            for step in &mut steps {
                step.at += Duration::from_micros(dice.between(0, most));
            }
            steps.sort_by_key(|step| step.at);
        }
        steps
    }

    fn swapped(self, dice: &mut Dice, steps: Vec<Step>) -> Vec<Step> {
        if self.reorder_window < 2 {
            return steps;
        }
        let times: Vec<Duration> = steps.iter().map(|step| step.at).collect();
        let mut keyed: Vec<(usize, Step)> = steps
            .into_iter()
            .enumerate()
            .map(|(place, step)| (place + dice.below(self.reorder_window), step))
            .collect();
        keyed.sort_by_key(|(key, _)| *key);
        keyed.into_iter().zip(times).map(|((_, step), at)| Step { at, ..step }).collect()
    }
}

/// Gives the places of a lane back to its steps in their first order, a double right behind its original.
fn with_lanes_in_order(mut steps: Vec<Step>) -> Vec<Step> {
    let mut lanes: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, step) in steps.iter().enumerate() {
        if let Some(lane) = &step.outgoing.lane {
            lanes.entry(lane.clone()).or_default().push(place);
        }
    }
    for places in lanes.into_values() {
        let mut ordered: Vec<Step> = places.iter().map(|&place| steps[place].clone()).collect();
        ordered.sort_by_key(|step| step.number);
        for (&place, step) in places.iter().zip(ordered) {
            let at = steps[place].at;
            steps[place] = Step { at, ..step };
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::outgoing::{Method, Outgoing, Provider};

    fn steps(count: usize) -> Vec<Step> {
        (0..count)
            .map(|number| Step {
                number,
                at: Duration::from_secs(number as u64),
                outgoing: Outgoing {
                    provider: Provider::Telegram,
                    lane: number.is_multiple_of(2).then(|| format!("chat {}", number % 3)),
                    method: Method::Post,
                    url: String::new(),
                    query: String::new(),
                    headers: Vec::new(),
                    body: Bytes::from(number.to_string()),
                    facts: vec![number.to_string()],
                },
            })
            .collect()
    }

    const ALL: Misbehaviour =
        Misbehaviour { duplicate_every: 3, reorder_window: 8, delay_at_most: Duration::from_secs(5) };

    #[test]
    fn nothing_asked_changes_nothing() {
        assert_eq!(Misbehaviour::default().apply(1, steps(50)), steps(50));
    }

    #[test]
    fn the_same_seed_does_the_same_and_loses_nothing() {
        let once = ALL.apply(5, steps(200));
        assert_eq!(once, ALL.apply(5, steps(200)));
        assert_ne!(once, ALL.apply(6, steps(200)));
        let facts: std::collections::BTreeSet<_> = once.iter().map(|step| step.number).collect();
        assert_eq!(facts.len(), 200);
        assert!(once.len() > 220);
        assert!(once.windows(2).all(|pair| pair[0].at <= pair[1].at));
    }

    #[test]
    fn lanes_keep_their_order_and_the_rest_does_not() {
        let once = ALL.apply(5, steps(200));
        for lane in ["chat 0", "chat 1", "chat 2"] {
            let numbers: Vec<usize> = once
                .iter()
                .filter(|step| step.outgoing.lane.as_deref() == Some(lane))
                .map(|step| step.number)
                .collect();
            assert!(numbers.is_sorted(), "{lane}: {numbers:?}");
        }
        assert!(
            !once.iter().filter(|step| step.outgoing.lane.is_none()).is_sorted_by_key(|step| step.number)
        );
    }
}
