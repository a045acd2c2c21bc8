//! `XML_dynamic.asp`: one currency over a period.

use chrono::NaiveDate;
use serde::Serialize;

use super::daily::date_of;
use super::record::{Quote, RefusedRecord};
use super::xml::{self, Element};
use super::{ParseError, sha256};

/// The rates of one currency that took effect in a period. Days in between have no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dynamic {
    /// The bank's id of the currency.
    pub bank_id: String,
    /// First day of the period, as the bank understood it.
    pub from: NaiveDate,
    /// Last day of it.
    pub until: NaiveDate,
    /// By date, ascending.
    pub records: Vec<DynamicRecord>,
    /// Records that cannot be true.
    pub refused: Vec<RefusedRecord>,
    /// SHA-256 of the bytes.
    #[serde(skip)]
    pub sha256: [u8; 32],
}

/// A rate that took effect on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DynamicRecord {
    /// From this day on it is in force, until the next record.
    pub effective_on: NaiveDate,
    /// The rate.
    #[serde(flatten)]
    pub quote: Quote,
}

/// Reads the answer to a question about this currency and period; another one is refused.
pub fn parse_dynamic(
    body: &[u8],
    bank_id: &str,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<Dynamic, ParseError> {
    let answer = read(&xml::rates(body)?, body)?;
    if answer.bank_id != bank_id {
        return Err(ParseError::OffQuestion(format!("{} instead of {bank_id}", answer.bank_id)));
    }
    if (answer.from, answer.until) != (from, until) {
        return Err(ParseError::OffQuestion(format!(
            "{} to {} instead of {from} to {until}",
            answer.from, answer.until
        )));
    }
    Ok(answer)
}

pub(crate) fn read(root: &Element, body: &[u8]) -> Result<Dynamic, ParseError> {
    let attribute = |name: &str| {
        root.attribute(name).ok_or_else(|| ParseError::OffQuestion("a day and not a period".to_owned()))
    };
    let bank_id = attribute("ID")?.to_owned();
    let (from, until) = (date_of(attribute("DateRange1")?)?, date_of(attribute("DateRange2")?)?);
    let (mut records, mut refused) = (Vec::new(), Vec::new());
    for element in root.named("Record") {
        match record(element, &bank_id, from, until) {
            Ok(record) => records.push(record),
            Err(reason) => {
                let key = element.attribute("Date").unwrap_or_default().to_owned();
                refused.push(RefusedRecord { key, reason });
            }
        }
    }
    records.sort_by_key(|record| record.effective_on);
    Ok(Dynamic { bank_id, from, until, records, refused, sha256: sha256(body) })
}

fn record(
    element: &Element,
    bank_id: &str,
    from: NaiveDate,
    until: NaiveDate,
) -> Result<DynamicRecord, String> {
    let date = element.attribute("Date").ok_or("no date")?;
    let effective_on = date_of(date).map_err(|error| error.to_string())?;
    if !(from..=until).contains(&effective_on) {
        return Err("a date outside of the period".to_owned());
    }
    if element.attribute("Id").is_some_and(|id| id != bank_id) {
        return Err("of another currency".to_owned());
    }
    Ok(DynamicRecord { effective_on, quote: Quote::read(element)? })
}
