//! Chance from a seed: the same seed gives the same traffic on every machine and with every release of `rand`.

use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng, SeedableRng};

/// A seeded source of chance. The algorithm is named, because the library's default may change.
#[derive(Debug, Clone)]
pub struct Dice(Xoshiro256PlusPlus);

impl Dice {
    /// The dice of this seed.
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    /// A whole number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.0.next_u64()) * (bound as u128);
        usize::try_from(wide >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        let span = usize::try_from(high.saturating_sub(low)).unwrap_or(usize::MAX - 1) + 1;
        low + self.below(span) as u64
    }

    /// True in `percent` cases of a hundred.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// 32 lower-case hex digits.
    pub fn hex32(&mut self) -> String {
        format!("{:016x}{:016x}", self.0.next_u64(), self.0.next_u64())
    }

    /// A time in these bounds of seconds, to the microsecond.
    pub fn seconds(&mut self, low: u64, high: u64) -> Duration {
        Duration::from_micros(self.between(low * 1_000_000, high * 1_000_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut one, mut two) = (Dice::new(7), Dice::new(7));
        for _ in 0..100 {
            assert_eq!(one.between(10, 20), two.between(10, 20));
        }
        assert_eq!(one.hex32(), two.hex32());
        assert_ne!(Dice::new(8).hex32(), Dice::new(9).hex32());
    }

    #[test]
    fn numbers_stay_inside_their_bounds() {
        let mut dice = Dice::new(1);
        let seen: std::collections::BTreeSet<u64> = (0..500).map(|_| dice.between(3, 6)).collect();
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
        assert_eq!(dice.below(0), 0);
    }
}
