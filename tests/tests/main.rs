//! The proofs: whatever order events come in, what a call is made of, and journeys against the real program.

mod journeys;
mod order;
mod telphin_calls;
mod telphin_history;
mod world;
