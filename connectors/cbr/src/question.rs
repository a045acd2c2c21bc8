//! What is asked: the path and the query of a request.

use chrono::NaiveDate;

/// A question to the bank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The latest document; in the afternoon of a working day that is tomorrow's.
    Latest,
    /// The rates in force on a day.
    Day(NaiveDate),
    /// One currency over a period, both days included. A year at most.
    Period {
        /// The bank's id of the currency.
        bank_id: String,
        /// First day.
        from: NaiveDate,
        /// Last day.
        until: NaiveDate,
    },
}

impl Question {
    /// The path below the address of the bank, with its query.
    pub fn path(&self) -> String {
        match self {
            Self::Latest => "XML_daily.asp".to_owned(),
            Self::Day(day) => format!("XML_daily.asp?date_req={}", day.format("%d/%m/%Y")),
            Self::Period { bank_id, from, until } => format!(
                "XML_dynamic.asp?date_req1={}&date_req2={}&VAL_NM_RQ={bank_id}",
                from.format("%d/%m/%Y"),
                until.format("%d/%m/%Y"),
            ),
        }
    }
}
