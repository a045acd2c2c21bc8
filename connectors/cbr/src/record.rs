//! One published rate.

use rust_decimal::Decimal;
use serde::Serialize;

use super::number;
use super::xml::Element;

/// Rubles for so many units, as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Units that `value` is for. It differs per currency and per date.
    pub nominal: u32,
    /// Rubles for `nominal` units.
    pub value: Decimal,
    /// Rubles for one unit: `value / nominal`, computed here.
    pub unit_rate: Decimal,
}

/// A rate of a currency in the document of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    /// ISO code: `USD`.
    pub currency: String,
    /// The bank's id of the currency, for questions about a period: `R01235`.
    pub bank_id: String,
    /// In Russian. Changes with nominal and time.
    pub name: String,
    /// The rate.
    #[serde(flatten)]
    pub quote: Quote,
}

/// A record that stood in a good document and cannot be true.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefusedRecord {
    /// ISO code or date, as written.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Quote {
    /// A positive nominal and a positive value, or what is wrong with them.
    pub(crate) fn new(nominal: u32, value: Decimal) -> Result<Self, String> {
        if nominal == 0 {
            return Err("the nominal is zero".to_owned());
        }
        if value <= Decimal::ZERO {
            return Err(format!("the value {value} is not positive"));
        }
        Ok(Self { nominal, value, unit_rate: (value / Decimal::from(nominal)).normalize() })
    }

    /// From the children `Nominal`, `Value` and, where it is there, `VunitRate`.
    pub(crate) fn read(of: &Element) -> Result<Self, String> {
        let nominal = of.text_of("Nominal").ok_or("no Nominal")?;
        let nominal = nominal.parse().map_err(|_| format!("the nominal {nominal:?} is not a number"))?;
        let value = of.text_of("Value").ok_or("no Value")?;
        let value = number::read(value).ok_or_else(|| format!("the value {value:?} is not a number"))?;
        let quote = Self::new(nominal, value)?;
        match of.text_of("VunitRate").and_then(number::read) {
            Some(told) if !quote.agrees_with(told) => {
                Err(format!("the rate per unit {told} contradicts {value} for {nominal}"))
            }
            _ => Ok(quote),
        }
    }

    /// To a thousandth: the told one may have fewer digits.
    fn agrees_with(&self, told: Decimal) -> bool {
        (told - self.unit_rate).abs() <= self.unit_rate / Decimal::ONE_THOUSAND
    }
}
