//! What runs beside the requests: one kind of work per file.

pub mod apply;
pub mod bridge;
mod catch_up;
pub mod bridge_duty;
pub mod history;
pub mod housekeeping;
pub mod mail;
pub mod media;
pub mod media_terms;
pub mod poll;
pub mod probe;
pub mod rates;
pub mod schedule;
pub mod send;
pub mod states;
pub mod templates;
