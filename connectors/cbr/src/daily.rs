//! `XML_daily.asp`: all currencies in force on one day.

use chrono::NaiveDate;
use serde::Serialize;

use super::record::{Quote, Record, RefusedRecord};
use super::xml::{self, Element};
use super::{ParseError, sha256};

/// The rates of one effective date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Daily {
    /// From this day on they are in force, until the next record.
    pub effective_on: NaiveDate,
    /// By currency, in the order of the document.
    pub records: Vec<Record>,
    /// Records that cannot be true.
    pub refused: Vec<RefusedRecord>,
    /// SHA-256 of the bytes.
    #[serde(skip)]
    pub sha256: [u8; 32],
}

impl Daily {
    /// The record of a currency by its ISO code.
    pub fn of(&self, currency: &str) -> Option<&Record> {
        self.records.iter().find(|record| record.currency == currency)
    }
}

/// Reads the document of a day.
pub fn parse_daily(body: &[u8]) -> Result<Daily, ParseError> {
    read(&xml::rates(body)?, body)
}

pub(crate) fn read(root: &Element, body: &[u8]) -> Result<Daily, ParseError> {
    let date =
        root.attribute("Date").ok_or_else(|| ParseError::OffQuestion("a period and not a day".to_owned()))?;
    let effective_on = date_of(date)?;
    let (mut records, mut refused) = (Vec::new(), Vec::new());
    for valute in root.named("Valute") {
        let currency = valute.text_of("CharCode").unwrap_or_default().to_owned();
        match record(valute, &currency) {
            Ok(record) => records.push(record),
            Err(reason) => refused.push(RefusedRecord { key: currency, reason }),
        }
    }
    Ok(Daily { effective_on, records, refused, sha256: sha256(body) })
}

fn record(valute: &Element, currency: &str) -> Result<Record, String> {
    if currency.len() != 3 {
        return Err("no code of the currency".to_owned());
    }
    Ok(Record {
        currency: currency.to_owned(),
        bank_id: valute.attribute("ID").unwrap_or_default().to_owned(),
        name: valute.text_of("Name").unwrap_or_default().to_owned(),
        quote: Quote::read(valute)?,
    })
}

/// `09.11.2024`.
pub(crate) fn date_of(text: &str) -> Result<NaiveDate, ParseError> {
    NaiveDate::parse_from_str(text, "%d.%m.%Y")
        .map_err(|_| ParseError::Damaged(format!("the date {text:?} cannot be read")))
}
