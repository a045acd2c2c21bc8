//! What the journeys, the crash driver and the load driver share: a real hub in a process of its own.

pub mod crash;
pub mod hub;
pub mod load;
