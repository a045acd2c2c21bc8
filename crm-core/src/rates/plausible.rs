//! Whether a new figure can be true, beside the one before it.

use rust_decimal::{Decimal, dec};

/// What a new rate per unit looks like beside the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// As rates move.
    Usual,
    /// More than a fifth away: possible, and a person should look.
    Jump,
    /// About ten times or a tenth: almost surely a wrong nominal.
    Tenfold,
}

/// Compares rates per unit. A wrong nominal comes with a day's movement on top, so "ten times" has a fifth of slack.
pub(super) fn look(before: Decimal, new: Decimal) -> Look {
    let (small, large) = (before.min(new), before.max(new));
    // Larger than any nominal mistake; the quotient would not fit.
    if small <= Decimal::ZERO || large > small * dec!(1_000_000) {
        return Look::Tenfold;
    }
    let ratio = large / small;
    let is_power_of_ten = [dec!(10), dec!(100), dec!(1000), dec!(10000)]
        .iter()
        .any(|power| (power * dec!(0.8)..=power * dec!(1.25)).contains(&ratio));
    if is_power_of_ten {
        Look::Tenfold
    } else if (new - before).abs() > before * dec!(0.2) {
        Look::Jump
    } else {
        Look::Usual
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fifth_is_a_jump_and_ten_times_is_a_mistake() {
        assert_eq!(look(dec!(100), dec!(120)), Look::Usual);
        assert_eq!(look(dec!(100), dec!(120.0001)), Look::Jump);
        assert_eq!(look(dec!(100), dec!(79.9)), Look::Jump);
        assert_eq!(look(dec!(10.9), dec!(109)), Look::Tenfold);
        assert_eq!(look(dec!(10.9), dec!(1.12)), Look::Tenfold);
        assert_eq!(look(dec!(0.9), dec!(91.3)), Look::Tenfold);
        assert_eq!(look(dec!(10), dec!(35)), Look::Jump);
        assert_eq!(look(dec!(0.0000001), dec!(900000)), Look::Tenfold);
    }

    #[test]
    fn a_changed_nominal_with_its_value_is_nothing_special() {
        // 10 yuan for 85.8282, then 1 yuan for 8.9119: per unit nearly the same.
        assert_eq!(look(dec!(8.58282), dec!(8.9119)), Look::Usual);
    }
}
