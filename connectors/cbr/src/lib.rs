#![doc = include_str!("../README.md")]

mod bank;
mod daily;
mod dynamic;
mod mirror;
mod number;
mod question;
mod record;
mod xml;

pub use bank::{Bank, Config, FetchError};
pub use daily::{Daily, parse_daily};
pub use dynamic::{Dynamic, DynamicRecord, parse_dynamic};
pub use mirror::parse_mirror;
pub use question::Question;
pub use record::{Quote, Record, RefusedRecord};

use serde::Serialize;
use sha2::{Digest, Sha256};

/// The bank's time: UTC+3 all year.
const MOSCOW_SECONDS_EAST: i32 = 3 * 3600;

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The bank's error document: the question was wrong, and asking again does not help.
    #[error("the bank refused the question: {0}")]
    Refused(String),
    /// Something else than rates: a protection page, an error page of a proxy. It may be better later.
    #[error("not a document of rates: {0}")]
    NotRates(String),
    /// Cut off or damaged. It may be better later.
    #[error("the document is damaged: {0}")]
    Damaged(String),
    /// A good document about something that was not asked.
    #[error("the document is not about what was asked: {0}")]
    OffQuestion(String),
}

/// Any document that we understand, told by its root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Document {
    /// Rates of one day, of the bank or of the mirror.
    Daily(Daily),
    /// Rates of one currency over a period.
    Dynamic(Dynamic),
}

/// Reads a document of any kind.
pub fn parse(body: &[u8]) -> Result<Document, ParseError> {
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return parse_mirror(body).map(Document::Daily);
    }
    let root = xml::rates(body)?;
    if root.attribute("ID").is_some() {
        dynamic::read(&root, body).map(Document::Dynamic)
    } else {
        daily::read(&root, body).map(Document::Daily)
    }
}

fn sha256(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}
