//! The bridge: chosen rooms are shown in the director's messenger, and what he answers there stands in the room under his
//! name. Which messenger that is, only the connector knows.
//!
//! Out: a message of a bridged room leaves a row in the outbox of its thread, in the same transaction. [`mirror::look`]
//! turns the oldest row into a delivery once everything before it is through, and the machinery of deliveries sends it.
//! In: [`arrive::take`], in the transaction of the ingest. What came from the messenger never gets into the outbox.

pub mod arrive;
mod beside;
pub mod binding;
mod buttons;
pub mod duty;
pub mod mail_copy;
pub mod mirror;
pub mod setup;

pub use binding::{Binding, BindingCode};
pub use setup::{BridgeGroup, BridgeSetup, BridgedRoom};

#[cfg(test)]
mod tests;
