//! The timeline: raw events in, interactions out.

pub mod call;
pub mod ingest;
pub mod payload;
pub mod raw_event;
pub mod raw_log;
