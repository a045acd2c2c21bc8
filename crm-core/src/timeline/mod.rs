//! The timeline: raw events in, interactions out.

pub mod call;
pub mod call_list;
pub mod call_result;
pub mod conversation;
pub mod counters;
pub mod draft;
pub mod dump;
pub mod entry;
pub mod feed;
pub mod ingest;
pub mod note;
pub mod payload;
pub mod pin;
pub mod raw_event;
pub mod read;
pub mod view;

pub use payload::{
    DeletionFact, DeliveryFact, EditFact, FactKind, FactValue, InteractionPayload, ItemFact, QuotePayload,
    ReactionFact,
};
pub mod raw_log;

#[cfg(test)]
mod tests;
