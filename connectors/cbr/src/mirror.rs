//! `daily_json.js` of a private mirror: the bank's figures in another dress, for when the bank cannot be reached.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::daily::Daily;
use super::record::{Quote, Record, RefusedRecord};
use super::{MOSCOW_SECONDS_EAST, ParseError, number, sha256};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Sheet {
    date: DateTime<FixedOffset>,
    valute: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ID")]
    bank_id: String,
    char_code: String,
    nominal: u32,
    name: String,
    /// The digits as they stand in the text: a float would bend them.
    value: Box<RawValue>,
}

/// Reads the mirror's document of a day.
pub fn parse_mirror(body: &[u8]) -> Result<Daily, ParseError> {
    let sheet: Sheet = serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => ParseError::NotRates(error.to_string()),
        _ => ParseError::Damaged(error.to_string()),
    })?;
    let (mut records, mut refused) = (Vec::new(), Vec::new());
    for entry in sheet.valute.into_values() {
        let quote = number::read(entry.value.get())
            .ok_or_else(|| "the value is not a number".to_owned())
            .and_then(|value| Quote::new(entry.nominal, value));
        match quote {
            Ok(quote) => records.push(Record {
                currency: entry.char_code,
                bank_id: entry.bank_id,
                name: entry.name,
                quote,
            }),
            Err(reason) => refused.push(RefusedRecord { key: entry.char_code, reason }),
        }
    }
    Ok(Daily { effective_on: moscow_date(sheet.date), records, refused, sha256: sha256(body) })
}

/// The time of day means nothing there; the day is the one in Moscow.
fn moscow_date(date: DateTime<FixedOffset>) -> NaiveDate {
    let moscow = FixedOffset::east_opt(MOSCOW_SECONDS_EAST).expect("three hours are an offset");
    date.with_timezone(&moscow).date_naive()
}
