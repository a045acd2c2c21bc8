#![doc = include_str!("../README.md")]

pub mod dice;
pub mod outgoing;
pub mod people;
pub mod post;
pub mod providers;
pub mod scenario;
pub mod smsc;
pub mod smsru;
pub mod telegram;
pub mod telphin;
pub mod whatsapp;

pub use outgoing::{Method, Outgoing, Provider};
pub use providers::{Hooks, Providers, ProvidersConfig};
