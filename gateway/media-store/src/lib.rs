#![doc = include_str!("../README.md")]

pub mod picture;
mod reader;
pub mod sniff;
mod store;
pub mod voice;
pub mod wave;

pub use reader::{BlockingFile, Failed};
pub use store::{Derived, Expected, Incoming, Opened, ReceiveError, S3, Store, StoreError};
