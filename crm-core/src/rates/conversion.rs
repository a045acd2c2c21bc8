//! Conversion between any two currencies, through the ruble, by rates of one effective date.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::Serialize;
use sqlx::PgConnection;

use super::{Currency, Rate, in_force};

/// How the rates used belong to the day that was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConversionBasis)]
pub enum Basis {
    /// They took effect on that very day, or no rate was needed.
    Exact,
    /// That day has no record; the last earlier one is in force.
    Carried,
    /// The two currencies have no record of a common date in force; these are of the last common one.
    LastCommon,
}

/// A converted sum, with everything to check it by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Conversion {
    /// What was converted.
    #[schema(value_type = String, example = "100")]
    pub amount: Decimal,
    /// From this currency.
    pub from: Currency,
    /// Into this one.
    pub to: Currency,
    /// By the rates of this day.
    pub day: NaiveDate,
    /// The sum, rounded half up to hundredths.
    #[schema(value_type = String, example = "719.68")]
    pub result: Decimal,
    /// The effective date of the rates used; null when none was needed.
    #[schema(required = true)]
    pub effective_on: Option<NaiveDate>,
    /// How that date belongs to the day.
    pub basis: Basis,
    /// The rate of `from`; null for the ruble.
    #[schema(required = true)]
    pub from_rate: Option<Rate>,
    /// The rate of `to`; null for the ruble.
    #[schema(required = true)]
    pub to_rate: Option<Rate>,
    /// Between two foreign currencies the rate is derived by us: the bank publishes rates to the ruble only.
    pub is_derived: bool,
    /// The whole sum as people write it.
    #[schema(example = "100 USD × 97,8335 ₽ ÷ 13,594 ₽ = 719,68 CNY")]
    pub formula: String,
}

/// Why nothing was converted.
#[derive(Debug, thiserror::Error)]
pub enum ConversionError {
    /// No rate of this currency took effect on that day or before.
    #[error("no rate of {0} so early")]
    NoRate(Currency),
    /// The numbers are too large.
    #[error("the sum is too large")]
    TooLarge,
    /// The database failed.
    #[error("the rates could not be read")]
    Database(#[from] sqlx::Error),
}

/// Converts a sum by the rates of a day.
pub async fn convert(
    conn: &mut PgConnection,
    amount: Decimal,
    from: Currency,
    to: Currency,
    day: NaiveDate,
) -> Result<Conversion, ConversionError> {
    if from == to {
        return compute(amount, (from, None), (to, None), day, Basis::Exact);
    }
    let mut at = day;
    let mut basis = Basis::Exact;
    loop {
        let from_rate = rate(conn, from, at).await?;
        let to_rate = rate(conn, to, at).await?;
        let dates = [&from_rate, &to_rate].map(|rate| rate.as_ref().map(|rate| rate.effective_on));
        let earliest = dates.iter().flatten().min().copied().unwrap_or(day);
        if dates.iter().flatten().all(|date| *date == earliest) {
            if basis == Basis::Exact && earliest != day {
                basis = Basis::Carried;
            }
            return compute(amount, (from, from_rate), (to, to_rate), day, basis);
        }
        basis = Basis::LastCommon;
        at = earliest;
    }
}

/// None for the ruble.
async fn rate(
    conn: &mut PgConnection,
    currency: Currency,
    day: NaiveDate,
) -> Result<Option<Rate>, ConversionError> {
    if currency == Currency::RUB {
        return Ok(None);
    }
    in_force(conn, currency, day).await?.map(Some).ok_or(ConversionError::NoRate(currency))
}

fn compute(
    amount: Decimal,
    (from, from_rate): (Currency, Option<Rate>),
    (to, to_rate): (Currency, Option<Rate>),
    day: NaiveDate,
    basis: Basis,
) -> Result<Conversion, ConversionError> {
    let exact = exact(amount, from_rate.as_ref(), to_rate.as_ref()).ok_or(ConversionError::TooLarge)?;
    let mut result = exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    result.rescale(2);
    let formula = formula(amount, (from, from_rate.as_ref()), (to, to_rate.as_ref()), result);
    Ok(Conversion {
        amount,
        from,
        to,
        day,
        result,
        effective_on: from_rate.as_ref().or(to_rate.as_ref()).map(|rate| rate.effective_on),
        basis,
        is_derived: from_rate.is_some() && to_rate.is_some(),
        from_rate,
        to_rate,
        formula,
    })
}

/// By values and nominals as published, with one division at the end: a rate per unit would be rounded before.
fn exact(amount: Decimal, from: Option<&Rate>, to: Option<&Rate>) -> Option<Decimal> {
    let part = |rate: Option<&Rate>| {
        rate.map_or((Decimal::ONE, Decimal::ONE), |rate| (rate.value, Decimal::from(rate.nominal)))
    };
    let ((from_value, from_nominal), (to_value, to_nominal)) = (part(from), part(to));
    let above = amount.checked_mul(from_value)?.checked_mul(to_nominal)?;
    above.checked_div(from_nominal.checked_mul(to_value)?)
}

/// `100 USD × 85,8282 ₽ / 10 ÷ (90,1 ₽ / 100) = 952,59 KGS`
fn formula(
    amount: Decimal,
    (from, from_rate): (Currency, Option<&Rate>),
    (to, to_rate): (Currency, Option<&Rate>),
    result: Decimal,
) -> String {
    let per_unit = |rate: &Rate| match rate.nominal {
        1 => format!("{} ₽", comma(rate.value)),
        nominal => format!("{} ₽ / {nominal}", comma(rate.value)),
    };
    let times = from_rate.map_or_else(String::new, |rate| format!(" × {}", per_unit(rate)));
    let by = match to_rate {
        Some(rate) if rate.nominal == 1 => format!(" ÷ {}", per_unit(rate)),
        Some(rate) => format!(" ÷ ({})", per_unit(rate)),
        None => String::new(),
    };
    format!("{} {from}{times}{by} = {} {to}", comma(amount), result.to_string().replace('.', ","))
}

fn comma(number: Decimal) -> String {
    number.normalize().to_string().replace('.', ",")
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use rust_decimal::dec;

    use super::*;
    use crate::rates::RateSource;

    fn rate(currency: Currency, nominal: u32, value: Decimal) -> Rate {
        Rate {
            currency,
            effective_on: "2024-11-09".parse().unwrap(),
            nominal,
            value,
            unit_rate: value / Decimal::from(nominal),
            source: RateSource::Bank,
            fetched_at: DateTime::UNIX_EPOCH,
            reason: None,
            is_used: true,
        }
    }

    fn sum(amount: Decimal, from: Option<Rate>, to: Option<Rate>) -> (String, String) {
        let code = |rate: &Option<Rate>| rate.as_ref().map_or(Currency::RUB, |rate| rate.currency);
        let (from, to) = ((code(&from), from), (code(&to), to));
        let done = compute(amount, from, to, "2024-11-09".parse().unwrap(), Basis::Exact).unwrap();
        (done.result.to_string(), done.formula)
    }

    #[test]
    fn a_sum_goes_through_the_ruble_and_shows_its_way() {
        let dollar = || Some(rate(Currency::USD, 1, dec!(97.8335)));
        let yuan = || Some(rate(Currency::CNY, 1, dec!(13.5940)));
        let som = || Some(rate(Currency::KGS, 100, dec!(113.5410)));
        assert_eq!(
            sum(dec!(100.00), dollar(), yuan()),
            ("719.68".to_owned(), "100 USD × 97,8335 ₽ ÷ 13,594 ₽ = 719,68 CNY".to_owned())
        );
        assert_eq!(
            sum(dec!(1500), som(), None),
            ("1703.12".to_owned(), "1500 KGS × 113,541 ₽ / 100 = 1703,12 RUB".to_owned())
        );
        assert_eq!(
            sum(dec!(1000), None, som()),
            ("880.74".to_owned(), "1000 RUB ÷ (113,541 ₽ / 100) = 880,74 KGS".to_owned())
        );
    }

    #[test]
    fn halves_go_up_and_kopecks_are_always_two() {
        let half = |value| Some(rate(Currency::USD, 1, value));
        assert_eq!(sum(dec!(1), half(dec!(1.005)), None).0, "1.01");
        assert_eq!(sum(dec!(1), half(dec!(1.0049)), None).0, "1.00");
        assert_eq!(sum(dec!(-1), half(dec!(1.005)), None).0, "-1.01");
        assert_eq!(sum(dec!(5), None, None).0, "5.00");
    }

    #[test]
    fn a_third_is_not_rounded_on_the_way() {
        let (three, one) = (rate(Currency::USD, 3, dec!(1)), rate(Currency::CNY, 1, dec!(1)));
        assert_eq!(sum(dec!(3000000), Some(three), Some(one)).0, "1000000.00");
    }

    #[test]
    fn a_sum_beyond_all_numbers_is_refused() {
        let rate = rate(Currency::USD, 1, dec!(97.8335));
        assert!(exact(Decimal::MAX, Some(&rate), None).is_none());
    }
}
