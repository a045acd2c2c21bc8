#![doc = include_str!("../README.md")]

mod form;
pub mod smsc;
mod time;

pub use smsc::Smsc;
