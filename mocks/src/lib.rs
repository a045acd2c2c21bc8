#![doc = include_str!("../README.md")]

pub mod cbr;
mod control;
pub mod dice;
pub mod director;
pub mod fakes;
pub mod fault;
pub mod log;
pub mod mail;
pub mod max;
pub mod outgoing;
pub mod people;
pub mod phone;
pub mod post;
pub mod providers;
pub mod scenario;
mod serving;
pub mod smsc;
pub mod smsru;
pub mod telegram;
pub mod telphin;
pub mod whatsapp;

pub use fakes::{Addresses, Fakes, FakesConfig};
pub use outgoing::{Method, Outgoing, Provider};
pub use providers::{Hooks, Providers, ProvidersConfig};
