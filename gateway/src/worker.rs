//! What runs beside the requests: one kind of work per file.

pub mod apply;
pub mod bridge;
pub mod bridge_duty;
mod catch_up;
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
pub mod terms;
