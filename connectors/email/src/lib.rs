#![doc = include_str!("../README.md")]

mod answer;
mod config;
mod letter;
mod mailer;
#[cfg(test)]
mod server;

pub use config::{Config, ConfigError, Login, Security};
pub use letter::{Attachment, Letter, is_address};
pub use mailer::Mailer;
