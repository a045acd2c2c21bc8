//! The way out: what a person pressed, its place in its conversation, every attempt, and what it came to.
//!
//! A lane is a conversation; its deliveries go one at a time, in the order of `position`. Whoever presses writes the
//! delivery and wakes its lane in one transaction; a sender takes lanes that are due, holds them while it lives, and asks
//! [`lane::turn`] for one thing to do after the other. What an outcome makes of a delivery is decided in [`outcome`],
//! without a database.

pub mod failover;
pub mod lane;
pub mod outcome;
pub mod pause;
pub mod press;
pub mod purpose;
pub mod quiet;
pub mod route;
pub mod rules;
pub mod silence;
pub mod state;
pub mod view;

pub use outcome::{Outcome, Pacing};
pub use purpose::{Purpose, StatedPurpose};
pub use state::DeliveryStep;
pub use view::DeliveryView;

#[cfg(test)]
mod tests;
