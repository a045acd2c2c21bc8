#![doc = include_str!("../README.md")]

mod form;
pub mod smsc;
pub mod smsru;
mod time;

pub use smsc::Smsc;
pub use smsru::SmsRu;
