//! How fast a number may send: to one person, and altogether (`whatsapp.md`, 14).

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::refusal::Refusal;
use crate::whatsapp::Throughput;

/// One message in six seconds to one person, 45 of them borrowed from the future.
const PAIR: Pace = Pace { every: TimeDelta::seconds(6), burst: 45 };
/// 80 messages a second.
const STANDARD: Pace = Pace { every: TimeDelta::microseconds(12_500), burst: 80 };
/// 1,000 messages a second, which Meta gives to numbers that need it.
const HIGH: Pace = Pace { every: TimeDelta::microseconds(1_000), burst: 1_000 };

struct Pace {
    every: TimeDelta,
    burst: i32,
}

impl Pace {
    /// When the account would be even again, if one more is sent; `None` when that is too far away.
    fn after_one_more(&self, even: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let even = even.unwrap_or(now).max(now) + self.every;
        (even - now <= self.every * self.burst).then_some(even)
    }
}

/// When each pair, and the number, are even again.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pairs: HashMap<String, DateTime<Utc>>,
    number: Option<DateTime<Utc>>,
}

impl Rules {
    /// One more message to this person, or the refusal.
    pub(super) fn take(
        &mut self,
        throughput: Throughput,
        to: &str,
        now: DateTime<Utc>,
    ) -> Result<(), Refusal> {
        let pace = match throughput {
            Throughput::Standard => STANDARD,
            Throughput::High => HIGH,
        };
        let number = pace.after_one_more(self.number, now);
        let number =
            number.ok_or_else(|| Refusal::of(130_429, "Cloud API message throughput has been reached"))?;
        let pair = PAIR.after_one_more(self.pairs.get(to).copied(), now);
        let pair = pair.ok_or_else(|| Refusal::of(131_056, "Too many messages to this recipient"))?;
        self.number = Some(number);
        self.pairs.insert(to.to_owned(), pair);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_338_000 + seconds, 0).expect("in range")
    }

    #[test]
    fn forty_five_at_once_and_then_one_in_six_seconds() {
        let mut rules = Rules::default();
        for _ in 0..45 {
            rules.take(Throughput::Standard, "79000000002", at(0)).expect("within the burst");
        }
        assert_eq!(
            rules.take(Throughput::Standard, "79000000002", at(5)).expect_err("too many").code,
            131_056
        );
        rules.take(Throughput::Standard, "79000000003", at(5)).expect("another person is not affected");
        rules.take(Throughput::Standard, "79000000002", at(6)).expect("after six seconds");
        assert_eq!(
            rules.take(Throughput::Standard, "79000000002", at(6)).expect_err("too many").code,
            131_056
        );
    }

    #[test]
    fn eighty_a_second_altogether() {
        let mut rules = Rules::default();
        for person in 0..80 {
            rules.take(Throughput::Standard, &person.to_string(), at(0)).expect("within the limit");
        }
        assert_eq!(rules.take(Throughput::Standard, "x", at(0)).expect_err("too many").code, 130_429);
        rules.take(Throughput::Standard, "x", at(1)).expect("a second later");
    }

    #[test]
    fn a_thousand_a_second_where_meta_gives_it() {
        let mut rules = Rules::default();
        for person in 0..1_000 {
            rules.take(Throughput::High, &person.to_string(), at(0)).expect("within the limit");
        }
        assert_eq!(rules.take(Throughput::High, "x", at(0)).expect_err("too many").code, 130_429);
    }
}
