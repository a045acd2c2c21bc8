//! The rates of every day, out of a seed: the same question has the same answer without any memory.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime, TimeDelta};
use rust_decimal::{Decimal, RoundingStrategy};

use super::calendar::is_working;
use crate::dice::Dice;

/// A currency of the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Currency {
    /// ISO code.
    pub code: &'static str,
    /// The bank's id.
    pub bank_id: &'static str,
    /// ISO number.
    pub number: &'static str,
    /// Its name for one unit, and for many.
    pub names: (&'static str, &'static str),
    /// About so many hundred-millionths of a ruble per unit.
    base: i64,
}

/// Those in the bank's documents, in their order.
pub const CURRENCIES: [Currency; 6] = [
    currency("AUD", "R01010", "036", ("Австралийский доллар", "Австралийских долларов"), 5_312_000_000),
    currency("USD", "R01235", "840", ("Доллар США", "Долларов США"), 8_090_000_000),
    currency("EUR", "R01239", "978", ("Евро", "Евро"), 9_150_000_000),
    currency("IRR", "R01300", "364", ("Иранский риал", "Иранских риалов"), 7_211),
    currency("KGS", "R01370", "417", ("Киргизский сом", "Киргизских сомов"), 92_500_000),
    // It wanders around 10 rubles, where the nominal changes.
    currency("CNY", "R01375", "156", ("Юань", "Китайских юаней"), 1_015_000_000),
];

const fn currency(
    code: &'static str,
    bank_id: &'static str,
    number: &'static str,
    names: (&'static str, &'static str),
    base: i64,
) -> Currency {
    Currency { code, bank_id, number, names, base }
}

/// A rate as it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Of this currency.
    pub currency: Currency,
    /// From this day on.
    pub effective_on: NaiveDate,
    /// Units that `value` is for.
    pub nominal: u32,
    /// Rubles for them, four digits behind the comma.
    pub value: Decimal,
}

/// All rates of all days.
#[derive(Debug, Clone)]
pub struct Sheet {
    seed: u64,
    fixed: BTreeMap<(String, NaiveDate), (u32, Decimal)>,
}

impl Sheet {
    pub(super) fn new(seed: u64, fixed: BTreeMap<(String, NaiveDate), (u32, Decimal)>) -> Self {
        Self { seed, fixed }
    }

    /// The rate that takes effect on a day.
    pub fn published(&self, currency: &Currency, effective_on: NaiveDate) -> Published {
        let fixed = self.fixed.get(&(currency.code.to_owned(), effective_on)).copied();
        let (nominal, value) = fixed.unwrap_or_else(|| self.drawn(currency, effective_on));
        Published { currency: *currency, effective_on, nominal, value }
    }

    /// A slow wave of 8 % and a daily tremor of 0.6 %. The nominal is the smallest power of ten that makes the value 10
    /// rubles or more.
    fn drawn(&self, currency: &Currency, day: NaiveDate) -> (u32, Decimal) {
        let number = i64::from(day.num_days_from_ce());
        let phase = i64::from(currency.number.as_bytes()[1]) * 37;
        let wave = ((number + phase) % 480 - 240).abs() - 120;
        let mut dice =
            Dice::new(self.seed ^ (number.unsigned_abs() << 20) ^ u64::from(currency.number.as_bytes()[2]));
        let tremor = i64::try_from(dice.between(0, 120)).unwrap_or(60) - 60;
        let unit = Decimal::new(currency.base, 8) * Decimal::new(10_000 + wave * 7 + tremor, 4);
        let mut nominal = 1;
        while unit * Decimal::from(nominal) < Decimal::TEN {
            nominal *= 10;
        }
        let mut value =
            (unit * Decimal::from(nominal)).round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
        value.rescale(4);
        (nominal, value)
    }

    /// When the rates that were set on a day appear, in Moscow: between 15:40 and 18:10.
    pub fn published_at(&self, day: NaiveDate) -> NaiveTime {
        let mut dice = Dice::new(self.seed ^ u64::from(day.num_days_from_ce().unsigned_abs()));
        let minutes = i64::try_from(dice.between(0, 150)).unwrap_or(0);
        NaiveTime::from_hms_opt(15, 40, 0).expect("a time of day") + TimeDelta::minutes(minutes)
    }
}

/// A rate takes effect on the day after the one on which it was set.
pub(super) fn takes_effect_on(day: NaiveDate) -> bool {
    day.pred_opt().is_some_and(is_working)
}

pub(super) fn effective_on_or_before(day: NaiveDate) -> Option<NaiveDate> {
    day.iter_days().rev().take(30).find(|day| takes_effect_on(*day))
}
