//! What was said and done with a client, in the order of time.

pub mod payload;

pub use payload::{
    DeletionFact, DeliveryFact, EditFact, FactKind, FactValue, InteractionPayload, ItemFact, QuotePayload,
    ReactionFact,
};
