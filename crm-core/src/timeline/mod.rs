//! What was said and done with a client, in the order of time.

pub mod call_list;
pub mod conversation;
pub mod entry;
pub mod payload;
pub mod pin;
pub mod read;
pub mod view;

pub use payload::{
    DeletionFact, DeliveryFact, EditFact, FactKind, FactValue, InteractionPayload, ItemFact, QuotePayload,
    ReactionFact,
};

#[cfg(test)]
mod tests;
