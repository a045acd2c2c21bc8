//! The bridge: chosen rooms and conversations with clients are shown in the director's messenger, and what he answers there
//! stands in the room, or goes to the client, under his name. Which messenger that is, only the connector knows.
//!
//! Out: a message of a bridged room, or a changed row of a bridged conversation, leaves a row in the outbox of its thread, in
//! the same transaction. [`mirror::look`] turns the oldest row into a delivery once everything before it is through, and the
//! machinery of deliveries sends it. In: [`arrive::take`], in the transaction of the ingest; what is for a client lies in the
//! [`inbox`] until it is whole and its channel takes it. What came from the messenger is never mirrored back.

pub mod arrive;
mod ask;
mod beside;
pub mod binding;
mod buttons;
pub mod duty;
pub mod inbox;
pub mod mail_copy;
pub mod mirror;
pub mod setup;

pub use binding::{Binding, BindingCode};
pub use setup::{BridgeGroup, BridgeSetup, BridgedConversation, BridgedRoom};

#[cfg(test)]
mod tests;
