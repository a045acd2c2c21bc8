#![doc = include_str!("../README.md")]

mod form;
mod measure;
mod outgoing;
pub mod smsc;
pub mod smsru;
mod time;

pub use smsc::Smsc;
pub use smsru::SmsRu;

use connector_api::{PhoneNumber, Region};

/// A number in one form however it was written; short numbers and names stay as they came.
fn number_key(text: &str, region: Region) -> String {
    PhoneNumber::parse(text, region).map_or_else(|| text.to_owned(), |number| number.digits().to_owned())
}
