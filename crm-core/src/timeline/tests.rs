//! Timelines, conversations and calls against a database.

mod parts;
mod sight;
